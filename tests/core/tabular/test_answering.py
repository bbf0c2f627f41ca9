"""A list as an answer: rows are read as they leave, and none before."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpRequest
from openpyxl import load_workbook

from emporion.core.tabular.answering import answer
from emporion.core.tabular.report import TableError
from emporion.core.tabular.subjects import CHUNK, flat
from tests import factories

HEADER = ("Number", "Text", "True", "Nothing", "Parts", "Object")


class Rows:
    """So many rows, and how many of them were read."""

    def __init__(self, count: int) -> None:
        self.count, self.read = count, 0

    def flow(self) -> Iterator[list[Any]]:
        for number in range(self.count):
            self.read += 1
            yield [number, "=1+1", True, None, ["a", "b"], {"en": "é"}]


def answered(rows: Rows, kind: str) -> Any:
    expo = factories.make_expo()
    return answer(
        HttpRequest(), HEADER, rows.flow(), kind=kind, name="things", place="fair", expo=expo
    )


@pytest.mark.parametrize(("kind", "head"), [("csv", 1), ("jsonl", 0)])
def test_rows_are_read_as_they_leave(db: None, kind: str, head: int) -> None:
    rows = Rows(3 * CHUNK)
    made = answered(rows, kind)
    assert rows.read == 0
    assert made["Content-Disposition"] == f'attachment; filename="fair-things.{kind}"'
    parts = iter(made.streaming_content)
    for number in range(head + 3):
        next(parts)
        assert rows.read == max(0, number + 1 - head) * CHUNK
    assert list(parts) == []


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        ("csv", "0,'=1+1,yes,,a; b,\"{\"\"en\"\": \"\"é\"\"}\"\r\n"),
        ("jsonl", '{"Number": 0, "Text": "=1+1", "True": true, "Nothing": null, '
                  '"Parts": ["a", "b"], "Object": {"en": "é"}}\n'),
    ],
)  # fmt: skip
def test_line_says_what_its_row_holds(db: None, kind: str, line: str) -> None:
    text = b"".join(answered(Rows(1), kind).streaming_content).decode()
    assert text.endswith(line)


def test_workbook_says_what_its_row_holds(db: None) -> None:
    content = b"".join(answered(Rows(1), "xlsx").streaming_content)
    header, row = load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True)
    assert header == HEADER
    assert row == (0, "'=1+1", "yes", None, "a; b", '{"en": "é"}')


def test_workbook_that_cannot_hold_it_leaves_no_file(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from openpyxl.worksheet._writer import ALL_TEMP_FILES

    from emporion.core.tabular import writing

    before = list(ALL_TEMP_FILES)
    monkeypatch.setattr(writing, "MOST_ROWS", 3)
    with pytest.raises(TableError):
        answered(Rows(5), "xlsx")
    assert before == ALL_TEMP_FILES


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (True, "yes"), (False, "no"), (None, None), (1.5, 1.5), (0, 0), ("", ""), ([], ""),
        (["a"], "a"), ([["2023-11-23", "09:00"]], '[["2023-11-23", "09:00"]]'), ({}, "{}"),
    ],
)  # fmt: skip
def test_cell_of_a_value(value: Any, cell: Any) -> None:
    assert flat(value) == cell
