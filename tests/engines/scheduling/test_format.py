"""Reading and writing: everything comes back, wrong input is named, half files are never seen."""

import json

import pytest

from emporion.engines import scheduling
from emporion.engines.scheduling import limits, reading
from emporion.engines.scheduling.json_values import load_json

from . import tiny

ROWS = [("x", "e", "a", 2), ("y", "e", "b", 3)]


def _data(**more):
    return tiny.instance(requests=ROWS) | more


@pytest.mark.parametrize("feature", tiny.FEATURES)
def test_format_round_trip(feature, tmp_path):
    for seed in range(6):
        data = tiny.random_instance(seed, (feature,))
        data["x-note"] = {"kept": True}
        data["requests"][0]["x-source"] = "desk"
        data["slots"][0]["start"] = "09:00"
        instance = scheduling.instance_from_json(data)
        scheduling.write_instance(tmp_path / "i.json", instance)
        again = scheduling.read_instance(tmp_path / "i.json")
        assert scheduling.instance_to_json(again) == scheduling.instance_to_json(instance)
        written = load_json(tmp_path / "i.json")
        assert written["x-note"] == {"kept": True}
        assert written["requests"][0]["x-source"] == "desk"
        assert written["slots"][0]["start"] == "09:00"
        for key in ("precedences", "locked", "exclusions", "walking", "tables"):
            assert written.get(key) == data.get(key) or key in ("tables", "walking")


def test_keys_of_others_are_kept_wherever_they_stand():
    data = tiny.instance(
        people=[{"id": "e", "place": "north", "pool": "hall", "x-note": 1}, "a"],
        requests=[("x", "e", "a", {"x-note": 2})],
        table_pools=[{"id": "hall", "tables": 1, "x-note": 3}],
        walking={"places": ["north"], "minutes": [[0]], "gap_minutes": 1, "x-note": 4},
        locked=[{"request": "x", "slot": "t0", "x-note": 5}],
    )
    written = scheduling.instance_to_json(scheduling.instance_from_json(data))
    lists = ("participants", "requests", "table_pools", "locked")
    notes = [written[key][0]["x-note"] for key in lists] + [written["walking"]["x-note"]]
    assert notes == [1, 2, 3, 5, 4]


