"""The parts of the engine against slow, obvious models."""

import itertools

import numpy as np
import pytest

from emporion.engines import scheduling
from emporion.engines.scheduling.assignment import NEVER, assign
from emporion.engines.scheduling.checking_walks import best_walk
from emporion.engines.scheduling.daypath import best_path, local_places
from emporion.engines.scheduling.shape import orient

from . import tiny


def test_assign_matches_brute_force():
    rng = np.random.default_rng(0)
    for _ in range(150):
        n, m = int(rng.integers(1, 5)), int(rng.integers(1, 5))
        profit = rng.integers(1, 50, (n, m)).astype(np.int64)
        profit[rng.random((n, m)) < 0.3] = NEVER
        quota = int(rng.integers(0, 5))
        chosen = np.empty(n, dtype=np.int32)
        total = assign(
            profit, n, m, quota, chosen,
            np.empty(m, dtype=np.int64), np.empty((2, m), dtype=np.int32),
        )  # fmt: skip
        best = 0
        for slots in itertools.product(range(-1, m), repeat=n):
            used = [t for t in slots if t >= 0]
            if len(used) != len(set(used)) or len(used) > quota:
                continue
            values = [int(profit[i, t]) for i, t in enumerate(slots) if t >= 0]
            if min(values, default=0) > NEVER:
                best = max(best, sum(values))
        assert total == best
        assert sum(int(profit[i, t]) for i, t in enumerate(chosen) if t >= 0) == best


def test_best_path_matches_brute_force_and_the_checker():
    rng = np.random.default_rng(1)
    way = np.array([[0, 5, 30], [5, 0, 12], [30, 12, 0]])
    for _ in range(80):
        n, slots = int(rng.integers(1, 5)), int(rng.integers(2, 6))
        gaps = rng.choice([3, 6, 15], slots - 1)
        day = np.sort(rng.integers(0, 2, slots)).astype(np.int32)
        profit = np.repeat(rng.integers(1, 50, (n, 1)), slots, axis=1).astype(np.int64)
        profit[rng.random((n, slots)) < 0.3] = NEVER
        place = rng.integers(0, 3, n).astype(np.int32)
        reach = np.ones((slots, 3, 3), dtype=bool)
        for t in range(1, slots):
            if day[t] == day[t - 1]:
                reach[t] = way <= gaps[t - 1]
        local, places = np.empty(n, dtype=np.int32), np.empty(n, dtype=np.int32)
        count = local_places(place, n, local, places)
        chosen = np.empty(n, dtype=np.int32)
        total = best_path(profit, n, n, local, places[:count], reach, day, n, chosen)
        best = 0
        for pick in itertools.product(range(-1, slots), repeat=n):
            used = sorted((t, i) for i, t in enumerate(pick) if t >= 0)
            if len({t for t, _ in used}) != len(used):
                continue
            if any(
                u == t + 1 and not reach[u, place[i], place[j]]
                for (t, i), (u, j) in itertools.pairwise(used)
            ):
                continue
            value = sum(int(profit[i, t]) for t, i in used)
            best = max(best, value)
        assert total == best
        rows = [
            (np.maximum(profit[i], 0).astype(float), int(place[i]))
            for i in range(n)
            if profit[i].max() > NEVER
        ]
        if rows:
            assert best_walk(rows, day.tolist(), gaps.tolist(), way.tolist()) == best


@pytest.mark.parametrize("feature", ["none", "anybody", "walking", "quota", "slots"])
def test_bound_is_never_below_the_optimum(feature):
    for seed in range(25):
        data = tiny.random_instance(seed, (feature,))
        best = tiny.brute_force(data)["objective"]["weight"]
        limit = scheduling.bound(scheduling.instance_from_json(data))
        assert limit.weight >= best - 1e-9
        assert limit.flow >= limit.weight - 1e-9


def test_bound_equals_the_optimum_when_everybody_is_always_there():
    """Koenig: a b-matching with degrees within the slots can be given slots."""
    instance = scheduling.generate(
        exhibitors=8, buyers=40, requests=150, days=1, slots_per_day=6, seed=2
    )
    instance.capacity[:] = 1
    solution = scheduling.solve(instance, work_limit=20_000)
    assert solution.status == "optimal"
    assert solution.weight == solution.bound


def test_orient_finds_two_sides_without_labels():
    data = tiny.random_instance(3)
    for person in data["participants"]:
        person.pop("side")
    shape = orient(scheduling.instance_from_json(data))
    assert shape.bipartite
    assert not set(shape.end0.tolist()) & set(shape.end1.tolist())
    triangle = tiny.instance(
        people=["a", "b", "c"], requests=[("x", "a", "b"), ("y", "b", "c"), ("z", "c", "a")]
    )
    assert not orient(scheduling.instance_from_json(triangle)).bipartite


def test_reasons_are_true():
    rows = [
        ("none", "e", "late", 9), ("full", "e", "b", 1), ("held", "e", "a", 5),
        ("limit", "f", "a", 1), ("never", "f", "b", 7), ("far", "g", "c", 1),
        ("near", "e2", "c", 8), ("desk", "g", "d", 1),
    ]  # fmt: skip
    people = [
        {"id": "e", "place": "north", "unavailable": ["t1"]},
        {"id": "e2", "place": "north", "unavailable": ["t1"]},
        {"id": "f", "place": "north"},
        {"id": "g", "place": "south", "unavailable": ["t0"]},
        {"id": "a", "max_meetings": 1},
        {"id": "b"}, {"id": "c"}, {"id": "late", "unavailable": ["t0"]},
        {"id": "d", "pool": "corner"},
    ]  # fmt: skip
    data = tiny.instance(
        slots=2, people=people, requests=rows, exclusions=[["b", "f"]],
        table_pools=[{"id": "corner", "tables": 0}],
        walking={"places": ["north", "south"], "minutes": [[0, 9], [9, 0]], "gap_minutes": 5},
    )  # fmt: skip
    instance = scheduling.instance_from_json(data)
    solution = scheduling.solve(instance, work_limit=500)
    written = scheduling.solution_to_json(instance, solution)
    assert {u["request"]: u["reason"] for u in written["ungranted"]} == {
        "none": "no_common_slot",
        "full": "outweighed",
        "limit": "quota",
        "never": "excluded",
        "far": "walking",
        "desk": "no_table",
    }
    assert scheduling.check(instance, solution).violations == []


def test_greedy_is_valid_and_below_the_solver():
    for seed in range(6):
        data = tiny.random_instance(seed, ("walking", "quota", "tables", "pools", "slots"))
        instance = scheduling.instance_from_json(data)
        plain = scheduling.greedy(instance)
        assert scheduling.check(instance, plain).violations == []
        assert plain.weight <= scheduling.solve(instance, work_limit=1500).weight
