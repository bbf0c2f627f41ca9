"""A new schedule that starts from one that people know: a moved meeting has a price.

For one more request on a published schedule, and for the rest of a day after a hall was closed or a
group has not come.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from ..filling import fill_left
from ..flow import Relaxation
from ..instance import Bools, Instance, InstanceError, Ints, Longs
from ..limits import refuse_seed
from ..naming import Conflict
from ..search import POOL_FROM
from ..solution import Solution, count_breaks, granted_weight
from ..state import LOCK, SLOT, VALUE, State, can_put, put, unset
from ..trials import MOST_EVICTED
from ..trim import offences, trim, trim_order
from .kernels import ACCEPTED, HELD_BACK, hold_back, homes, place, work_priced

ANY = 2**30
#: Nodes of the searches of the insertion passes, then of the trials.
PASSES, TRIAL_NODES = (500, 2000), 300
#: Trials when neither a time nor a work limit is given: for each request that waits, and a base.
TRIALS_A_REQUEST, TRIALS_BASE = 2, 5000
BATCH = 500
#: Trials until the requests worth a trial are counted again.
POOL_LIFE = 20 * BATCH
#: Where fewer requests have hope, all that wait are tried.
FEW = 64
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
    announced: Ints | None = None,
    cancel_counts: bool = False,
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

    near : bool[R], requests that are tried beside the mandatory ones (default: all); where places
        have become free, when few.
    with_bound : False leaves out the bound and what it costs, for an answer within seconds.
    announced : int32[R], the slots that people know, where they are not ``previous``: holding what
        is in neither slot any more at another time is a move too.
    cancel_counts : whether giving up an announced meeting for heavier ones is a move as well.

    The bound is that of the instance without the announced schedule.  Raises `InstanceError` for
    an instance of the objective breaks or ``previous`` of another length.

    >>> from emporion.engines.scheduling import make_instance
    >>> one = make_instance(["9", "10"], ["booth", "anna", "bo"], ["x", "y"], [0, 0], [1, 2])
    >>> solve_keeping(one, np.array([1, -1], dtype=np.int32)).slot.tolist()
    [1, 0]
    """
    from ..preparing import explain_slots, nothing_possible, prepare, unmet_demands
    from ..solving import relaxations

    began = time.monotonic() if started is None else started
    refuse_seed(seed)
    if instance.objective != "weight":
        raise InstanceError("objective", 'only schedules of the objective "weight" can be kept')
    previous = np.asarray(previous, dtype=np.int32)
    if previous.shape != (len(instance.request_ids),):
        raise InstanceError(
            "previous", f"has shape {previous.shape}, expected ({len(instance.request_ids)},)"
        )
    ready = prepare(instance)
    if ready.conflicts:
        return nothing_possible(instance, ready.conflicts, began, seed)
    flow, limit = relaxations(instance, ready, with_bound)
    if isinstance(limit, str):
        return nothing_possible(instance, [Conflict(limit)], began, seed)
    reduced = ready.value - flow.price[ready.shape.end0] - flow.price[ready.shape.end1]
    if move_price is None:
        move_price = default_move_price(instance, previous)
    if not move_price >= 0:
        raise InstanceError("move_price", "must be a number, 0 or more")
    stay = round(min(move_price, 1e9) * ready.scale)
    st = ready.empty_state(instance, seed=seed)
    _place(instance, st, previous)
    moved = np.zeros((len(instance.participant_ids), 2), dtype=np.int32)
    moved[:, 1] = ANY if most_moves is None else most_moves
    left = work_limit
    if work_limit is None and time_limit is None:
        left = TRIALS_BASE + TRIALS_A_REQUEST * int((st.req[:, SLOT] < 0).sum())
    deadline = None if time_limit is None else began + time_limit - KEPT_SECONDS
    # What must be held is wanted wherever it is.
    tried = ready.open if near is None else ready.open & (near | instance.mandatory)
    known = previous if announced is None else np.asarray(announced, dtype=np.int32)
    # What cannot be where it was is not given up by anybody's choice.
    no_move = (st.req[:, SLOT] < 0) | (not cancel_counts)
    home = homes(known, st.slots, no_move)
    search = _Search(st, reduced, tried, previous, home, stay, moved, flow)
    steps = search.run(left, deadline, on_progress, began)
    trim(instance, st)
    new: Ints = np.flatnonzero(known < 0).astype(np.int32)
    new = new[np.argsort(-st.long[new, VALUE], kind="stable")]
    # What has come may be what another has to follow, or make breaks alike.
    while _put_back(instance, st, known) + fill_left(instance, st, new):
        if instance.max_break_difference is None and not len(instance.precedences):
            break
    slot = st.req[:, SLOT].copy()
    kept = (known >= 0) & (slot < 0)
    # People know another slot; whether they could come in a third is not the question.
    there = np.arange(len(instance.slot_ids)) == known[:, None]
    possible = np.where(kept[:, None], ready.possible & there, ready.possible)
    unmet = unmet_demands(instance, slot) + offences(instance, slot)
    weight = granted_weight(instance, slot)
    best = limit is not None and limit.proves(ready.units, slot >= 0, ready.open)
    return Solution(
        name=instance.name,
        objective=instance.objective,
        status="unknown" if unmet else "optimal" if best else "feasible",
        slot=slot,
        reason=explain_slots(instance, replace(ready, possible=possible), slot),
        weight=weight,
        breaks=int(count_breaks(instance, slot).sum()),
        bound=limit.weight if limit else None,
        bound_method=limit.method if limit else "",
        prices=limit.prices if limit else None,
        seconds=round(time.monotonic() - began, 3),
        seed=seed,
        steps=steps,
        conflicts=unmet,
        extra=_kept(instance, known, kept),
    )