WRONG = {
    "unknown key": ({"mood": 1}, 'instance: unknown key "mood"'),
    "format": ({"format": "x/1"}, 'format: "x/1" is not "emporion-schedule-instance/1"'),
    "objective": ({"objective": "fun"}, 'objective: "fun" is neither "weight" nor "breaks"'),
    "no slots": ({"slots": []}, "slots: an instance needs at least one slot"),
    "unknown key of a slot": (
        {"slots": [{"id": "t0", "hour": 9}]}, 'slots: item 0 ("t0"): unknown key "hour"',
    ),
    "duplicate participant": (
        {"participants": [{"id": "e"}, {"id": "e"}]}, 'participant "e": this id occurs twice',
    ),
    "duplicate slot": ({"slots": [{"id": "t"}, {"id": "t"}]}, 'slot "t": this id occurs twice'),
    "unknown participant": (
        {"requests": [{"id": "x", "participants": ["e", "zoe"]}]},
        'request "x": unknown participant "zoe"',
    ),
    "one participant": (
        {"requests": [{"id": "x", "participants": ["e"]}]},
        'request "x": 1 participants, expected two',
    ),
    "with oneself": (
        {"requests": [{"id": "x", "participants": ["e", "e"]}]},
        'request "x": both participants are the same',
    ),
    "missing key": (
        {"requests": [{"id": "x"}]}, 'requests: item 0 ("x"): "participants" is missing',
    ),
    "weight 0": (
        {"requests": [{"id": "x", "participants": ["e", "a"], "weight": 0}]},
        'request "x": weight 0.0 must be a number greater than 0',
    ),
    "weight 1e300": (
        {"requests": [{"id": "x", "participants": ["e", "a"], "weight": 1e300}]},
        'request "x": weight 1e+300 must lie between 1e-06 and 1e+09',
    ),
    "weight true": (
        {"requests": [{"id": "x", "participants": ["e", "a"], "weight": True}]},
        'request "x": weight: true where a number was expected',
    ),
    "unknown slot": (
        {"participants": [{"id": "e", "unavailable": ["t7"]}]},
        'participant "e": unavailable: unknown slot "t7"',
    ),
    "unknown allowed slot": (
        {"requests": [{"id": "x", "participants": ["e", "a"], "allowed_slots": ["t7"]}]},
        'request "x": allowed_slots: unknown slot "t7"',
    ),
    "fixed slot not allowed": (
        {"requests": [{"id": "x", "participants": ["e", "a"], "allowed_slots": ["t0"],
                       "fixed_slot": "t1"}]},
        'request "x": fixed_slot: "t1" is not an allowed slot of it',
    ),
    "capacity": (
        {"participants": [{"id": "e", "capacity": [1]}]},
        'participant "e": capacity: 1 numbers, expected 3',
    ),
    "negative limit": (
        {"participants": [{"id": "e", "max_meetings": -1}]},
        'participant "e": max_meetings: -1 is negative',
    ),
    "side": (
        {"participants": [{"id": "e", "side": "press"}]},
        'participant "e": side "press" is not "exhibitor" or "buyer"',
    ),
    "locked": ({"locked": [{"request": "q", "slot": "t0"}]}, 'locked: item 0: unknown request "q"'),
    "precedence": ({"precedences": [["x", "q"]]}, 'precedences: item 0: unknown request "q"'),
    "item that is a list": (
        {"participants": [[1, 2]]}, 'participants: item 0 ("0"): [1, 2] where an object was expected',
    ),
    "minutes NaN": (
        {"walking": {"places": ["north"], "minutes": [[float("nan")]], "gap_minutes": 1}},
        "walking: minutes: nan is not a number",
    ),
    "exclusion": ({"exclusions": [["e"]]}, "exclusions: item 0: 1 items, expected two"),
    "place": (
        {"participants": [{"id": "e", "place": "moon"}, {"id": "a"}, {"id": "b"}],
         "walking": {"places": ["north"], "minutes": [[0]], "gap_minutes": 1}},
        'participant "e": unknown place "moon"',
    ),
    "walking matrix": (
        {"walking": {"places": ["north"], "minutes": [[0, 1]], "gap_minutes": 1}},
        "walking: minutes: must be 1 rows of 1",
    ),
    "pool": (
        {"participants": [{"id": "e", "pool": "moon"}]}, 'participant "e": unknown table pool "moon"',
    ),
    "two pools": (
        {"participants": [{"id": "e", "pool": "p"}, {"id": "a", "pool": "q"}, {"id": "b"}],
         "table_pools": [{"id": "p", "tables": 1}, {"id": "q", "tables": 1}]},
        'request "x": its participants have two different table pools, but a meeting has one table',
    ),
    "days mixed": (
        {"slots": [{"id": "t0", "day": 1}, {"id": "t1", "day": 2}, {"id": "t2", "day": 1}]},
        'slot "t2": slots must be in time order, one day together',
    ),
    "not a list": ({"requests": {}}, "requests: {} where a list was expected"),
    "break_scope": ({"break_scope": "week"}, 'break_scope: "week" is not event, day or session'),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_format_names_what_is_wrong(name):
    more, sentence = WRONG[name]
    with pytest.raises(scheduling.InstanceError) as error:
        scheduling.instance_from_json(_data(**more))
    assert str(error.value) == sentence


def test_format_says_where_json_is_broken(tmp_path):
    path = tmp_path / "i.json"
    path.write_text('{"format": \n oops}', "utf-8")
    with pytest.raises(scheduling.InstanceError, match="line 2, column 2: not JSON"):
        scheduling.read_instance(path)
    path.write_text(json.dumps(_data()).replace('"weight": 2', '"weight": NaN'), "utf-8")
    with pytest.raises(scheduling.InstanceError, match="NaN is not a number JSON knows"):
        scheduling.read_instance(path)
    path.write_bytes(b'{"name": "\xff"}')
    with pytest.raises(scheduling.InstanceError, match="not UTF-8"):
        scheduling.read_instance(path)


TOO_MANY = "requests: 10000000 are more than 5000000: solving them would take about 9 GB of memory"


def test_format_refuses_what_no_memory_holds():
    with pytest.raises(scheduling.InstanceError) as error:
        scheduling.instance_from_json(_data(requests=[None] * 10_000_000))
    assert str(error.value) == TOO_MANY
    with pytest.raises(scheduling.InstanceError) as error:
        scheduling.generate(exhibitors=10_000, buyers=100_000, requests=10_000_000)
    assert str(error.value) == TOO_MANY


def test_format_counts_the_requests_of_a_large_file_without_parsing_it(tmp_path, monkeypatch):
    path = tmp_path / "i.json"
    rows = [{"id": str(n), "participants": ["e", "a"]} for n in range(7)]
    path.write_text(json.dumps(_data(requests=rows)), "utf-8")
    monkeypatch.setattr(limits, "MOST_REQUESTS", 6)
    monkeypatch.setattr(reading, "load_json", None)
    for chunk in (1, 7, 16, 4096):
        monkeypatch.setattr(limits, "_CHUNK", chunk)
        with pytest.raises(scheduling.InstanceError) as error:
            scheduling.read_instance(path)
        assert str(error.value).startswith("requests: 7 are more than 6: ")


@pytest.mark.parametrize("weight", [0.0, -1.0, float("nan"), float("inf"), 1e300, 1e-300])
def test_format_refuses_weights_that_cannot_be_counted(weight):
    with pytest.raises(scheduling.InstanceError, match='^request "x": weight '):
        scheduling.make_instance(["t"], ["a", "b"], ["x"], [0], [1], weight=[weight])


def test_format_write_leaves_nothing_behind_when_it_fails(tmp_path):
    instance = scheduling.instance_from_json(_data())
    instance.extra = {"": {"x-bad": float("nan")}}
    with pytest.raises(ValueError):
        scheduling.write_instance(tmp_path / "i.json", instance)
    assert list(tmp_path.iterdir()) == []
