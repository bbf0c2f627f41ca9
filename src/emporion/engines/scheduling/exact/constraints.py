"""The hard constraints of an instance, and its breaks, as a constraint model of small instances.

One Boolean for each (request, slot) as in Bofill et al. (JAIR 74, 2022), with their implied
constraints: the busy slots of a participant are its meetings, and two people sit at a table.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from ..instance import NO_LIMIT, Bools, Instance, Ints
from ..state import walking_budget


class Model:
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


def possible_at_all(
    instance: Instance, possible: Bools, work: float, deadline: float | None = None
) -> bool | None:
    """Whether any schedule keeps every constraint; None when ``work`` (deterministic time of the
    solver) does not suffice, or the time until ``deadline`` (`time.monotonic`).  ``possible``
    bool[R, S].  Without a deadline the same every time."""
    built, _, code = _any(instance, possible, work, deadline)
    if code in (built.cp.OPTIMAL, built.cp.FEASIBLE):
        return True
    return False if code == built.cp.INFEASIBLE else None


def some_schedule(
    instance: Instance, possible: Bools, near: Ints, work: float, deadline: float | None
) -> Ints | None:
    """A schedule int32[R] that keeps every constraint; None where none has been found within
    ``work`` (as above) and before ``deadline`` (`time.monotonic`).  The solver tries first what
    stands in ``near``, int32[R], -1 for what is not held there."""
    built, solver, code = _any(instance, possible, work, deadline, near)
    if code not in (built.cp.OPTIMAL, built.cp.FEASIBLE):
        return None
    slot: Ints = np.full(len(instance.request_ids), -1, dtype=np.int32)
    for (r, t), var in built.x.items():
        if solver.value(var):
            slot[r] = t
    return slot


def _any(
    instance: Instance,
    possible: Bools,
    work: float,
    deadline: float | None,
    near: Ints | None = None,
) -> tuple[Model, Any, Any]:
    """The model, its solver after it has looked for any schedule, and what it says."""
    built = Model(instance, possible)
    built.build()
    if near is not None:
        for (r, t), var in built.x.items():
            built.model.add_hint(var, int(near[r] == t))
    solver = built.cp.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 0
    solver.parameters.max_deterministic_time = work
    if deadline is not None:
        solver.parameters.max_time_in_seconds = max(deadline - time.monotonic(), 0.0)
    return built, solver, solver.solve(built.model)
