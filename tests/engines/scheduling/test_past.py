"""What is past is locked in slots that take nothing new, and contradicts nothing."""

import json

import numpy as np
import pytest

from emporion.engines import scheduling
from emporion.engines.scheduling.checking import check_data
from emporion.engines.scheduling.repairing import order_from_json
from emporion.engines.scheduling.repairing.command import main

from . import tiny

MUST = {"mandatory": True}
PAST = {"locked": [{"request": "x", "slot": "t0"}], "frozen_before": "t2"}
ORDER = {"format": "emporion-schedule-repair/1"}


@pytest.mark.parametrize(
    "data",
    [
        tiny.instance(3, requests=[("x", "e", "a", MUST), ("y", "e", "b", MUST)], **PAST),
        tiny.instance(
            3, [{"id": "e", "min_meetings": 2}, "a", "b"],
            [("x", "e", "a", {"allowed_slots": ["t0"]}), ("y", "e", "b")], **PAST,
        ),
        tiny.instance(
            3, requests=[("x", "e", "a", {"allowed_slots": ["t0"]}), ("y", "e", "b", MUST)],
            precedences=[["x", "y"]], **PAST,
        ),
    ],
    ids=["mandatory", "least number", "order"],
)  # fmt: skip
@pytest.mark.parametrize("objective", ["weight", "breaks"])
def test_locked_meeting_of_the_past_counts_for_what_must_be(data, objective):
    if objective == "breaks":
        data = data | {"objective": "breaks"}
    instance = scheduling.instance_from_json(data)
    solution = scheduling.solve(instance, work_limit=2000)
    assert (solution.status, solution.slot.tolist()) == ("optimal", [0, 2])
    report = check_data(data, scheduling.solution_to_json(instance, solution), claims=True)
    assert (report.violations, report.proven) == ([], True)


def test_tables_for_more_meetings_than_people_are_counted():
    people = [{"id": f"{side}{n}", "capacity": 3} for side in "eb" for n in range(3)]
    rows = [(f"r{i}{j}", f"e{i}", f"b{j}", MUST) for i in range(3) for j in range(3)]
    instance = scheduling.instance_from_json(tiny.instance(1, people, rows, tables=20))
    assert scheduling.solve(instance, work_limit=100).weight == 9
    instance.tables[:] = 8
    assert scheduling.solve(instance, work_limit=100).conflicts == [
        "9 mandatory requests, but tables for 8 meetings"
    ]


def test_meeting_locked_twice_where_it_is_stays_there():
    twice = [{"request": "x", "slot": "t0"}] * 2
    instance = scheduling.instance_from_json(
        tiny.instance(2, requests=[("x", "e", "a")], locked=twice)
    )
    solution = scheduling.solve(instance, work_limit=100)
    assert (solution.status, solution.slot.tolist()) == ("optimal", [0])


@pytest.mark.parametrize("slots", [["t0", "t1"], ["t1", "t0"]])
def test_meeting_locked_in_two_slots_can_be_in_neither(slots):
    twice = [{"request": "x", "slot": slot} for slot in slots]
    data = tiny.instance(2, requests=[("x", "e", "a")], locked=twice)
    instance = scheduling.instance_from_json(data)
    solution = scheduling.solve(instance, work_limit=100)
    assert solution.status == "infeasible"
    report = check_data(data, scheduling.solution_to_json(instance, solution), claims=True)
    assert (report.violations, report.proven) == ([], True)
    for held, other in (slots, slots[::-1]):
        wrong = tiny.schedule(data | {"locked": []}, {"x": held})
        assert check_data(data, wrong).violations == [
            f'locked meeting "x" is not held in slot "{other}"'
        ]


def repaired(instance, slot, **order):
    order = order_from_json(ORDER | order, instance)
    return scheduling.repair(instance, np.array(slot, dtype=np.int32), order, work_limit=50)


