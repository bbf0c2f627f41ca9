"""A solver that forgets a hard constraint is noticed: each constraint, each of the three solvers.

The solver is given the instance without the constraint; its schedule is checked against the whole
one.  That the checker finds no fault otherwise shows that the fault is the forgotten constraint.
"""

import copy

import numpy as np
import pytest

from emporion.engines import scheduling
from emporion.engines.scheduling import exact
from emporion.engines.scheduling.exact import conference
from emporion.engines.scheduling.exact.decide import decide
from emporion.engines.scheduling.exact.encoding import PEOPLE
from emporion.engines.scheduling.exact.limits import first_limits
from emporion.engines.scheduling.exact.timetable import prune
from emporion.engines.scheduling.preparing import explain_slots, prepare

from . import tiny

SEEDS = range(60)


def _each(items, *keys, **more):
    """A change that takes ``keys`` out of each of the items of a list, and sets ``more``."""

    def change(data):
        for item in data.get(items, []):
            for key in keys:
                item.pop(key, None)
            item.update(more)

    return change


def _without(*keys):
    return lambda data: [data.pop(key, None) for key in keys]


#: Constraint: feature of the instances, what the solver does not see, what the checker says.
FORGOTTEN = {
    "parallel": ("none", _each("participants", capacity=9), ", room for "),
    "unavailable": ("none", _each("participants", "unavailable"), ", room for 0"),
    "min_meetings": ("minimum", _each("participants", "min_meetings"), ", min_meetings "),
    "max_meetings": ("quota", _each("participants", "max_meetings"), ", max_meetings "),
    "max_meetings_per_day": (
        "quota", _each("participants", "max_meetings_per_day"), ", max_meetings_per_day ",
    ),
    "mandatory": ("mandatory", _each("requests", "mandatory"), "mandatory request "),
    "allowed_slots": ("slots", _each("requests", "allowed_slots"), " is not allowed"),
    "fixed_slot": ("slots", _each("requests", "fixed_slot"), ", fixed_slot "),
    "frozen_before": ("slots", _without("frozen_before"), " is new in the frozen slot "),
    "precedences": ("precedences", _without("precedences"), " strictly before it"),
    "tables": ("tables", _without("tables"), " tables"),
    "table_pools": ("pools", _each("table_pools", tables=9), "table pool "),
    "exclusions": ("exclusions", _without("exclusions"), "excluded from meeting"),
    "locked": ("locked", _without("locked"), "locked meeting "),
    "walking": ("walking", _without("walking"), " minutes to walk "),
    "max_break_difference": ("fairness", _without("max_break_difference"), " apart"),
}  # fmt: skip
#: What a `Timetable` can say; the others never come to the SAT solver.
TIMETABLE = ("unavailable", "allowed_slots", "fixed_slot", "precedences", "tables",
             "max_break_difference", "frozen_before")  # fmt: skip


def _instance(seed, feature):
    data = tiny.random_instance(seed, (feature,))
    if feature == "locked":
        data["locked"] = [{"request": "r0", "slot": data["slots"][-1]["id"]}]
    if feature == "walking":
        data["walking"] |= {"minutes": [[0, 30, 30], [30, 0, 30], [30, 30, 0]], "gap_minutes": 3}
    if feature in ("minimum", "mandatory"):
        # Whoever is insisted on is the least attractive.
        for row in data["requests"][1:]:
            row["weight"] = 9
        data["requests"][0] |= {"weight": 1, "mandatory": feature == "mandatory"}
    return data


def _conference(seed, feature):
    """Everything is held by people who do one thing at a time."""
    data = _instance(seed, feature) | {"objective": "breaks", "break_scope": "event"}
    data["requests"] = data["requests"][:4]
    for person in data["participants"]:
        person.pop("capacity", None)
    for row in data["requests"]:
        row["mandatory"] = True
    return data


def _any_timetable(instance):
    """What the SAT solver calls a timetable, as a solution; None when it says there is none."""
    ready = prepare(instance)
    it = conference.timetable_of(instance, ready.possible)
    if it is None or not prune(it):
        return None
    slots = decide(it, first_limits(it), None, PEOPLE)
    if slots is None:
        return None
    return scheduling.Solution(
        instance.name, "breaks", "feasible", np.array(slots, dtype=np.int32),
        explain_slots(instance, ready, np.array(slots, dtype=np.int32)),
        float(instance.weight.sum()), int(scheduling.count_breaks(instance, np.array(slots)).sum()),
    )  # fmt: skip


def _notices(name, make, solve):
    feature, forget, sentence = FORGOTTEN[name]
    for seed in SEEDS:
        data = make(seed, feature)
        instance = scheduling.instance_from_json(data)
        whole = solve(instance)
        if whole is None or whole.status not in ("optimal", "feasible"):
            continue
        assert scheduling.check(instance, whole).violations == []
        less = copy.deepcopy(data)
        forget(less)
        forgetful = solve(scheduling.instance_from_json(less))
        if forgetful is None:
            continue
        if any(sentence in v for v in scheduling.check(instance, forgetful).violations):
            return True
    return False


@pytest.mark.parametrize("name", FORGOTTEN)
def test_forgotten_by_the_search_is_noticed(monkeypatch, name):
    monkeypatch.setattr(exact, "suits_exact", lambda *_: False)
    assert _notices(name, _instance, lambda it: scheduling.solve(it, work_limit=300))


@pytest.mark.parametrize("name", FORGOTTEN)
def test_forgotten_by_the_constraint_model_is_noticed(monkeypatch, name):
    monkeypatch.setattr(exact, "suits_exact", lambda *_: True)
    assert _notices(name, _instance, lambda it: scheduling.solve(it, work_limit=4000))


@pytest.mark.parametrize("name", TIMETABLE)
def test_forgotten_by_the_timetable_solver_is_noticed(name):
    assert _notices(name, _conference, _any_timetable)
