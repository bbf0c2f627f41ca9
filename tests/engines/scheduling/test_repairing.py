"""Repair: what must not move does not, what is announced is kept, every change has a true reason."""

import json
import random
from pathlib import Path

import numpy as np
import pytest

from emporion.engines import scheduling
from emporion.engines.scheduling.command import main as schedule_main
from emporion.engines.scheduling.repairing import REASONS, order_from_json
from emporion.engines.scheduling.repairing.command import main
from emporion.engines.scheduling.state import MASK

from . import tiny

FORMAT = {"format": "emporion-schedule-repair/1"}


@pytest.fixture(scope="module")
def fair():
    instance = scheduling.generate(
        exhibitors=12, buyers=120, requests=700, days=2, slots_per_day=6, walking=True, seed=4
    )
    return instance, scheduling.solve(instance, work_limit=3000).slot


def _valid(instance, slot):
    """Whether a schedule keeps every constraint, by the checker; it comes without reasons."""
    solution = scheduling.Solution(
        instance.name, "weight", "feasible", slot, np.where(slot < 0, 0, -1),
        float(instance.weight[slot >= 0].sum()), int(scheduling.count_breaks(instance, slot).sum()),
    )  # fmt: skip
    return scheduling.check(instance, solution, reasons=False).violations == []


def test_no_show_keeps_every_constraint_and_consent(fair):
    instance, slot = fair
    rng = random.Random(1)
    held = np.flatnonzero(slot >= 2).tolist()
    used = new = 0
    for r in rng.sample(held, 60):
        floor = scheduling.Floor(instance, slot, notice=1, accepts=1, most_moves=3)
        buyer, t = int(instance.second[r]), int(slot[r])
        floor.advance(t - 1)
        changes = floor.no_show(buyer, t)
        after = floor.slot
        assert _valid(instance, after)
        assert after[r] == -1
        assert (after[(slot >= 0) & (slot < t)] == slot[(slot >= 0) & (slot < t)]).all()
        assert not ((after >= 0) & (after < t) & (slot != after)).any()
        listed = {c.request: (c.before, c.after) for c in changes.changes}
        truth = np.flatnonzero(after != slot).tolist()
        assert listed == {q: (slot[q], after[q]) for q in truth}
        # Nobody but the absent loses a meeting; nobody walks elsewhere twice.
        assert np.flatnonzero((slot >= 0) & (after < 0)).tolist() == [r]
        moved = (slot >= 0) & (after >= 0) & (slot != after)
        assert moved.sum() <= 3
        assert np.bincount(instance.second[moved], minlength=1).max(initial=0) <= 1
        assert {c.reason for c in changes.changes} <= set(REASONS)
        used += any(
            c.after == t and instance.first[c.request] == instance.first[r] for c in changes.changes
        )
        new += changes.new
        floor.take_back()
        assert (floor.slot == slot).all()
    assert used >= 30
    assert new >= 15


def test_no_show_takes_the_best_waiting_pair():
    data = tiny.instance(
        1, requests=[("x", "e", "a", 9), ("y", "e", "b", 2), ("z", "e", "f", 3)],
    )  # fmt: skip
    instance = scheduling.instance_from_json(data)
    floor = scheduling.Floor(instance, np.array([0, -1, -1]))
    changes = floor.no_show(instance.participant_ids.index("a"), 0)
    assert [(c.request, c.before, c.after, c.reason) for c in changes.changes] == [
        (0, 0, -1, "absent"),
        (2, -1, 0, "waiting_pair"),
    ]
    assert (changes.lost, changes.regained) == (9, 3)


def test_no_show_pulls_a_later_meeting_forward_only_with_consent():
    data = tiny.instance(3, requests=[("x", "e", "a", 9), ("y", "e", "b", 2)])
    instance = scheduling.instance_from_json(data)
    a = instance.participant_ids.index("a")
    floor = scheduling.Floor(instance, np.array([0, 2]))
    floor.no_show(a, 0)
    assert floor.slot.tolist() == [-1, 0]
    floor = scheduling.Floor(instance, np.array([0, 2]), accepts=0)
    floor.no_show(a, 0)
    assert floor.slot.tolist() == [-1, 2]
    floor = scheduling.Floor(instance, np.array([0, 2]), accepts=0, later=True)
    floor.no_show(a, 0)
    assert floor.slot.tolist() == [-1, 2]
    floor = scheduling.Floor(instance, np.array([0, 2]), accepts=2, later=True)
    changes = floor.no_show(a, 0)
    assert floor.slot.tolist() in ([1, 0], [2, 0])
    assert {c.reason for c in changes.changes} == {"later", "pulled_forward"}


