"""The rest of a fair after a hall was closed or a group has not come."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from ..instance import Bools, Instance, Ints
from ..naming import Contradictory
from ..solution import Solution
from ..state import SLOT
from ..tidying import in_time
from .changes import REASONS, Change, Changes
from .events import FORMAT, Order, remaining
from .keeping import ANY, solve_keeping
from .kernels import place

#: Seconds from the start to the end of the search, when the caller does not say: with what comes
#: after it, an expo of 200,000 requests has its answer in less than five.
DEFAULT_SECONDS = 3.5
#: Sentences about an announced schedule that is not valid.
MOST_FAULTS = 20


def repair(
    instance: Instance,
    slot: Ints,
    order: Order,
    *,
    seed: int = 0,
    time_limit: float | None = None,
    work_limit: int | None = None,
    on_progress: Callable[[dict[str, Any]], Any] | None = None,
    started: float | None = None,
) -> tuple[Solution, Changes, Instance]:
    """The announced schedule ``slot`` (int32[R], -1 = not held) after the events of ``order``.

    What is past, locked or nearer than the notice never moves.  A moved meeting has a price, nobody
    without a place of its own is moved more than ``order.moves_per_person`` times, nobody with one
    more than ``order.moves_per_host`` (see ``order.later_counts`` for meetings that an event has
    hit), those of ``order.no_moves`` never.
    Gives the new schedule, the differences with reasons, and the instance that is left, against
    which the schedule can be checked.  What was wrong with the announced schedule is said
    in ``faults`` of the differences; its meetings that could not be where they were may be moved or
    lost.  Raises `Contradictory` when nothing of what is locked can
    stand.

    >>> from emporion.engines.scheduling import make_instance
    >>> from emporion.engines.scheduling.repairing import order_from_json
    >>> two = make_instance(["9", "10"], ["booth", "anna", "bo"], ["x", "y", "z"], [0, 0, 0],
    ...                     [1, 2, 2], max_meetings=[2, 1, 1])
    >>> order = order_from_json({"format": FORMAT, "events": [
    ...     {"kind": "absent", "participants": ["anna"]}]}, two)
    >>> after, changes, left = repair(two, np.array([0, 1, -1], dtype=np.int32), order)
    >>> after.slot.tolist(), [REASONS[change.reason] for change in changes.changes]
    ([-1, 1, -1], ['one of the two is not there'])
    """
    began = time.monotonic() if started is None else started
    if time_limit is None and work_limit is None:
        time_limit = DEFAULT_SECONDS
    slot = np.asarray(slot, dtype=np.int32)
    misplaced, faults = announced_faults(instance, slot)
    left, still = remaining(instance, slot, order)
    accepts = np.full(len(instance.participant_ids), ANY, dtype=np.int32)
    accepts[instance.place < 0] = min(order.moves_per_person, ANY)
    if order.moves_per_host is not None:
        accepts[instance.place >= 0] = min(order.moves_per_host, ANY)
    accepts[order.no_moves] = 0
    solution = solve_keeping(
        left,
        still,
        move_price=order.move_price,
        most_moves=accepts,
        seed=seed,
        time_limit=time_limit,
        work_limit=work_limit,
        on_progress=on_progress,
        started=began,
        with_bound=False,
        near=_near(instance, slot, still),
        announced=slot if order.later_counts else still,
        cancel_counts=order.cancel_counts,
    )
    if solution.status == "infeasible":
        raise Contradictory("repair", solution.conflicts)
    changes = _differences(instance, slot, still, solution.slot, order, misplaced)
    changes.faults = faults
    changes.seconds = round(time.monotonic() - began, 3)
    return solution, changes, left


def _near(it: Instance, slot: Ints, still: Ints) -> Bools:
    """Requests of everybody who has lost a meeting: there are the free places."""
    lost = (slot >= 0) & (still < 0)
    touched = np.zeros(len(it.participant_ids), dtype=bool)
    touched[it.first[lost]] = touched[it.second[lost]] = True
    near: Bools = touched[it.first] | touched[it.second]
    return near


def announced_faults(it: Instance, slot: Ints) -> tuple[Bools, list[str]]:
    """Which announced meetings cannot be held where they are, beside heavier ones, bool[R]; and a
    sentence for each, and for what is missing, `MOST_FAULTS` at most."""
    from ..preparing import prepare

    ready = prepare(it)
    st, held = ready.empty_state(it), in_time(slot)
    # Valid ones all fit as they come, also those that make the way between two others shorter.
    place(st, held, slot[held], True)
    if (st.req[:, SLOT] != slot).any():
        st, left = ready.empty_state(it), len(held) + 1
        order: Ints = held[np.argsort(-it.weight[held], kind="stable")]
        while len(order) < left:
            left = len(order)
            place(st, order, slot[order], True)
            order = order[st.req[order, SLOT] < 0]
    wrong: Bools = (slot >= 0) & (st.req[:, SLOT] < 0)
    said = [
        f'announced meeting "{it.request_ids[r]}" cannot be held in slot "{it.slot_ids[slot[r]]}"'
        for r in np.flatnonzero(wrong).tolist()
    ]
    for a, b in it.precedences.tolist():
        if slot[b] >= 0 and not 0 <= slot[a] < slot[b]:
            wrong[b] = True
            first, second = it.request_ids[a], it.request_ids[b]
            said.append(f'announced meeting "{second}" does not follow "{first}"')
    said += [
        f'locked meeting "{it.request_ids[r]}" is announced for another slot or for none'
        for r, t in it.locked.tolist()
        if slot[r] != t
    ]
    said += [
        f'mandatory request "{it.request_ids[r]}" is not announced'
        for r in np.flatnonzero(it.mandatory & (slot < 0)).tolist()
    ]
    more = [f"and {len(said) - MOST_FAULTS} more"] if len(said) > MOST_FAULTS else []
    return wrong, said[:MOST_FAULTS] + more


def _differences(
    it: Instance, slot: Ints, still: Ints, after: Ints, order: Order, misplaced: Bools
) -> Changes:
    found = Changes()
    closed = np.zeros(len(it.participant_ids), dtype=bool)
    for event in order.events:
        if event.kind == "closed":
            closed[event.who] = True
    must = it.mandatory.copy()
    must[it.locked[:, 0]] = True
    for r in np.flatnonzero(slot != after).tolist():
        was, now, taken = int(slot[r]), int(after[r]), slot[r] >= 0 and still[r] < 0
        if taken:
            reason = "closed" if closed[it.first[r]] or closed[it.second[r]] else "absent"
            reason = reason if now < 0 else "later"
        elif was < 0:
            reason = "waiting_pair"
        elif now >= 0:
            reason = "invalid" if misplaced[r] else "made_room"
        elif _gave_way(it, r, was, must, slot, after):
            reason = "gave_way"
        elif misplaced[r]:
            reason = "invalid"
        else:
            reason = "outweighed" if _in_order(it, r, was, after) else "order"
        found.changes.append(Change(r, was, now, reason))
        weight = float(it.weight[r])
        if taken:
            found.lost += weight
        if now >= 0 and (was < 0 or taken):
            found.regained += weight
        elif not taken and now < 0:
            found.regained -= weight
    return found


def _in_order(it: Instance, r: int, t: int, after: Ints) -> bool:
    """Whether all that r has to follow is held before slot t."""
    first = after[it.precedences[it.precedences[:, 1] == r, 0]]
    return bool(((first >= 0) & (first < t)).all())


def _gave_way(it: Instance, r: int, t: int, must: Bools, slot: Ints, after: Ints) -> bool:
    """Whether somebody of r has another meeting in slot t that must be held: one that came there,
    or the only one for which there is room."""
    there = np.flatnonzero(must & (after == t))
    for p in (it.first[r], it.second[r]):
        mine = there[(it.first[there] == p) | (it.second[there] == p)]
        if mine.size and (it.capacity[p, t] == 1 or (slot[mine] != t).any()):
            return True
    return False


def changes_to_json(instance: Instance, changes: Changes) -> dict[str, Any]:
    """The differences for a file: request, from, to, reason and its words."""

    def name(t: int) -> str | None:
        return instance.slot_ids[t] if t >= 0 else None

    return {
        "format": FORMAT,
        "instance": instance.name,
        "changes": [
            {
                "request": instance.request_ids[c.request],
                "from": name(c.before),
                "to": name(c.after),
                "reason": c.reason,
                "because": REASONS[c.reason],
            }
            for c in changes.changes
        ],
        "lost": round(changes.lost, 6),
        "regained": round(changes.regained, 6),
        "moved": changes.moved,
        "new": changes.new,
        "seconds": changes.seconds,
        **({"faults": changes.faults} if changes.faults else {}),
    }
