"""Contradictory constraints are named; the schedule is then infeasible and empty."""

import random

import pytest

from emporion.engines import scheduling
from emporion.engines.scheduling import conflicts, naming

from . import tiny

ROWS = [("x", "e", "a", 2), ("y", "e", "b", 3), ("z", "f", "a", 1)]


def _person(name, **more):
    return {"id": name} | more


CASES = {
    "min above max": (
        {
            "people": [_person("e", min_meetings=3, max_meetings=2), "f", "a", "b"],
            "requests": [*ROWS, ("w", "e", "a", 1)],
        },
        'participant "e": min_meetings 3 is more than max_meetings 2',
    ),
    "min above places": (
        {"people": [_person("e", min_meetings=2, unavailable=["t0", "t1"]), "f", "a", "b"]},
        'participant "e": min_meetings 2, but it has places for 1',
    ),
    "min above requests": (
        {"people": [_person("e", min_meetings=3), "f", "a", "b"]},
        'participant "e": min_meetings 3, but only 2 of its requests can be held',
    ),
    "locked twice in one place": (
        {"locked": [{"request": "x", "slot": "t0"}, {"request": "y", "slot": "t0"}]},
        'locked meeting "y" in slot "t0": participant "e" has capacity 1 there',
    ),
    "locked where unavailable": (
        {
            "people": [_person("e", unavailable=["t0"]), "f", "a", "b"],
            "locked": [{"request": "x", "slot": "t0"}],
        },
        'locked meeting "x" in slot "t0": participant "e" is unavailable',
    ),
    "locked and excluded": (
        {"locked": [{"request": "x", "slot": "t0"}], "exclusions": [["a", "e"]]},
        'locked meeting "x" in slot "t0": its participants are excluded from meeting',
    ),
    "locked beyond the tables": (
        {
            "tables": 1,
            "locked": [{"request": "y", "slot": "t0"}, {"request": "z", "slot": "t0"}],
        },
        'locked meeting "z" in slot "t0": more locked meetings than the 1 tables',
    ),
    "mandatory and excluded": (
        {"requests": [("x", "e", "a", {"mandatory": True})], "exclusions": [["a", "e"]]},
        'mandatory request "x": its participants are excluded',
    ),
    "mandatory without a slot": (
        {
            "people": [_person("e", unavailable=["t0", "t1", "t2"]), "f", "a", "b"],
            "requests": [("x", "e", "a", {"mandatory": True})],
        },
        'mandatory request "x": no slot in which it could be held',
    ),
    "mandatory beyond the quota": (
        {
            "people": [_person("e", max_meetings=1), "f", "a", "b"],
            "requests": [(n, "e", p, {"mandatory": True}) for n, p in (("x", "a"), ("y", "b"))],
        },
        'participant "e": 2 mandatory requests, max_meetings 1',
    ),
    "mandatory in one slot": (
        {
            "requests": [
                (n, "e", p, {"mandatory": True, "fixed_slot": "t1"})
                for n, p in (("x", "a"), ("y", "b"))
            ],
        },
        'participant "e": its 2 mandatory requests do not fit into its slots',
    ),
    "precedence without room": (
        {
            "requests": [
                ("x", "e", "a", 1),
                ("y", "e", "b", {"mandatory": True, "fixed_slot": "t0"}),
            ],
            "precedences": [["x", "y"]],
        },
        'precedence ["x", "y"]: no slot of "y" lies behind the first possible slot of "x"',
    ),
    "precedence to what is locked": (
        {"precedences": [["x", "y"]], "locked": [{"request": "y", "slot": "t0"}]},
        'precedence ["x", "y"]: no slot of "y" lies behind the first possible slot of "x"',
    ),
    "precedence to the end of a chain": (
        {
            "requests": [
                *ROWS[:2],
                ("z", "f", "a", {"mandatory": True, "allowed_slots": ["t0", "t1"]}),
            ],
            "precedences": [["y", "z"], ["x", "y"]],
        },
        'precedence ["y", "z"]: no slot of "z" lies behind the first possible slot of "y"',
    ),
    "precedence in a circle": (
        {
            "requests": [("x", "e", "a", {"mandatory": True}), *ROWS[1:]],
            "precedences": [["x", "y"], ["y", "x"]],
        },
        'precedence ["y", "x"]: in a circle each would have to come before itself',
    ),
    "mandatory when all is past": (
        {
            "people": [
                _person("e", unavailable=["t2"]),
                "f",
                _person("a", unavailable=["t0"]),
                "b",
            ],
            "requests": [("x", "e", "a", {"mandatory": True})],
            "frozen_before": "t2",
        },
        'mandatory request "x": no slot in which it could be held',
    ),
    "more mandatory than one takes": (
        {
            "people": [_person("e", max_meetings=1), "f", "a", "b"],
            "requests": [(n, "e", p, {"mandatory": True}) for n, p in zip("xyz", "abf")],
        },
        'participant "e": 3 mandatory requests, max_meetings 1',
    ),
    "min above what is open": (
        {"people": [_person("e", min_meetings=2), "f", "a", "b"], "exclusions": [["e", "a"]]},
        'participant "e": min_meetings 2, but only 1 of its requests can be held',
    ),
}
CLASHING = {
    "min above max": ['participant "e": min_meetings 3', 'participant "e": max_meetings 2'],
    "min above places": ['participant "e": min_meetings 2', 'the calendar of participant "e"'],
    "min above requests": ['participant "e": min_meetings 3'],
    "locked twice in one place": [
        'locked meeting "x" in slot "t0"', 'locked meeting "y" in slot "t0"',
        'the calendar of participant "e"',
    ],
    "locked where unavailable": [
        'locked meeting "x" in slot "t0"', 'the calendar of participant "e"',
    ],
    "locked and excluded": ['locked meeting "x" in slot "t0"', 'exclusion ["e", "a"]'],
    "locked beyond the tables": [
        'locked meeting "y" in slot "t0"', 'locked meeting "z" in slot "t0"', "tables",
    ],
    "mandatory and excluded": ['mandatory request "x"', 'exclusion ["e", "a"]'],
    "mandatory without a slot": [
        'mandatory request "x"', 'the calendar of participant "e"',
    ],
    "mandatory beyond the quota": [
        'mandatory request "x"', 'mandatory request "y"', 'participant "e": max_meetings 1',
    ],
    "mandatory in one slot": [
        'mandatory request "x"', 'mandatory request "y"', 'the calendar of participant "e"',
        'request "x": fixed_slot "t1"', 'request "y": fixed_slot "t1"',
    ],
    "precedence without room": [
        'precedence ["x", "y"]', 'mandatory request "y"', 'request "y": fixed_slot "t0"',
    ],
    "precedence to what is locked": [
        'precedence ["x", "y"]', 'locked meeting "y" in slot "t0"',
    ],
    "precedence to the end of a chain": [
        'precedence ["x", "y"]', 'precedence ["y", "z"]', 'mandatory request "z"',
        'request "z": allowed_slots',
    ],
    "precedence in a circle": [
        'precedence ["y", "x"]', 'precedence ["x", "y"]', 'mandatory request "x"',
    ],
    "mandatory when all is past": [
        'mandatory request "x"', 'the calendar of participant "e"', 'frozen_before "t2"',
    ],
    "more mandatory than one takes": [
        'mandatory request "x"', 'mandatory request "y"', 'participant "e": max_meetings 1',
    ],
    "min above what is open": [
        'participant "e": min_meetings 2', 'exclusion ["e", "a"]',
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_conflict_is_named(name):
    more, sentence = CASES[name]
    data = tiny.instance(**({"requests": ROWS} | more))
    instance = scheduling.instance_from_json(data)
    solution = scheduling.solve(instance)
    assert solution.status == "infeasible"
    assert solution.conflicts == [sentence]
    assert (solution.slot >= 0).sum() == 0
    assert scheduling.check(instance, solution).violations == []


def test_conflict_locked_meetings_out_of_walking_reach():
    people = [
        _person("e", place="north"), _person("f", place="south"), "a", "b",
    ]  # fmt: skip
    walking = {"places": ["north", "south"], "minutes": [[0, 9], [9, 0]], "gap_minutes": 5}
    locked = [{"request": "x", "slot": "t0"}, {"request": "z", "slot": "t1"}]
    data = tiny.instance(people=people, requests=ROWS, walking=walking, locked=locked)
    solution = scheduling.solve(scheduling.instance_from_json(data))
    assert solution.conflicts == [
        'locked meetings "x" and "z": participant "a" cannot walk from one to the other'
    ]


def test_conflict_too_many_mandatory_for_all_places_together():
    rows = [
        (f"r{i}", f"e{i % 3}", f"b{j}", {"mandatory": True})
        for i, j in [(0, 0), (1, 0), (0, 1), (1, 1), (2, 0), (2, 1)]
    ]
    rows = [(f"r{n}", *row[1:]) for n, row in enumerate(rows)]
    people = [f"e{i}" for i in range(3)] + ["b0", "b1"]
    data = tiny.instance(slots=2, people=people, requests=rows)
    solution = scheduling.solve(scheduling.instance_from_json(data))
    assert solution.status == "infeasible"
    assert len(solution.conflicts) >= 1


def test_conflicts_of_locked_meetings_are_overlooked_by_no_quick_look():
    """The quick look at all locked meetings says "fine" only where none is named, and everywhere
    where that is so but where people walk: there it takes a longer look to be sure."""
    answers = {True: 0, False: 0}
    for seed in range(240):
        rng = random.Random(seed)
        data = tiny.random_instance(seed, rng.sample(tiny.FEATURES, 1 + seed % 4))
        slots = [slot["id"] for slot in data["slots"]]
        rows = [row["id"] for row in data["requests"]]
        chosen = rng.choices(rows, k=1 + seed % 3)
        data["locked"] = [{"request": name, "slot": rng.choice(slots)} for name in chosen]
        it = scheduling.instance_from_json(data)
        fine = conflicts._locked_is_fine(it, it.excluded())
        named = conflicts._name_locked(it, it.excluded()) != []
        assert fine != named or (it.walking and not fine), seed
        answers[fine] += 1
    assert min(answers.values()) > 40


def _said(solution):
    return [[str(one) for one in conflict.constraints] for conflict in solution.conflicts]


@pytest.mark.parametrize("name", CASES)
def test_conflict_carries_the_constraints_that_clash(name):
    more, _sentence = CASES[name]
    data = tiny.instance(**({"requests": ROWS} | more))
    (constraints,) = _said(scheduling.solve(scheduling.instance_from_json(data)))
    assert constraints == CLASHING[name]


def test_conflict_of_slots_names_no_request_that_would_find_one():
    """Of ten mandatory requests of one stand two are for the same only hour of their guests."""
    guests = [f"g{n}" for n in range(10)]
    people = ["e", *({"id": g, "unavailable": ["t0", "t1"]} for g in guests[:2]), *guests[2:]]
    rows = [(g.replace("g", "r"), "e", g, {"mandatory": True}) for g in guests]
    data = tiny.instance(12, people=people, requests=rows)
    for person in data["participants"][1:3]:
        person["unavailable"] = [f"t{n}" for n in range(12) if n != 5]
    solution = scheduling.solve(scheduling.instance_from_json(data))
    assert solution.conflicts == [
        'participant "e": its 10 mandatory requests do not fit into its slots'
    ]
    assert _said(solution) == [
        [
            'mandatory request "r0"', 'mandatory request "r1"',
            *(f'the calendar of participant "{who}"' for who in ("e", "g0", "g1")),
        ]
    ]  # fmt: skip


def _hold_together(data, names):
    return tiny.brute_force(tiny.only(data, names)) is not None


def _assert_smallest(data, names, seed):
    assert not _hold_together(data, names), (seed, names)
    for name in names:
        assert _hold_together(data, [n for n in names if n != name]), (seed, names, name)


def test_conflict_that_is_seen_at_once_names_all_that_it_takes_and_no_more():
    checked = 0
    for seed in range(50):
        data = tiny.harder(seed)
        if seed % 2:
            data["frozen_before"] = "t1"
            data["precedences"] = [["r0", "r1"]]
        it = scheduling.instance_from_json(data)
        for found in conflicts.find_conflicts(it, it.possible_slots(), it.excluded())[:2]:
            _assert_smallest(data, [str(one) for one in found.constraints], seed)
            checked += 1
    assert checked > 50


def test_conflict_where_causes_cross_names_all_that_it_takes_and_no_more():
    checked, kinds = 0, set()
    for seed in range(70):
        data = tiny.crossed(seed)
        it = scheduling.instance_from_json(data)
        for found in conflicts.find_conflicts(it, it.possible_slots(), it.excluded()):
            _assert_smallest(data, [str(one) for one in found.constraints], seed)
            checked += 1
            kinds |= {one.kind for one in found.constraints}
    assert checked > 150
    assert kinds == set(naming.KINDS) - {"max_break_difference", "walking"}


def test_conflict_of_a_least_number_beyond_all_requests_names_no_upper_limit():
    data = tiny.instance(
        people=[_person("e", min_meetings=3, max_meetings=2), "f", "a", "b"], requests=ROWS
    )
    solution = scheduling.solve(scheduling.instance_from_json(data))
    assert solution.conflicts == [
        'participant "e": min_meetings 3, but only 2 of its requests can be held'
    ]
    assert _said(solution) == [['participant "e": min_meetings 3']]


def test_conflict_of_the_slots_of_two_is_told_once_with_the_calendar_of_one():
    """Two meetings of the same pair, of whom only the second has too few slots by itself."""
    people = [_person("e", unavailable=["t2"]), _person("a", unavailable=["t1", "t2"])]
    rows = [(n, "e", "a", {"mandatory": True}) for n in "xy"]
    data = tiny.instance(people=people, requests=rows)
    assert _said(scheduling.solve(scheduling.instance_from_json(data))) == [
        ['mandatory request "x"', 'mandatory request "y"', 'the calendar of participant "a"']
    ]


def test_conflict_of_an_order_into_the_first_slot_names_nothing_that_has_passed():
    data = tiny.instance(
        2,
        requests=ROWS,
        precedences=[["x", "y"]],
        locked=[{"request": "y", "slot": "t0"}],
        frozen_before="t1",
    )
    assert _said(scheduling.solve(scheduling.instance_from_json(data))) == [
        ['precedence ["x", "y"]', 'locked meeting "y" in slot "t0"']
    ]


def test_conflict_of_orders_in_a_circle_names_no_slot_of_what_is_in_it():
    data = tiny.instance(
        requests=[("x", "e", "a", {"fixed_slot": "t0"}), ("y", "e", "b", {"mandatory": True})],
        precedences=[["y", "x"], ["x", "y"]],
    )
    names = ['precedence ["y", "x"]', 'precedence ["x", "y"]', 'mandatory request "y"']
    (found,) = scheduling.solve(scheduling.instance_from_json(data)).conflicts
    assert sorted(map(str, found.constraints)) == sorted(names)
    assert found == "cannot hold together: " + "; ".join(map(str, found.constraints))


def test_conflict_of_a_least_number_names_what_is_locked_and_never_to_meet():
    data = tiny.instance(
        people=["e", "f", _person("a", min_meetings=1)],
        requests=[("x", "e", "a", 1)],
        locked=[{"request": "x", "slot": "t0"}],
        exclusions=[["e", "a"]],
    )
    assert _said(scheduling.solve(scheduling.instance_from_json(data))) == [
        ['participant "a": min_meetings 1', 'exclusion ["e", "a"]'],
        ['locked meeting "x" in slot "t0"', 'exclusion ["e", "a"]'],
    ]


def test_conflict_of_an_order_is_none_where_what_is_locked_is_never_to_meet():
    data = tiny.instance(
        requests=ROWS,
        precedences=[["x", "y"]],
        locked=[{"request": "y", "slot": "t0"}],
        exclusions=[["e", "b"]],
    )
    assert _said(scheduling.solve(scheduling.instance_from_json(data))) == [
        ['locked meeting "y" in slot "t0"', 'exclusion ["e", "b"]']
    ]
