"""From two directed probabilities to who is on whose list: by which rule, at which equality.

- `PRICED`, the default: the best by p * q times the price of the other's calendar (`pricing`).
- `TU`: the best by the meetings of the equilibrium with transferable utility (`equilibrium`).

Either decides who is on a list and who is not.  The order of a list is always that of p * q, the
chance that both want: the best order of pairs there is.

Which rule brings more matches depends on how equal exposure is to be: prices on the whole, and the
equilibrium, which spreads places by itself and has less to give up for it, where it is to be
(nearly) equal (`./run bench matching --case knob`).  So `rule_at` takes the one that is better.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from emporion.engines.matching import equilibrium, levelling, pricing
from emporion.engines.matching.contenders import Values
from emporion.engines.matching.equilibrium import Equilibrium
from emporion.engines.matching.pairs import Pairs, combined, rows_of, turned

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
# From this equality on the equilibrium takes the place of prices. On six simulated markets prices
# brought more at 0.95 and looks as equal, the equilibrium up to 3 % more at 1; at low equality,
# read in the order of p * q, it floods inboxes (`./run bench matching --case knob`).
MOSTLY_EQUAL = 0.975


@dataclass
class Clearing:
    """What decides about places: pair i, j stands for them with `kernel[i, j] * a[i] * b[j]`.

    Under `PRICED` the kernel is p * q and the duals are prices, 1 for an uncontested calendar.  The
    kernel rises with p * q under either rule, so lists are in its order.
    """

    kernel: Pairs
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
    p: Pairs,
    q: Pairs,
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
    """Return what decides about places, from p and q float32[buyers, exhibitors], as CSR alike.

    `lengths` are those of buyers' and of exhibitors' lists; `excluded` are (buyers, exhibitors)
    never shown to each other.  `prices` are taken as given, where they are, and not found anew.
    One matrix of that size and O(buyers * exhibitors) time.  Raises
    ValueError for capacities, a temperature, an equality or a rule that cannot be.
    """
    kernel = combined(partial(kernel_by, rule, temperature=temperature), p, q)
    if excluded is not None and isinstance(kernel, np.ndarray):
        # CSR holds no such pair.
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
    kernel: Pairs,
    p: Pairs,
    buyer_capacity: npt.ArrayLike,
    exhibitor_capacity: npt.ArrayLike,
    lengths: tuple[int, int],
) -> Equilibrium:
    buyers, exhibitors = kernel.shape
    n = equilibrium.capacities(buyer_capacity, buyers, "row")
    m = equilibrium.capacities(exhibitor_capacity, exhibitors, "column")
    asked = pricing.Requests(partial(rows_of, p), MOST_REQUESTS)
    b = pricing.prices(Values(buyers, exhibitors, partial(rows_of, kernel)), m, lengths[0], asked)
    of_exhibitors = partial(rows_of, turned(kernel))
    a = pricing.prices(Values(exhibitors, buyers, of_exhibitors), n, lengths[1])
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
