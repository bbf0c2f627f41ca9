"""A list as an answer: a file that is whole before its first byte leaves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from emporion.core.downloads import named, written
from emporion.core.tabular.subjects import Rows, flat
from emporion.core.tabular.writing import write_csv, write_lines, write_xlsx

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "jsonl": "application/jsonl",
}


def answer(
    request: HttpRequest,
    header: Sequence[str],
    rows: Rows,
    *,
    kind: str,
    name: str,
    place: str,
    notes: Sequence[str] = (),
) -> HttpResponseBase:
    """Return the rows as a file of `kind` (a key of `TYPES`), called by `place` and `name`.

    Memory holds a chunk of rows, whatever their number. Raises what `rows` raises, and TableError
    where a workbook cannot hold them.
    """

    def write(file: IO[bytes]) -> None:
        if kind == "jsonl":
            write_lines(file, header, rows)
            return
        flattened = ([flat(value) for value in row] for row in rows)
        if kind == "csv":
            write_csv(file, header, flattened)
        else:
            write_xlsx(file, header, flattened, name, notes)

    return named(written(request, write, TYPES[kind]), f"{place}-{name}.{kind}")
