"""Moves that count what they change for people who have been told: the kernels of repair.

They work on the state of the search (`state`), beside it an account of announced meetings:
``home`` int32[R] the slot that was announced (-1 = none), with the number of slots added where
giving the meeting up is no move (`homes`), ``stay`` int64 what one moved meeting costs in integer
units, ``moved`` int32[P, 2] the moved meetings of each participant and how many it accepts.
"""

from __future__ import annotations

import numpy as np

from ..chains import FAILED, INSERTED, try_insert
from ..compiled import compiled, compiled_inside
from ..instance import Bools, IntGrid, IntRow, Ints
from ..state import (
    END0,
    FIRST,
    LOCK,
    LOG,
    LOG_SLOT,
    LOGGED,
    LOGGING,
    SCORE,
    SLOT,
    TRIAL,
    State,
    can_put,
    draw,
    put,
)
from ..trials import _force, _undo

MOVED, ACCEPTED = 0, 1
#: Value of the lock of a meeting whose people accept no further move.
HELD_BACK = 2
#: Waiting requests of a participant tried in the place of a meeting that found no other.
SUBSTITUTES = 6


def homes(announced: Ints, slots: int, no_move: Bools | bool) -> Ints:
    """``home`` of the slots ``announced`` int32[R]; ``no_move``: giving it up is no move."""
    found: Ints = np.where((announced >= 0) & no_move, announced + slots, announced)
    return found.astype(np.int32)


@compiled
def place(st: State, rows: IntRow, slots: IntRow, check: bool) -> None:
    """Hold ``rows`` in ``slots``; with ``check`` only where that is allowed."""
    for i in range(rows.shape[0]):
        if not check or can_put(st, rows[i], slots[i]):
            put(st, rows[i], slots[i])


@compiled_inside
def begin(st: State) -> None:
    """Open the journal: `undo` leads back to here."""
    st.ctl[LOGGING], st.ctl[LOGGED] = 1, 0
    st.ctl[TRIAL] += 1


@compiled_inside
def _is_move(st: State, told: int, slot: int) -> bool:
    """Whether a meeting of home ``told`` is a moved one in ``slot`` (-1 = not held)."""
    if told < 0 or (slot < 0 and told >= st.slots):
        return False
    return slot != told % st.slots


@compiled_inside
def count_moves(st: State, home: IntRow, moved: IntGrid) -> int:
    """Enter the journal into the account of moves; gives the change of their number."""
    total = 0
    for i in range(st.ctl[LOGGED]):
        r = st.req[i, LOG]
        was = _is_move(st, home[r], st.req[i, LOG_SLOT])
        is_ = _is_move(st, home[r], st.req[r, SLOT])
        if was != is_:
            step = 1 if is_ else -1
            total += step
            moved[st.req[r, END0], MOVED] += step
            moved[st.req[r, END0 + 1], MOVED] += step
    return total


@compiled_inside
def too_many(st: State, moved: IntGrid) -> bool:
    """Whether somebody in the journal has more moves than it accepts."""
    for i in range(st.ctl[LOGGED]):
        for k in range(2):
            p = st.req[st.req[i, LOG], END0 + k]
            if moved[p, MOVED] > moved[p, ACCEPTED]:
                return True
    return False


@compiled_inside
def undo(st: State, home: IntRow, moved: IntGrid, counted: bool) -> None:
    """Back to where `begin` was; takes the moves out of the account when they are in it."""
    if counted:
        for i in range(st.ctl[LOGGED]):
            r = st.req[i, LOG]
            was = _is_move(st, home[r], st.req[i, LOG_SLOT])
            step = int(was) - int(_is_move(st, home[r], st.req[r, SLOT]))
            moved[st.req[r, END0], MOVED] += step
            moved[st.req[r, END0 + 1], MOVED] += step
    _undo(st)


@compiled_inside
def give_up(st: State, home: IntRow, moved: IntGrid, counted: bool) -> None:
    """`undo`, and end what `begin` began."""
    undo(st, home, moved, counted)
    st.ctl[LOGGING] = 0


@compiled_inside
def _substitute(st: State, p: int, limit: int) -> None:
    """Insert a waiting request of p, one of the best."""
    tried = 0
    for i in range(st.who[p, FIRST], st.who[p + 1, FIRST]):
        r = st.adj[i]
        if st.req[r, SLOT] >= 0 or st.req[r, LOCK] != 0:
            continue
        if try_insert(st, r, limit, -1) == INSERTED or tried >= SUBSTITUTES:
            return
        tried += 1


