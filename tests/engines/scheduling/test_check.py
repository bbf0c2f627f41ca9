"""The checker notices every kind of wrong schedule; what it calls valid is valid by hand."""

import ast
import copy
import json
from pathlib import Path

import pytest

from emporion.engines.scheduling import (
    checking,
    checking_bound,
    checking_claims,
    checking_form,
    checking_reasons,
    checking_walks,
)
from emporion.engines.scheduling.checking import check_data

from . import tiny

PEOPLE = [
    {"id": "e", "capacity": 2, "place": "north", "pool": "hall", "unavailable": ["t5"]},
    {"id": "f", "place": "south", "pool": "hall"},
    {"id": "a", "max_meetings": 3, "max_meetings_per_day": 2},
    {"id": "b", "min_meetings": 1},
    {"id": "c"},
]
ROWS = [
    ("ea", "e", "a", 5, {"mandatory": True}),
    ("eb", "e", "b", 4, {"allowed_slots": ["t0", "t1"]}),
    ("fa", "f", "a", 3, {"fixed_slot": "t2"}),
    ("fb", "f", "b", 2),
    ("ec", "e", "c", 1),
    ("ab", "a", "b", 1),
    ("fc", "f", "c", 1, {"allowed_slots": ["t0", "t2"]}),
]
GOOD = {"ea": "t0", "eb": "t0", "fa": "t2", "ec": "t3", "fb": "t4"}


def _instance():
    data = tiny.instance(
        slots=6,
        people=copy.deepcopy(PEOPLE),
        requests=ROWS,
        tables=2,
        table_pools=[{"id": "hall", "tables": [2, 2, 2, 1, 1, 1]}],
        exclusions=[["b", "a"]],
        precedences=[["ea", "fa"]],
        locked=[{"request": "ec", "slot": "t3"}],
        walking={"places": ["north", "south"], "minutes": [[0, 9], [9, 0]], "gap_minutes": 5},
        max_break_difference=1,
    )
    for slot, day in zip(data["slots"], "112233", strict=True):
        slot["day"], slot["minutes"] = day, 20
    return data


def test_check_accepts_a_good_schedule():
    data = _instance()
    report = check_data(data, tiny.schedule(data, GOOD))
    assert report.violations == []
    assert (report.meetings, report.weight, report.breaks) == (5, 15.0, 4)


