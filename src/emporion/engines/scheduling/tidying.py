"""Fewer breaks and idle slots in a schedule that is finished: the same meetings, other slots."""

from __future__ import annotations

import time

import numpy as np

from .breaks import anneal, cooling
from .instance import Instance, InstanceError, Ints
from .limits import refuse_seed
from .order import ordered_rows
from .solution import count_breaks, count_idle
from .state import LOCK, SLOT, State

#: Proposals for each meeting when neither a time nor a work limit is given.
PROPOSALS_A_MEETING = 300
#: The cooling is done in so many parts; under a time limit each gets its share of what is left.
PARTS = 20


def tidy(instance: Instance, st: State, proposals: int) -> None:
    """Anneal the movable meetings of ``st`` with so many proposals."""
    held = np.flatnonzero((st.req[:, SLOT] >= 0) & (st.req[:, LOCK] == 0)).astype(np.int32)
    if len(held) and proposals > 0:
        windows: Ints = instance.windows()
        anneal(st, held, windows, int(windows[-1]) + 1, proposals, cooling())


def fewer_breaks(
    instance: Instance,
    slot: Ints,
    *,
    seed: int = 0,
    time_limit: float | None = None,
    work_limit: int | None = None,
) -> Ints:
    """The meetings of ``slot`` (int32[R], -1 = not held) in slots with fewer breaks, and among
    those with fewer idle slots, int32[R].

    Exactly the same requests are held, every hard constraint is kept, locked meetings and those of
    precedences stay where they are.  Breaks of all participants count alike.  ``work_limit``
    proposals give the same result every time; ``time_limit`` in seconds; with neither, 300
    proposals a meeting.  At 70,000 meetings a second does about 5 million proposals.

    Raises `InstanceError` for a schedule that does not keep the constraints.

    >>> from emporion.engines.scheduling import make_instance
    >>> day = make_instance(["9", "10", "11"], ["booth", "anna", "bo"], ["x", "y"], [0, 0], [1, 2])
    >>> sorted(fewer_breaks(day, np.array([0, 2], dtype=np.int32), work_limit=200).tolist())
    [0, 1]
    """
    from .preparing import prepare
    from .repairing.kernels import place

    began = time.monotonic()
    refuse_seed(seed)
    ready = prepare(instance)
    st = ready.empty_state(instance, seed=seed)
    slot = np.asarray(slot, dtype=np.int32)
    held = in_time(slot)
    place(st, held, slot[held], True)
    if (wrong := np.flatnonzero(st.req[:, SLOT] != slot)).size:
        name = instance.request_ids[wrong[0]]
        raise InstanceError("schedule", f'request "{name}" cannot be held where it is')
    st.req[instance.locked[:, 0], LOCK] = 1
    st.req[ordered_rows(instance), LOCK] = 1
    if time_limit is None:
        tidy(instance, st, PROPOSALS_A_MEETING * len(held) if work_limit is None else work_limit)
    else:
        _until(instance, st, began + time_limit)
    after: Ints = st.req[:, SLOT].copy()
    most = instance.max_break_difference
    breaks = count_breaks(instance, after)
    unfair = most is not None and int(np.ptp(breaks)) > most

    def cut_off(slot: Ints) -> bool:
        """Whether a move has taken a meeting away that had made a way shorter for somebody."""
        if not instance.walking:
            return False
        again, rows = ready.empty_state(instance), in_time(slot)
        place(again, rows, slot[rows], True)
        return bool((again.req[:, SLOT] != slot).any())

    before = (count_breaks(instance, slot).sum(), count_idle(instance, slot).sum())
    worse = (breaks.sum(), count_idle(instance, after).sum()) > before
    return slot.copy() if unfair or worse or cut_off(after) else after


def in_time(slot: Ints) -> Ints:
    """The meetings of ``slot`` (int32[R], -1 = not held) as they come, int32[.]: put in this order,
    each finds the last one before it, so every way of a valid schedule is looked at as it is."""
    held = np.flatnonzero(slot >= 0)
    rows: Ints = held[np.argsort(slot[held], kind="stable")].astype(np.int32)
    return rows


def _until(instance: Instance, st: State, deadline: float) -> None:
    held = np.flatnonzero((st.req[:, SLOT] >= 0) & (st.req[:, LOCK] == 0)).astype(np.int32)
    if not len(held):
        return
    windows: Ints = instance.windows()
    odds = cooling()
    speed, part = 1e6, len(odds) // PARTS
    for n in range(PARTS):
        began = time.monotonic()
        seconds = (deadline - began) / (PARTS - n)
        if seconds <= 0:
            return
        proposals = max(int(seconds * speed), 1000)
        stages = np.ascontiguousarray(odds[n * part : (n + 1) * part])
        anneal(st, held, windows, int(windows[-1]) + 1, proposals, stages)
        speed = proposals / max(time.monotonic() - began, 1e-6)
