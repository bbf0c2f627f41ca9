"""Ways and gaps in parts of a minute are neither rounded up nor down."""

import pytest

from emporion.engines import scheduling
from emporion.engines.scheduling.checking import check_data

from . import tiny


def _two_halls(way, gap):
    """One guest, two hosts in two halls, two slots; both meetings where the way fits the gap."""
    people = [{"id": "e", "place": "north"}, {"id": "f", "place": "south"}, {"id": "a"}]
    walking = {"places": ["north", "south"], "minutes": [[0, way], [way, 0]], "gap_minutes": gap}
    return tiny.instance(2, people, [("x", "e", "a", 2), ("y", "f", "a", 1)], walking=walking)


@pytest.mark.parametrize(
    ("way", "gap", "held"),
    [(4.2, 4.9, 2), (4.9, 4.2, 1), (4.2, 4.2, 2), (4.1, 4, 1), (5, 4.999, 1), (0.3, 0.3, 2)],
)
def test_solve_compares_ways_and_gaps_as_they_are_written(way, gap, held):
    data = _two_halls(way, gap)
    instance = scheduling.instance_from_json(data)
    solution = scheduling.solve(instance)
    assert int((solution.slot >= 0).sum()) == held
    assert check_data(data, scheduling.solution_to_json(instance, solution)).violations == []
    assert tiny.brute_force(data)["objective"]["weight"] == solution.weight


def test_gaps_of_several_boundaries_add_up_exactly():
    # 0.1 + 0.2 in floats is more than 0.3.
    data = _two_halls(0.3, [0.1, 0.2])
    data["slots"].insert(1, {"id": "lunch", "day": "one", "session": "am"})
    data["requests"] = [
        row | {"fixed_slot": slot} for row, slot in zip(data["requests"], ["t0", "t1"], strict=True)
    ]
    instance = scheduling.instance_from_json(data)
    solution = scheduling.solve(instance)
    assert (solution.slot >= 0).all()
    assert check_data(data, scheduling.solution_to_json(instance, solution)).violations == []


def test_parts_of_minutes_are_written_as_they_were_read():
    data = _two_halls(4.25, 4.9)
    written = scheduling.instance_to_json(scheduling.instance_from_json(data))
    assert written["walking"] == data["walking"]


def test_minutes_with_more_than_three_decimals_are_refused():
    with pytest.raises(scheduling.InstanceError, match=r"walking: gap_minutes: 4\.12345 has more"):
        scheduling.instance_from_json(_two_halls(4, 4.12345))