MUTATIONS = {
    "two in one calendar": (
        GOOD | {"fb": "t0"}, 'participant "b": 2 meetings in slot "t0", room for 1',
    ),
    "unavailable": (GOOD | {"ea": "t5"}, 'participant "e": 1 meetings in slot "t5", room for 0'),
    "max_meetings_per_day": (
        lambda d, s: d["participants"][2].update(max_meetings_per_day=0),
        'participant "a": 1 meetings on 1, max_meetings_per_day 0',
    ),
    "max_meetings": (
        lambda d, s: d["participants"][2].update(max_meetings=1),
        'participant "a": 2 meetings, max_meetings 1',
    ),
    "min_meetings": (
        lambda d, s: d["participants"][3].update(min_meetings=3),
        'participant "b": 2 meetings, min_meetings 3',
    ),
    "mandatory": ({k: v for k, v in GOOD.items() if k not in ("ea", "fa")},
        'mandatory request "ea" is not held'),
    "allowed_slots": (GOOD | {"eb": "t2"}, 'request "eb": slot "t2" is not allowed'),
    "fixed_slot": (GOOD | {"fa": "t1"}, 'request "fa": held in "t1", fixed_slot "t2"'),
    "excluded": (GOOD | {"ab": "t5"}, 'request "ab": its participants are excluded from meeting'),
    "precedence": (
        lambda d, s: d.update(precedences=[["fa", "ea"]]),
        '"ea" is held, but not "fa" strictly before it',
    ),
    "precedence without the first": (
        lambda d, s: d.update(precedences=[["fc", "ea"]]),
        '"ea" is held, but not "fc" strictly before it',
    ),
    "locked": (GOOD | {"ec": "t4"}, 'locked meeting "ec" is not held in slot "t3"'),
    "frozen": (
        lambda d, s: d.update(frozen_before="t1"),
        'request "ea" is new in the frozen slot "t0"',
    ),
    "tables": (lambda d, s: d.update(tables=[1, 2, 2, 2, 2, 2]), 'slot "t0": 2 meetings, 1 tables'),
    "pool": (
        lambda d, s: d["table_pools"][0].update(tables=1),
        'table pool "hall", slot "t0": 2 meetings, 1 tables',
    ),
    "walking": (
        GOOD | {"fb": "t1"},
        'participant "b": 9 minutes to walk from "eb" to "fb", but 5 between them',
    ),
    "max_break_difference": (
        lambda d, s: d.update(max_break_difference=0),
        'participant "e" has 1 breaks, "c" 0: more than 0 apart',
    ),
    "held twice": (
        lambda d, s: s["meetings"].append({"request": "ea", "slot": "t1"}),
        'request "ea" is held twice',
    ),
    "unknown request": (
        lambda d, s: s["meetings"].append({"request": "zz", "slot": "t1"}),
        "meeting: unknown request 'zz'",
    ),
    "unknown slot": (
        lambda d, s: s["meetings"].append({"request": "fc", "slot": "t9"}),
        "meeting \"fc\": unknown slot 't9'",
    ),
    "weight": (
        lambda d, s: s["objective"].update(weight=16),
        "objective: weight 16, recomputed 15",
    ),
    "breaks": (lambda d, s: s["objective"].update(breaks=0), "objective: breaks 0, recomputed 4"),
    "missing reason": (
        lambda d, s: s["ungranted"].pop(),
        'request "fc" is neither held nor listed as ungranted',
    ),
    "untrue exclusion": (
        lambda d, s: s["ungranted"][1].update(reason="excluded"),
        'ungranted: the reason "excluded" of "fc" is not true',
    ),
    "unknown reason": (
        lambda d, s: s["ungranted"][1].update(reason="tired"),
        "ungranted: \"fc\" has the unknown reason 'tired'",
    ),
    "shared table": (
        lambda d, s: [m.update(table=1) for m in s["meetings"][:2]],
        'meetings "ea" and "eb" share a table in slot "t0"',
    ),
    "unknown key": (lambda d, s: s.update(mood="fine"), 'solution: unknown key "mood"'),
    "status": (lambda d, s: s.update(status="great"), "solution: status 'great' is none of"),
    "bound too small": (
        lambda d, s: s.update(bound={"weight": 3, "method": "guess"}),
        "the weight 15 exceeds the stated bound 3",
    ),
    "certificate": (
        lambda d, s: s.update(
            bound={"weight": 99, "certificate": {"kind": "prices", "prices": {"e": -1}}}
        ),
        'certificate: the price of "e" must be a number of at least 0',
    ),
    "another instance": (lambda d, s: d.update(name="other"), "solution: it names another instance"),
}  # fmt: skip


@pytest.mark.parametrize("name", MUTATIONS)
def test_check_notices(name):
    change, sentence = MUTATIONS[name]
    data = _instance()
    solution = tiny.schedule(data, change if isinstance(change, dict) else GOOD)
    if not isinstance(change, dict):
        change(data, solution)
    violations = check_data(data, solution).violations
    assert any(v.startswith(sentence) for v in violations), violations


def test_check_recomputes_the_bound_for_any_prices():
    for seed in range(30):
        data = tiny.random_instance(seed, ("walking", "quota", "slots"))
        best = tiny.brute_force(data)["objective"]["weight"]
        names = [p["id"] for p in data["participants"]]
        for n in range(4):
            prices = {name: (seed * 7 + n * 3 + i * 5) % 9 for i, name in enumerate(names[: n + 1])}
            certificate = {"kind": "prices", "prices": prices}
            assert checking_bound.recompute_bound(data, certificate) >= best - 1e-9


def test_check_shares_no_code_with_the_solver():
    modules = (
        checking,
        checking_bound,
        checking_claims,
        checking_form,
        checking_reasons,
        checking_walks,
    )
    own = {module.__name__.rpartition(".")[2] for module in modules}
    for module in modules:
        tree = ast.parse(Path(module.__file__).read_text("utf-8"))
        for node in tree.body:
            if isinstance(node, ast.ImportFrom) and node.level:
                assert node.module in own


def test_check_infeasible_lists_no_meetings():
    data = _instance()
    solution = tiny.schedule(data, {}) | {"status": "infeasible", "ungranted": []}
    assert check_data(data, solution).violations == []
    solution["meetings"] = [{"request": "ec", "slot": "t3"}]
    assert "status infeasible, but meetings are listed" in check_data(data, solution).violations


def test_check_files_reads_what_was_written(tmp_path):
    data = _instance()
    solution = tiny.schedule(data, GOOD)
    (tmp_path / "i.json").write_text(json.dumps(data), "utf-8")
    (tmp_path / "s.json").write_text(json.dumps(solution), "utf-8")
    assert checking.check_files(tmp_path / "i.json", tmp_path / "s.json").valid
