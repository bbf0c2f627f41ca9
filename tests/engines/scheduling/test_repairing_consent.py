"""How many changes a repair may ask of one person."""

import numpy as np

from emporion.engines import scheduling
from emporion.engines.scheduling.repairing import keeping, order_from_json
from emporion.engines.scheduling.state import unset

from . import tiny

FORMAT = {"format": "emporion-schedule-repair/1"}


def test_repair_holds_back_who_has_been_moved_as_often_as_they_accept():
    """Somebody who misses a day finds one of two meetings again on the next, or both."""
    rows = [("x", "e", "a", 5), ("y", "f", "a", 4), ("z", "e", "b", 1)]
    instance = scheduling.instance_from_json(tiny.instance(4, requests=rows))
    for person in ("e", "f"):
        instance.place[instance.participant_ids.index(person)] = 0
    instance.place_ids = ["hall"]
    data = {"events": [{"kind": "absent", "participants": ["a"], "from": "t0", "to": "t1"}]}
    for counts, moves, kept in (
        (True, 0, 0), (True, 1, 1), (True, 2, 2), (False, 0, 2), (False, 1, 2)
    ):  # fmt: skip
        more = {"moves_per_person": moves, "later_counts": counts}
        order = order_from_json(FORMAT | data | more, instance)
        solution, changes, left = scheduling.repair(
            instance, np.array([0, 1, 3]), order, work_limit=2000
        )
        assert scheduling.check(left, solution).violations == []
        assert sum(c.reason == "later" for c in changes.changes) == kept
        assert changes.moved == kept
        assert changes.regained == (0, 5, 9)[kept]


def test_repair_moves_nothing_of_a_host_that_accepts_no_move():
    """The absent leaves the only slot that the waiting guest could have: another has to move."""
    data = tiny.instance(2, requests=[("x", "e", "a", 5), ("y", "e", "b", 5), ("z", "e", "f", 3)])
    data["requests"][2]["allowed_slots"] = ["t1"]
    instance = scheduling.instance_from_json(data)
    instance.place[instance.participant_ids.index("e")] = 0
    instance.place_ids = ["hall"]
    away = {"events": [{"kind": "absent", "participants": ["a"]}]}
    for most, after in ((None, [-1, 0, 1]), (1, [-1, 0, 1]), (0, [-1, 1, -1])):
        order = order_from_json(FORMAT | away | {"moves_per_host": most}, instance)
        solution, _, _ = scheduling.repair(instance, np.array([0, 1, -1]), order, work_limit=500)
        assert solution.slot.tolist() == after


def test_repair_counts_a_meeting_given_up_among_the_moves_of_its_guest():
    """Two places become free that are worth more to b than what it has at the same times."""
    at = [{"allowed_slots": [t]} for t in ("t0", "t1")]
    rows = [("x", "e", "a", 5), ("y", "h", "a", 5)]
    rows += [("p", "f", "b", {"weight": 1} | at[0]), ("q", "g", "b", {"weight": 1} | at[1])]
    rows += [("v", "e", "b", {"weight": 8} | at[0]), ("w", "h", "b", {"weight": 8} | at[1])]
    instance = scheduling.instance_from_json(tiny.instance(2, list("efghab"), rows))
    instance.place[[instance.participant_ids.index(p) for p in "efgh"]] = 0
    instance.place_ids = ["hall"]
    announced = np.array([0, 1, 0, 1, -1, -1])
    away = {"events": [{"kind": "absent", "participants": ["a"]}]}
    for more, most in (
        ({"cancel_counts": False}, 2),
        ({}, 1),
        ({"moves_per_person": 2}, 2),
        ({"moves_per_person": 0}, 0),
    ):
        order = order_from_json(FORMAT | away | more, instance)
        solution, changes, left = scheduling.repair(instance, announced, order, work_limit=2000)
        assert scheduling.check(left, solution).violations == []
        assert sum(c.reason == "outweighed" for c in changes.changes) == most
        assert changes.regained == 7 * most


def test_repair_holds_again_what_the_search_gave_up_for_nothing(monkeypatch):
    """What took the place of a meeting may have gone elsewhere when the search ends."""
    rows = [("x", "e", "a", 5), ("y", "f", "b", 4)]
    instance = scheduling.instance_from_json(tiny.instance(2, requests=rows))
    order = order_from_json(FORMAT | {"events": [], "cancel_counts": False}, instance)

    def give_up(search, *limits):
        unset(search.st, 1)
        return 1

    monkeypatch.setattr(keeping._Search, "run", give_up)
    solution, changes, left = scheduling.repair(instance, np.array([0, 1]), order, work_limit=1)
    assert scheduling.check(left, solution).violations == []
    assert solution.slot.tolist() == [0, 1]
    assert changes.changes == []
