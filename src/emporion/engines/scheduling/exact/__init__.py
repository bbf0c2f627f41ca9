"""Small instances with a proof: the optimum, or that there is none.

`conference` problems (everything is held, breaks are few) go to `race`, a linear relaxation and two
SAT processes; everything else, and what must be repeatable by a number of steps, goes to `model`, a
constraint model.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..instance import Bools, Instance
from ..solution import Solution

if TYPE_CHECKING:
    from ..solving import Prepared

#: Largest number of (request, slot) pairs that goes to the constraint model, by objective.
MOST_BREAKS, MOST_RARE = 20_000, 8_000


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
    *,
    seed: int,
    deadline: float | None,
    work_limit: int | None,
    on_progress: Callable[[dict[str, Any]], Any] | None,
    began: float,
) -> Solution:
    """Optimum or infeasibility with a proof, or the best schedule when the limit comes first."""
    from . import conference, decide, model

    if work_limit is None and decide.available():
        timetable = conference.timetable_of(instance, ready.possible)
        if timetable is not None:
            found = conference.solve_timetable(
                instance, ready, timetable, seed, deadline, on_progress, began
            )
            if found is not None:
                return found
    return model.solve_model(
        instance,
        ready,
        seed=seed,
        deadline=deadline,
        work_limit=work_limit,
        on_progress=on_progress,
        began=began,
    )
