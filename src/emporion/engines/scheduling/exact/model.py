"""Small instances by constraint programming: a proven optimum or a proof that there is none."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from ..contradictions import say_contradiction
from ..filling import fill_left
from ..instance import Instance, Ints
from ..naming import Conflict
from ..shape import units_lost
from ..solution import OUTWEIGHED, Solution, count_breaks, granted_weight
from ..state import SLOT, put
from .constraints import Model
from .first import First, most_units

if TYPE_CHECKING:
    from ..preparing import Prepared

#: What is said when no smaller set of constraints has been found.
EXHAUSTED = "no timetable keeps all constraints together (proven by exhaustive search)"
#: Seconds kept of the time limit, and the part of it: the solver looks at the clock now and then.
LEAST_KEPT, MOST_KEPT, PART_KEPT = 0.1, 0.5, 0.05
#: Deterministic time of the first round; every round gets half as much again.
FIRST_ROUND, GROWTH = 2.0, 1.5
#: Search steps that one unit of the solver's deterministic time is counted as.
STEPS_A_UNIT = 1000


def solve_model(
    instance: Instance,
    ready: Prepared,
    *,
    seed: int,
    deadline: float | None,
    work_limit: int | None,
    on_progress: Callable[[dict[str, Any]], Any] | None,
    began: float,
    first: First | None = None,
) -> Solution:
    """Optimum or infeasibility with a proof, or the best schedule when the limit comes first.

    One thread, in rounds of growing deterministic time that start from the best schedule so far; a
    round cut off by the clock is not used, so the number of steps repeats the result.  ``first``:
    the schedule of the search to start from; its bound on the weight is taken for granted.
    """
    built = Model(instance, ready.possible)
    built.build()
    cp, model = built.cp, built.model
    by_weight = instance.objective == "weight"
    terms = sum(int(ready.units[r]) * v for (r, _), v in built.x.items())
    if by_weight:
        model.maximize(terms)
        if first is not None:
            most = most_units(instance, ready, first.solution)
            if most < np.inf:
                model.add(terms <= int(most))
            for (r, t), var in built.x.items():
                model.add_hint(var, int(first.solution.slot[r] == t))
    else:
        model.minimize(sum(built.breaks))
    slot, status, steps, share = None, "unknown", 0, FIRST_ROUND
    bound: int | None = None
    end = None if deadline is None else deadline - _kept(deadline - began)
    while True:
        solver = cp.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = seed % 2**31
        left = None if work_limit is None else work_limit - steps
        if left is not None and left <= 0:
            break
        take = share if left is None else min(share, left / STEPS_A_UNIT)
        solver.parameters.max_deterministic_time = take
        if end is not None:
            remaining = end - time.monotonic()
            if remaining <= 0.02:
                break
            solver.parameters.max_time_in_seconds = remaining
        code = solver.solve(model)
        finished = code in (cp.OPTIMAL, cp.INFEASIBLE)
        if not finished and end is not None and time.monotonic() > end - 0.01:
            break
        steps += max(int(take * STEPS_A_UNIT), 1)
        if code == cp.INFEASIBLE:
            status = "infeasible"
            break
        if code in (cp.OPTIMAL, cp.FEASIBLE):
            slot = np.full(len(instance.request_ids), -1, dtype=np.int32)
            for (r, t), var in built.x.items():
                if solver.value(var):
                    slot[r] = t
            model.clear_hints()  # type: ignore[no-untyped-call]
            for var in built.x.values():
                model.add_hint(var, solver.value(var))
            # The whole number that the solver reckons with; its float has lost units.
            least = solver.response_proto.inner_objective_lower_bound
            # A round begins anew, so a later one may know less.
            proven = -least if by_weight else least
            bound = proven if bound is None else (min if by_weight else max)(bound, proven)
            status = "feasible"
            if code == cp.OPTIMAL:
                status = "optimal"
                break
        if on_progress is not None and _stopped(
            on_progress, ready, built, slot, bound, steps, began, first
        ):
            break
        share *= GROWTH
    return _result(instance, ready, slot, status, bound, steps, seed, deadline)


def _kept(limit: float) -> float:
    return min(LEAST_KEPT + PART_KEPT * max(limit, 0.0), MOST_KEPT)


def _stopped(
    on_progress: Callable[[dict[str, Any]], Any],
    ready: Prepared,
    built: Model,
    slot: Ints | None,
    bound: int | None,
    steps: int,
    began: float,
    first: First | None,
) -> bool:
    value = None
    if slot is not None:
        value = (
            granted_weight(built.it, slot)
            if built.it.objective == "weight"
            else int(count_breaks(built.it, slot).sum())
        )
    now = {"phase": "proof", "seconds": time.monotonic() - began, "steps": steps}
    now |= {built.it.objective: value, "bound": bound}
    if first is not None:
        limit = np.inf if bound is None else _in_weight(built.it, ready, bound)
        if first.solution.bound is not None:
            limit = min(limit, first.solution.bound)
        value = max(value or 0.0, first.solution.weight) if first.valid else value
        now |= {"weight": value, "steps": steps + first.steps}
        if limit < np.inf:
            now |= {"bound": limit, "share": None if value is None or not limit else value / limit}
    return on_progress(now) is False


def _in_weight(instance: Instance, ready: Prepared, bound: int) -> float:
    """A bound in the whole numbers that the solver reckons with, as weight."""
    return (bound + units_lost(instance, ready.units, ready.scale)) / ready.scale


def filled(instance: Instance, ready: Prepared, slot: Ints) -> Ints:
    """``slot`` int32[R] with what else fits: a round that was cut off, or that counts breaks alone,
    leaves requests out for no reason."""
    st = ready.empty_state(instance)
    for r in np.flatnonzero(slot >= 0).tolist():
        put(st, r, int(slot[r]))
    fill_left(instance, st)
    return st.req[:, SLOT].copy()


def _result(
    instance: Instance,
    ready: Prepared,
    slot: Ints | None,
    status: str,
    bound: int | None,
    steps: int,
    seed: int,
    deadline: float | None,
) -> Solution:
    from ..preparing import explain_slots

    conflicts: list[Conflict] = []
    if status == "infeasible":
        conflicts = say_contradiction(instance, EXHAUSTED, deadline)
    held = np.full(len(instance.request_ids), -1, dtype=np.int32) if slot is None else slot
    if slot is not None:
        held = filled(instance, ready, slot)
    by_weight = instance.objective == "weight"
    limit = None if bound is None else float(bound)
    if bound is not None and by_weight:
        lost = units_lost(instance, ready.units, ready.scale)
        limit = _in_weight(instance, ready, bound)
        if status == "optimal" and lost and not (held[ready.open] >= 0).all():
            status = "feasible"
    if slot is None:
        reason = np.full(len(held), -1 if status == "infeasible" else OUTWEIGHED, dtype=np.int8)
    else:
        reason = explain_slots(instance, ready, held)
    return Solution(
        name=instance.name,
        objective=instance.objective,
        status=status,
        slot=held,
        reason=reason,
        weight=granted_weight(instance, held),
        breaks=int(count_breaks(instance, held).sum()),
        bound=limit,
        bound_method="constraint model, exhaustive search" if limit is not None else "",
        seed=seed,
        steps=steps,
        conflicts=conflicts,
    )