def test_take_back_after_the_fair_went_on_leaves_the_past_alone():
    data = tiny.instance(4, requests=[("x", "e", "a", 9), ("y", "e", "b", 2), ("z", "f", "a", 5)])
    instance = scheduling.instance_from_json(data)
    a = instance.participant_ids.index("a")
    floor = scheduling.Floor(instance, np.array([1, 3, 2]))
    floor.no_show(a, 1)
    assert floor.slot.tolist() == [-1, 1, 2]
    floor.advance(1)
    with pytest.raises(scheduling.InstanceError, match='"x" lies in a slot that has begun'):
        floor.take_back()
    assert floor.slot.tolist() == [-1, 1, 2]
    # What lies ahead can be taken back, and opens no slot that has passed.
    floor = scheduling.Floor(instance, np.array([3, -1, 2]), notice=0)
    floor.no_show(a, 2, 3)
    floor.advance(1)
    floor.take_back()
    assert floor.slot.tolist() == [3, -1, 2]
    assert not (floor.st.req[:, MASK] & 1).any()


def test_no_show_takes_what_had_to_follow_with_it():
    rows = [("x", "e", "a", 9), ("y", "f", "b", 5), ("z", "f", "a", 3)]
    data = tiny.instance(3, requests=rows, precedences=[["x", "y"]])
    instance = scheduling.instance_from_json(data)
    floor = scheduling.Floor(instance, np.array([0, 2, -1]), later=False)
    changes = floor.no_show(instance.participant_ids.index("a"), 0)
    assert {(c.request, c.before, c.after, c.reason) for c in changes.changes} == {
        (0, 0, -1, "absent"),
        (1, 2, -1, "order"),
        (2, -1, 2, "waiting_pair"),
    }
    assert (changes.lost, changes.regained) == (14, 3)
    floor.take_back()
    assert floor.slot.tolist() == [0, 2, -1]


@pytest.mark.parametrize(
    ("announced", "away", "after"),
    [
        # What comes first cannot be held any more; or both can, in their order.
        ([2, 3], (0, 3), [-1, -1]),
        ([0, 1], (0, 1), [2, 3]),
    ],
)
def test_no_show_holds_nothing_later_without_what_it_follows(announced, away, after):
    rows = [("x", "e", "a", {"allowed_slots": ["t0", "t2"]}), ("y", "f", "a")]
    data = tiny.instance(5, requests=rows, precedences=[["x", "y"]])
    instance = scheduling.instance_from_json(data)
    floor = scheduling.Floor(instance, np.array(announced), accepts=2, later=True)
    floor.no_show(instance.participant_ids.index("a"), *away)
    assert floor.slot.tolist() == after
    floor.take_back()
    assert floor.slot.tolist() == announced


def test_no_show_tells_of_every_meeting_however_many_it_touches():
    """A host with many places is away: each guest has somebody else waiting for it."""
    guests, slots = 2100, 42
    others = guests + 1 + np.arange(guests)
    capacity = np.ones((2 * guests + 1, slots), dtype=int)
    capacity[0] = guests // slots
    capacity[others] = np.arange(guests)[:, None] % slots == np.arange(slots)
    instance = scheduling.make_instance(
        [f"t{t}" for t in range(slots)],
        ["big", *(f"g{n}" for n in range(guests)), *(f"h{n}" for n in range(guests))],
        [f"r{n}" for n in range(2 * guests)],
        [*[0] * guests, *others],
        [*range(1, guests + 1)] * 2,
        capacity=capacity,
    )
    slot = np.concatenate([np.arange(guests) % slots, np.full(guests, -1)])
    floor = scheduling.Floor(instance, slot)
    changes = floor.no_show(0, 0, slots - 1)
    assert (changes.new, changes.regained, changes.lost) == (guests, guests, guests)
    assert (floor.at == floor.slot).all()
    floor.take_back()
    assert (floor.slot == slot).all()


