"""Files and options that are wrong: said in a sentence, with status 2, and nothing is written."""

import json

import numpy as np
import pytest

from emporion.engines import scheduling
from emporion.engines.scheduling.command import generate_main, main
from emporion.engines.scheduling.repairing import order_from_json
from emporion.engines.scheduling.repairing.command import main as repair_main

from . import tiny

ORDER = {"format": "emporion-schedule-repair/1", "events": []}
TINY = tiny.instance(2, requests=[("r", "e", "a", 2)])


def _write(path, data):
    text = data if isinstance(data, str) else json.dumps(data)
    path.write_text(text, "utf-8")
    return str(path)


BROKEN = {
    "half a character": ('"r"', '"\\ud800"', "half a character"),
    "half a character in what is kept": ('"id": "r"', '"id": "r", "x-n": "\\udc00"', "half a"),
    "a number of 5,000 digits": ('"weight": 2', '"weight": ' + "9" * 5000, "too long a number"),
    "a negative number beyond all": ('"weight": 2', '"weight": -1' + "0" * 400, 'request "r"'),
    "two letters for two people": ('["e", "a"]', '"ea"', 'request "r": "ea" where a list'),
}


@pytest.mark.parametrize("name", BROKEN)
def test_instance_that_no_schedule_can_be_written_for_is_refused(name, tmp_path, capsys):
    old, new, sentence = BROKEN[name]
    path = _write(tmp_path / "i.json", json.dumps(TINY).replace(old, new))
    assert main([path, "-o", str(tmp_path / "s.json"), "--work-limit", "5"]) == 2
    assert sentence in capsys.readouterr().err
    assert [one.name for one in tmp_path.iterdir()] == ["i.json"]


def test_whole_characters_written_as_two_halves_are_read(tmp_path):
    path = _write(tmp_path / "i.json", json.dumps(TINY).replace('"r"', '"\\ud83e\\udd1d"'))
    assert scheduling.read_instance(path).request_ids == ["\U0001f91d"]


def test_solution_with_half_a_character_is_refused_by_the_checker(tmp_path, capsys):
    solution = tiny.schedule(TINY, {"r": "t0"}) | {"mood": 1}
    files = [
        _write(tmp_path / "i.json", TINY),
        _write(tmp_path / "s.json", json.dumps(solution).replace("mood", "\\ud800")),
    ]
    assert main([*files, "--check"]) == 2
    assert "half a character" in capsys.readouterr().err


@pytest.mark.parametrize("kind", [["absent"], {"absent": 1}, None, 1])
def test_event_of_no_kind_is_refused(kind):
    instance = scheduling.instance_from_json(TINY)
    with pytest.raises(scheduling.InstanceError, match="event 1: kind must be one of"):
        order_from_json(ORDER | {"events": [{"kind": kind}]}, instance)


SOLUTION = {"format": "emporion-schedule-solution/1"}
WHERE = {"request": "r", "slot": "t0"}


@pytest.mark.parametrize(
    ("announced", "sentence"),
    [
        ({"meetings": [WHERE]}, "is no emporion-schedule-solution/1"),
        (SOLUTION, "is no emporion-schedule-solution/1"),
        (SOLUTION | {"meetings": [{"request": 1, "slot": "t0"}]}, "is no emporion"),
        (SOLUTION | {"meetings": [WHERE, WHERE | {"slot": "t1"}]}, 'meeting "r" is listed twice'),
        (SOLUTION | {"meetings": [WHERE, WHERE]}, 'meeting "r" is listed twice'),
    ],
)
def test_announced_schedule_that_is_none_is_refused(announced, sentence, tmp_path, capsys):
    files = [
        _write(tmp_path / name, data)
        for name, data in (("i.json", TINY), ("s.json", announced), ("o.json", ORDER))
    ]
    assert repair_main([*files, "-o", str(tmp_path / "c.json")]) == 2
    assert sentence in capsys.readouterr().err
    kept = ["-o", str(tmp_path / "n.json"), "--work-limit", "5", "--quiet"]
    assert main([files[0], *kept, "--keep", files[1]]) == 2
    assert sorted(one.name for one in tmp_path.iterdir()) == ["i.json", "o.json", "s.json"]


