"""`solve`: from an instance to a schedule with its bound and a reason for every refusal."""

from __future__ import annotations

import time

import numpy as np

from .bounds import Bound, bound_from, tightened
from .contradictions import say_contradiction
from .demands import is_late, meet_demands
from .dual import SmoothedDual
from .filling import fill_left
from .flow import Relaxation, relax
from .instance import Bools, Instance, InstanceError, Longs
from .limits import refuse_seed
from .naming import Conflict
from .order import place_ordered
from .pacing import PROPOSALS_A_MEETING, Progress, Reporter, value_deadline
from .preparing import Prepared, nothing_possible, prepare, put_locked, unmet_demands
from .pricing import most_held
from .reasons import explain
from .search import Search
from .solution import Solution, count_breaks, granted_weight
from .state import LOCK, SLOT, State
from .tidying import tidy as have_fewer_breaks
from .trials import fill
from .trim import offences, trim

#: Steps when neither a time nor a work limit is given: this many for each request, plus a base.
STEPS_A_REQUEST, STEPS_BASE = 2, 20_000
#: Steps for each request after which what must be held and is not is looked at.
STEPS_BEFORE_DEMANDS = 20
#: Proposals for fewer breaks, for each step of the search (one with walking takes longer).
PROPOSALS_A_STEP, PROPOSALS_A_WALKING_STEP = 8, 50
#: No more for each meeting: a small instance makes its steps faster than these proposals.
MOST_PROPOSALS_A_MEETING = 10_000


