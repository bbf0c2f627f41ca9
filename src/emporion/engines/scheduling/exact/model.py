"""Small instances by constraint programming: a proven optimum or a proof that there is none.

One Boolean for each (request, slot) as in Bofill et al. (JAIR 74, 2022), with their implied
constraints: the busy slots of a participant are its meetings, and two people sit at a table.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from ..contradictions import say_contradiction
from ..filling import fill_left
from ..instance import NO_LIMIT, Bools, Instance, Ints
from ..shape import units_lost
from ..solution import OUTWEIGHED, Solution, count_breaks, granted_weight
from ..state import SLOT, put, walking_budget

if TYPE_CHECKING:
    from ..preparing import Prepared

#: What is said when no smaller set of constraints has been found.
EXHAUSTED = "no timetable keeps all constraints together (proven by exhaustive search)"
#: Deterministic time of the first round; every round gets half as much again.
FIRST_ROUND, GROWTH = 2.0, 1.5
#: Search steps that one unit of the solver's deterministic time is counted as.
STEPS_A_UNIT = 1000


class _Model:
    """The constraint model; ``x[r, t]`` is the Boolean of a meeting."""

    def __init__(self, it: Instance, possible: Bools) -> None:
        from ortools.sat.python import cp_model

        self.cp = cp_model
        self.model = cp_model.CpModel()
        self.it = it
        self.x: dict[tuple[int, int], Any] = {}
        self.by_request: list[list[tuple[int, Any]]] = [[] for _ in it.request_ids]
        people, slots = it.capacity.shape
        self.cell: list[list[list[Any]]] = [[[] for _ in range(slots)] for _ in range(people)]
        for r, t in np.argwhere(possible).tolist():
            var = self.model.new_bool_var(f"x{r}_{t}")
            self.x[r, t] = var
            self.by_request[r].append((t, var))
            self.cell[it.first[r]][t].append((r, var))
            self.cell[it.second[r]][t].append((r, var))
        self.busy: dict[tuple[int, int], Any] = {}
        self.breaks: list[Any] = []

    def build(self) -> None:
        it, add = self.it, self.model.add
        locked = dict(it.locked.tolist())
        for r, options in enumerate(self.by_request):
            if it.mandatory[r] or r in locked:
                self.model.add_exactly_one([v for _, v in options])
            elif options:
                self.model.add_at_most_one([v for _, v in options])
        self._people()
        self._tables()
        for a, b in it.precedences.tolist():
            for t, var in self.by_request[b]:
                earlier = [v for s, v in self.by_request[a] if s < t]
                add(sum(earlier) >= 1).only_enforce_if(var) if earlier else add(var == 0)
        if it.walking:
            self._walks()
        if it.objective == "breaks" or it.max_break_difference is not None:
            self._breaks()

    def _people(self) -> None:
        it, add = self.it, self.model.add
        for p, row in enumerate(self.cell):
            for t, here in enumerate(row):
                if len(here) > 1:
                    literals = [v for _, v in here]
                    if it.capacity[p, t] == 1:
                        self.model.add_at_most_one(literals)
                    else:
                        add(sum(literals) <= int(it.capacity[p, t]))
            mine = [v for here in row for _, v in here]
            if it.max_meetings[p] < len(mine):
                add(sum(mine) <= int(it.max_meetings[p]))
            if it.min_meetings[p] > 0:
                add(sum(mine) >= int(it.min_meetings[p]))
            if it.max_per_day[p] < NO_LIMIT:
                for day in range(int(it.slot_day.max()) + 1):
                    on_day = [
                        v for t, here in enumerate(row) if it.slot_day[t] == day for _, v in here
                    ]
                    add(sum(on_day) <= int(it.max_per_day[p]))

    def _tables(self) -> None:
        it, add = self.it, self.model.add
        pool_of = np.maximum(it.pool[it.first], it.pool[it.second])
        for t in range(len(it.slot_ids)):
            here = [(r, v) for (r, s), v in self.x.items() if s == t]
            if it.tables[t] < len(here):
                add(sum(v for _, v in here) <= int(it.tables[t]))
            for k in range(len(it.pool_ids)):
                inside = [v for r, v in here if pool_of[r] == k]
                if it.pool_tables[k, t] < len(inside):
                    add(sum(inside) <= int(it.pool_tables[k, t]))

    def _walks(self) -> None:
        """Two meetings of one participant, nothing between them, must be within walking reach."""
        it, budget = self.it, walking_budget(self.it)
        for p, row in enumerate(self.cell):
            if it.place[p] >= 0:
                continue
            for t1 in range(len(row)):
                for t2 in range(t1 + 1, len(row)):
                    if budget[t1, t2] >= it.walk_minutes.max():
                        break
                    between = [v for s in range(t1 + 1, t2) for _, v in row[s]]
                    for r1, v1 in row[t1]:
                        h1 = self._place(r1, p)
                        for r2, v2 in row[t2]:
                            h2 = self._place(r2, p)
                            if r1 == r2 or h1 < 0 or h2 < 0:
                                continue
                            if it.walk_minutes[h1, h2] > budget[t1, t2]:
                                self.model.add_bool_or([~v1, ~v2, *between])

    def _place(self, r: int, p: int) -> int:
        other = self.it.second[r] if self.it.first[r] == p else self.it.first[r]
        return int(self.it.place[other])

    def _breaks(self) -> None:
        it, model = self.it, self.model
        windows: Ints = it.windows()
        per_person = []
        idle = False
        for p, row in enumerate(self.cell):
            mine = []
            if sum(len(here) for here in row) < 2:
                idle = True
                continue
            for window in range(int(windows[-1]) + 1):
                mine += self._window(p, row, np.flatnonzero(windows == window).tolist())
            self.breaks += mine
            if it.max_break_difference is not None:
                total = model.new_int_var(0, len(row), f"breaks{p}")
                model.add(total == sum(mine))
                per_person.append(total)
        if it.max_break_difference is not None and per_person:
            low = model.new_int_var(0, 0 if idle else len(it.slot_ids), "fewest")
            for total in per_person:
                model.add(low <= total)
                model.add(total <= low + it.max_break_difference)

    def _window(self, p: int, row: list[list[Any]], slots: list[int]) -> list[Any]:
        """Break starts of one participant in one window, one Boolean each."""
        model = self.model
        busy = {}
        for t in slots:
            literals = [v for _, v in row[t]]
            if not literals:
                continue
            if len(literals) == 1:
                busy[t] = literals[0]
                continue
            busy[t] = model.new_bool_var(f"busy{p}_{t}")
            if self.it.capacity[p, t] == 1:
                model.add(sum(literals) == busy[t])
            else:
                model.add_max_equality(busy[t], literals)
        later = None
        starts = []
        for n in range(len(slots) - 1, 0, -1):
            t = slots[n]
            if later is not None and (t - 1) in busy:
                start = model.new_bool_var(f"break{p}_{t}")
                stop = [~busy[t]] if t in busy else []
                model.add_bool_or([start, ~busy[t - 1], ~later, *[~s for s in stop]])
                for condition in (busy[t - 1], later, *stop):
                    model.add_implication(start, condition)
                starts.append(start)
            if t in busy:
                if later is None:
                    later = busy[t]
                else:
                    both = model.new_bool_var(f"later{p}_{t}")
                    model.add_max_equality(both, [busy[t], later])
                    later = both
        return starts


def possible_at_all(instance: Instance, possible: Bools, work: float) -> bool | None:
    """Whether any schedule keeps every constraint; None when ``work`` (deterministic time of the
    solver) does not suffice.  ``possible`` bool[R, S].  The same every time."""
    built = _Model(instance, possible)
    built.build()
    solver = built.cp.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 0
    solver.parameters.max_deterministic_time = work
    code = solver.solve(built.model)
    if code in (built.cp.OPTIMAL, built.cp.FEASIBLE):
        return True
    return False if code == built.cp.INFEASIBLE else None


def solve_model(
    instance: Instance,
    ready: Prepared,
    *,
    seed: int,
    deadline: float | None,
    work_limit: int | None,
    on_progress: Callable[[dict[str, Any]], Any] | None,
    began: float,
) -> Solution:
    """Optimum or infeasibility with a proof, or the best schedule when the limit comes first.

    One thread, in rounds of growing deterministic time that start from the best schedule so far; a
    round cut off by the clock is not used, so the number of steps repeats the result.
    """
    built = _Model(instance, ready.possible)
    built.build()
    cp, model = built.cp, built.model
    by_weight = instance.objective == "weight"
    terms = sum(int(ready.units[r]) * v for (r, _), v in built.x.items())
    if by_weight:
        model.maximize(terms)
    else:
        model.minimize(sum(built.breaks))
    slot, status, steps, share = None, "unknown", 0, FIRST_ROUND
    bound: int | None = None
    while True:
        solver = cp.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = seed % 2**31
        left = None if work_limit is None else work_limit - steps
        if left is not None and left <= 0:
            break
        take = share if left is None else min(share, left / STEPS_A_UNIT)
        solver.parameters.max_deterministic_time = take
        if deadline is not None:
            remaining = deadline - time.monotonic() - 0.1
            if remaining <= 0.02:
                break
            solver.parameters.max_time_in_seconds = remaining
        code = solver.solve(model)
        finished = code in (cp.OPTIMAL, cp.INFEASIBLE)
        if not finished and deadline is not None and time.monotonic() > deadline - 0.11:
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
            status, bound = "feasible", -least if by_weight else least
            if code == cp.OPTIMAL:
                status = "optimal"
                break
        if on_progress is not None and _stopped(on_progress, built, slot, bound, steps, began):
            break
        share *= GROWTH
    return _result(instance, ready, slot, status, bound, steps, seed, deadline)


def _stopped(
    on_progress: Callable[[dict[str, Any]], Any],
    built: _Model,
    slot: Ints | None,
    bound: int | None,
    steps: int,
    began: float,
) -> bool:
    value = None
    if slot is not None:
        value = (
            granted_weight(built.it, slot)
            if built.it.objective == "weight"
            else int(count_breaks(built.it, slot).sum())
        )
    answer = on_progress(
        {
            "phase": "proof",
            "seconds": time.monotonic() - began,
            "steps": steps,
            built.it.objective: value,
            "bound": bound,
        }
    )
    return answer is False


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

    conflicts = []
    if status == "infeasible":
        conflicts = say_contradiction(instance, EXHAUSTED, deadline)
    held = np.full(len(instance.request_ids), -1, dtype=np.int32) if slot is None else slot
    if slot is not None:
        held = filled(instance, ready, slot)
    by_weight = instance.objective == "weight"
    limit = None if bound is None else float(bound)
    if bound is not None and by_weight:
        lost = units_lost(instance, ready.units, ready.scale)
        limit = (bound + lost) / ready.scale
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
