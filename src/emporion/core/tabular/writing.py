"""Writing a list: CSV or XLSX that a spreadsheet opens as it is meant, JSON lines for programs."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from django.utils.translation import gettext as _

from emporion.core.files import whole
from emporion.core.tabular.formulas import neutralised
from emporion.core.tabular.report import TableError
from emporion.core.tabular.rows import MAX_UNPACKED
from emporion.core.tabular.sheet import Cell, workbook

# What a workbook holds: longer texts would be cut off without a word, and further rows not opened.
MOST_SIGNS, MOST_ROWS = 32_767, 1_048_576
# What XML cannot hold; stored texts have none of it.
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def write_table(
    path: Path,
    header: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    *,
    sheet: str = "Sheet1",
    notes: Sequence[str] = (),
) -> int:
    """Write ``rows`` under ``header`` to ``path`` (.csv or .xlsx); return how many there were.

    CSV is UTF-8 with a byte order mark, without which Excel breaks Chinese. Texts that a
    spreadsheet would run are neutralised (`read_table` restores them); numbers stay numbers. The
    file appears whole or not at all. ``notes`` stand above the header of a workbook, a line each;
    CSV has no place for them. Raises `TableError` for another ending, for rows of another width,
    and for what a workbook does not hold.
    """
    path = Path(path)
    ending = path.suffix.lower()
    if ending not in (".csv", ".xlsx"):
        raise TableError(
            _("A file ending in “%(ending)s” cannot be written") % {"ending": ending},
            _("Possible are .csv and .xlsx."),
        )
    made = (_checked(row, header) for row in rows)
    with whole(path) as file:
        if ending == ".csv":
            return write_csv(file, header, made)
        return write_xlsx(file, header, made, sheet, notes)


def _checked(row: Sequence[Cell], header: Sequence[str]) -> Sequence[Cell]:
    if len(row) != len(header):
        raise TableError(
            _("A row has %(found)d cells") % {"found": len(row)},
            _("The header has %(width)d.") % {"width": len(header)},
        )
    return row


def write_csv(file: IO[bytes], header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> int:
    """Write CSV to an open file, as `write_table` does; return how many rows there were."""
    out = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    writer = csv.writer(out)
    writer.writerow([neutralised(heading) for heading in header])
    count = 0
    for row in rows:
        writer.writerow([neutralised(c) if isinstance(c, str) else _plain(c) for c in row])
        count += 1
    # Flushes, and leaves the file to the one who closes it.
    out.detach()
    return count


def write_lines(file: IO[bytes], header: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Write JSON lines to an open file, values as they are; return how many rows there were."""
    count = 0
    for row in rows:
        file.write(json.dumps(dict(zip(header, row, strict=True)), ensure_ascii=False).encode())
        file.write(b"\n")
        count += 1
    return count


def _plain(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    return str(cell)


def write_xlsx(
    file: IO[bytes],
    header: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    sheet: str,
    notes: Sequence[str],
) -> int:
    """Write a workbook to an open file, as `write_table` does; return how many rows there were."""
    with workbook(file, sheet, width=len(header), still=len(notes) + 1) as page:
        for note in notes:
            page.append([_text(note)])
        page.append([_text(heading) for heading in header])
        before = page.rows
        for row in rows:
            if page.rows >= MOST_ROWS:
                raise TableError(
                    _("A workbook holds %(most)d rows") % {"most": MOST_ROWS},
                    _("Take this list out as CSV."),
                )
            page.append([_text(c) if isinstance(c, str) else c for c in row])
            if page.size > MAX_UNPACKED:
                raise TableError(
                    _("The workbook unpacks to %(size)d MB") % {"size": page.size // 1_000_000},
                    _("Take this list out as CSV."),
                )
    return page.rows - before


def _text(value: str) -> str:
    """Return a text as a cell of a workbook holds it."""
    safe = _NOT_IN_XML.sub("\ufffd", neutralised(value))
    if len(safe) > MOST_SIGNS:
        raise TableError(
            _("A cell of a workbook holds %(most)d characters") % {"most": MOST_SIGNS},
            _("Take this list out as CSV."),
        )
    return safe
