"""Reading cells: what is taken, what fails, what is listed."""

from __future__ import annotations

from typing import Any

import pytest

from emporion.edition.domain.lists.cells import Bad, Unclear, read
from emporion.edition.domain.lists.columns import LISTS, Column

COLUMNS = {c.field: c for subject in ("requests", "buyers", "exhibitors") for c in LISTS[subject]}


def column(field: str) -> Column:
    return COLUMNS[field]


@pytest.mark.parametrize(
    ("field", "cell", "value"),
    [
        ("name", "  A\tB\r\n C ", "A B C"),
        ("name", "R&amp;D", "R&D"),
        ("name", "AT&T", "AT&T"),
        ("about", "a\r\nb", "a\nb"),
        ("country", "", ""),
        ("country", "芬兰", "FI"),
        ("offers", "AI; Robotics；ai|机器人", ["ai", "robotics"]),
        ("offers", "", []),
        ("offers", "AI, Robotics", ["ai", "robotics"]),
        (
            "markets",
            "China; the Middle East and North Africa; 东亚; CN",
            ["CN", "middle-east", "east-asia"],
        ),
        ("markets", "Nepal, India", ["NP", "IN"]),
        ("languages", "English, 中文; fr; zh-hans", ["en", "zh-hans", "fr"]),
        ("tables", "", 1),
        ("tables", "3", 3),
        ("max_meetings", "", None),
        ("max_meetings", "0", 0),
        ("is_made_up", "是", True),
        ("is_made_up", "", False),
        ("is_made_up", "NO", False),
        ("size", "中型", "medium"),
        ("phone", "+86 571 1234 5678", "+86 571 1234 5678"),
        ("hall_id", "M; X; M", ("M", "X")),
        ("weight", "2.5", 2500),
        ("weight", "", 1000),
        ("email", "a@example.org", "a@example.org"),
    ],
)
def test_read_good_cell_is_its_value(field: str, cell: str, value: Any) -> None:
    assert read(column(field), cell, {}) == value


@pytest.mark.parametrize(
    ("field", "cell"),
    [
        ("name", "x" * 201),
        ("name", "a\x00b"),
        ("name", "a\u202eb"),
        ("tables", "0"),
        ("tables", "1001"),
        ("tables", "-1"),
        ("tables", "²"),
        ("tables", "1.5"),
        ("is_made_up", "perhaps"),
        ("weight", "0"),
        ("weight", "nan"),
        ("weight", "1e9"),
        ("weight", "0.0001"),
        ("asked_at", "yesterday"),
        ("id", "x" * 121),
    ],
)
def test_read_bad_cell_fails_with_what_was_expected(field: str, cell: str) -> None:
    with pytest.raises(Bad) as failed:
        read(column(field), cell, {})
    assert failed.value.what and failed.value.expected


@pytest.mark.parametrize(
    ("field", "cell", "words", "value"),
    [
        ("country", "Atlantis", ["Atlantis"], None),
        ("offers", "AI; Gadgets; Gizmos", ["Gadgets", "Gizmos"], ["ai"]),
        ("markets", "CN; Atlantis", ["Atlantis"], ["CN"]),
        ("languages", "en; Klingon speech", ["Klingon speech"], ["en"]),
        ("website", "javascript:x", ["javascript:x"], None),
        ("website", "example.com", ["example.com"], "https://example.com"),
        ("email", "nobody", ["nobody"], None),
        ("phone", "call me", ["call me"], None),
        ("size", "huge", ["huge"], None),
    ],
)
def test_read_unclear_cell_names_its_words(
    field: str, cell: str, words: list[str], value: Any
) -> None:
    with pytest.raises(Unclear) as unclear:
        read(column(field), cell, {})
    assert (unclear.value.words, unclear.value.value) == (words, value)


def test_read_translates_whole_cells_and_single_words() -> None:
    words = {"Gadgets": "electronics.accessories", "Deutschland (West)": "DE", "Atlantis": "GR"}
    assert read(column("offers"), "Gadgets; AI", words) == ["electronics.accessories", "ai"]
    assert read(column("country"), "Deutschland (West)", words) == "DE"
    assert read(column("markets"), "Atlantis", words) == ["GR"]


def test_every_heading_stands_for_one_field_of_its_list() -> None:
    from emporion.core.tabular.headings import key

    for columns in LISTS.values():
        names = [key(n) for c in columns for n in {c.heading, c.field, *c.names}]
        doubled = {n for n in names if names.count(n) > 1}
        # A field's own name may be its heading in another spelling.
        assert {
            n
            for n in doubled
            if len(
                {c.field for c in columns if n in {key(x) for x in (c.heading, c.field, *c.names)}}
            )
            > 1
        } == set()
