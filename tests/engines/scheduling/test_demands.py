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
