"""Scheduling with proofs: conferences of the published families, and rivals on small expos."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from ortools.sat.python import cp_model
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_matrix

from benchmarks.scheduling_lines import Lines, run
from emporion.engines import scheduling
from emporion.engines.scheduling.instance import NO_LIMIT, Instance

#: Classes of which every instance has to be closed, and those of which six in ten have to be.
CLOSED = (
    "breaks-A", "breaks-B-loose", "breaks-B-tight", "breaks-C-loose", "breaks-C-tight",
    "breaks-D-loose", "breaks-D-tight", "breaks-E-loose",
)  # fmt: skip
OPEN = ("breaks-E-tight", "breaks-F")
LIMIT, TEN = 60, range(1, 11)
#: Seconds of a rival, and the part of them that is ours.
RIVAL, PART = 60, 20
SMALL: dict[str, dict[str, Any]] = {
    "20 x 300": {"exhibitors": 20, "buyers": 300, "requests": 2000},
    "100 x 1500": {"exhibitors": 100, "buyers": 1500, "requests": 20_000},
}


def family(name: str) -> Callable[[Lines, int], None]:
    """Ten instances of a family, whatever the seed: how many are closed within `LIMIT`."""

    def measure(lines: Lines, seed: int) -> None:
        closed, wrong, worst = 0, 0, 0.0
        for n in TEN:
            path, out = lines.folder / "family.json", lines.folder / "solution.json"
            scheduling.write_instance(path, scheduling.generate_family(name, n))
            done = run(path, out, "--time-limit", str(LIMIT))
            found = done.found
            proven = found["status"] in ("optimal", "infeasible")
            closed += proven
            if proven:
                worst = max(worst, done.wall)
            breaks = found["objective"]["breaks"] if found["meetings"] else None
            if found["meetings"] and scheduling.check_files(path, out).violations:
                wrong += 1
            interval = None if proven else [found["bound"]["breaks"], breaks]
            lines.show(
                f"{name}: one instance", done.wall, "s", None, None, n,
                status=found["status"], breaks=breaks, interval=interval,
                processor_seconds=round(done.cpu, 1),
            )  # fmt: skip
        bar = ">= 10" if name in CLOSED else ">= 6"
        lines.show(f"{name}: closed of ten", closed, "count", bar, slowest=round(worst, 1))
        lines.show(f"{name}: timetables that the checker refuses", wrong, "count", "<= 0")

    return measure


def rivals(lines: Lines, seed: int) -> None:
    """CP-SAT and HiGHS, one thread and `RIVAL` seconds each; the engine with a twentieth."""
    for name, size in SMALL.items():
        instance = scheduling.generate(seed=seed, **size)
        began = time.monotonic()
        ours = scheduling.solve(instance, seed=seed, time_limit=RIVAL / PART)
        seconds = round(time.monotonic() - began, 2)
        said: dict[str, Any] = {}
        for rival, solve in (("CP-SAT", _cp_sat), ("HiGHS", _highs)):
            began = time.monotonic()
            weight, bound, proven = solve(instance)
            took = round(time.monotonic() - began, 1)
            said[rival] = {"weight": weight, "bound": bound, "proven": proven, "seconds": took}
        best = max(one["weight"] or 0.0 for one in said.values())
        equal = min(r["seconds"] for r in said.values() if (r["weight"] or 0.0) <= ours.weight)
        bound = min([one["bound"] for one in said.values() if one["bound"]], default=None)
        lines.show(
            f"rivals, {name}: ours less the best of theirs", ours.weight - best, "weight", ">= 0",
            said, seed, weight=ours.weight, seconds=seconds, status=ours.status,
        )  # fmt: skip
        lines.show(
            f"rivals, {name}: our time as a share of the quickest's", seconds / equal, "share",
            "<= 0.05", None, seed,
        )  # fmt: skip
        proven = any(one["proven"] for one in said.values())
        short = None if bound is None else max(0.0, round(bound - ours.weight, 6))
        bar = "<= 0" if name == "20 x 300" else None
        case = f"rivals, {name}: ours below their bound"
        lines.show(case, short, "weight", bar, None, seed, proven=proven)


def _pairs(instance: Instance) -> tuple[Any, Any, list[tuple[Any, int]]]:
    """Request and slot of every variable, and groups of variables with how many may be 1."""
    rows, slots = np.nonzero(instance.allowed_slots())
    groups: list[tuple[Any, int]] = []

    def group(keys: Any, most: Any) -> None:
        order = np.argsort(keys, kind="stable")
        starts = np.flatnonzero(np.diff(keys[order], prepend=-1))
        for mine in np.split(order, starts[1:]):
            limit = int(most(int(keys[mine[0]])))
            if len(mine) > limit:
                groups.append((mine, limit))

    width, flat = len(instance.slot_ids), instance.capacity.ravel()
    group(rows, lambda _: 1)
    for ends in (instance.first, instance.second):
        group(ends[rows].astype(np.int64) * width + slots, lambda key: flat[key])
        group(ends[rows], lambda p: min(instance.max_meetings[p], NO_LIMIT))
    return rows, slots, groups


def _cp_sat(instance: Instance) -> tuple[float | None, float | None, bool]:
    rows, _, groups = _pairs(instance)
    model = cp_model.CpModel()
    held = [model.new_bool_var("") for _ in rows]
    for mine, limit in groups:
        model.add(sum(held[i] for i in mine) <= limit)
    weights = np.rint(instance.weight[rows]).astype(int).tolist()
    model.maximize(sum(w * x for w, x in zip(weights, held, strict=True)))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.max_time_in_seconds = RIVAL
    status = solver.solve(model)
    bound = float(solver.best_objective_bound)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None, bound, False
    return float(solver.objective_value), bound, status == cp_model.OPTIMAL


def _highs(instance: Instance) -> tuple[float | None, float | None, bool]:
    rows, _, groups = _pairs(instance)
    row = np.concatenate([np.full(len(mine), n) for n, (mine, _) in enumerate(groups)])
    column = np.concatenate([mine for mine, _ in groups])
    matrix = coo_matrix((np.ones(len(row)), (row, column)), (len(groups), len(rows))).tocsr()
    most = np.array([limit for _, limit in groups], dtype=float)
    found = milp(
        -instance.weight[rows],
        constraints=LinearConstraint(matrix, ub=most),
        integrality=np.ones(len(rows)),
        bounds=Bounds(0, 1),
        options={"time_limit": RIVAL, "mip_rel_gap": 0.0},
    )
    bound = None if found.mip_dual_bound is None else -float(found.mip_dual_bound)
    weight = None if found.x is None else -float(found.fun)
    return weight, bound, bool(found.status == 0)
