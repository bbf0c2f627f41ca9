"""`solve` against trying everything, on tiny instances with every constraint of the format."""

import numpy as np
import pytest

from emporion.engines import scheduling

from . import tiny

#: Constraints whose treatment outside the constraint model is simple: one miss in ten is allowed.
SIMPLE = ("tables", "pools")


def _solved(data, **options):
    instance = scheduling.instance_from_json(data)
    solution = scheduling.solve(instance, **({"work_limit": 1500} | options))
    return instance, solution


@pytest.mark.parametrize("feature", ["none", *tiny.FEATURES])
def test_solve_matches_brute_force_one_feature(feature):
    reached, feasible = 0, 0
    for seed in range(10):
        data = tiny.random_instance(seed, (feature,))
        expected = tiny.brute_force(data)
        instance, solution = _solved(data)
        if expected is None:
            assert solution.status in ("infeasible", "unknown"), (seed, solution)
            continue
        report = scheduling.check(instance, solution)
        assert report.violations == [], (seed, data)
        limit = expected["objective"]["weight"]
        assert solution.weight <= limit
        assert solution.bound >= limit - 1e-9
        if solution.status == "optimal":
            assert solution.weight == limit
        feasible += 1
        reached += solution.weight == limit
    assert feasible >= 4
    assert reached >= feasible - (feature in SIMPLE)


def test_solve_reaches_the_optimum_of_tiny_instances():
    reached = []
    for seed in range(100, 140):
        data = tiny.random_instance(seed, ("walking", "quota", "slots"))
        expected = tiny.brute_force(data)
        _, solution = _solved(data)
        reached.append(solution.weight == expected["objective"]["weight"])
    assert sum(reached) >= 38


def test_solve_keeps_every_constraint_at_once():
    for seed in range(200, 216):
        data = tiny.random_instance(seed, tiny.FEATURES[: 8 + seed % 4])
        expected = tiny.brute_force(data)
        instance, solution = _solved(data)
        if expected is None:
            assert solution.status in ("infeasible", "unknown")
        else:
            assert scheduling.check(instance, solution).violations == []
            assert solution.weight <= expected["objective"]["weight"]


def test_solve_breaks_matches_brute_force():
    compared = 0
    for seed in range(300, 330):
        data = tiny.random_instance(seed, ("slots",)) | {"objective": "breaks"}
        data["requests"] = data["requests"][:4]
        for row in data["requests"][:3]:
            row["mandatory"] = True
        data["break_scope"] = ["event", "day", "session"][seed % 3]
        expected = tiny.brute_force(data, cost=lambda report: report.breaks)
        instance, solution = _solved(data, work_limit=10_000)
        if expected is None:
            assert solution.status == "infeasible", seed
            continue
        compared += 1
        assert solution.status == "optimal"
        assert scheduling.check(instance, solution).violations == []
        assert solution.breaks == expected["objective"]["breaks"]
        assert solution.bound == solution.breaks
    assert compared >= 8


def test_solve_keeps_locked_meetings_and_the_frozen_part():
    for seed in range(400, 412):
        data = tiny.random_instance(seed, ("quota", "walking"))
        first = tiny.brute_force(data)
        if not first["meetings"]:
            continue
        data["locked"] = [first["meetings"][0]]
        data["frozen_before"] = data["slots"][1]["id"]
        expected = tiny.brute_force(data)
        instance, solution = _solved(data)
        assert scheduling.check(instance, solution).violations == []
        assert solution.weight <= expected["objective"]["weight"]


def test_solve_middle_size_is_valid_for_every_shape():
    for seed, options in enumerate(
        [
            {"walking": True},
            {"halls": 2, "quota": 3},
            {"days": 1, "slots_per_day": 12, "walking": True},
            {"days": 9, "slots_per_day": 8},
        ]
    ):
        instance = scheduling.generate(
            exhibitors=15, buyers=200, requests=1200, seed=seed, **options
        )
        solution = scheduling.solve(instance, work_limit=4000)
        report = scheduling.check(instance, solution)
        assert report.violations == []
        assert report.bound == pytest.approx(solution.bound, rel=1e-6)
        assert solution.weight > scheduling.greedy(instance).weight


def test_solve_larger_with_rare_constraints_is_valid():
    instance = scheduling.generate(exhibitors=20, buyers=300, requests=2500, seed=5, walking=True)
    rng = np.random.default_rng(1)
    data = scheduling.instance_to_json(instance)
    data["tables"] = 40
    data["table_pools"] = [{"id": "hall", "tables": 6}]
    for person in data["participants"][:8]:
        person["pool"] = "hall"
    for person in data["participants"][20:60]:
        person["max_meetings_per_day"] = 2
    for row in rng.choice(len(data["requests"]), 40, replace=False):
        data["requests"][row]["mandatory"] = True
    names = [r["id"] for r in data["requests"]]
    data["precedences"] = [[names[i], names[i + 700]] for i in range(30)]
    data["exclusions"] = [data["requests"][3]["participants"]]
    data["requests"][3].pop("mandatory", None)
    data["max_break_difference"] = 6
    data["break_scope"] = "event"
    instance, solution = _solved(data, work_limit=5000)
    assert scheduling.check(instance, solution).violations == []
    assert solution.status == "feasible"


