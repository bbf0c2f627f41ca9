"""A new schedule that starts from one that people know: a moved meeting has a price.

For one more request on a published schedule, and for the rest of a day after a hall was closed or a
group has not come.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from ..bounds import Bound
from ..instance import Bools, Instance, InstanceError, Ints
from ..reasons import explain
from ..solution import Solution, count_breaks, granted_weight
from ..state import LOCK, SLOT, VALUE, State, unset
from ..trials import MOST_EVICTED
from ..trim import trim_breaks, trim_walks
from .kernels import place, work_priced

ANY = 2**30
#: Nodes of the searches of the insertion passes, then of the trials.
PASSES, TRIAL_NODES = (500, 2000), 300
#: Trials when neither a time nor a work limit is given: for each request that waits, and a base.
TRIALS_A_REQUEST, TRIALS_BASE = 2, 5000
BATCH = 500
KEPT_SECONDS = 0.1


def default_move_price(instance: Instance, previous: Ints) -> float:
    """A tenth of the median weight of an announced meeting."""
    held = previous >= 0
    return 0.1 * float(np.median(instance.weight[held])) if held.any() else 0.0


def solve_keeping(
    instance: Instance,
    previous: Ints,
    *,
    move_price: float | None = None,
    most_moves: Ints | int | None = None,
    seed: int = 0,
    time_limit: float | None = None,
    work_limit: int | None = None,
    on_progress: Callable[[dict[str, Any]], Any] | None = None,
    started: float | None = None,
    with_bound: bool = True,
    near: Bools | None = None,
) -> Solution:
    """A schedule near ``previous``, greatest in weight less the price of what has moved.

    Parameters
    ----------
    previous : int32[R], the announced slot of every request, -1 = was not held.  What is no longer
        allowed there is given up first and may find another slot.
    move_price : weight that moving one announced meeting to another slot must bring (default
        `default_move_price`).  An announced meeting that is lost costs its weight.
    most_moves : int or int32[P], moved meetings that a participant accepts; None = any number.
    work_limit : trials; with it the result is the same every time.

    near : bool[R], requests that are tried (default: all); where places have become free, when few.
    with_bound : False leaves out the bound and what it costs, for an answer within seconds.

    The bound is that of the instance without the announced schedule.  Raises `InstanceError` for
    an instance of the objective breaks or ``previous`` of another length.

    >>> from emporion.engines.scheduling import make_instance
    >>> one = make_instance(["9", "10"], ["booth", "anna", "bo"], ["x", "y"], [0, 0], [1, 2])
    >>> solve_keeping(one, np.array([1, -1], dtype=np.int32)).slot.tolist()
    [1, 0]
    """
    from ..solving import _nothing, _relaxations, prepare, unmet_demands

    began = time.monotonic() if started is None else started
    if instance.objective != "weight":
        raise InstanceError("objective", 'only schedules of the objective "weight" can be kept')
    previous = np.asarray(previous, dtype=np.int32)
    if previous.shape != (len(instance.request_ids),):
        raise InstanceError(
            "previous", f"has shape {previous.shape}, expected ({len(instance.request_ids)},)"
        )
    ready = prepare(instance)
    if ready.conflicts:
        return _nothing(instance, ready.conflicts, began, seed)
    reduced = ready.value
    limit: Bound | None = None
    if with_bound:
        flow, found = _relaxations(instance, ready)
        if isinstance(found, str):
            return _nothing(instance, [found], began, seed)
        limit = found
        reduced = ready.value - flow.price[ready.shape.end0] - flow.price[ready.shape.end1]
    if move_price is None:
        move_price = default_move_price(instance, previous)
    stay = round(min(max(move_price, 0.0), 1e9) * ready.scale)
    st = ready.empty_state(instance, seed=seed)
    _place(instance, st, previous)
    moved = np.zeros((len(instance.participant_ids), 2), dtype=np.int32)
    moved[:, 1] = ANY if most_moves is None else most_moves
    left = work_limit
    if work_limit is None and time_limit is None:
        left = TRIALS_BASE + TRIALS_A_REQUEST * int((st.req[:, SLOT] < 0).sum())
    deadline = None if time_limit is None else began + time_limit - KEPT_SECONDS
    tried = ready.open if near is None else ready.open & near
    steps = _search(st, reduced, tried, previous, stay, moved, left, deadline, on_progress, began)
    trim_walks(instance, st)
    trim_breaks(instance, st)
    slot = st.req[:, SLOT].copy()
    unmet = unmet_demands(instance, slot)
    weight = granted_weight(instance, slot)
    best = limit is not None and limit.weight - weight <= 1e-6 * max(1.0, limit.weight)
    return Solution(
        name=instance.name,
        objective=instance.objective,
        status="unknown" if unmet else "optimal" if best else "feasible",
        slot=slot,
        reason=explain(st, ready.possible, ready.excluded),
        weight=weight,
        breaks=int(count_breaks(instance, slot).sum()),
        bound=limit.weight if limit else None,
        bound_method=limit.method if limit else "",
        prices=limit.prices if limit else None,
        seconds=round(time.monotonic() - began, 3),
        seed=seed,
        steps=steps,
        conflicts=unmet,
    )


def _place(instance: Instance, st: State, previous: Ints) -> None:
    """Locked meetings, then what was announced, heaviest first, where it is still allowed."""
    rows, slots = np.ascontiguousarray(instance.locked.T)
    place(st, rows, slots, False)
    st.req[rows, LOCK] = 1
    announced = np.flatnonzero((previous >= 0) & (st.req[:, LOCK] == 0))
    heaviest = np.argsort(-st.long[announced, VALUE], kind="stable")
    order: Ints = announced[heaviest].astype(np.int32)
    place(st, order, previous[order], True)
    # What has to come in an order stays where it is.
    ordered = np.unique(instance.precedences)
    st.req[ordered, LOCK] = 1
    held = st.req[:, SLOT]
    for a, b in instance.precedences.tolist():
        if held[b] >= 0 and not 0 <= held[a] < held[b]:
            unset(st, b)


def _search(
    st: State,
    reduced: Any,
    open_: Any,
    home: Ints,
    stay: int,
    moved: Ints,
    left: int | None,
    deadline: float | None,
    on_progress: Callable[[dict[str, Any]], Any] | None,
    began: float,
) -> int:
    homeless: Ints = np.zeros(MOST_EVICTED, dtype=np.int32)
    steps = 0

    def waiting() -> Ints:
        rows = np.flatnonzero((st.req[:, SLOT] < 0) & open_ & (st.req[:, LOCK] == 0))
        order = np.lexsort((-reduced[rows], -(home[rows] >= 0).astype(np.int8)))
        return rows[order].astype(np.int32)

    def batches(roots: Ints, most: int | None, nodes: int, forced: bool) -> bool:
        nonlocal steps, left
        done = 0
        while most is None or done < most:
            if deadline is not None and time.monotonic() >= deadline:
                return False
            n = BATCH if most is None else min(BATCH, most - done)
            n = n if left is None else min(n, left)
            if n <= 0:
                return False
            work_priced(st, roots, done, n, nodes, forced, homeless, home, stay, moved)
            done, steps = done + n, steps + n
            left = None if left is None else left - n
            if on_progress is not None:
                state = {"phase": "repair", "seconds": time.monotonic() - began, "steps": steps}
                if on_progress(state) is False:
                    return False
        return True

    for nodes in PASSES:
        roots = waiting()
        if not batches(roots, len(roots), nodes, False):
            return steps
    while len(roots := waiting()) and batches(roots, 20 * BATCH, TRIAL_NODES, True):
        pass
    return steps
