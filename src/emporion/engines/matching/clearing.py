"""From two directed probabilities to the order of the lists: which rule, at which equality.

Two rules are weighed by the matches they are expected to bring (`metrics.figures`):

- "tu": the equilibrium of the market with transferable utility under both sides' capacities.
- "product": p * q alone.  Where nobody's calendar is contested, sharing out is of no use, and
  p * q is the chance that both want: the best order of pairs there is.

The equilibrium is taken only where it promises more.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from emporion.engines.matching import equilibrium, levelling, metrics, rank
from emporion.engines.matching.equilibrium import Equilibrium

Floats = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
BLOCK = 512

# Far higher forgets who fits whom, far lower floods the popular again. This value and the form of
# the surplus were chosen on simulated markets of seeds 1 and 2 (benchmarks/matching.py), not on
# real answers.
TEMPERATURE = 0.1
# The equilibrium must promise this much more than p * q to be worth leaving it.
WORTH = 1.02
TU, PRODUCT = "tu", "product"


@dataclass
class Clearing:
    """A market's order: the score of buyer i and exhibitor j is `kernel[i, j] * a[i] * b[j]`.

    `rule` is `TU` or `PRODUCT`; `iterations` those of the equilibrium.
    """

    kernel: Floats
    duals: Equilibrium
    rule: str
    iterations: int
    equality: float


def clear(
    p: Floats,
    q: Floats,
    buyer_capacity: npt.ArrayLike,
    exhibitor_capacity: npt.ArrayLike,
    *,
    length: int,
    excluded: tuple[Ints, Ints] | None = None,
    temperature: float = TEMPERATURE,
    equality: float = 0.0,
    rule: str | None = None,
) -> Clearing:
    """Return the order of the lists from p and q float32[buyers, exhibitors].

    `length` is that of buyers' lists; `excluded` are (buyers, exhibitors) never shown to each
    other; `rule` forces one of the two.  One matrix of that size and O(buyers * exhibitors) time.
    Raises ValueError for capacities, a temperature or an equality that cannot be.
    """
    kernel = kernel_of(p, q, temperature)
    if excluded is not None:
        kernel[excluded] = 0
    cleared = equilibrium.solve(kernel, buyer_capacity, exhibitor_capacity)
    iterations = cleared.iterations
    if rule is None:
        rule = _better(kernel, cleared, p, q, exhibitor_capacity, length)
    if rule == PRODUCT:
        np.multiply(p, q, out=kernel)
        if excluded is not None:
            kernel[excluded] = 0
        cleared = _unpriced(cleared, buyer_capacity, exhibitor_capacity)
    cleared = levelling.levelled(kernel, cleared, exhibitor_capacity, length, equality)
    return Clearing(kernel, cleared, rule, iterations, equality)


def kernel_of(p: Floats, q: Floats, temperature: float) -> Floats:
    """Return the kernel float32 of the market from both probabilities; one matrix, O(pairs)."""
    out = np.empty_like(p)
    for rows in _blocks(len(p)):
        # 2 sqrt(p q): rises with p and with q, and is p + q where both want alike.
        out[rows] = equilibrium.kernel_of(2 * np.sqrt(p[rows] * q[rows]), temperature)
    return out


def _better(
    kernel: Floats,
    cleared: Equilibrium,
    p: Floats,
    q: Floats,
    exhibitor_capacity: npt.ArrayLike,
    length: int,
) -> str:
    width = kernel.shape[1]
    if not kernel.size:
        return PRODUCT

    def expected(lists: rank.Ranking) -> float:
        own, other = lists.owners(), lists.other
        return metrics.figures(
            lists, p[own, other], q[own, other], exhibitor_capacity
        ).expected_matches

    plain = (np.where(kernel[rows] > 0, p[rows] * q[rows], 0) for rows in _blocks(len(p)))
    by_product = expected(rank.top_lists(plain, width, length))
    by_clearing = expected(rank.rank_buyers(kernel, cleared, length))
    return TU if by_clearing > WORTH * by_product else PRODUCT


def _unpriced(
    cleared: Equilibrium, buyer_capacity: npt.ArrayLike, exhibitor_capacity: npt.ArrayLike
) -> Equilibrium:
    """Duals of 1, and of 0 for who wants no meetings."""
    a, b = (
        (np.asarray(capacity, dtype=np.float64) > 0).astype(np.float64)
        for capacity in (buyer_capacity, exhibitor_capacity)
    )
    return Equilibrium(a, b, cleared.iterations, 0.0, True)


def _blocks(rows: int) -> Iterator[slice]:
    for start in range(0, rows, BLOCK):
        yield slice(start, start + BLOCK)
