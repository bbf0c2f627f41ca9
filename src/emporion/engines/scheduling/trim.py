"""Last checks that the moves of the search do not make themselves; what offends is given up."""

from __future__ import annotations

import numpy as np

from .instance import Instance
from .solution import count_breaks
from .state import LOCK, SLOT, VALUE, State, too_far, unset


def trim_walks(instance: Instance, st: State) -> int:
    """Drop meetings between which nobody can walk; gives their number.

    Only needed when the matrix of minutes breaks the triangle inequality: then taking a meeting out
    between two others can make the way between these too long.
    """
    if not st.has_walk:
        return 0
    minutes = instance.walk_minutes
    if all((minutes <= minutes[:, [k]] + minutes[[k], :]).all() for k in range(len(minutes))):
        return 0
    dropped = 0
    again = True
    while again:
        again = False
        for r in np.flatnonzero(st.req[:, SLOT] >= 0):
            for k in range(2):
                if st.req[r, SLOT] < 0:
                    continue
                other = too_far(st, int(r), k, int(st.req[r, SLOT]), -1)
                if other >= 0:
                    unset(st, _lighter(st, int(r), int(other)))
                    dropped += 1
                    again = True
    return dropped


def _lighter(st: State, a: int, b: int) -> int:
    if st.req[a, LOCK] != st.req[b, LOCK]:
        return b if st.req[a, LOCK] else a
    return a if st.long[a, VALUE] < st.long[b, VALUE] else b


def trim_breaks(instance: Instance, st: State) -> int:
    """Drop meetings of participants with more breaks than the fairness rule allows.

    Somebody without breaks is assumed, so nobody may have more than ``max_break_difference``.
    """
    most = instance.max_break_difference
    if most is None:
        return 0
    dropped = 0
    while True:
        breaks = count_breaks(instance, st.req[:, SLOT])
        if breaks.max(initial=0) - breaks.min(initial=0) <= most:
            return dropped
        person = int(breaks.argmax())
        mine = np.flatnonzero(
            (st.req[:, SLOT] >= 0)
            & (st.req[:, LOCK] == 0)
            & ((instance.first == person) | (instance.second == person))
        )
        if not len(mine):
            return dropped
        unset(st, int(mine[np.argmin(st.long[:, VALUE][mine])]))
        dropped += 1
