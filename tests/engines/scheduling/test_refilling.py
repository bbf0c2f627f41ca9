"""A place that has become free, against trying every timetable that people would accept."""

import itertools

import numpy as np

from emporion.engines import scheduling

from . import tiny


def _futures(instance, slot, gone, now, most):
    """Every schedule after ``gone`` that moves nobody twice and loses no announced meeting."""
    slots = len(instance.slot_ids)
    rows = [r for r in range(len(slot)) if r != gone and not 0 <= slot[r] < now]
    options = [
        [t for t in (-1, *range(now, slots)) if t >= 0 or slot[r] < 0]
        for r in rows
    ]  # fmt: skip
    guest = instance.second
    for choice in itertools.product(*options):
        after = slot.copy()
        after[gone] = -1
        after[rows] = choice
        moved = [r for r in rows if slot[r] >= 0 and after[r] != slot[r]]
        guests = guest[moved].tolist()
        if len(moved) > most or len(set(guests)) < len(guests):
            continue
        held = np.flatnonzero(after >= 0)
        cells = np.zeros_like(instance.capacity)
        np.add.at(cells, (instance.first[held], after[held]), 1)
        np.add.at(cells, (guest[held], after[held]), 1)
        if cells[guest[gone], slot[gone]] == 0 and (cells <= instance.capacity).all():
            yield after


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
            futures = list(_futures(instance, slot, gone, t, 3))
            assert any((after == one).all() for one in futures)
            mine = instance.first == host
            used += bool((after[mine] == t).any())
            possible += any((one[mine] == t).any() for one in futures)
            new += bool(((after >= 0) & (slot < 0)).any())
            possible_new += any(((one >= 0) & (slot < 0)).any() for one in futures)
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
