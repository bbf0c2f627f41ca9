"""The last look: no schedule that breaks a lock, an order, a way or fairness is called good."""

import numpy as np
import pytest

from emporion.engines import scheduling
from emporion.engines.scheduling.trim import offences

from . import tiny

# So many pairs beside make an instance too large for the constraint model to solve it at once.
CROWD = 801


def crowded(people, rows, **more):
    """An instance of the search: ten slots, ``rows``, and many pairs that concern nobody else."""
    crowd = [f"{side}{n}" for side in "ab" for n in range(CROWD)]
    others = [(f"r{n}", f"a{n}", f"b{n}") for n in range(CROWD)]
    return tiny.instance(10, [*people, *crowd], [*rows, *others], **more)


def solved(data, **options):
    instance = scheduling.instance_from_json(data)
    solution = scheduling.solve(instance, work_limit=2000, **options)
    return instance, solution, scheduling.check(instance, solution).violations


def test_break_of_locked_meetings_is_not_called_fair():
    _instance, solution, _violations = solved(
        crowded(
            "hpq", [("x", "h", "p", 3), ("y", "h", "q", 2)], max_break_difference=0,
            locked=[{"request": "x", "slot": "t0"}, {"request": "y", "slot": "t2"}],
        )
    )  # fmt: skip
    assert solution.status in ("infeasible", "unknown")
    assert solution.conflicts != []


def test_break_of_ordered_meetings_is_given_up():
    _instance, solution, violations = solved(
        crowded(
            "hpq",
            [("x", "h", "p", 3, {"allowed_slots": ["t0"]}),
             ("y", "h", "q", 2, {"allowed_slots": ["t2"]})],
            max_break_difference=0, precedences=[["x", "y"]],
        )
    )  # fmt: skip
    assert violations == []
    assert (solution.status, solution.slot[:2].tolist()) == ("feasible", [0, -1])


def test_break_of_ordered_meetings_takes_what_follows_along():
    """Giving up the first would cost the third too; the second alone costs less."""
    rows = [
        ("x", "h", "p", 3, {"allowed_slots": ["t0"]}),
        ("y", "h", "q", 4, {"allowed_slots": ["t2"]}),
        ("z", "g", "w", 2, {"allowed_slots": ["t5"]}),
    ]
    _instance, solution, violations = solved(
        crowded("hpqgw", rows, max_break_difference=0, precedences=[["x", "z"], ["y", "z"]])
    )
    assert violations == []
    assert solution.slot[:3].tolist() == [-1, 2, -1]


def test_locked_meeting_without_what_it_follows_is_not_called_good():
    _instance, solution, _violations = solved(
        crowded(
            "hpq", [("x", "h", "p", 3), ("y", "h", "q", 2)], precedences=[["x", "y"]],
            locked=[{"request": "y", "slot": "t0"}],
        )
    )  # fmt: skip
    assert solution.status in ("infeasible", "unknown")
    assert solution.conflicts != []


@pytest.mark.parametrize("locked", ["t1", "t2"])
def test_what_a_locked_meeting_follows_is_held_before_it(locked):
    """Though one that must be held has come into its slot first."""
    rows = [
        ("x", "h", "p", 3, {"allowed_slots": ["t0", "t4"]}),
        ("y", "h", "q", 2),
        ("m", "h", "w", 1, {"mandatory": True, "allowed_slots": ["t0", "t3"]}),
    ]
    lock = [{"request": "y", "slot": locked}]
    _instance, solution, violations = solved(
        crowded("hpqw", rows, precedences=[["x", "y"]], locked=lock)
    )
    assert violations == []
    assert (solution.status, solution.slot[[0, 2]].tolist()) == ("optimal", [0, 3])


def test_kept_schedule_holds_nothing_that_makes_breaks_unfair():
    data = tiny.instance(3, "hpq", [("x", "h", "p", 3), ("y", "h", "q", 2)], max_break_difference=0)
    instance = scheduling.instance_from_json(data)
    for announced in ([0, 2], [2, 0]):
        solution = scheduling.solve_keeping(instance, np.array(announced), work_limit=100)
        assert scheduling.check(instance, solution).violations == []
        assert solution.slot[0] == announced[0]


def test_kept_schedule_that_cannot_be_fair_is_not_called_good():
    data = tiny.instance(
        3, "hpq", [("x", "h", "p"), ("y", "h", "q")], max_break_difference=0,
        locked=[{"request": "x", "slot": "t0"}, {"request": "y", "slot": "t2"}],
    )  # fmt: skip
    instance = scheduling.instance_from_json(data)
    solution = scheduling.solve_keeping(instance, np.array([0, 2]), work_limit=100)
    assert (solution.status, solution.conflicts) == (
        "unknown",
        ['max_break_difference 0 is not kept: participant "h" has 1 breaks, "p" 0'],
    )


@pytest.mark.parametrize(
    ("slot", "said"),
    [
        ([0, 1, 4, 3, -1], []),
        ([0, 1, -1, 4, -1], ['locked meeting "z" in slot "t4" is not held there']),
        ([1, 0, 4, -1, -1], ['precedence ["x", "y"] is not kept']),
        ([-1, 0, 4, -1, -1], ['precedence ["x", "y"] is not kept']),
        ([0, 1, 4, -1, 2], ['participant "c" cannot walk from one meeting to the next']),
        (
            [0, 2, 4, -1, -1],
            ['max_break_difference 0 is not kept: participant "e" has 1 breaks, "f" 0'],
        ),
    ],
)
def test_offences_are_told(slot, said):
    here, there = {"place": "here"}, {"place": "there"}
    people = [
        {"id": "e", **here}, {"id": "f", **here}, {"id": "g", **there}, *"abc",
    ]  # fmt: skip
    rows = [("x", "e", "a"), ("y", "e", "b"), ("z", "f", "c"), ("v", "f", "c"), ("w", "g", "c")]
    data = tiny.instance(
        5, people, rows, precedences=[["x", "y"]], locked=[{"request": "z", "slot": "t4"}],
        max_break_difference=0, break_scope="session",
        walking={"places": ["here", "there"], "minutes": [[0, 9], [9, 0]], "gap_minutes": 4},
    )  # fmt: skip
    for slot_, half in zip(data["slots"], ["am", "am", "am", "pm", "pm"]):
        slot_["session"] = half
    instance = scheduling.instance_from_json(data)
    assert offences(instance, np.array(slot, dtype=np.int32)) == said