@pytest.mark.parametrize(("beyond", "after"), [(0, [-1, 1, -1]), (1, [-1, 1, 0])])
def test_no_show_goes_beyond_the_limit_of_a_guest_only_with_consent(beyond, after):
    data = tiny.instance(2, requests=[("x", "e", "a", 9), ("y", "f", "b", 2), ("z", "e", "b", 3)])
    data["participants"][3]["max_meetings"] = 1
    instance = scheduling.instance_from_json(data)
    floor = scheduling.Floor(instance, np.array([0, 1, -1]), accepts=0, beyond=beyond)
    floor.no_show(instance.participant_ids.index("a"), 0)
    assert floor.slot.tolist() == after
    assert instance.max_meetings[3] == 1


def test_floor_refuses_a_schedule_that_is_not_valid():
    data = tiny.instance(1, requests=[("x", "e", "a", 9), ("y", "e", "b", 2)])
    with pytest.raises(scheduling.InstanceError, match="2 meetings in slot"):
        scheduling.Floor(scheduling.instance_from_json(data), np.array([0, 0]))


def test_repair_after_an_absence_leaves_the_past_alone(fair):
    instance, slot = fair
    names = instance.participant_ids
    absent = [names[p] for p in range(12, 24)]
    order = order_from_json(
        FORMAT
        | {
            "now": instance.slot_ids[3],
            "events": [{"kind": "absent", "participants": absent}],
            "move_price": 1,
        },
        instance,
    )
    solution, changes, left = scheduling.repair(instance, slot, order, work_limit=4000)
    assert scheduling.check(left, solution).violations == []
    after = solution.slot
    # They are missing from the slot that is running; the next one is too near for anything new.
    gone = np.isin(instance.second, range(12, 24)) & (slot >= 3)
    early = (slot >= 0) & (slot < 4) & ~gone
    assert (after[early] == slot[early]).all()
    assert not ((after >= 0) & (after < 4) & (after != slot)).any()
    assert gone.any()
    assert (after[gone] == -1).all()
    assert changes.lost == instance.weight[gone].sum()
    moved = (slot >= 0) & (after >= 0) & (slot != after)
    assert np.bincount(instance.second[moved], minlength=1).max(initial=0) <= 1
    assert changes.regained > 0
    assert changes.regained == pytest.approx(
        instance.weight[after >= 0].sum() - instance.weight[slot >= 0].sum() + changes.lost
    )
    again, _, _ = scheduling.repair(instance, slot, order, work_limit=4000)
    assert (again.slot == after).all()


def test_repair_after_closing_a_hall_moves_what_it_can(fair):
    instance, slot = fair
    hall = instance.place_ids[int(instance.place[0])]
    data = FORMAT | {
        "events": [
            {"kind": "closed", "place": hall, "from": "d1-01", "to": "d1-06"},
        ]
    }
    solution, changes, left = scheduling.repair(
        instance, slot, order_from_json(data, instance), work_limit=3000
    )
    assert scheduling.check(left, solution).violations == []
    inside = np.isin(instance.first, np.flatnonzero(instance.place == instance.place[0]))
    assert not (inside & (solution.slot >= 0) & (solution.slot < 6)).any()
    assert "closed" in {c.reason for c in changes.changes}


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"events": [{"kind": "no_show", "participants": ["a"]}]}, '"slot" is missing'),
        ({"events": [{"kind": "no_show", "participants": ["a"], "from": "t0"}]}, 'key "from"'),
        ({"events": [{"kind": "late", "participants": ["a"], "until": "t0"}]}, "does not lie"),
        ({"format": "x"}, "expected \"emporion-schedule-repair/1\", found 'x'"),
        ({"nwo": 1}, 'unknown key "nwo"'),
        ({"now": "t9"}, "no slot 't9'"),
        ({"notice": -1}, "whole number"),
        ({"move_price": "dear"}, "must be a number"),
        ({"later_counts": 1}, "later_counts: must be true or false"),
        ({"cancel_counts": None}, "cancel_counts: must be true or false"),
        ({"now": []}, r"no slot \[\]"),
        ({"events": {}}, "events: must be a list"),
        ({"no_moves": [1]}, "no participant 1"),
        ({"moves_per_host": -1}, "moves_per_host: must be a whole number"),
        (
            {"events": [{"kind": "fire"}]},
            "event 1: kind must be one of absent, closed, no_show, late",
        ),
        ({"events": [{"kind": "absent", "participants": ["q"]}]}, "no participant 'q'"),
        ({"events": [{"kind": "absent", "place": "q"}]}, 'unknown key "place"'),
        ({"events": [{"kind": "closed", "place": "q"}]}, "no place 'q'"),
        ({"events": [{"kind": "absent", "participants": [], "from": "t2", "to": "t1"}]}, "before"),
    ],
)
def test_order_wrong_is_refused(wrong, message):
    instance = scheduling.instance_from_json(tiny.instance(3, requests=[("x", "e", "a", 1)]))
    with pytest.raises(scheduling.InstanceError, match=message):
        order_from_json(FORMAT | wrong, instance)


