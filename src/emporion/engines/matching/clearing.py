"""From two directed probabilities to the order of the lists: by which rule, at which equality.

- `PRICED`, the default: p * q times the price of either side's calendar (`pricing`).  Where no
  calendar is contested all prices are 1, and p * q is the chance that both want: the best order of
  pairs there is.
- `TU`: the meetings of the equilibrium with transferable utility (`equilibrium`).

On simulated markets the first brings some 4 to 8 % more matches than the second, and on decisions
of two sides it orders pairs as p * q does.  Where exposure is to be (nearly) equal it is the other
way round: the equilibrium, which spreads places by itself, has less to give up for it, and brings
0.4 to 8 % more matches at the same equality (`./run bench matching --case knob`).  So `rule_at`
takes the one that is better there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from emporion.engines.matching import equilibrium, levelling, pricing
from emporion.engines.matching.equilibrium import Equilibrium

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
BLOCK = 512

# Far higher forgets who fits whom, far lower floods the popular again. This value and the form of
# the surplus were chosen on simulated markets of seeds 1 and 2 (benchmarks/matching.py), not on
# real answers.
TEMPERATURE = 0.1
# Buyers ask, exhibitors answer: so many requests for each meeting that an exhibitor wants. Somewhat
# below `metrics.OVERFULL`, as prices stop a little short of what they aim at.
MOST_REQUESTS = 2.5
PRICED, TU = "priced", "tu"
# From this equality on the equilibrium takes the place of prices. On simulated markets of seeds 1
# and 11 and on the model edition prices brought more at 0.75, the equilibrium at 1; where between
# the two they change places was not measured.
MOSTLY_EQUAL = 0.9


@dataclass
class Clearing:
    """A market's order: the score of buyer i and exhibitor j is `kernel[i, j] * a[i] * b[j]`.

    Under `PRICED` the kernel is p * q and the duals are prices, 1 for an uncontested calendar.
    """

    kernel: Floats
    duals: Equilibrium
    rule: str
    equality: float
    _levels: npt.NDArray[np.float64] | None = None

    def levels(self, exhibitor_capacity: npt.ArrayLike, length: int) -> npt.NDArray[np.float64]:
        """Return log e of `levelling` for the duals as they are, worked out once."""
        if self._levels is None:
            self._levels = levelling.weights(self.kernel, self.duals, exhibitor_capacity, length)
        return self._levels


def rule_at(equality: float) -> str:
    """Return the rule that serves a knob at `equality` best."""
    return TU if equality >= MOSTLY_EQUAL else PRICED


def clear(
    p: Floats,
    q: Floats,
    buyer_capacity: npt.ArrayLike,
    exhibitor_capacity: npt.ArrayLike,
    *,
    lengths: tuple[int, int],
    excluded: tuple[Ints, Ints] | None = None,
    temperature: float = TEMPERATURE,
    equality: float = 0.0,
    rule: str = PRICED,
    prices: Equilibrium | None = None,
) -> Clearing:
    """Return the order of the lists from p and q float32[buyers, exhibitors].

    `lengths` are those of buyers' and of exhibitors' lists; `excluded` are (buyers, exhibitors)
    never shown to each other.  `prices` are taken as given, where they are, and not found anew.
    One matrix of that size and O(buyers * exhibitors) time.  Raises
    ValueError for capacities, a temperature, an equality or a rule that cannot be.
    """
    kernel = kernel_by(rule, p, q, temperature)
    if excluded is not None:
        kernel[excluded] = 0
    if prices is not None:
        duals = prices
    elif rule == TU:
        duals = equilibrium.solve(kernel, buyer_capacity, exhibitor_capacity)
    else:
        duals = _priced(kernel, p, buyer_capacity, exhibitor_capacity, lengths)
    duals = levelling.levelled(kernel, duals, exhibitor_capacity, lengths[0], equality)
    return Clearing(kernel, duals, rule, equality)


def _priced(
    kernel: Floats,
    p: Floats,
    buyer_capacity: npt.ArrayLike,
    exhibitor_capacity: npt.ArrayLike,
    lengths: tuple[int, int],
) -> Equilibrium:
    buyers, exhibitors = kernel.shape
    n = equilibrium.capacities(buyer_capacity, buyers, "row")
    m = equilibrium.capacities(exhibitor_capacity, exhibitors, "column")
    if lengths[0] >= exhibitors:
        # Every buyer's list holds everybody: no place is to be shared out, and what is asked for is
        # an order of all pairs.
        return Equilibrium((n > 0).astype(np.float64), (m > 0).astype(np.float64), 0, 0.0, True)
    on_buyers_lists = pricing.Values(buyers, exhibitors, lambda rows: kernel[rows])
    on_exhibitors_lists = pricing.Values(
        exhibitors, buyers, lambda rows: np.ascontiguousarray(kernel[:, rows].T)
    )
    b = pricing.prices(
        on_buyers_lists, m, lengths[0], pricing.Requests(lambda rows: p[rows], MOST_REQUESTS)
    )
    a = pricing.prices(on_exhibitors_lists, n, lengths[1])
    # Who wants no meetings is on no list.
    return Equilibrium(np.where(n > 0, a, 0), np.where(m > 0, b, 0), 0, 0.0, True)


def kernel_by(rule: str, p: Floats, q: Floats, temperature: float = TEMPERATURE) -> Floats:
    """Return the kernel float32 of a rule; ValueError for one that is none."""
    if rule == TU:
        return kernel_of(p, q, temperature)
    if rule == PRICED:
        return p * q
    raise ValueError(f"a rule is {PRICED!r} or {TU!r}, not {rule!r}")


def kernel_of(p: Floats, q: Floats, temperature: float) -> Floats:
    """Return the kernel float32 of the market from both probabilities; one matrix, O(pairs)."""
    out = np.empty_like(p)
    for rows in _blocks(len(p)):
        # 2 sqrt(p q): rises with p and with q, and is p + q where both want alike.
        out[rows] = equilibrium.kernel_of(2 * np.sqrt(p[rows] * q[rows]), temperature)
    return out


def _blocks(rows: int) -> Iterator[slice]:
    for start in range(0, rows, BLOCK):
        yield slice(start, start + BLOCK)
