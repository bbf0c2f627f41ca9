"""The schedule and the bound of the search, from which the proof of a small instance starts."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ..contradictions import say_contradiction
from ..instance import Instance
from ..shape import units_lost
from ..solution import Solution

if TYPE_CHECKING:
    from ..preparing import Prepared

#: Steps of the search for each request, and at most: a second where people walk.
STEPS_A_REQUEST, MOST_STEPS = 20, 2000
#: Seconds that are kept of the time limit.
KEPT = 0.2


@dataclass
class First:
    """What the search has found; ``valid``: its schedule keeps every constraint.

    ``last_word``: nothing is left to prove, or no time or work in which to prove it.
    """

    solution: Solution
    valid: bool
    last_word: bool

    @property
    def steps(self) -> int:
        return self.solution.steps or 0


def first_schedule(
    search: Callable[..., Solution],
    instance: Instance,
    seed: int,
    deadline: float | None,
    work_limit: int | None,
    on_progress: Callable[[dict[str, Any]], Any] | None,
    began: float,
) -> First:
    """A number of steps of the search that depends on the instance and ``work_limit`` alone, unless
    the clock or who watches ends it; ``steps`` of what it gives repeat that too.  ``search`` is
    `solve`."""
    from ..checking import check

    steps = min(STEPS_A_REQUEST * len(instance.request_ids), MOST_STEPS)
    if work_limit is not None:
        steps = min(steps, work_limit)
    cut = False

    def tell(now: dict[str, Any]) -> bool:
        nonlocal cut
        late = deadline is not None and time.monotonic() > deadline - KEPT
        cut = late or (on_progress is not None and on_progress(now) is False)
        return not cut

    found = search(
        instance, seed=seed, work_limit=steps, on_progress=tell, started=began, tidy=False,
        prove=False, exact=False,
    )  # fmt: skip
    valid = found.status in ("optimal", "feasible")
    if valid and check(instance, replace(found, status="feasible"), reasons=False).violations:
        found.status, valid = "unknown", False
    if found.status == "infeasible":
        found.conflicts = say_contradiction(instance, str(found.conflicts[0]), deadline)
    decided = found.status in ("optimal", "infeasible")
    if not cut and not decided:
        tell({"phase": "proof", "seconds": time.monotonic() - began, "steps": found.steps,
              "weight": found.weight, "bound": found.bound, "share": found.share})  # fmt: skip
    spent = work_limit is not None and (found.steps or 0) >= work_limit
    return First(found, valid, decided or cut or spent)


def better(instance: Instance, ready: Prepared, first: First, found: Solution) -> Solution:
    """The heavier of the two schedules under the smaller of the two bounds; the model's word where
    it has proven that there is none."""
    mine = first.solution
    steps = first.steps + (found.steps or 0)
    if found.status == "infeasible":
        return replace(found, steps=steps)

    def units(one: Solution) -> int:
        return int(ready.units[one.slot >= 0].sum())

    best = found
    if found.status == "unknown" or (first.valid and units(mine) > units(found)):
        best = replace(mine)
    if mine.bound is not None and (found.bound is None or mine.bound <= found.bound):
        best = replace(
            best, bound=mine.bound, bound_method=mine.bound_method, prices=mine.prices,
            slot_prices=mine.slot_prices,
        )  # fmt: skip
    elif found.bound is not None:
        best = replace(
            best, bound=found.bound, bound_method=found.bound_method, prices=None, slot_prices=None
        )
    if best.status == "feasible" and most_units(instance, ready, best) <= units(best):
        best = replace(best, status="optimal")
    return replace(best, steps=steps)


def most_units(instance: Instance, ready: Prepared, one: Solution) -> float:
    """The bound of a solution in the whole units that the solver reckons with; without end where
    these have lost parts of a weight, or there is none."""
    lost = units_lost(instance, ready.units, ready.scale)
    if lost or one.bound is None:
        return np.inf
    return round(one.bound * ready.scale)
