"""The checker believes neither a reason nor a status, and nothing in a file makes it stumble."""

import json

import numpy as np
import pytest

from emporion.engines import scheduling
from emporion.engines.scheduling import exact
from emporion.engines.scheduling.checking import REASONS, check_data
from emporion.engines.scheduling.command import main
from emporion.engines.scheduling.repairing import order_from_json

from . import tiny

SETS = [(name,) for name in tiny.FEATURES] + [tiny.FEATURES[:6], tiny.FEATURES[6:], tiny.FEATURES]


def _in_format(instance, solution):
    return scheduling.solution_to_json(instance, solution)


@pytest.mark.parametrize("searched", [False, True])
@pytest.mark.parametrize("objective", ["weight", "breaks"])
@pytest.mark.parametrize("features", SETS, ids="-".join)
def test_every_reason_is_true_by_the_schedule_itself(monkeypatch, features, objective, searched):
    if searched:
        monkeypatch.setattr(exact, "suits_exact", lambda *_: False)
    for seed in range(12):
        data = tiny.random_instance(seed, features) | {"objective": objective}
        instance = scheduling.instance_from_json(data)
        for solution in (
            scheduling.solve(instance, work_limit=200, prove=False),
            scheduling.greedy(instance),
        ):
            if solution.status in ("optimal", "feasible") and not solution.conflicts:
                found = check_data(data, _in_format(instance, solution)).violations
                # The list of a careful person may leave out what must be held, and breaks unfair.
                assert [v for v in found if "reason" in v] == []


@pytest.mark.parametrize(
    ("features", "seed"),
    [
        (("fairness",), 45),
        (("walking", "fairness"), 74),
        (("precedences", "mandatory", "slots"), 44),
    ],
)
def test_what_fits_after_others_gave_way_is_held(monkeypatch, features, seed):
    """Fairness or an order took meetings out, and what came free was left so."""
    monkeypatch.setattr(exact, "suits_exact", lambda *_: False)
    data = tiny.random_instance(seed, features)
    instance = scheduling.instance_from_json(data)
    solution = scheduling.solve(instance, work_limit=100, prove=False)
    found = check_data(data, _in_format(instance, solution)).violations
    assert [v for v in found if "reason" in v] == []


def test_reasons_after_a_repair_are_true_too():
    for seed in range(12):
        data = tiny.random_instance(seed, ("walking", "quota", "precedences"))
        instance = scheduling.instance_from_json(data)
        slot = scheduling.solve(instance, work_limit=500).slot
        order = order_from_json(
            {
                "format": "emporion-schedule-repair/1",
                "events": [{"kind": "absent", "participants": ["b0"], "to": "t0"}],
                "moves_per_person": seed % 2,
            },
            instance,
        )
        solution, changes, left = scheduling.repair(instance, slot, order, work_limit=200)
        assert scheduling.check(left, solution).violations == []
        for change in changes.changes:
            if change.reason == "order":
                first = instance.precedences[instance.precedences[:, 1] == change.request, 0]
                assert not (solution.slot[first] >= 0).all()


def test_a_meeting_that_lost_its_predecessor_says_so():
    data = tiny.instance(3, requests=[("x", "e", "a", 2), ("y", "f", "b", 9)])
    instance = scheduling.instance_from_json(data | {"precedences": [["x", "y"]]})
    away = {"events": [{"kind": "absent", "participants": ["a"]}]}
    order = order_from_json({"format": "emporion-schedule-repair/1"} | away, instance)
    solution, changes, left = scheduling.repair(instance, np.array([0, 1]), order, work_limit=50)
    assert [(c.request, c.after, c.reason) for c in changes.changes] == [
        (0, -1, "absent"),
        (1, -1, "order"),
    ]
    assert scheduling.check(left, solution).violations == []


@pytest.mark.parametrize("features", [("walking", "quota"), ("tables", "pools", "slots")])
def test_a_reason_that_is_not_true_is_noticed(features):
    noticed = 0
    for seed in range(12):
        data = tiny.random_instance(seed, features)
        best = tiny.brute_force(data)
        for row in best["ungranted"]:
            told = row["reason"]
            for reason in REASONS:
                row["reason"] = reason
                found = [v for v in check_data(data, best).violations if "reason" in v]
                if reason == told:
                    assert found == []
                noticed += bool(found)
            row["reason"] = told
    assert noticed > 20


def test_a_request_that_could_be_held_has_no_reason():
    data = tiny.instance(2, requests=[("x", "e", "a", 2), ("y", "f", "b", 9)])
    solution = tiny.schedule(data, {"y": "t0"})
    assert check_data(data, solution).violations == [
        f'ungranted: the reason "{solution["ungranted"][0]["reason"]}" of "x" is not true: '
        'it could be held in slot "t0"'
    ]


def _claimed(data, held, **more):
    return check_data(data, tiny.schedule(data, held) | more, claims=True)


def test_a_bare_status_is_not_believed():
    data = tiny.instance(1, requests=[("x", "e", "a", 2), ("y", "e", "b", 3)])
    assert _claimed(data, {"x": "t0"}, status="optimal").violations == [
        "status optimal, but there is a valid schedule that weighs more than 2"
    ]
    report = _claimed(data, {"y": "t0"}, status="optimal")
    assert (report.violations, report.proven) == ([], True)
    nothing = {"meetings": [], "ungranted": [], "status": "infeasible"}
    assert _claimed(data, {}, **nothing).violations == [
        "status infeasible, but there is a schedule that keeps every constraint"
    ]
    data["requests"][0]["mandatory"] = data["requests"][1]["mandatory"] = True
    report = _claimed(data, {}, **nothing)
    assert (report.violations, report.proven) == ([], True)


