"""A list as an answer: whole, or none."""

from __future__ import annotations

import io
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpRequest
from openpyxl import load_workbook

from emporion.core import downloads
from emporion.core.tabular import writing
from emporion.core.tabular.answering import TYPES, answer
from emporion.core.tabular.report import TableError
from emporion.core.tabular.subjects import CHUNK, flat

HEADER = ("Number", "Text", "True", "Nothing", "Parts", "Object")


class Rows:
    """So many rows, and how many of them were read."""

    def __init__(self, count: int) -> None:
        self.count, self.read = count, 0

    def flow(self) -> Iterator[list[Any]]:
        for number in range(self.count):
            self.read += 1
            yield [number, "=1+1", True, None, ["a", "b"], {"en": "é"}]


def answered(rows: Rows | Iterator[list[Any]], kind: str) -> Any:
    flow = rows.flow() if isinstance(rows, Rows) else rows
    return answer(HttpRequest(), HEADER, flow, kind=kind, name="things", place="fair")


@pytest.mark.parametrize("kind", TYPES)
def test_file_is_whole_before_it_leaves(kind: str) -> None:
    rows = Rows(3)
    made = answered(rows, kind)
    assert rows.read == 3
    assert made["Content-Disposition"] == f'attachment; filename="fair-things.{kind}"'
    assert int(made["Content-Length"]) == len(b"".join(made.streaming_content))


@pytest.mark.parametrize("kind", TYPES)
def test_rows_that_break_off_are_no_answer(kind: str) -> None:
    def breaking() -> Iterator[list[Any]]:
        yield from Rows(2 * CHUNK).flow()
        raise ConnectionError("gone")

    with pytest.raises(ConnectionError):
        answered(breaking(), kind)


@pytest.mark.parametrize("kind", TYPES)
def test_memory_holds_no_more_of_a_longer_list(kind: str) -> None:
    answered(Rows(1), kind)
    tracemalloc.start()
    try:
        answered(Rows(20_000), kind)
        _now, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # The file has 1.4 to 2.2 MB in three of its forms; of it, `IN_MEMORY` may be there twice while
    # it moves to the disk.
    assert most < 2.5 * downloads.IN_MEMORY


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        ("csv", "0,'=1+1,yes,,a; b,\"{\"\"en\"\": \"\"é\"\"}\"\r\n"),
        ("jsonl", '{"Number": 0, "Text": "=1+1", "True": true, "Nothing": null, '
                  '"Parts": ["a", "b"], "Object": {"en": "é"}}\n'),
    ],
)  # fmt: skip
def test_line_says_what_its_row_holds(kind: str, line: str) -> None:
    text = b"".join(answered(Rows(1), kind).streaming_content).decode()
    assert text.endswith(line)


def test_workbook_says_what_its_row_holds() -> None:
    content = b"".join(answered(Rows(1), "xlsx").streaming_content)
    header, row = load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True)
    assert header == HEADER
    assert row == (0, "'=1+1", "yes", None, "a; b", '{"en": "é"}')


def test_list_that_no_workbook_holds_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "MOST_ROWS", 3)
    with pytest.raises(TableError):
        answered(Rows(5), "xlsx")


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (True, "yes"), (False, "no"), (None, None), (1.5, 1.5), (0, 0), ("", ""), ([], ""),
        (["a"], "a"), ([["2023-11-23", "09:00"]], '[["2023-11-23", "09:00"]]'), ({}, "{}"),
    ],
)  # fmt: skip
def test_cell_of_a_value(value: Any, cell: Any) -> None:
    assert flat(value) == cell
