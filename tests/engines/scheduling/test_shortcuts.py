"""Ways that are shorter over a third place: a meeting there may be what makes two others possible."""

import numpy as np
import pytest

from emporion.engines import scheduling
from emporion.engines.scheduling import repairing
from emporion.engines.scheduling.checking import check_data

from . import tiny

#: From A to B nobody gets in time, but by a meeting at C.
WALKING = {"places": ["A", "B", "C"], "minutes": [[0, 90, 5], [90, 0, 5], [5, 5, 0]],
           "gap_minutes": 10}  # fmt: skip
ROWS = [("x", "ha", "g", 3), ("y", "hb", "g", 3), ("z", "hc", "g", 1)]
LOCKED = [{"request": "x", "slot": "t0"}, {"request": "y", "slot": "t2"}]


def _data(place="C", **more):
    host = {"id": "hc", "place": place} if place else {"id": "hc"}
    people = [{"id": "ha", "place": "A"}, {"id": "hb", "place": "B"}, host, "g"]
    data = tiny.instance(people=people, requests=ROWS, walking=WALKING) | more
    for slot in data["slots"]:
        slot["minutes"] = 20
    return data


@pytest.mark.parametrize("place", ["C", None])
def test_locked_meetings_stand_where_one_between_makes_the_way(place):
    """One at C, or one that takes place nowhere in particular."""
    instance = scheduling.instance_from_json(_data(place, locked=LOCKED))
    solution = scheduling.solve(instance)
    assert (solution.status, solution.slot.tolist()) == ("optimal", [0, 2, 1])
    assert scheduling.check(instance, solution).violations == []


def test_locked_meetings_clash_where_none_can_come_between():
    data = _data(locked=LOCKED)
    data["participants"][2]["unavailable"] = ["t1"]
    (found,) = scheduling.solve(scheduling.instance_from_json(data)).conflicts
    assert [str(one) for one in found.constraints] == [
        'locked meeting "x" in slot "t0"', 'locked meeting "y" in slot "t2"', "walking",
        'the calendar of participant "hc"',
    ]  # fmt: skip


@pytest.mark.parametrize("place", ["C", None])
def test_repair_finds_no_fault_with_meetings_that_one_between_makes_possible(place):
    instance = scheduling.instance_from_json(_data(place))
    order = repairing.order_from_json({"format": "emporion-schedule-repair/1"}, instance)
    slot = np.array([0, 2, 1], dtype=np.int32)
    solution, changes, _left = scheduling.repair(instance, slot, order, work_limit=50)
    assert (solution.slot.tolist(), changes.faults, changes.changes) == ([0, 2, 1], [], [])


def test_fewer_breaks_keeps_what_makes_a_way():
    for place in ("C", None):
        data = _data(place)
        data["participants"].append({"id": "h"})
        data["requests"] += [{"id": "w", "participants": ["h", "hc"], "fixed_slot": "t4"}]
        data["slots"] += [{"id": f"t{n}", "day": "one", "minutes": 20} for n in (3, 4)]
        instance = scheduling.instance_from_json(data)
        slot = np.array([0, 2, 1, 4], dtype=np.int32)
        for seed in range(5):
            after = scheduling.fewer_breaks(instance, slot, seed=seed, work_limit=2000)
            assert (after >= 0).all()
            held = {
                row["id"]: instance.slot_ids[t]
                for row, t in zip(data["requests"], after.tolist(), strict=True)
            }
            assert check_data(data, tiny.schedule(data, held)).violations == []