def test_solve_repeats_a_timed_run_by_its_steps():
    instance = scheduling.generate(exhibitors=30, buyers=500, requests=4000, seed=3, walking=True)
    timed = scheduling.solve(instance, seed=7, time_limit=3)
    again = scheduling.solve(instance, seed=7, work_limit=timed.steps)
    assert timed.steps > 0
    assert again.slot.tolist() == timed.slot.tolist()
    assert again.reason.tolist() == timed.reason.tolist()


def test_solve_repeats_an_exact_run_by_its_steps():
    data = tiny.random_instance(1, ("slots",)) | {"objective": "breaks"}
    _, timed = _solved(data, work_limit=None, time_limit=3)
    _, again = _solved(data, work_limit=timed.steps)
    assert again.slot.tolist() == timed.slot.tolist()


def test_solve_depends_on_the_seed_alone():
    instance = scheduling.generate(exhibitors=20, buyers=300, requests=2500, seed=3)
    first = scheduling.solve(instance, seed=1, work_limit=5000)
    assert scheduling.solve(instance, seed=1, work_limit=5000).slot.tolist() == first.slot.tolist()
    assert scheduling.solve(instance, seed=2, work_limit=5000).slot.tolist() != first.slot.tolist()


def test_solve_stops_when_the_callback_says_no():
    instance = scheduling.generate(exhibitors=20, buyers=300, requests=2500, seed=3)
    seen = []

    def stop(now):
        seen.append(now)
        return False

    solution = scheduling.solve(instance, work_limit=10**9, on_progress=stop)
    assert len(seen) == 1
    assert solution.steps < 10**9
    assert scheduling.check(instance, solution).violations == []


def test_stopped_run_is_repeated_by_its_steps():
    instance = scheduling.generate(exhibitors=20, buyers=300, requests=2500, seed=3)
    seen = []
    stopped = scheduling.solve(
        instance, work_limit=10**9, prove=False,
        on_progress=lambda now: seen.append(now) or len(seen) < 3,
    )  # fmt: skip
    again = scheduling.solve(instance, work_limit=stopped.steps, prove=False)
    assert again.slot.tolist() == stopped.slot.tolist()


@pytest.mark.parametrize("seed", [-1, 2**32])
def test_seed_that_is_none_is_refused(seed):
    instance = scheduling.instance_from_json(tiny.instance(requests=[("x", "e", "a")]))
    slot = np.array([0], dtype=np.int32)
    for call in (
        lambda: scheduling.solve(instance, seed=seed),
        lambda: scheduling.solve_keeping(instance, slot, seed=seed),
        lambda: scheduling.fewer_breaks(instance, slot, seed=seed),
        lambda: scheduling.generate(exhibitors=2, buyers=6, requests=5, seed=seed),
    ):
        with pytest.raises(scheduling.InstanceError, match="seed: must be a whole number from 0"):
            call()


def test_hosts_that_hold_any_number_at_once_take_no_memory():
    people = [{"id": f"e{n}", "capacity": 10**6} for n in range(600)] + [{"id": "a"}]
    rows = [(f"r{n}", f"e{n}", "a") for n in range(600)]
    instance = scheduling.instance_from_json(tiny.instance(40, people, rows))
    solution = scheduling.solve(instance, work_limit=100, prove=False)
    assert solution.weight == 40
    assert scheduling.check(instance, solution).violations == []


@pytest.mark.parametrize("breaks", [{}, {"objective": "breaks", "max_break_difference": 1}])
def test_fair_without_people_is_over_at_once(breaks):
    instance = scheduling.instance_from_json(tiny.instance(people=[]) | breaks)
    assert scheduling.solve(instance, time_limit=5).status == "optimal"


def test_solve_without_requests_is_optimal():
    instance, solution = _solved(tiny.instance())
    assert (solution.status, solution.weight, solution.bound) == ("optimal", 0.0, 0.0)
    assert scheduling.check(instance, solution).violations == []


def test_solve_takes_arrays_without_json():
    instance = scheduling.make_instance(
        ["9:00", "9:30"],
        ["booth", "anna", "bo"],
        ["x", "y", "z"],
        [0, 0, 0],
        [1, 2, 1],
        weight=[2.5, 3.0, 0.001],
        capacity=[1, 1, 1],
    )
    solution = scheduling.solve(instance)
    assert sorted(solution.slot.tolist()) == [-1, 0, 1]
    assert solution.weight == 5.5


def test_solve_tiny_weights_are_not_rounded_away():
    rows = [("x", "e", "a", 0.0002), ("y", "e", "b", 0.0004), ("z", "f", "b", 0.0001)]
    _, solution = _solved(tiny.instance(slots=1, requests=rows))
    assert solution.slot.tolist() == [-1, 0, -1]
