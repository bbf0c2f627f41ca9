"""A repair or a proof that forgets a hard constraint is noticed: each constraint, each of the three.

As in `test_mutations`: with all constraints the checker finds no fault; without one it finds that.
"""

import copy

import numpy as np
import pytest

from emporion.engines import scheduling
from emporion.engines.scheduling.exact.finish import Finish, suits_finish
from emporion.engines.scheduling.preparing import prepare
from emporion.engines.scheduling.solving import relaxations

from .test_mutations import FORGOTTEN, SEEDS, _instance

#: What nobody has to hold any more after an absence is no fault of the repair.
DEMANDS = ("min_meetings", "mandatory")
KEEPING = tuple(FORGOTTEN)
#: What the floor does not promise: see the limits in docs/integrators/schedule-repair.md.
FLOOR = tuple(n for n in FORGOTTEN if n not in (*DEMANDS, "locked", "max_break_difference"))
FINISH = tuple(n for n in FORGOTTEN if n not in (*DEMANDS, "precedences", "max_break_difference"))


def _faults(instance, slot):
    solution = scheduling.Solution(
        instance.name, instance.objective, "feasible", slot, np.where(slot < 0, 0, -1),
        float(instance.weight[slot >= 0].sum()), int(scheduling.count_breaks(instance, slot).sum()),
    )  # fmt: skip
    return scheduling.check(instance, solution, reasons=False, bound=False).violations


def _kept(instance):
    """A schedule near another that was announced for a fair with less in its way."""
    previous = np.full(len(instance.request_ids), -1, dtype=np.int32)
    # The last half was announced for the first slot, as far as that can be.
    previous[len(previous) // 2 :] = 0
    solution = scheduling.solve_keeping(instance, previous, move_price=20, work_limit=200)
    return solution.slot if solution.status in ("optimal", "feasible") else None


def _finished(instance):
    ready = prepare(instance)
    if ready.conflicts or not suits_finish(instance, ready.possible, None):
        return None
    _, limit = relaxations(instance, ready)
    finish = Finish(limit.rows, ready.possible, ready.units, int(ready.units.sum()), None)
    nothing = np.full(len(instance.request_ids), -1, dtype=np.int32)
    found = finish.run(nothing, ready.units).slot
    return nothing if found is None else found


@pytest.mark.parametrize(
    ("name", "solve"),
    [*((name, _kept) for name in KEEPING), *((name, _finished) for name in FINISH)],
    ids=lambda x: x if isinstance(x, str) else x.__name__,
)
def test_forgotten_constraint_is_noticed(name, solve):
    feature, forget, sentence = FORGOTTEN[name]
    for seed in SEEDS:
        data = _instance(seed, feature)
        instance = scheduling.instance_from_json(data)
        whole = solve(instance)
        if whole is None:
            continue
        assert _faults(instance, whole) == []
        less = copy.deepcopy(data)
        forget(less)
        forgetful = solve(scheduling.instance_from_json(less))
        if forgetful is not None and any(sentence in v for v in _faults(instance, forgetful)):
            return
    pytest.fail("nobody noticed")


def _after_no_shows(instance, slot):
    """The floor after each of the meetings of ``slot`` was missed, one fair each."""
    for r in np.flatnonzero(slot >= 0).tolist():
        for p in (int(instance.first[r]), int(instance.second[r])):
            floor = scheduling.Floor(instance, slot, accepts=3, later=True)
            floor.no_show(p, int(slot[r]))
            yield floor.slot


def _without_demands(data):
    for row in data["requests"]:
        row.pop("mandatory", None)
    for person in data["participants"]:
        person.pop("min_meetings", None)
    return data


@pytest.mark.parametrize("name", FLOOR)
def test_constraint_that_the_floor_forgets_is_noticed(name):
    feature, forget, sentence = FORGOTTEN[name]
    noticed = False
    for seed in SEEDS:
        data = _without_demands(_instance(seed, feature))
        instance = scheduling.instance_from_json(data)
        solution = scheduling.solve(instance, work_limit=50)
        if solution.status not in ("optimal", "feasible"):
            continue
        for after in _after_no_shows(instance, solution.slot):
            assert _faults(instance, after) == [], (seed, solution.slot, after)
        less = copy.deepcopy(data)
        forget(less)
        forgetful = scheduling.instance_from_json(less)
        noticed |= any(
            sentence in v
            for after in _after_no_shows(forgetful, solution.slot)
            for v in _faults(instance, after)
        )
        if noticed and seed >= 12:
            break
    assert noticed
