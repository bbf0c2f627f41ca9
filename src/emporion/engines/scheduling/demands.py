"""What must be held, placed by the constraint model where the search has not found a place for it.

The search goes by value and may end in a corner: a mandatory request without a place, or somebody
with too few meetings, though a schedule exists.
"""

from __future__ import annotations

import time

import numpy as np

from .contradictions import MOST_PAIRS, WORK, needed, part_of
from .exact.constraints import some_schedule
from .filling import fill_left
from .instance import Instance, Ints
from .preparing import Prepared, unmet_demands
from .state import LOCK, SLOT, VALUE, State, can_put, put, unset
from .trim import offences, trim

#: Seconds kept of the time limit for what comes after; with so many more before them a solver that
#: the clock has stopped counts as late, as it stops a little early.
SECONDS_KEPT, SECONDS_EARLY = 0.1, 0.05


def meet_demands(
    instance: Instance, ready: Prepared, st: State, deadline: float | None, last: bool = True
) -> bool | None:
    """Put a schedule that keeps every constraint into ``st``, with as much of the one that is there
    as still fits; whether that was possible, None where it was not needed.

    Where the search goes on (not ``last``), fairness is left to the end of it, and mandatory
    meetings stay in their slots: to the search one of somebody who is promised some is worth as
    much.  Not possible where the model finds none within its work (`WORK`) and before ``deadline``
    (`time.monotonic`), or what must be held has more than `MOST_PAIRS` possible slots.
    """
    slot, lock = st.req[:, SLOT].copy(), st.req[:, LOCK].copy()
    if not _unmet(instance, slot, last):
        return None
    found = _schedule(instance, ready, slot, deadline)
    if found is None:
        return False
    _lay(st, found)
    st.req[found >= 0, LOCK] = 1
    for r in np.argsort(-st.long[:, VALUE], kind="stable").tolist():
        if slot[r] >= 0 and st.req[r, SLOT] < 0 and can_put(st, r, int(slot[r])):
            put(st, r, int(slot[r]))
    if last:
        trim(instance, st)
        fill_left(instance, st)
    met = not _unmet(instance, st.req[:, SLOT], last)
    st.req[:, LOCK] = lock
    if not met:
        _lay(st, slot)
    elif not last:
        st.req[instance.mandatory, LOCK] = 1
    return met


def _unmet(instance: Instance, slot: Ints, last: bool) -> bool:
    return bool(unmet_demands(instance, slot) or (last and offences(instance, slot)))


def _schedule(
    instance: Instance, ready: Prepared, near: Ints, deadline: float | None
) -> Ints | None:
    """The slots, int32[R], of what must be held and of what helps it, -1 for everything else; as
    they are in ``near``, as far as the solver's luck goes."""
    must = needed(instance)
    rows = np.flatnonzero(must)
    if is_late(deadline) or ready.possible[rows].sum() > MOST_PAIRS:
        return None
    people = (instance.min_meetings > 0) | (instance.max_break_difference is not None)
    people[instance.first[rows]] = people[instance.second[rows]] = True
    until = None if deadline is None else deadline - SECONDS_KEPT
    part = part_of(instance, must, people)
    found = some_schedule(part, ready.possible[rows], near[rows], WORK, until)
    if found is None:
        return None
    slot: Ints = np.full(len(must), -1, dtype=np.int32)
    slot[rows] = found
    return slot


def is_late(deadline: float | None) -> bool:
    """Whether the time until ``deadline`` is used up, but for what comes after."""
    return deadline is not None and time.monotonic() > deadline - SECONDS_KEPT - SECONDS_EARLY


def _lay(st: State, slot: Ints) -> None:
    """Hold this schedule and nothing else."""
    for r in np.flatnonzero(st.req[:, SLOT] >= 0).tolist():
        unset(st, r)
    for r in np.flatnonzero(slot >= 0).tolist():
        put(st, r, int(slot[r]))