def solve(
    instance: Instance,
    *,
    seed: int = 0,
    time_limit: float | None = None,
    work_limit: int | None = None,
    on_progress: Progress | None = None,
    started: float | None = None,
    serve: int = 0,
    serve_bonus: float | None = None,
    balance: float = 0.0,
    tidy: bool = True,
    prove: bool = True,
    proof_seconds: float | None = None,
    proof_stages: int | None = None,
    exact: bool = True,
) -> Solution:
    """Choose requests and slots: the greatest total weight, then few breaks.

    Parameters
    ----------
    seed : draws of the search; the same instance, seed and ``work_limit`` give the same schedule.
    time_limit : seconds, counted from ``started`` (default: now, in `time.monotonic`).
    work_limit : search steps; a run under ``time_limit`` reports its ``steps`` for a repetition;
        none repeats one in which the clock cut the search for a place of what must be held
        (``extra["x-demands-cut"]``).
        With neither, 20,000 steps and two for each request.
    on_progress : called with a dict (phase, seconds, steps, work, weight, bound, share); giving
        False back ends the search cleanly.
    serve : the first so many meetings of every requesting buyer go before everything else, or are
        worth ``serve_bonus`` (weight) more each: from no balance (0) to all (None).  See
        `service_price` for what that costs at least.
    balance : 0..1; so large a share of what every buyer asks for and could take goes first in the
        same way, so that few get much less than others; `balance_of` measures it.
    tidy : False leaves the slots as the search has left them; see `fewer_breaks`.
    prove : False leaves out the proof of small instances after the first steps of the search.
    proof_seconds : most that the proof takes, for those who watch: meanwhile nothing is told and
        nothing ends the search.  None = all the time there is.
    proof_stages : the proof ends after so many stages.  A run in which the clock has cut the proof
        reports their number in ``extra["x-proof-stages"]``; with it, ``work_limit`` repeats it.
    exact : False leaves small instances to the search alone, as it does for the first schedule of
        their proof; what it cannot meet is then told as not met, without looking for the cause.

    The method is the slot-free min-cost flow with its duals, a start participant by participant,
    ejection chains, then forced insertions with undo.  A contradiction among the constraints gives
    status "infeasible" and names it in ``conflicts``.  Small instances of the objective "breaks" go
    to a constraint model (`exact`).

    >>> from emporion.engines.scheduling import make_instance
    >>> two = make_instance(["9:00"], ["booth", "anna", "bo"], ["x", "y"], [0, 0], [1, 2],
    ...                     weight=[2, 3])
    >>> solve(two).slot.tolist()
    [-1, 0]
    """
    began = time.monotonic() if started is None else started
    if time_limit is None and work_limit is None:
        work_limit = STEPS_BASE + STEPS_A_REQUEST * len(instance.request_ids)
    refuse_seed(seed)
    if not 0 <= balance <= 1:
        raise InstanceError("balance", f"{balance} is not a share from 0 to 1")
    ready = prepare(instance, serve, serve_bonus, balance)
    if ready.conflicts:
        return nothing_possible(instance, ready.conflicts, began, seed)
    from .exact import solve_exactly, suits_exact

    if exact and not serve and not balance and suits_exact(instance, ready.possible):
        found = solve_exactly(
            instance,
            ready,
            solve,
            seed=seed,
            deadline=None if time_limit is None else began + time_limit,
            work_limit=work_limit,
            on_progress=on_progress,
            began=began,
            tidy=tidy,
        )
        found.seconds = round(time.monotonic() - began, 3)
        return found
    flow, limit = relaxations(instance, ready)
    deadline = None if time_limit is None else began + time_limit
    if isinstance(limit, str):
        names = say_contradiction(instance, limit, deadline) if exact else [Conflict(limit)]
        return nothing_possible(instance, names, began, seed)
    assert limit is not None
    st, search = _start(instance, ready, flow, limit, seed)
    reporter = Reporter(instance, search, limit, ready, began, work_limit, time_limit, on_progress)
    evaluation = 1.2 * limit.rows.seconds if limit.rows is not None else 0.0
    until = value_deadline(instance, began, time_limit, evaluation)
    stages = proof_stages if prove else 0
    limit = _proven(
        instance, ready, search, limit, reporter, work_limit, until, proof_seconds, stages
    )
    met = None
    if exact and (instance.mandatory.any() or instance.min_meetings.any()):
        first = STEPS_BEFORE_DEMANDS * len(instance.request_ids)
        search.run(first if work_limit is None else min(first, work_limit), until, reporter)
        if reporter.going and search.steps >= first:
            met, names = _met_or_named(instance, ready, st, until, reporter, last=False)
            if names:
                return nothing_possible(instance, names, began, seed)
    if reporter.going:
        search.run(work_limit, until, reporter)
    if search.dual is not None:
        if search.improving:
            search.dual.evaluate()
        limit = tightened(limit, search.dual)
    fill(st, np.argsort(-ready.value, kind="stable").astype(np.int32))
    # After a stop as well: who repeats the steps of a run is to have its meetings.
    if tidy:
        per_step = PROPOSALS_A_WALKING_STEP if st.has_walk else PROPOSALS_A_STEP
        proposals = per_step * search.steps + PROPOSALS_A_MEETING * search.held
        proposals = min(proposals, MOST_PROPOSALS_A_MEETING * search.held)
        have_fewer_breaks(instance, st, proposals)
    trim(instance, st)
    fill_left(instance, st)
    slot = st.req[:, SLOT]
    unmet = unmet_demands(instance, slot) + offences(instance, slot)
    if unmet and exact and met is not False:
        met, names = _met_or_named(instance, ready, st, deadline, reporter)
        if names:
            return nothing_possible(instance, names, began, seed)
        unmet = [] if met else unmet
    found = _result(instance, ready, st, search, limit, unmet, began, seed)
    if reporter.proof_stages is not None:
        found.extra["x-proof-stages"] = reporter.proof_stages
    if reporter.demands_cut:
        found.extra["x-demands-cut"] = True
    return found


def _met_or_named(
    instance: Instance,
    ready: Prepared,
    st: State,
    deadline: float | None,
    reporter: Reporter,
    last: bool = True,
) -> tuple[bool | None, list[Conflict]]:
    """What `meet_demands` says, and if not, what is proven not to hold together."""
    met = meet_demands(instance, ready, st, deadline, last)
    if met is not False:
        return met, []
    reporter.demands_cut = is_late(deadline)
    names = say_contradiction(instance, "", deadline)
    return met, [one for one in names if one.constraints]


