"""Small instances with a proof: the optimum, or that there is none.

`conference` problems (everything is held, breaks are few) go to `race`, a linear relaxation and two
SAT processes; everything else, and what must be repeatable by a number of steps, goes to `model`, a
constraint model.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..instance import Bools, Instance, InstanceError
from ..solution import Solution, count_breaks, granted_weight

if TYPE_CHECKING:
    from ..preparing import Prepared

#: Largest number of (request, slot) pairs that goes to the constraint model, by objective.
MOST_BREAKS, MOST_RARE = 20_000, 8_000

#: Steps of the search where the proof has ended without a schedule.
LAST_STEPS = 200
#: Proposals for fewer breaks after the constraint model.
PROPOSALS = 60_000


def suits_exact(instance: Instance, possible: Bools) -> bool:
    """Whether the instance is small and of the kind for which proofs matter."""
    pairs = int(possible.sum())
    if instance.objective == "breaks":
        return pairs <= MOST_BREAKS
    rare = (
        len(instance.precedences) > 0
        or instance.max_break_difference is not None
        or bool((instance.min_meetings > 0).any())
        or bool(instance.mandatory.any())
    )
    return rare and pairs <= MOST_RARE


def solve_exactly(
    instance: Instance,
    ready: Prepared,
    search: Callable[..., Solution],
    *,
    seed: int,
    deadline: float | None,
    work_limit: int | None,
    on_progress: Callable[[dict[str, Any]], Any] | None,
    began: float,
    tidy: bool = True,
) -> Solution:
    """Optimum or infeasibility with a proof, or the best schedule when the limit comes first.

    Where weight counts the search goes first, by so many steps that the clock hardly ever cuts it;
    the model starts from its schedule and keeps below its bound.  Where breaks count it is asked
    only when there is no schedule at the end.  ``search`` is `solve`.
    """
    from . import conference, decide, model
    from .first import better, first_schedule

    found = first = None
    if instance.objective == "weight":
        first = first_schedule(search, instance, seed, deadline, work_limit, on_progress, began)
        if first.last_word:
            found = first.solution
        elif work_limit is not None:
            work_limit -= first.steps
    elif work_limit is None and decide.available():
        timetable = conference.timetable_of(instance, ready.possible)
        if timetable is not None:
            found = conference.solve_timetable(
                instance, ready, timetable, seed, deadline, on_progress, began
            )
    if found is None:
        found = model.solve_model(
            instance,
            ready,
            seed=seed,
            deadline=deadline,
            work_limit=work_limit,
            on_progress=on_progress,
            began=began,
            first=first,
        )
        if first is not None:
            found = better(instance, ready, first, found)
    if first is None and found.status == "unknown":
        last = first_schedule(search, instance, seed, None, LAST_STEPS, None, began)
        if found.bound is not None:
            last.solution.bound, last.solution.bound_method = found.bound, found.bound_method
        found = replace(last.solution, steps=found.steps)
    if tidy and instance.objective == "weight" and found.status in ("optimal", "feasible"):
        _have_fewer_breaks(instance, ready, found, seed)
    return found


def _have_fewer_breaks(instance: Instance, ready: Prepared, found: Solution, seed: int) -> None:
    """The same meetings in slots with fewer breaks: the constraint model counts weight alone."""
    from ..preparing import explain_slots
    from ..tidying import fewer_breaks
    from .model import filled

    try:
        found.slot = fewer_breaks(instance, found.slot, seed=seed, work_limit=PROPOSALS)
    except InstanceError:
        # Ways that break the triangle inequality: all can be held, but not one after the other.
        return
    found.slot = filled(instance, ready, found.slot)
    found.reason = explain_slots(instance, ready, found.slot)
    found.weight = granted_weight(instance, found.slot)
    found.breaks = int(count_breaks(instance, found.slot).sum())
