"""Which instances are timetables of a conference, and the way between the two."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from ..contradictions import say_contradiction
from ..instance import NO_LIMIT, Bools, Instance
from ..naming import Conflict, Constraint
from ..solution import OUTWEIGHED, Solution, count_breaks, granted_weight
from .limits import first_limits
from .race import Finding, Race
from .relaxation import Paths
from .timetable import Timetable, prune

if TYPE_CHECKING:
    from ..preparing import Prepared

#: Seconds kept for writing the result.
KEPT = 0.15


def timetable_of(instance: Instance, possible: Bools) -> Timetable | None:
    """The instance as a timetable; None when it has more to it than a `Timetable` can say.

    Everything must be held by people who do one thing at a time; breaks count over one window.
    """
    if (
        instance.objective != "breaks"
        or not instance.participant_ids
        or not instance.mandatory.all()
        or instance.capacity.max(initial=0) > 1
        or instance.walking
        or (instance.pool_tables < NO_LIMIT).any()
        or instance.windows()[-1] > 0
    ):
        return None
    counts = np.bincount(
        np.concatenate([instance.first, instance.second]), minlength=len(instance.participant_ids)
    )
    limits = instance.max_meetings, instance.max_per_day
    if any((limit < counts).any() for limit in limits) or (instance.min_meetings > counts).any():
        return None
    weights = [1 << t for t in range(possible.shape[1])]
    domain = [
        sum(w for w, there in zip(weights, row, strict=True) if there) for row in possible.tolist()
    ]
    return Timetable(
        possible.shape[1],
        len(counts),
        list(zip(instance.first.tolist(), instance.second.tolist(), strict=True)),
        domain,
        np.minimum(instance.tables, len(domain)).tolist(),
        [(a, b) for a, b in instance.precedences.tolist()],
        instance.max_break_difference,
    )


def solve_timetable(
    instance: Instance,
    ready: Prepared,
    timetable: Timetable,
    seed: int,
    deadline: float | None,
    on_progress: Callable[[dict[str, Any]], Any] | None,
    began: float,
) -> Solution | None:
    """The fewest breaks, proven, or the interval left at the deadline; None without a SAT solver.

    The optimum does not depend on the seed; which of the best timetables it is depends on which
    process is first.  What comes back has passed the independent checker.
    """
    last = 0.0

    def report(found: Finding) -> bool:
        nonlocal last
        now = time.monotonic()
        if on_progress is None or now - last < 0.2:
            return True
        last = now
        state = {
            "phase": "proof",
            "seconds": now - began,
            "steps": race.asked,
            "breaks": found.breaks,
            "bound": found.lower,
        }
        return on_progress(state) is not False

    if on_progress is not None:
        seconds = time.monotonic() - began
        if on_progress({"phase": "linear programme", "seconds": seconds, "steps": 0}) is False:
            return _solution(instance, ready, Finding(0), seed, 0, deadline)
    race = Race(timetable, None if deadline is None else deadline - KEPT)
    try:
        found = race.run(report)
    except RuntimeError:
        return None
    return _solution(instance, ready, found, seed, race.asked, deadline)


def say_unfair(instance: Instance, possible: Bools) -> list[Conflict]:
    """A sentence where somebody must have more breaks than fairness allows; none where not.

    The fewest breaks of each person by its own row of slots, the most by its idle slots.
    """
    it = timetable_of(instance, possible)
    if it is None or it.apart is None:
        return []
    apart, it.apart = it.apart, None
    if not prune(it):
        return []
    limits = first_limits(it)
    last = it.slots - 1
    least = [
        min((stop[2] for t, _, stop, _, _ in Paths.of(it, limits, p).arcs if t == last), default=0)
        for p in range(it.people)
    ]
    most = it.most_breaks()
    worst, calm = least.index(max(least)), most.index(min(most))
    if least[worst] - most[calm] <= apart:
        return []
    names = instance.participant_ids
    limit = Constraint("max_break_difference", (names[worst], names[calm]), number=apart)
    sentence = (
        f'cannot hold together: {limit}; participant "{names[worst]}" has at '
        f'least {least[worst]} breaks however its meetings are held, participant "{names[calm]}" '
        f"at most {most[calm]}"
    )
    return [Conflict(sentence, [limit])]


def _solution(
    instance: Instance,
    ready: Prepared,
    found: Finding,
    seed: int,
    asked: int,
    deadline: float | None,
) -> Solution:
    from ..checking import check
    from ..preparing import explain_slots
    from .model import EXHAUSTED

    requests = len(instance.request_ids)
    slot = np.array(found.slots or [-1] * requests, dtype=np.int32).reshape(requests)
    status = "unknown"
    if found.infeasible:
        status = "infeasible"
    elif found.slots is not None:
        status = "optimal" if found.optimal else "feasible"
    conflicts: list[Conflict] = []
    if found.infeasible:
        conflicts = say_unfair(instance, ready.possible)
        conflicts = conflicts or say_contradiction(instance, EXHAUSTED, deadline)
    if found.slots is not None:
        reason = explain_slots(instance, ready, slot)
    else:
        reason = np.full(requests, -1 if found.infeasible else OUTWEIGHED, dtype=np.int8)
    solution = Solution(
        name=instance.name,
        objective=instance.objective,
        status=status,
        slot=slot,
        reason=reason,
        weight=granted_weight(instance, slot),
        breaks=int(count_breaks(instance, slot).sum()),
        bound=None if found.infeasible else float(found.lower),
        bound_method="linear relaxation over paths, then refutation by SAT",
        seed=seed,
        steps=asked,
        conflicts=conflicts,
    )
    if found.slots is not None and (wrong := check(instance, solution).violations):
        raise ValueError(f"the checker refuses the timetable: {wrong[0]}")
    return solution