def relaxations(
    instance: Instance, ready: Prepared, with_bound: bool = True
) -> tuple[Relaxation, Bound | str | None]:
    """The flow that steers the search and the bound; a sentence instead of the bound when the
    mandatory requests alone are too many for the places, None when it is not wanted."""
    shape, capacity = ready.shape, most_held(instance)
    nobody = np.zeros(len(capacity), dtype=np.int64)

    def flow_of(value: Longs, rows: Bools, least: Longs) -> Relaxation:
        return relax(
            shape.end0, shape.end1, value, capacity, rows, shape.bipartite, least, ready.bonus
        )

    plain = flow_of(ready.units, ready.open, nobody)
    limit = None
    if with_bound:
        limit = bound_from(instance, ready.possible, shape, ready.units, ready.scale, plain)
    least = ready.least
    if not instance.mandatory.any() and not least.any():
        return plain, limit
    must = ready.open & instance.mandatory
    if must.any() and flow_of(np.ones_like(ready.units), must, nobody).value < int(must.sum()):
        return plain, (
            f"the {int(must.sum())} mandatory requests need more places than their "
            "participants have"
        )
    steering = flow_of(ready.value, ready.open, least)
    steering.exact = plain.exact
    return steering, limit


def _proven(
    instance: Instance,
    ready: Prepared,
    search: Search,
    limit: Bound,
    reporter: Reporter,
    work_limit: int | None,
    until: float | None,
    most_seconds: float | None,
    stages: int | None,
) -> Bound:
    """The first steps of the search, then the proof, where the instance is small and plain."""
    from .exact import finish

    first = finish.STEPS_A_REQUEST * len(instance.request_ids)
    seconds = _least(None if until is None else until - time.monotonic(), most_seconds)
    if (
        limit.rows is None
        or ready.least.any()
        or (work_limit is not None and work_limit < first)
        or not finish.suits_finish(instance, ready.possible, None)
    ):
        return limit
    if stages == 0 or not finish.suits_finish(instance, ready.possible, seconds):
        reporter.proof_stages = 0
        return limit
    search.run(first, until, reporter)
    if not reporter.going or search.score >= search.target or search.steps < first:
        return limit
    deadline = _least(until, None if most_seconds is None else time.monotonic() + most_seconds)
    limit, reporter.proof_stages = finish.prove(
        instance, ready, search.st, limit, search.reduced, deadline, stages, reporter.tell
    )
    reporter.limit = limit
    search.target = min(search.target, limit.most)
    return limit


def _least(*limits: float | None) -> float | None:
    """The least of limits, None = without one."""
    return min((one for one in limits if one is not None), default=None)


def _start(
    instance: Instance, ready: Prepared, flow: Relaxation, limit: Bound, seed: int
) -> tuple[State, Search]:
    shape = ready.shape
    reduced = ready.value - flow.price[shape.end0] - flow.price[shape.end1]
    st = ready.empty_state(instance, order=reduced, seed=seed)
    put_locked(instance, st)
    place_ordered(instance, st)
    reachable = limit.most + ready.big * int(instance.mandatory.sum())
    reachable += ready.bonus * int(ready.least.sum())
    dual = None
    if limit.rows is not None and limit.start is not None and instance.objective == "weight":
        unit = float(np.median(ready.units[flow.wanted])) if flow.wanted.any() else 1.0
        dual = SmoothedDual(limit.rows, limit.start, unit, limit.most, seed)
    movable = ready.open & (st.req[:, LOCK] == 0)
    search = Search(instance, shape, st, flow, reduced, movable, reachable, dual)
    search.start()
    return st, search


def _result(
    instance: Instance,
    ready: Prepared,
    st: State,
    search: Search,
    limit: Bound,
    unmet: list[Conflict],
    began: float,
    seed: int,
) -> Solution:
    slot = st.req[:, SLOT].copy()
    weight = granted_weight(instance, slot)
    best = limit.proves(ready.units, slot >= 0, ready.open)
    status = "unknown" if unmet else "optimal" if best else "feasible"
    if instance.objective == "breaks" and status == "optimal":
        status = "feasible"
    breaks = int(count_breaks(instance, slot).sum())
    by_weight = instance.objective == "weight"
    return Solution(
        name=instance.name,
        objective=instance.objective,
        status=status,
        slot=slot,
        reason=explain(st, ready.possible, ready.excluded),
        weight=weight,
        breaks=breaks,
        bound=limit.weight if by_weight else 0.0,
        bound_method=limit.method if by_weight else "no meeting needs a break",
        prices=limit.prices if by_weight else None,
        slot_prices=limit.slot_prices if by_weight else None,
        seconds=round(time.monotonic() - began, 3),
        seed=seed,
        steps=search.steps,
        conflicts=unmet,
    )
