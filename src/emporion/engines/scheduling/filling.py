"""What still fits into a finished schedule as things are is held, by every constraint."""

from __future__ import annotations

import numpy as np

from .instance import Instance, Ints
from .solution import count_breaks
from .state import SLOT, VALUE, State, can_put, put, unset
from .trials import could_hold


def fill_left(instance: Instance, st: State, rows: Ints | None = None) -> int:
    """Hold each of ``rows`` (int32[.], default: all, the dearest first) that fits, earliest slot
    first; gives their number.  So a refusal that says "outweighed" is true.

    Nothing that is held moves.  Orders of meetings are kept, and so is the fairness of breaks;
    where breaks are what counts, none is added.  O(R S), more where breaks matter.
    """
    if rows is None:
        rows = np.argsort(-st.long[:, VALUE], kind="stable").astype(np.int32)
    rows = rows[st.req[rows, SLOT] < 0]
    before: dict[int, list[int]] = {}
    for a, b in instance.precedences.tolist():
        before.setdefault(b, []).append(a)
    done, again = 0, True
    while again:
        again = False
        for r in rows[could_hold(st, rows)].tolist():
            if _hold(instance, st, r, before.get(r, [])):
                done, again = done + 1, True
        # A meeting that has come may be what another has to follow, make breaks alike or close one.
        by_breaks = instance.objective == "breaks" or instance.max_break_difference is not None
        again = again and bool(before or by_breaks)
    return done


def _hold(it: Instance, st: State, r: int, first: list[int]) -> bool:
    slot = st.req[:, SLOT]
    after = max((int(slot[a]) for a in first), default=-1)
    if any(slot[a] < 0 for a in first):
        return False
    most, by_breaks = it.max_break_difference, it.objective == "breaks"
    matter = most is not None or by_breaks
    breaks = count_breaks(it, slot) if matter else None
    for t in range(after + 1, st.slots):
        if not can_put(st, r, t):
            continue
        put(st, r, t)
        if breaks is None:
            return True
        now = count_breaks(it, slot)
        fair = most is None or int(np.ptp(now)) <= most
        if fair and not (by_breaks and now.sum() > breaks.sum()):
            return True
        unset(st, r)
    return False