def test_a_status_that_the_checker_cannot_show_is_said_to_be_the_solvers_word(monkeypatch):
    monkeypatch.setattr("emporion.engines.scheduling.checking_claims.MOST_PAIRS", 0)
    data = tiny.instance(1, requests=[("x", "e", "a", 2), ("y", "e", "b", 3)])
    report = _claimed(data, {"y": "t0"}, status="optimal")
    assert (report.violations, report.proven) == ([], False)
    assert report.notes[0].startswith("the status optimal is the solver's word")


@pytest.mark.parametrize("objective", ["weight", "breaks"])
def test_claims_of_the_solver_are_proven_by_the_checker(objective):
    proven = 0
    for seed in range(25):
        features = (tiny.FEATURES[seed % 11], tiny.FEATURES[(seed * 3 + 1) % 11])
        data = tiny.random_instance(seed, features) | {"objective": objective}
        if objective == "breaks":
            for row in data["requests"][:3]:
                row["mandatory"] = True
        if seed % 4 == 0:
            data["locked"] = [{"request": "r2", "slot": "t1"}]
        instance = scheduling.instance_from_json(data)
        solution = scheduling.solve(instance)
        report = check_data(data, _in_format(instance, solution), claims=True)
        if solution.status in ("optimal", "infeasible"):
            assert (report.violations, report.proven) == ([], True), (seed, features)
            proven += 1
    assert proven >= 20


WRONG = [
    [], 1, None, "x",
    {"meetings": 1}, {"meetings": [1]}, {"meetings": [{"request": [], "slot": "t0"}]},
    {"meetings": [{"request": "x", "slot": {}}]}, {"meetings": None}, {"ungranted": None},
    {"ungranted": [{"request": {}, "reason": "quota"}]}, {"ungranted": [["x", "quota"]]},
    {"ungranted": [{"request": "x", "reason": []}]},
    {"objective": []}, {"objective": {"weight": "much"}}, {"objective": {"breaks": None}},
    {"bound": 3}, {"bound": {"weight": "high"}}, {"bound": {"weight": 1e999}},
    {"bound": {"certificate": 1}}, {"bound": {"certificate": {"kind": "prices", "prices": 1}}},
    {"bound": {"certificate": {"kind": "prices", "prices": {"e": "dear"}}}},
    {"bound": {"certificate": {"kind": "prices", "prices": {"e": [1, 2]}}}},
    {"bound": {"certificate": {"kind": "prices", "prices": {}}, "x-slot-prices": 1}},
    {"bound": {"certificate": {"kind": "prices", "prices": {"e": float("nan")}}}},
    {"status": []}, {"instance": {}}, {"x-kept": 1}, {"x-kept": {"x": "nowhere"}},
]  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG, ids=repr)
def test_a_malformed_solution_is_told_and_never_a_traceback(wrong, tmp_path, capsys):
    data = tiny.instance(1, requests=[("x", "e", "a", 2), ("y", "e", "b", 3)])
    solution = tiny.schedule(data, {"y": "t0"})
    solution = solution | wrong if isinstance(wrong, dict) else wrong
    assert check_data(data, solution).violations
    files = tmp_path / "i.json", tmp_path / "s.json"
    files[0].write_text(json.dumps(data), "utf-8")
    files[1].write_text(json.dumps(solution), "utf-8")
    assert main([*map(str, files), "--check"]) == 1
    assert "NOT VALID" in capsys.readouterr().out


def test_limits_that_are_null_or_beyond_all_numbers_are_read_alike():
    data = tiny.instance(2, requests=[("x", "e", "a", 2), ("y", "e", "b", 3)])
    data |= dict.fromkeys(("exclusions", "precedences", "tables", "walking"))
    data["participants"][0] |= {"capacity": 10**30, "max_meetings": 10**30, "unavailable": None}
    data["participants"][2] |= {"capacity": None, "min_meetings": None, "place": None}
    instance = scheduling.instance_from_json(data)
    solution = _in_format(instance, scheduling.solve(instance))
    report = check_data(data, solution, claims=True)
    assert (report.violations, report.proven, report.weight) == ([], True, 5)


def test_repair_takes_any_number_of_moves():
    instance = scheduling.instance_from_json(tiny.instance(2, requests=[("x", "e", "a", 2)]))
    more = {"format": "emporion-schedule-repair/1", "moves_per_person": 10**30, "notice": 10**30}
    order = order_from_json(more | {"moves_per_host": 10**30}, instance)
    solution, _, _ = scheduling.repair(instance, np.array([0]), order, work_limit=10)
    assert solution.slot.tolist() == [0]


@pytest.mark.parametrize("must", [False, True])
def test_heavy_weights_of_many_people_do_not_overflow_the_flow(must):
    people = [f"{side}{i}" for i in range(1500) for side in "eb"]
    rows = [
        (f"r{i}-{j}", f"e{i}", f"b{(i + j) % 1500}", {"weight": 1e9 - i})
        for i in range(1500)
        for j in range(3)
    ]
    rows[0][3]["mandatory"] = must
    instance = scheduling.instance_from_json(tiny.instance(2, people, rows))
    solution = scheduling.solve(instance, work_limit=100, prove=False)
    assert scheduling.check(instance, solution).violations == []
    assert solution.bound >= solution.weight > 0
    assert scheduling.service_price(instance).free >= solution.weight