OPTIONS = [
    ("--time-limit", "nan"), ("--time-limit", "inf"), ("--time-limit", "-5"),
    ("--time-limit", "0"), ("--time-limit", "soon"), ("--work-limit", "-5"),
    ("--work-limit", "1.5"),
]  # fmt: skip


@pytest.mark.parametrize(("option", "value"), OPTIONS)
@pytest.mark.parametrize("command", [main, repair_main])
def test_limit_that_is_none_is_refused(command, option, value, capsys):
    files = ["i.json"] if command is main else ["i.json", "s.json", "o.json"]
    with pytest.raises(SystemExit) as ended:
        command([*files, "-o", "x.json", option, value])
    assert ended.value.code == 2
    assert f"argument {option}: " in capsys.readouterr().err


def test_repair_is_quiet_where_it_is_asked_to_be(tmp_path, capsys):
    instance = scheduling.instance_from_json(TINY)
    files = [str(tmp_path / name) for name in ("i.json", "s.json", "o.json")]
    scheduling.write_instance(files[0], instance)
    scheduling.write_solution(files[1], instance, scheduling.solve(instance, work_limit=5))
    _write(tmp_path / "o.json", ORDER)
    given = [*files, "-o", str(tmp_path / "c.json"), "--work-limit", "5"]
    assert repair_main(given) == 0
    assert capsys.readouterr().err.startswith("0 changes: ")
    assert repair_main([*given, "--quiet"]) == 0
    assert capsys.readouterr().err == ""


def test_repair_says_what_must_be_held_and_has_no_place(tmp_path, capsys):
    rows = [("y", "f", "b", 3), ("z", "f", "c", {"mandatory": True})]
    instance = scheduling.instance_from_json(tiny.instance(1, "fbc", rows))
    files = [str(tmp_path / name) for name in ("i.json", "s.json", "o.json")]
    scheduling.write_instance(files[0], instance)
    _write(tmp_path / "s.json", SOLUTION | {"meetings": [{"request": "y", "slot": "t0"}]})
    _write(tmp_path / "o.json", ORDER | {"no_moves": ["b", "f"]})
    assert repair_main([*files, "-o", str(tmp_path / "c.json"), "--work-limit", "5"]) == 0
    assert [one.split(": ")[1] for one in capsys.readouterr().err.splitlines()] == [
        'mandatory request "z" is not announced',
        'mandatory request "z" has not been placed',
        "0 new meetings, 0 moved, weight lost 0, regained 0",
    ]


@pytest.mark.parametrize("value", ["0", "nan", "inf", "-1"])
def test_bonus_that_is_no_weight_is_refused(value, capsys):
    with pytest.raises(SystemExit):
        main(["i.json", "-o", "x.json", "--serve", "1", "--serve-bonus", value])
    assert "argument --serve-bonus: must be a number greater than 0" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"quota": -3}, "quota"),
        ({"quota": 10**11}, "quota"),
        ({"zipf": float("nan")}, "zipf"),
        ({"zipf": float("inf")}, "zipf"),
        ({"zipf": -1.0}, "zipf"),
        ({"zipf": 60.0}, "so uneven"),
        ({"days": 0}, "at least 1"),
        ({"slots_per_day": -1}, "at least 1"),
        ({"halls": 0}, "at least 1"),
        ({"buyers": 10**9}, "GB of memory"),
    ],
)
def test_made_up_expo_that_cannot_be_is_refused(wrong, sentence, tmp_path, capsys):
    size = {"exhibitors": 6, "buyers": 30, "requests": 60} | wrong
    with pytest.raises(ValueError, match=sentence):
        scheduling.generate(**size)
    given = [f"--{name.replace('_', '-')}={value}" for name, value in size.items()]
    assert generate_main(["-o", str(tmp_path / "i.json"), *given]) == 2
    assert sentence in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_family_of_a_negative_seed_is_refused(tmp_path):
    assert (
        generate_main(["-o", str(tmp_path / "i.json"), "--family", "breaks-A", "--seed", "-1"]) == 2
    )


def test_uneven_popularity_is_made_as_long_as_there_are_pairs():
    made = scheduling.generate(exhibitors=6, buyers=30, requests=90, zipf=2.0, seed=1)
    assert len(np.unique(made.first * 1000 + made.second)) == 90
