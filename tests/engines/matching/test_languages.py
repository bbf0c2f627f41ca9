"""Needs in any language against English offers, from a file of one's own."""

from __future__ import annotations

import json

import pytest

from benchmarks import matching_text
from tests.engines.matching.test_meaning import Words

ROWS = [
    {"offer": "water pump", "needs": {"en": "pump wanted", "zh-hans": "水泵", "zh-TW": "水泵"}},
    {"offer": "drone camera", "needs": {"en": "a drone", "de": "eine drone", "fr": "une pump"}},
    {"offer": "bread", "needs": {}},
]


@pytest.fixture
def by_hand(monkeypatch):
    monkeypatch.setattr(matching_text, "systems", lambda: [("both", (Words(),), None)])


def shares(capsys):
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return {line["case"]: (line["value"], line["needs"]) for line in lines if "needs" in line}


def test_needs_of_a_file_are_counted_by_language(tmp_path, by_hand, capsys):
    path = tmp_path / "needs.json"
    path.write_text(json.dumps(ROWS), encoding="utf-8-sig")
    matching_text.run_languages(0, 0, str(path))
    # Both ways of writing Chinese are Chinese; the French one asks for what others offer.
    assert shares(capsys) == {
        "languages: right offer first, zh, both": (1.0, 2),
        "languages: right offer first, en, both": (1.0, 2),
        "languages: right offer first, other, both": (0.5, 2),
    }


def test_a_language_that_nobody_asks_in_has_no_line(tmp_path, by_hand, capsys):
    path = tmp_path / "needs.json"
    path.write_text(json.dumps([{"offer": "Pump", "needs": {"zh": "水泵"}}]), encoding="utf-8")
    matching_text.run_languages(0, 0, str(path))
    assert list(shares(capsys)) == ["languages: right offer first, zh, both"]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([], "must be an array of offers"),
        ({"offer": "a"}, "must be an array of offers"),
        (["a"], "entry 0"),
        ([*ROWS, {"offer": 3, "needs": {}}], "entry 3"),
        ([{"offer": "a", "needs": {"en": None}}], "entry 0, en: must be a text"),
    ],
)
def test_a_file_of_another_form_is_refused_with_the_place(tmp_path, rows, said):
    path = tmp_path / "needs.json"
    path.write_text(json.dumps(rows), encoding="utf-8")
    with pytest.raises(ValueError, match=said):
        matching_text.told(str(path))


def test_needs_written_for_this_are_asked_among_real_descriptions_too(by_hand, monkeypatch, capsys):
    monkeypatch.setattr(
        matching_text, "ENTRIES", [("water pump", "pump wanted", "水泵", {"de": "eine drone"})]
    )
    monkeypatch.setattr(matching_text, "TUNING", [("drone camera", "", "", {})])
    monkeypatch.setattr(matching_text, "PLAIN", ["a pump"])
    monkeypatch.setattr(matching_text, "PLAIN_TUNING", ["a drone"])
    monkeypatch.setattr(matching_text, "companies", lambda: [("drone", ["Drones"])])
    matching_text.run_languages(0, 0)
    # The one in German asks for what the real firm offers.
    assert shares(capsys) == {
        "languages: right offer first, zh, both": (1.0, 1),
        "languages: right offer first, en, both": (1.0, 1),
        "languages: right offer first, other, both": (1.0, 1),
        "languages: right offer first among real descriptions, zh, both": (1.0, 1),
        "languages: right offer first among real descriptions, en, both": (1.0, 1),
        "languages: right offer first among real descriptions, other, both": (0.0, 1),
        "languages: right offer first, English as plain as the others, both": (1.0, 2),
    }
