"""Why a request was not granted, read off the finished schedule."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from . import solution as why
from .compiled import compiled
from .state import (
    COUNT,
    DAY,
    DAY_QUOTA,
    END0,
    END1,
    FREE,
    QUOTA,
    SLOT,
    State,
    fits,
    room,
    tables_left,
    walkable,
)


@compiled
def _explain(st: State, reason: npt.NDArray[np.int8]) -> None:
    """Fill ``reason`` for unheld requests that have a common slot.

    quota       an end holds its greatest number of meetings, or every slot in which both are free
                lies on a day on which one of them does
    walking     both are free in some slot with a table, but cannot walk there in time
    no_table    both are free in some slot, but no table is left there
    outweighed  in every common slot other meetings hold the place of one of the two
    """
    for r in range(st.req.shape[0]):
        if st.req[r, SLOT] >= 0:
            reason[r] = why.HELD
            continue
        if reason[r] >= 0:
            continue
        a, b = st.req[r, END0], st.req[r, END1]
        if st.who[a, COUNT] >= st.who[a, QUOTA] or st.who[b, COUNT] >= st.who[b, QUOTA]:
            full = st.who[a, FREE] == 0 or st.who[b, FREE] == 0
            reason[r] = why.OUTWEIGHED if full else why.QUOTA
            continue
        day_full, no_table, walking = False, False, False
        for t in range(st.slots):
            if not fits(st, r, t):
                continue
            if not room(st, a * st.slots + t) or not room(st, b * st.slots + t):
                continue
            day = st.when[t, DAY]
            if st.has_days and (
                st.dcount[a, day] >= st.who[a, DAY_QUOTA]
                or st.dcount[b, day] >= st.who[b, DAY_QUOTA]
            ):
                day_full = True
            elif st.has_tables and not tables_left(st, r, t):
                no_table = True
            elif st.has_walk and not walkable(st, r, t):
                walking = True
        if walking:
            reason[r] = why.WALKING
        elif no_table:
            reason[r] = why.NO_TABLE
        elif day_full:
            reason[r] = why.QUOTA
        else:
            reason[r] = why.OUTWEIGHED


def explain(
    st: State, possible: npt.NDArray[np.bool_], excluded: npt.NDArray[np.bool_]
) -> npt.NDArray[np.int8]:
    """Reason of every request, int8[R], -1 = held.  O(R S)."""
    reason = np.full(len(excluded), -1, dtype=np.int8)
    reason[~possible.any(axis=1)] = why.NO_COMMON_SLOT
    reason[excluded] = why.EXCLUDED
    _explain(st, reason)
    return reason
