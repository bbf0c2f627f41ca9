"""A small instance in which weight counts has the search's schedule before its proof begins."""

import numpy as np
import pytest

from emporion.engines import scheduling
from emporion.engines.scheduling.checking import check_data

from . import tiny


@pytest.fixture(scope="module")
def insisted():
    """2,000 requests of which one is mandatory, too many for the constraint model to see through
    in seconds."""
    it = scheduling.generate(
        exhibitors=20, buyers=300, requests=2000, days=1, slots_per_day=8, seed=1
    )
    it.mandatory[int(np.argmin(it.weight))] = True
    return it


def _figures(solution):
    return (solution.status, solution.slot.tolist(), solution.bound, solution.steps)


def test_one_mandatory_request_costs_nothing_of_what_the_search_finds(insisted):
    alone = scheduling.solve(insisted, work_limit=2000, prove=False, exact=False)
    found = scheduling.solve(insisted, work_limit=4000)
    assert (found.weight >= alone.weight, found.bound <= alone.bound) == (True, True)
    assert found.slot[insisted.mandatory].min() >= 0
    report = scheduling.check(insisted, found)
    assert (report.violations, found.steps) == ([], 4000)


@pytest.mark.parametrize("calls", [1, 2, 3])
def test_stopped_run_has_a_schedule_and_its_steps_repeat_it(insisted, calls):
    seen = []

    def stop(state):
        seen.append((state["weight"], state["share"]))
        return len(seen) < calls

    stopped = scheduling.solve(insisted, on_progress=stop, work_limit=10**6)
    assert stopped.status == "feasible"
    # What is shown never falls behind what the search has had.
    assert [weight <= stopped.weight and share > 0.99 for weight, share in seen] == [True] * calls
    again = scheduling.solve(insisted, work_limit=stopped.steps)
    assert _figures(again) == _figures(stopped)
    assert len(seen) == calls


def _bound_to_stay():
    return tiny.instance(
        requests=[("a", "e", "a", {"mandatory": True}), ("b", "e", "b"), ("c", "f", "b")],
        locked=[{"request": "b", "slot": "t2"}],
    )


@pytest.mark.parametrize("objective", ["weight", "breaks"])
def test_run_without_work_has_what_is_locked_and_true_reasons(objective):
    data = _bound_to_stay() | {"objective": objective}
    it = scheduling.instance_from_json(data)
    solution = scheduling.solve(it, work_limit=0)
    assert (solution.slot >= 0).all()
    assert solution.slot[1] == 2
    assert check_data(data, scheduling.solution_to_json(it, solution)).violations == []


def test_time_that_is_over_at_once_leaves_a_schedule():
    it = scheduling.instance_from_json(_bound_to_stay())
    solution = scheduling.solve(it, time_limit=0.0)
    assert (solution.slot >= 0).all()
    assert scheduling.check(it, solution).violations == []
