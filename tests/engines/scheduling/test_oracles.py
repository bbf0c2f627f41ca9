"""`solve` against solvers that know nothing of it, at sizes which cannot be enumerated.

HiGHS and CP-SAT get the problem as it stands in the format, in models written here.
"""

import random

import numpy as np
import pytest
from ortools.sat.python import cp_model
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_matrix

from emporion.engines import scheduling
from emporion.engines.scheduling.checking import check_data

from . import tiny


def _cells(data):
    """Every (request, slot) that calendars allow, and the groups of them with their limits."""
    slots = [slot["id"] for slot in data["slots"]]
    people = {person["id"]: person for person in data["participants"]}
    there = {
        name: [0 if s in p.get("unavailable", ()) else p.get("capacity", 1) for s in slots]
        for name, p in people.items()
    }
    cells = [
        (r["id"], t)
        for r in data["requests"]
        for t, s in enumerate(slots)
        if all(there[name][t] for name in r["participants"]) and s in r.get("allowed_slots", slots)
    ]
    ends = {r["id"]: r["participants"] for r in data["requests"]}
    groups = {}
    for r, t in cells:
        groups.setdefault(("request", r), (1, []))[1].append((r, t))
        groups.setdefault(("tables", t), (data.get("tables", 10**6), []))[1].append((r, t))
        for name in ends[r]:
            groups.setdefault((name, t), (there[name][t], []))[1].append((r, t))
            most = people[name].get("max_meetings", 10**6)
            groups.setdefault((name, "all"), (most, []))[1].append((r, t))
            most, day = people[name].get("max_meetings_per_day", 10**6), data["slots"][t]["day"]
            groups.setdefault((name, "day", day), (most, []))[1].append((r, t))
    return cells, list(groups.values())


def _market(seed, **more):
    """Six hosts, thirty guests, eight slots on two days, a hundred requests."""
    rng = random.Random(seed)
    slots = [f"t{i}" for i in range(8)]
    hosts = [{"id": f"e{i}", "side": "exhibitor", "capacity": rng.randint(1, 2)} for i in range(6)]
    guests = [
        {
            "id": f"b{i}",
            "side": "buyer",
            "unavailable": rng.sample(slots, rng.randint(1, 6)),
            "max_meetings": rng.randint(2, 4),
        }
        for i in range(30)
    ]
    pairs = rng.sample([(h["id"], g["id"]) for h in hosts for g in guests], 100)
    rows = [(f"r{i}", a, b, rng.randint(1, 30)) for i, (a, b) in enumerate(pairs)]
    data = tiny.instance(8, hosts + guests, rows) | more
    for t, slot in enumerate(data["slots"]):
        slot["day"] = "one" if t < 4 else "two"
    return data


def _highs(data):
    cells, groups = _cells(data)
    number = {cell: n for n, cell in enumerate(cells)}
    weight = {r["id"]: r["weight"] for r in data["requests"]}
    gain = np.array([weight[r] for r, _ in cells], dtype=float)
    row = [k for k, (_, members) in enumerate(groups) for _ in members]
    column = [number[cell] for _, members in groups for cell in members]
    matrix = csr_matrix((np.ones(len(row)), (row, column)), (len(groups), len(cells)))
    found = milp(
        -gain,
        constraints=LinearConstraint(matrix, ub=[limit for limit, _ in groups]),
        integrality=np.ones(len(cells)),
        bounds=Bounds(0, 1),
        options={"mip_rel_gap": 0.0},
    )
    assert found.status == 0
    return round(-found.fun)


@pytest.mark.parametrize("seed", range(4))
def test_solve_proves_what_highs_finds(seed):
    data = _market(seed)
    solution = scheduling.solve(scheduling.instance_from_json(data))
    assert (solution.status, solution.weight) == ("optimal", _highs(data))


@pytest.mark.parametrize("seed", range(2))
def test_solve_with_tables_and_days_proves_what_highs_finds(seed):
    data = _market(seed, tables=6)
    for person in data["participants"][10:20]:
        person["max_meetings_per_day"] = 1
    solution = scheduling.solve(scheduling.instance_from_json(data), work_limit=4000)
    best = _highs(data)
    assert (solution.status, solution.weight, solution.bound) == ("optimal", best, best)


def _conference(seed):
    """Ten people, sixteen meetings, seven slots, all held, two of them in an order."""
    rng = random.Random(seed)
    people = [f"p{i:02d}" for i in range(10)]
    pairs = rng.sample([(a, b) for a in people for b in people if a < b], 16)
    slots = [f"t{i}" for i in range(7)]
    rows = []
    for i, (a, b) in enumerate(pairs):
        more = {"mandatory": True}
        if rng.random() < 0.3:
            more["allowed_slots"] = slots[:4] if rng.random() < 0.5 else slots[3:]
        rows.append((f"m{i:02d}", a, b, more))
    data = tiny.instance(7, people, rows)
    return data | {"objective": "breaks", "tables": 3, "precedences": [["m00", "m01"]]}


def _cp_sat(data):
    """Fewest breaks, None when there is no timetable; each person's row as an automaton."""
    cells, groups = _cells(data)
    model = cp_model.CpModel()
    held = {cell: model.new_bool_var("") for cell in cells}
    for limit, members in groups:
        model.add(sum(held[cell] for cell in members) <= limit)
    slots = range(len(data["slots"]))
    when = {}
    for r in data["requests"]:
        mine = [(t, held[r["id"], t]) for t in slots if (r["id"], t) in held]
        model.add_exactly_one([x for _, x in mine])
        when[r["id"]] = sum(t * x for t, x in mine)
    for a, b in data["precedences"]:
        model.add(when[a] < when[b])
    starts = []
    for person in data["participants"]:
        mine = [r["id"] for r in data["requests"] if person["id"] in r["participants"]]
        busy = []
        for t in slots:
            busy.append(model.new_bool_var(""))
            model.add(sum(held[r, t] for r in mine if (r, t) in held) == busy[t])
        # Runs of meetings less one: a person with meetings has one run more than breaks.
        for t in slots:
            start = model.new_bool_var("")
            model.add(start >= busy[t] - (busy[t - 1] if t else 0))
            starts.append(start)
        starts.append(-1 if mine else 0)
    model.minimize(sum(starts))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.max_deterministic_time = 60
    status = solver.solve(model)
    assert status in (cp_model.OPTIMAL, cp_model.INFEASIBLE)
    return round(solver.objective_value) if status == cp_model.OPTIMAL else None


@pytest.mark.parametrize("seed", [2, 3])
def test_solve_proves_the_breaks_that_cp_sat_finds(seed):
    data = _conference(seed)
    instance = scheduling.instance_from_json(data)
    solution = scheduling.solve(instance, time_limit=60)
    best = _cp_sat(data)
    assert solution.status == ("infeasible" if best is None else "optimal")
    if best is not None:
        assert (solution.breaks, solution.bound) == (best, best)
        assert check_data(data, scheduling.solution_to_json(instance, solution)).valid
