"""Prices of full calendars: where more is promised to somebody than fits, fewer lists hold them.

Lists of the best by v_ij = p_ij q_ij alone send everybody to the same few.  With looks 1 / rank the
meetings promised to j are load_j = sum over lists of v_ij / rank, and of them only its capacity can
be held.  So lists take the best by v_ij w_j, with a price w_j <= 1 that is 1 wherever the load
stays below the capacity: where no calendar is contested, they are those of p q.  Prices are found
by steps against the excess, on the lists that they themselves make.

A list that was chosen so is read in the order of v_ij, the chance that both want.  In the order of
v_ij w_j it would put whom all want behind others on the very lists that are theirs: some matches
more on simulated markets, and an order that says less of two people than p q does.

A calendar is not the only thing that fills up.  Somebody whom many want and who wants few holds all
the meetings that come of it, and still gets more requests than can be answered.  So what is asked
of j, the sum over lists of p_ij / rank, is held to `requests.most` for each meeting wanted in the
same way: the price answers to whichever is fuller.

The prices of one side depend on the lists of the other side alone: each side is priced by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from emporion.engines.matching.contenders import Values, contenders

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]

# Steps of each stage, at whose beginning contenders are chosen anew.
STAGES = (5, 10, 15)
# Where the last stage still brought so much more, as it does where many are wanted alike, more
# stages follow, up to so many steps of one.
STILL_RISING, MORE_STAGES = 0.02, (20, 20, 20)
# Steps of the size of the first, and how many until they are half as long: chosen on simulated
# markets of seeds 1 and 2.
STRIDE, SLOWER = 0.8, 30
# Where many are wanted alike a small step empties a calendar that was too full: whoever went past
# the mark takes smaller steps from then on (Rprop; Riedmiller and Braun, 1993).
TURNED, ONWARD = 0.4, 1.2
# A price falls no faster than for a load of a twentieth rises.
LEAST_LOAD = 0.05


@dataclass(frozen=True)
class Requests:
    """What rows ask of columns: `chance` float32 of each pair, and how many a column can answer.

    `most` are requests for each meeting that the column wants.
    """

    chance: Callable[[slice], Floats]
    most: float


def prices(
    values: Values, capacity: npt.ArrayLike, length: int, requests: Requests | None = None
) -> Doubles:
    """Return w float64[columns] in (0, 1]; all 1 where nobody is promised more than fits.

    With `requests` also where nobody is asked more than can be answered; all 1 where lists hold
    everybody as well, as there is no place to share out.
    O(rows * columns) for each stage, O(rows * length) for each step.
    """
    slots = np.maximum(np.asarray(capacity, dtype=np.float64), 1e-9)
    log_price = np.zeros(values.columns)
    if not values.rows or values.columns <= length:
        return np.exp(log_price)
    best, most, step = log_price, -np.inf, 0
    stride, before = np.full(values.columns, STRIDE), np.zeros(values.columns)
    also = () if requests is None else (requests.chance,)
    for stage, steps in enumerate(STAGES + MORE_STAGES):
        earlier = most
        found = contenders(values, np.exp(log_price), length, also)
        for _ in range(steps):
            meetings, *asked = found.sums(np.exp(log_price), length, (found.value, *found.more))
            load = meetings / slots
            kept = float(np.minimum(load, 1) @ slots)
            if requests is not None:
                fullness = asked[0] / (requests.most * slots)
                # What nobody can answer is lost to those who asked.
                kept -= float(np.maximum(fullness - 1, 0) @ slots)
                load = np.maximum(load, fullness)
            if kept - most > 1e-6 * abs(kept):
                best, most = log_price, kept
            if step == 0 and load.max() <= 1:
                return np.exp(log_price)
            excess = np.log(np.maximum(load, LEAST_LOAD))
            turned = excess * before < 0
            stride = np.where(turned, stride * TURNED, np.minimum(stride * ONWARD, STRIDE))
            log_price = np.minimum(0, log_price - stride / (1 + step / SLOWER) * excess)
            before = excess
            step += 1
        if stage >= len(STAGES) - 1 and most - earlier <= STILL_RISING * abs(most):
            break
    return np.exp(best)