@compiled
def hold_back(st: State, p: int, home: IntRow, moved: IntGrid) -> None:
    """Lock what p or whom it meets does not accept to move any more, and unlock what they do.

    Nothing that is out of its announced slot already is locked: moving it again is no further move.
    """
    for i in range(st.who[p, FIRST], st.who[p + 1, FIRST]):
        r = st.adj[i]
        if home[r] < 0 or st.req[r, LOCK] == 1:
            continue
        used = False
        for k in range(2):
            q = st.req[r, END0 + k]
            used = used or moved[q, MOVED] >= moved[q, ACCEPTED]
        st.req[r, LOCK] = HELD_BACK if used and st.req[r, SLOT] == home[r] % st.slots else 0


@compiled
def work_priced(
    st: State,
    roots: IntRow,
    first: int,
    steps: int,
    limit: int,
    forced: bool,
    homeless: IntRow,
    home: IntRow,
    stay: int,
    moved: IntGrid,
) -> int:
    """Steps of a search in which a moved announced meeting costs ``stay`` units.

    As `trials.work`: plain insertion of ``roots[first:first + steps]``, or roots drawn and forced
    in.  A step is undone when the total less the price of its moves has fallen, when it has not
    risen and moves more, or when somebody would be moved more often than it accepts.  Who has been
    moved that often is held back from then on, so that searches go other ways.  Gives the number of
    steps that were kept.
    """
    kept = 0
    for step in range(steps):
        root = roots[draw(st, roots.shape[0])] if forced else roots[first + step]
        if st.req[root, SLOT] >= 0 or st.req[root, LOCK] != 0:
            continue
        before = st.ctl[SCORE]
        n = 1
        homeless[0] = root
        begin(st)
        if forced:
            n = _force(st, root, homeless)
        for j in range(n):
            r = homeless[j]
            if st.req[r, SLOT] < 0 and try_insert(st, r, limit, -1) == 0 and forced:
                _substitute(st, st.req[r, END0 + 1], limit)
                _substitute(st, st.req[r, END0], limit)
        if forced:
            st.req[root, LOCK] = 0
        change = count_moves(st, home, moved)
        gain = st.ctl[SCORE] - before - change * stay
        if n < 0 or gain < 0 or (gain == 0 and change > 0) or too_many(st, moved):
            undo(st, home, moved, True)
        else:
            kept += 1
            for i in range(st.ctl[LOGGED]):
                r = st.req[i, LOG]
                for k in range(2):
                    p = st.req[r, END0 + k]
                    if home[r] >= 0 and moved[p, MOVED] + 1 >= moved[p, ACCEPTED]:
                        hold_back(st, p, home, moved)
        st.ctl[LOGGING] = 0
    return kept


@compiled_inside
def within(st: State, home: IntRow, moved: IntGrid, most: int, touched: IntRow) -> bool:
    """Whether what the journal holds is within consent; undone when it is not.

    Announced meetings may be moved, ``most`` of them, and none may be lost.  What is kept is
    appended to ``touched`` (its first entry is the number of the others).
    """
    changed = 0
    for i in range(st.ctl[LOGGED]):
        r, old = st.req[i, LOG], st.req[i, LOG_SLOT]
        if old >= 0 and st.req[r, SLOT] < 0:
            changed = most + 1
        changed += old >= 0 and st.req[r, SLOT] != old
    count_moves(st, home, moved)
    if changed > most or too_many(st, moved):
        give_up(st, home, moved, True)
        return False
    for i in range(st.ctl[LOGGED]):
        if touched[0] + 1 < touched.shape[0]:
            touched[0] += 1
            touched[touched[0]] = st.req[i, LOG]
    st.ctl[LOGGING] = 0
    return True


@compiled
def insert_within(
    st: State,
    r: int,
    limit: int,
    after: int,
    home: IntRow,
    moved: IntGrid,
    most: int,
    touched: IntRow,
) -> bool:
    """Hold ``r`` in a slot behind ``after``, moving at most ``most`` meetings within consent."""
    begin(st)
    done = try_insert(st, r, limit, after)
    if done == INSERTED:
        return within(st, home, moved, most, touched)
    if done != FAILED:
        undo(st, home, moved, False)
    st.ctl[LOGGING] = 0
    return False