def _kept(instance: Instance, known: Ints, kept: Bools) -> dict[str, Any]:
    """What the file says of announced meetings that are not held, and are not to move."""
    rows = np.flatnonzero(kept).tolist()
    names = {instance.request_ids[r]: instance.slot_ids[int(known[r])] for r in rows}
    return {"x-kept": names} if names else {}


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
    trim_order(instance, st)


def _put_back(instance: Instance, st: State, known: Ints) -> int:
    """Hold what was given up where it was announced, heaviest first, if nothing is in its way by
    now, nor an order, nor the fairness of breaks: the search does not look there again.

    Gives their number.
    """
    gone = np.flatnonzero((known >= 0) & (st.req[:, SLOT] < 0))
    order: Ints = gone[np.argsort(-st.long[gone, VALUE], kind="stable")].astype(np.int32)
    most, slot = instance.max_break_difference, st.req[:, SLOT]
    if most is None and not len(instance.precedences):
        place(st, order, known[order], True)
        return int((slot[order] >= 0).sum())
    first, then = instance.precedences.T
    done = 0
    for r in order.tolist():
        t, before = int(known[r]), slot[first[then == r]]
        if not ((before >= 0) & (before < t)).all() or not can_put(st, r, t):
            continue
        put(st, r, t)
        if most is not None and np.ptp(count_breaks(instance, slot)) > most:
            unset(st, r)
        else:
            done += 1
    return done


class _Search:
    """Insertion passes, then trials, each of which is kept only when it pays for its moves."""

    def __init__(
        self,
        st: State,
        reduced: Longs,
        open_: Bools,
        previous: Ints,
        home: Ints,
        stay: int,
        moved: Ints,
        flow: Relaxation,
    ) -> None:
        """``home`` int32[R] is what people know, ``moved`` the account, both as in `kernels`."""
        self.st, self.reduced, self.open = st, reduced, open_
        self.previous, self.home, self.stay, self.moved = previous, home, stay, moved
        granted = st.long[:, VALUE][flow.wanted]
        self.least = POOL_FROM * (float(np.median(granted)) if granted.size else 1.0)
        self.homeless: Ints = np.zeros(MOST_EVICTED, dtype=np.int32)
        self.steps = 0
        for p in np.flatnonzero(moved[:, ACCEPTED] <= 0).tolist():
            hold_back(st, p, home, moved)

    def _waiting(self) -> Ints:
        """Unheld requests with hope, those that were held before first, then the dearest."""
        st, reduced = self.st, self.reduced
        rows = np.flatnonzero((st.req[:, SLOT] < 0) & self.open & (st.req[:, LOCK] == 0))
        known = self.previous[rows] >= 0
        hope = known | (reduced[rows] >= self.least)
        if hope.sum() >= FEW:
            rows, known = rows[hope], known[hope]
        order = np.lexsort((-reduced[rows], ~known))
        return rows[order].astype(np.int32)

    def run(
        self,
        left: int | None,
        deadline: float | None,
        on_progress: Callable[[dict[str, Any]], Any] | None,
        began: float,
    ) -> int:
        """Search until ``left`` steps are done or the clock says so; gives the steps done."""
        self._steps(left, deadline, on_progress, began)
        self.st.req[self.st.req[:, LOCK] == HELD_BACK, LOCK] = 0
        return self.steps

    def _steps(
        self,
        left: int | None,
        deadline: float | None,
        on_progress: Callable[[dict[str, Any]], Any] | None,
        began: float,
    ) -> None:

        def batches(roots: Ints, most: int, nodes: int, forced: bool) -> bool:
            done = 0
            while done < most:
                if deadline is not None and time.monotonic() >= deadline:
                    return False
                n = min(BATCH, most - done)
                n = n if left is None else min(n, left - self.steps)
                if n <= 0:
                    return False
                work_priced(
                    self.st, roots, done, n, nodes, forced,
                    self.homeless, self.home, self.stay, self.moved,
                )  # fmt: skip
                done, self.steps = done + n, self.steps + n
                if on_progress is not None:
                    seconds = time.monotonic() - began
                    state = {"phase": "repair", "seconds": seconds, "steps": self.steps}
                    if on_progress(state) is False:
                        return False
            return True

        for nodes in PASSES:
            roots = self._waiting()
            if not batches(roots, len(roots), nodes, False):
                return
        while len(roots := self._waiting()) and batches(roots, POOL_LIFE, TRIAL_NODES, True):
            pass
