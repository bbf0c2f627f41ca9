"""What must be held finds its place in small instances where the search alone does not find one."""

import time

import pytest

from emporion.engines import scheduling
from emporion.engines.scheduling import solving
from emporion.engines.scheduling.demands import meet_demands
from emporion.engines.scheduling.preparing import prepare

from . import tiny

CORNERED = [(tiny.crossed, 6), (tiny.crossed, 101), (tiny.crossed, 475), (tiny.harder, 894)]
EACH = pytest.mark.parametrize(
    ("make", "seed"), CORNERED, ids=[f"{make.__name__} {seed}" for make, seed in CORNERED]
)


@EACH
@pytest.mark.parametrize("how", [{"serve": 1}, {"balance": 0.5}], ids=["serve", "balance"])
def test_demands_are_met_where_the_search_ends_in_a_corner(make, seed, how, monkeypatch):
    instance = scheduling.instance_from_json(make(seed))
    found = scheduling.solve(instance, seed=1, work_limit=400, **how)
    assert found.status in ("feasible", "optimal")
    assert scheduling.check(instance, found).violations == []
    monkeypatch.setattr(solving, "meet_demands", lambda *_: False)
    alone = scheduling.solve(instance, seed=1, work_limit=400, **how)
    assert (alone.status, alone.steps) == ("unknown", found.steps)


@EACH
def test_demands_are_met_early_in_the_time(make, seed, monkeypatch):
    """The run ends as soon as they are: a minute would be over otherwise."""
    answers = []

    def heard(*given):
        answers.append(meet_demands(*given))
        return answers[-1]

    monkeypatch.setattr(solving, "meet_demands", heard)
    instance = scheduling.instance_from_json(make(seed))
    found = scheduling.solve(
        instance, seed=1, time_limit=60, serve=1, on_progress=lambda now: not answers
    )
    assert answers == [True]
    assert found.status in ("feasible", "optimal")
    assert scheduling.check(instance, found).violations == []


def test_demands_of_tiny_instances_are_met_or_proven_impossible():
    answers = {True: 0, False: 0}
    for seed in range(120):
        data = tiny.crossed(seed)
        possible = tiny.brute_force(data) is not None
        for how in ({}, {"serve": 1}, {"balance": 0.5}):
            found = scheduling.solve(
                scheduling.instance_from_json(data), seed=1, work_limit=400, **how
            )
            assert found.status in (("feasible", "optimal") if possible else ("infeasible",)), seed
        answers[possible] += 1
    assert min(answers.values()) > 10


def test_demands_wait_for_nothing_where_the_time_is_over():
    instance = scheduling.instance_from_json(tiny.crossed(6))
    ready = prepare(instance)
    st = ready.empty_state(instance)
    assert meet_demands(instance, ready, st, time.monotonic()) is False
    assert meet_demands(instance, ready, st, None) is True
    assert meet_demands(instance, ready, st, None) is None


def test_demands_that_cannot_be_met_are_named_before_the_time_is_over():
    data = tiny.crossed(49)
    assert tiny.brute_force(data) is None
    found = scheduling.solve(scheduling.instance_from_json(data), time_limit=60, serve=1)
    assert found.conflicts == [
        'cannot hold together: tables; precedence ["r0", "r1"]; participant "e0": min_meetings 2'
    ]
    assert found.seconds < 20


def _with_a_corner(least):
    """Forty hosts who are promised ``least`` meetings, and three meetings that fit in one way; too
    large for a proof by the constraint model."""
    made = scheduling.generate(
        exhibitors=40, buyers=400, requests=3000, days=2, slots_per_day=4, seed=7
    )
    data = scheduling.instance_to_json(made)
    slots = [slot["id"] for slot in data["slots"]]
    for host in data["participants"][:40]:
        host["min_meetings"] = least
    data["participants"] += [
        {"id": "E", "side": "exhibitor", "unavailable": slots[:7]},
        {"id": "A", "side": "buyer"},
        {"id": "B", "side": "exhibitor", "unavailable": slots[4:7]},
        {"id": "C", "side": "buyer", "max_meetings": 2, "max_meetings_per_day": 1},
    ]
    for name, pair, weight in (("x", "BC", 7), ("y", "EA", 7), ("z", "BC", 2)):
        row = {"id": name, "participants": list(pair), "mandatory": True, "weight": weight}
        data["requests"].append(row)
    data["precedences"] = [["x", "y"]]
    return scheduling.instance_from_json(data)


def test_search_goes_on_around_what_had_to_be_placed():
    instance = _with_a_corner(3)
    found = scheduling.solve(instance, seed=1, work_limit=100_000, prove=False)
    assert found.status == "feasible"
    assert scheduling.check(instance, found).violations == []
    assert found.weight > 0.995 * found.bound


def test_fairness_alone_places_nothing_anew(monkeypatch):
    """The search leaves it to the end, where the least that offends is taken out."""
    instance = _with_a_corner(0)
    instance.mandatory[-3:] = False
    instance.mandatory[5], instance.max_break_difference = True, 1
    monkeypatch.setattr("emporion.engines.scheduling.demands.some_schedule", None)
    found = scheduling.solve(instance, seed=1, work_limit=30_000, prove=False)
    assert found.status == "feasible"
    assert scheduling.check(instance, found).violations == []


def test_run_that_the_clock_cut_before_a_place_was_found_says_so(monkeypatch):
    def late(instance, possible, near, work, deadline):
        assert deadline is not None
        return None

    monkeypatch.setattr("emporion.engines.scheduling.demands.some_schedule", late)
    monkeypatch.setattr(solving, "is_late", lambda deadline: deadline is not None)
    instance = _with_a_corner(1)
    cut = scheduling.solve(instance, seed=1, time_limit=3, prove=False)
    assert (cut.status, cut.extra) == ("unknown", {"x-demands-cut": True})


def test_few_meetings_are_tidied_in_few_steps(monkeypatch):
    told = []
    monkeypatch.setattr(solving, "have_fewer_breaks", lambda it, st, steps: told.append(steps))
    instance = scheduling.instance_from_json(tiny.crossed(6))
    found = scheduling.solve(instance, work_limit=50_000, prove=False, exact=False)
    assert 0 < told[0] <= 10_000 * len(instance.request_ids) < 8 * 50_000
    assert found.steps > 0
