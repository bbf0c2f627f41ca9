"""What cannot hold together is named whole, and nothing is named that is not to blame."""

import time

from emporion.engines import scheduling
from emporion.engines.scheduling.contradictions import say_contradiction, smallest_contradiction

from . import tiny


def test_contradiction_is_whole_and_nothing_of_it_can_be_left_out():
    checked = 0
    for seed in range(60):
        data = tiny.harder(seed)
        found = smallest_contradiction(scheduling.instance_from_json(data))
        names = [str(one) for one in found]
        if not names:
            if seed % 6 == 0:
                assert tiny.brute_force(data) is not None, seed
            continue
        if checked >= 14:
            continue
        assert tiny.brute_force(tiny.only(data, names)) is None, (seed, names)
        for name in names:
            rest = [other for other in names if other != name]
            assert tiny.brute_force(tiny.only(data, rest)) is not None, (seed, names, name)
        checked += 1
    assert checked == 14


def test_contradiction_is_none_where_a_meeting_on_the_way_brings_two_others_into_reach():
    data = tiny.instance(
        people=[{"id": "e", "place": "north"}, {"id": "f", "place": "south"}, "g", "a"],
        requests=[("x", "e", "a", 1), ("y", "f", "a", 1), ("z", "g", "a", 1)],
        locked=[{"request": "x", "slot": "t0"}, {"request": "y", "slot": "t2"}],
        walking={"places": ["north", "south"], "minutes": [[0, 20], [20, 0]], "gap_minutes": 5},
    )
    instance = scheduling.instance_from_json(data)
    assert len(tiny.brute_force(data)["meetings"]) == 3
    assert smallest_contradiction(instance) == []


def test_contradiction_of_what_has_passed_leaves_locked_meetings_their_slot():
    """What is locked is not new: a least number that it meets does not clash with the past."""
    data = tiny.instance(
        2,
        people=[{"id": "e", "unavailable": ["t1"]}, "f", {"id": "a", "min_meetings": 2}],
        requests=[("x", "e", "a", 1), ("y", "f", "a", 1)],
        locked=[{"request": "x", "slot": "t0"}],
        exclusions=[["f", "a"]],
        frozen_before="t1",
    )
    found = smallest_contradiction(scheduling.instance_from_json(data))
    assert [str(one) for one in found] == [
        'exclusion ["f", "a"]', 'participant "a": min_meetings 2'
    ]  # fmt: skip


def test_contradiction_of_a_conference_names_who_is_to_blame():
    """Three meetings of a circle of people in two slots, each pair of which could be held."""
    rows = [(n, *ends, {"mandatory": True}) for n, ends in zip("xyz", ("ab", "bc", "ca"))]
    data = tiny.instance(2, people="abcd", requests=[*rows, ("w", "a", "d", {"mandatory": True})])
    data["objective"] = "breaks"
    data["participants"][3]["unavailable"] = ["t0"]
    solution = scheduling.solve(scheduling.instance_from_json(data), time_limit=20)
    assert solution.status == "infeasible"
    assert solution.conflicts == [
        'participant "a": its 3 mandatory requests do not fit into its slots'
    ]
    data["requests"].pop()
    solution = scheduling.solve(scheduling.instance_from_json(data), time_limit=20)
    assert solution.status == "infeasible"
    assert solution.conflicts == [
        'cannot hold together: the calendar of participant "a"; the calendar of participant "b"; '
        'the calendar of participant "c"; mandatory request "x"; mandatory request "y"; '
        'mandatory request "z"'
    ]


def test_contradiction_among_many_requests_is_found_in_an_expo():
    instance = scheduling.generate(exhibitors=20, buyers=300, requests=2500, seed=5)
    data = scheduling.instance_to_json(instance)
    booths = [row["id"] for row in data["participants"][:2]]
    for person in data["participants"][:2]:
        person |= {"capacity": 1, "unavailable": [slot["id"] for slot in data["slots"][2:]]}
    guests = [f"guest {n}" for n in range(2)]
    away = [slot["id"] for slot in data["slots"][2:]]
    data["participants"] += [{"id": g, "side": "buyer", "unavailable": away} for g in guests]
    first, second = (slot["id"] for slot in data["slots"][:2])
    wanted = [(booths[0], guests[0], first), (booths[0], guests[1], None),
              (booths[1], guests[1], second)]  # fmt: skip
    data["requests"] += [
        {"id": f"must {n}", "participants": [host, guest], "mandatory": True, "fixed_slot": slot}
        for n, (host, guest, slot) in enumerate(wanted)
    ]
    solution = scheduling.solve(scheduling.instance_from_json(data), work_limit=3000)
    assert solution.status == "infeasible"
    assert solution.conflicts == [
        f'cannot hold together: the calendar of participant "{booths[0]}"; '
        'the calendar of participant "guest 1"; '
        f'request "must 0": fixed_slot "{first}"; request "must 2": fixed_slot "{second}"; '
        'mandatory request "must 0"; mandatory request "must 1"; mandatory request "must 2"'
    ]


def test_contradiction_is_not_looked_for_when_the_time_is_over():
    instance = scheduling.generate_family("breaks-D-loose", 1)
    assert say_contradiction(instance, "none", time.monotonic()) == ["none"]


def test_contradiction_of_fairness_names_who_has_to_wait_too_often():
    instance = scheduling.generate_family("breaks-D-loose", 2)
    solution = scheduling.solve(instance, time_limit=60)
    assert solution.conflicts == [
        'cannot hold together: max_break_difference 2; participant "p63" has at least 3 breaks '
        'however its meetings are held, participant "p05" at most 0'
    ]