def test_order_begins_now_and_knows_who_is_late_or_has_not_come():
    instance = scheduling.instance_from_json(tiny.instance(4, requests=[("x", "e", "a", 1)]))
    events = [
        {"kind": "absent", "participants": ["a"], "x-note": "called"},
        {"kind": "late", "participants": ["a"], "until": "t3"},
        {"kind": "no_show", "participants": ["a"], "slot": "t2"},
    ]
    order = order_from_json(FORMAT | {"now": "t1", "notice": 2, "events": events}, instance)
    assert order.earliest == 3
    assert [(e.kind, e.first, e.last) for e in order.events] == [
        ("absent", 1, 3),
        ("late", 1, 2),
        ("no_show", 2, 2),
    ]


def test_repair_holds_a_meeting_of_somebody_late_when_they_are_there():
    rows = [("x", "e", "a", 5), ("y", "e", "b", 1)]
    instance = scheduling.instance_from_json(tiny.instance(3, requests=rows))
    late = {"events": [{"kind": "late", "participants": ["a"], "until": "t2"}]}
    order = order_from_json(FORMAT | late, instance)
    solution, changes, left = scheduling.repair(instance, np.array([0, 1]), order, work_limit=50)
    assert solution.slot.tolist() == [2, 1]
    assert [c.reason for c in changes.changes] == ["later"]
    assert scheduling.check(left, solution).violations == []


def test_repair_says_what_was_wrong_with_the_announced_schedule(tmp_path, capsys):
    rows = [("x", "e", "a", 5), ("y", "e", "b", 1), ("z", "f", "b", 1)]
    data = tiny.instance(2, requests=rows, precedences=[["x", "z"]])
    data["requests"][1]["allowed_slots"] = ["t0"]
    instance = scheduling.instance_from_json(data)
    order = order_from_json(FORMAT, instance)
    slot = np.array([0, 0, 0])
    solution, changes, left = scheduling.repair(instance, slot, order, work_limit=50)
    faults = [
        'announced meeting "y" cannot be held in slot "t0"',
        'announced meeting "z" cannot be held in slot "t0"',
        'announced meeting "z" does not follow "x"',
    ]
    assert changes.faults == faults[:1] + faults[2:]
    assert {c.request: c.reason for c in changes.changes}[1] == "invalid"
    assert scheduling.check(left, solution).violations == []
    valid = scheduling.repair(instance, np.array([0, -1, 1]), order, work_limit=50)[1]
    assert valid.faults == []
    files = [str(tmp_path / name) for name in ("i.json", "s.json", "o.json", "c.json")]
    meetings = [{"request": r, "slot": "t0"} for r in "xyz"]
    announced = {"format": "emporion-schedule-solution/1", "meetings": meetings}
    for path, content in zip(files, (data, announced, FORMAT), strict=False):
        Path(path).write_text(json.dumps(content), "utf-8")
    assert main([*files[:3], "-o", files[3], "--work-limit", "20"]) == 0
    assert faults[0] in capsys.readouterr().err
    assert json.loads(Path(files[3]).read_text("utf-8"))["faults"] == changes.faults


