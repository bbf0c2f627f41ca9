"""A place that has become free, against trying every timetable that people would accept."""

import itertools

import numpy as np

from emporion.engines import scheduling

from . import tiny


def _futures(instance, slot, gone, now, most):
    """Every schedule after ``gone`` that moves nobody twice and loses no announced meeting.

    A row each, int[N, R].
    """
    slots = len(instance.slot_ids)
    choices = []
    for r, held in enumerate(slot.tolist()):
        if r == gone:
            choices.append([-1])
        elif 0 <= held < now:
            choices.append([held])
        else:
            choices.append([*([-1] if held < 0 else []), *range(now, slots)])
    after = np.array(list(itertools.product(*choices)))
    moved = (after != slot) & (slot >= 0)
    moved[:, gone] = False
    good = moved.sum(1) <= most
    cells = np.zeros((len(after), *instance.capacity.shape), dtype=int)
    for r, (first, second) in enumerate(zip(instance.first, instance.second, strict=True)):
        good &= moved[:, instance.second == second].sum(1) <= 1
        for t in range(slots):
            cells[:, first, t] += after[:, r] == t
            cells[:, second, t] += after[:, r] == t
    good &= cells[:, instance.second[gone], slot[gone]] == 0
    return after[good & (cells <= instance.capacity).all((1, 2))]


def _small(seed):
    """Three hosts, five guests, four slots, six requests that fight for places."""
    data = tiny.random_instance(seed, ("none",))
    instance = scheduling.instance_from_json(data)
    return instance, scheduling.solve(instance, work_limit=500).slot


def test_no_show_uses_a_place_whenever_anybody_could():
    used = possible = new = possible_new = cases = 0
    for seed in range(60):
        instance, slot = _small(seed)
        for gone in np.flatnonzero(slot >= 0).tolist():
            cases += 1
            t, host = int(slot[gone]), int(instance.first[gone])
            floor = scheduling.Floor(instance, slot, notice=1, accepts=1, most_moves=3)
            floor.advance(t - 1)
            floor.no_show(int(instance.second[gone]), t)
            after = floor.slot
            futures = _futures(instance, slot, gone, t, 3)
            assert (after == futures).all(1).any()
            mine = instance.first == host
            used += bool((after[mine] == t).any())
            possible += bool((futures[:, mine] == t).any())
            new += bool(((after >= 0) & (slot < 0)).any())
            possible_new += bool(((futures >= 0) & (slot < 0)).any())
    assert cases >= 100
    assert used == possible
    assert new == possible_new


def test_no_show_brings_meetings_forward_one_after_the_other():
    """b comes from the second slot, c from the third; only there does d have time."""
    rows = [("x", "e", "a", 9), ("y", "e", "b", 5), ("z", "e", "c", 5), ("w", "e", "d", 1)]
    data = tiny.instance(3, people="eabcd", requests=rows)
    away = {"b": ["t2"], "c": ["t0"], "d": ["t0", "t1"]}
    for person in data["participants"]:
        person["unavailable"] = away.get(person["id"], [])
    instance = scheduling.instance_from_json(data)
    a = instance.participant_ids.index("a")
    floor = scheduling.Floor(instance, np.array([0, 1, 2, -1]), accepts=2, most_moves=2)
    changes = floor.no_show(a, 0)
    assert floor.slot.tolist() == [-1, 0, 1, 2]
    assert {c.request: c.reason for c in changes.changes} == {
        0: "absent", 1: "pulled_forward", 2: "pulled_forward", 3: "refilled",
    }  # fmt: skip
    floor = scheduling.Floor(instance, np.array([0, 1, 2, -1]), accepts=2, most_moves=1)
    floor.no_show(a, 0)
    assert floor.slot.tolist() == [-1, 0, 2, -1]


def test_no_show_moves_the_meeting_that_keeps_a_waiting_guest_away():
    rows = [("x", "e", "a", 9), ("y", "f", "b", 5), ("z", "e", "b", 1)]
    data = tiny.instance(2, requests=rows)
    for person in data["participants"]:
        if person["id"] == "e":
            person["unavailable"] = [data["slots"][1]["id"]]
    instance = scheduling.instance_from_json(data)
    floor = scheduling.Floor(instance, np.array([0, 0, -1]))
    changes = floor.no_show(instance.participant_ids.index("a"), 0)
    assert floor.slot.tolist() == [-1, 1, 0]
    assert {c.request: c.reason for c in changes.changes} == {
        0: "absent", 1: "made_room", 2: "waiting_pair",
    }  # fmt: skip
