"""A list as an answer: CSV and JSON lines as they flow, a workbook when it is done."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from django.http import FileResponse, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase

from emporion.core.downloads import named
from emporion.core.tabular.formulas import neutralised
from emporion.core.tabular.subjects import CHUNK, Rows, flat, json_line
from emporion.core.tabular.writing import write_table
from emporion.core.tenancy import scope
from emporion.core.turns import aside

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
    expo: Any,
    notes: Sequence[str] = (),
) -> HttpResponseBase:
    """Return the rows as a file of `kind` (a key of `TYPES`), called by `place` and `name`.

    Memory holds a chunk of rows, whatever their number. Rows are read inside the scope of `expo`,
    also where the page's own is closed by then. Raises TableError where a workbook cannot hold it.
    """
    file_name = f"{place}-{name}.{kind}"
    if kind == "xlsx":
        # A workbook is finished at its end; it waits in a file, not in memory. What is open can be
        # read to its end, though its folder is gone.
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, file_name)
            with aside(request):
                flattened = ([flat(value) for value in row] for row in rows)
                write_table(path, header, flattened, sheet=name, notes=notes)
            return named(FileResponse(path.open("rb"), content_type=TYPES[kind]), file_name)
    parts = _parts(rows, expo)
    flow = _csv(header, parts) if kind == "csv" else _json_lines(header, parts)
    made = StreamingHttpResponse(flow, content_type=TYPES[kind])
    return named(made, file_name)


def _parts(rows: Rows, expo: Any) -> Iterator[list[list[Any]]]:
    while True:
        with scope(expo=expo):
            part = list(islice(rows, CHUNK))
        if not part:
            return
        yield part


class _Echo:
    def write(self, line: str) -> str:
        return line


def _csv(header: Sequence[str], parts: Iterator[list[list[Any]]]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow([neutralised(heading) for heading in header])
    for part in parts:
        yield "".join(writer.writerow([_cell(value) for value in row]) for row in part)


def _cell(value: Any) -> Any:
    cell = flat(value)
    return neutralised(cell) if isinstance(cell, str) else cell


def _json_lines(header: Sequence[str], parts: Iterator[list[list[Any]]]) -> Iterator[str]:
    for part in parts:
        yield "".join(json_line(header, row) for row in part)