def test_keeping_moves_little_and_dear_moves_less(fair):
    instance, slot = fair
    few = scheduling.solve_keeping(instance, slot, move_price=1e6, work_limit=2000)
    many = scheduling.solve_keeping(instance, slot, move_price=0, work_limit=2000)
    for solution in (few, many):
        assert scheduling.check(instance, solution).violations == []
    assert not ((slot >= 0) & (few.slot >= 0) & (slot != few.slot)).any()
    assert many.weight >= few.weight >= instance.weight[slot >= 0].sum()


def test_keeping_takes_in_one_more_request():
    rows = [("x", "e", "a", 5), ("y", "e", "b", 5)]
    data = tiny.instance(2, requests=[*rows, ("z", "f", "a", 9)])
    instance = scheduling.instance_from_json(data)
    solution = scheduling.solve_keeping(instance, np.array([1, 0, -1]))
    assert solution.slot.tolist() == [1, 0, 0]
    assert solution.status == "optimal"


def test_commands_repair_and_keep(tmp_path, fair, capsys):
    instance, slot = fair
    files = {n: str(tmp_path / f"{n}.json") for n in ("in", "out", "order", "new", "left", "diff")}
    scheduling.write_instance(files["in"], instance)
    solution = scheduling.solve_keeping(instance, slot, move_price=1e9, work_limit=0)
    scheduling.write_solution(files["out"], instance, solution)
    order = FORMAT | {"events": [{"kind": "absent", "participants": ["b00001", "b00002"]}]}
    (tmp_path / "order.json").write_text(json.dumps(order))
    arguments = [files["in"], files["out"], files["order"], "-o", files["diff"]]
    more = ["--solution-output", files["new"], "--instance-output", files["left"]]
    assert main([*arguments, *more, "--work-limit", "500"]) == 0
    assert schedule_main([files["left"], files["new"], "--check"]) == 0
    found = json.loads((tmp_path / "diff.json").read_text())
    assert found["format"] == FORMAT["format"]
    assert all(c["because"] == REASONS[c["reason"]] for c in found["changes"])
    keep = ["--keep", files["out"], "--move-price", "1e6", "--work-limit", "200", "--quiet"]
    assert schedule_main([files["in"], "-o", files["new"], *keep]) == 0
    before = {
        m["request"]: m["slot"] for m in json.loads((tmp_path / "out.json").read_text())["meetings"]
    }
    after = {
        m["request"]: m["slot"] for m in json.loads((tmp_path / "new.json").read_text())["meetings"]
    }
    assert before.items() <= after.items()
    (tmp_path / "order.json").write_text("{")
    capsys.readouterr()
    assert main(arguments) == 2
    assert "not JSON" in capsys.readouterr().err


def test_meeting_of_the_past_stays_though_it_is_locked_elsewhere_by_now():
    rows = [("x", "e", "a"), ("y", "e", "b")]
    data = tiny.instance(3, requests=rows, locked=[{"request": "x", "slot": "t2"}])
    instance = scheduling.instance_from_json(data)
    absent = {"events": [{"kind": "absent", "participants": ["b"]}]}
    order = order_from_json(FORMAT | {"now": "t0"} | absent, instance)
    solution, _changes, left = scheduling.repair(instance, np.array([0, 1]), order, work_limit=50)
    assert solution.slot.tolist() == [0, -1]
    assert scheduling.check(left, solution).violations == []


def test_meeting_that_was_given_up_is_held_again_where_its_place_is_free():
    instance = scheduling.instance_from_json(tiny.instance(1, requests=[("x", "e", "a", 2)]))
    solution = scheduling.solve_keeping(
        instance,
        np.array([-1]),
        announced=np.array([0]),
        near=np.zeros(1, dtype=bool),
        work_limit=1,
    )
    assert solution.slot.tolist() == [0]
    assert scheduling.check(instance, solution).violations == []


def test_repair_holds_what_must_be_though_nothing_near_it_was_lost():
    rows = [("x", "e", "a"), ("y", "f", "b", 3), ("z", "f", "c", {"mandatory": True})]
    instance = scheduling.instance_from_json(tiny.instance(1, "efabc", rows))
    absent = {"events": [{"kind": "absent", "participants": ["a"]}]}
    order = order_from_json(FORMAT | absent, instance)
    solution, changes, left = scheduling.repair(
        instance, np.array([0, 0, -1]), order, work_limit=50
    )
    assert (solution.slot.tolist(), solution.conflicts) == ([-1, -1, 0], [])
    assert [c.reason for c in changes.changes] == ["absent", "gave_way", "waiting_pair"]
    assert scheduling.check(left, solution).violations == []