@pytest.mark.parametrize("now", ["t0", "t1", "t2"])
def test_repair_goes_on_after_mandatory_meetings(now):
    rows = [("x", "e", "a", MUST), ("y", "e", "b", MUST), ("z", "f", "c")]
    instance = scheduling.instance_from_json(tiny.instance(3, "efabc", rows))
    solution, changes, left = repaired(
        instance, [0, 1, 2], now=now, notice=0, events=[{"kind": "absent", "participants": ["c"]}]
    )
    assert solution.slot.tolist() == [0, 1, -1]
    assert [(c.request, c.before, c.after, c.reason) for c in changes.changes] == [
        (2, 2, -1, "absent")
    ]
    assert scheduling.check(left, solution).violations == []


@pytest.mark.parametrize("notice", [0, 1])
def test_repair_leaves_alone_what_is_running_whatever_the_notice(notice):
    heavy = {"weight": 9, "allowed_slots": ["t1"]}
    rows = [("x", "e", "a", 1), ("y", "e", "b", heavy), ("z", "e", "c", 1)]
    instance = scheduling.instance_from_json(tiny.instance(3, "eabc", rows))
    absent = [{"kind": "absent", "participants": ["c"]}]
    solution, changes, left = repaired(
        instance, [1, -1, 2], now="t1", notice=notice, events=absent, move_price=0
    )
    assert solution.slot.tolist() == [1, -1, -1]
    assert [(c.request, c.reason) for c in changes.changes] == [(2, "absent")]
    assert scheduling.check(left, solution).violations == []


def test_repair_takes_no_meeting_from_others_for_fair_breaks():
    rows = [("x", "e", "a", 5), ("y", "f", "a", 5), ("z", "g", "a", 4)]
    instance = scheduling.instance_from_json(tiny.instance(3, "efga", rows, max_break_difference=0))
    solution, changes, _left = repaired(
        instance, [0, 1, 2], moves_per_person=0, moves_per_host=0, no_moves=["a", "e", "g"],
        events=[{"kind": "absent", "participants": ["f"]}],
    )  # fmt: skip
    assert solution.slot.tolist() == [0, -1, 2]
    assert [(c.request, c.reason) for c in changes.changes] == [(1, "absent")]


def test_repair_in_the_last_slot_can_be_written_and_checked(tmp_path):
    rows = [("x", "e", "a", {"fixed_slot": "t0"}), ("y", "e", "b", {"fixed_slot": "t1"})]
    instance = scheduling.instance_from_json(tiny.instance(2, requests=rows))
    solution = scheduling.solve(instance, work_limit=50)
    files = [
        tmp_path / name for name in ("i.json", "s.json", "o.json", "c.json", "l.json", "n.json")
    ]
    scheduling.write_instance(files[0], instance)
    scheduling.write_solution(files[1], instance, solution)
    absent = [{"kind": "absent", "participants": ["b"]}]
    files[2].write_text(json.dumps(ORDER | {"now": "t1", "notice": 1, "events": absent}))
    given = [*map(str, files[:3]), "-o", str(files[3]), "--instance-output", str(files[4])]
    assert main([*given, "--solution-output", str(files[5]), "--work-limit", "5"]) == 0
    left = scheduling.read_instance(files[4])
    assert left.possible_slots().tolist() == [[True, False], [False, False]]
    assert scheduling.check_files(files[4], files[5]).violations == []
    assert scheduling.solve(left, work_limit=50).slot.tolist() == [0, -1]


def test_repair_writes_nothing_where_one_file_has_no_folder(tmp_path):
    instance = scheduling.instance_from_json(tiny.instance(2, requests=[("x", "e", "a")]))
    scheduling.write_instance(tmp_path / "i.json", instance)
    scheduling.write_solution(tmp_path / "s.json", instance, scheduling.solve(instance))
    (tmp_path / "o.json").write_text(json.dumps(ORDER | {"events": []}))
    there = sorted(tmp_path.iterdir())
    given = [str(tmp_path / name) for name in ("i.json", "s.json", "o.json")]
    output = [
        "-o",
        str(tmp_path / "none" / "c.json"),
        "--instance-output",
        str(tmp_path / "l.json"),
    ]
    assert main([*given, *output]) == 2
    assert sorted(tmp_path.iterdir()) == there