ORDERED = [("x", "e", "a"), ("y", "f", "b"), ("z", "g", "c")]


@pytest.mark.parametrize("chain", [[["y", "z"], ["x", "y"]], [["x", "y"], ["y", "z"]]])
def test_repair_takes_what_had_to_follow_whatever_the_order_of_the_file(chain):
    instance = scheduling.instance_from_json(tiny.instance(4, "efgabc", ORDERED, precedences=chain))
    order = order_from_json(
        FORMAT | {"events": [{"kind": "absent", "participants": ["a"]}]}, instance
    )
    solution, changes, left = scheduling.repair(instance, np.array([0, 1, 2]), order, work_limit=50)
    assert solution.slot.tolist() == [-1, -1, -1]
    assert [c.reason for c in changes.changes] == ["absent", "order", "order"]
    assert scheduling.check(left, solution).violations == []


def test_repair_leaves_what_has_begun_though_what_it_followed_is_lost():
    instance = scheduling.instance_from_json(
        tiny.instance(4, "efgabc", ORDERED, precedences=[["x", "y"], ["y", "z"]])
    )
    away = {"kind": "absent", "participants": ["a"], "from": "t0"}
    order = order_from_json(FORMAT | {"now": "t1", "events": [away]}, instance)
    solution, changes, left = scheduling.repair(instance, np.array([0, 1, 2]), order, work_limit=50)
    assert (solution.status, solution.slot.tolist()) == ("feasible", [-1, 1, 2])
    assert [(c.request, c.reason) for c in changes.changes] == [(0, "absent")]
    assert scheduling.check(left, solution).violations == []


def test_repair_leaves_what_is_locked_though_what_it_followed_is_lost():
    locked = [{"request": "y", "slot": "t2"}]
    instance = scheduling.instance_from_json(
        tiny.instance(4, "efgabc", ORDERED, precedences=[["x", "y"], ["y", "z"]], locked=locked)
    )
    order = order_from_json(
        FORMAT | {"events": [{"kind": "absent", "participants": ["a"]}]}, instance
    )
    solution, changes, left = scheduling.repair(instance, np.array([0, 2, 3]), order, work_limit=50)
    assert solution.slot.tolist() == [-1, 2, 3]
    assert [(c.request, c.reason) for c in changes.changes] == [(0, "absent")]
    assert scheduling.check(left, solution).violations == []


def test_repair_gives_up_what_must_be_held_when_what_it_follows_is_lost():
    rows = [("x", "e", "a"), ("y", "f", "b", {"mandatory": True}), ("z", "g", "c")]
    instance = scheduling.instance_from_json(
        tiny.instance(3, "efgabc", rows, precedences=[["x", "y"]])
    )
    order = order_from_json(
        FORMAT | {"events": [{"kind": "absent", "participants": ["a"]}]}, instance
    )
    solution, changes, left = scheduling.repair(instance, np.array([0, 1, 2]), order, work_limit=50)
    assert (solution.slot.tolist(), solution.conflicts) == ([-1, -1, 2], [])
    assert [(c.request, c.reason) for c in changes.changes] == [(0, "absent"), (1, "order")]
    assert scheduling.check(left, solution).violations == []


def test_repair_holds_again_what_follows_a_meeting_that_is_held_later():
    rows = [("x", "e", "a"), ("y", "f", "b"), ("z", "g", "c")]
    instance = scheduling.instance_from_json(
        tiny.instance(4, "efgabc", rows, precedences=[["x", "y"], ["y", "z"]])
    )
    missed = {"kind": "no_show", "participants": ["a"], "slot": "t0"}
    order = order_from_json(FORMAT | {"later_counts": False, "events": [missed]}, instance)
    solution, changes, left = scheduling.repair(instance, np.array([0, 2, 3]), order, work_limit=50)
    assert solution.slot.tolist() == [1, 2, 3]
    assert [(c.request, c.reason) for c in changes.changes] == [(0, "later")]
    assert scheduling.check(left, solution).violations == []
