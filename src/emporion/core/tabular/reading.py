"""Reading a list: CSV in the encoding and with the separator it has, or a workbook.

Nothing is interpreted here except what a file format loses: the number 7.0 of a workbook is the
text 7 again, an apostrophe before a formula goes. What a value means is for the one who asked.
"""

from __future__ import annotations

import csv
import io
import os
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from django.utils.translation import gettext as _

from emporion.core.tabular.encoding import decode
from emporion.core.tabular.formulas import restored
from emporion.core.tabular.report import CellError, TableError
from emporion.core.tabular.rows import MAX_COLUMNS, MAX_ROWS, Row
from emporion.core.tabular.workbook import read_sheet
from emporion.core.text.tokens import words

# 200,000 rows of what people write into lists, several times over.
MAX_BYTES = 256 << 20
_MAX_CELL = 1_000_000
_DELIMITERS = ",;\t|"
_SNIFFED_ROWS = 30
# Titles, dates and logos above the header: it is looked for in so many rows.
_HEADER_WITHIN = 15


@dataclass(frozen=True)
class Table:
    """A list as it stands in the file. Every row has as many cells as ``header``.

    ``problems`` are rows that could not be taken (too many or too few cells); they are not in
    ``rows``. Empty rows are in neither.
    """

    header: tuple[str, ...]
    header_line: int
    rows: tuple[Row, ...]
    problems: tuple[CellError, ...] = ()
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    skipped: tuple[str, ...] = field(default=())

    def column(self, heading: str) -> int:
        """Place of ``heading``. Raises `TableError` when it is not there."""
        try:
            return self.header.index(heading)
        except ValueError:
            raise TableError(
                _("There is no column “%(heading)s”") % {"heading": heading},
                _("The list has: %(header)s.") % {"header": ", ".join(self.header)},
                line=self.header_line,
            ) from None


def read_table(
    source: Path | bytes,
    *,
    name: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    sheet: str | None = None,
    known: Collection[str] = (),
) -> Table:
    """Read a list from a path or from the bytes of an upload called ``name``.

    ``known`` are headings (any spelling) that help to find the header among title rows.
    ``encoding``, ``delimiter`` and ``sheet`` overrule what would be found. Raises `TableError` for
    files that cannot be read: empty, not a table, wrong encoding, an open quotation mark, headings
    that stand twice, more than `MAX_ROWS` rows.
    """
    data, title = _bytes(source, name)
    if not data.strip():
        raise TableError(_("The file is empty"), _("A header and at least one row are needed."))
    if data[:4] == b"PK\x03\x04" or data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        chosen, lines = read_sheet(data, sheet)
        return _table(lines, known, sheet=chosen, padded=True)
    if title.lower().endswith((".xlsx", ".xlsm", ".xls")):
        raise TableError(
            _("The file is called %(name)s but is not a workbook") % {"name": title},
            _("Save it again as .xlsx, or give it the ending .csv if it is text."),
        )
    text, found = decode(data, encoding)
    if "\0" in text:
        raise TableError(
            _("The file has zero bytes: it is not a text table"),
            _("CSV and XLSX can be read."),
            line=text.count("\n", 0, text.index("\0")) + 1,
        )
    text = text.removeprefix("\ufeff")
    start = 1
    if text[:4].lower() == "sep=" and text[5:6] in ("\r", "\n"):
        # A line with which Excel is told its separator.
        delimiter = delimiter or text[4]
        text = text.split("\n", 1)[-1]
        start = 2
    chosen_delimiter = delimiter or sniff_delimiter(text)
    lines = _csv_lines(text, chosen_delimiter, start)
    return _table(lines, known, encoding=found, delimiter=chosen_delimiter)


def read_bytes(path: Path) -> bytes:
    """Return the bytes of a list. Raises `TableError` when it cannot be read or is too long."""
    try:
        with path.open("rb") as file:
            # One byte more than may be: a pipe does not tell its size.
            if os.fstat(file.fileno()).st_size <= MAX_BYTES:
                data = file.read(MAX_BYTES + 1)
                if len(data) <= MAX_BYTES:
                    return data
    except OSError as error:
        raise TableError(
            _("The file %(name)s cannot be read: %(why)s")
            % {"name": str(path), "why": error.strerror or str(error)},
            _("Check its name and who may read it."),
        ) from error
    raise TableError(
        _("The file %(name)s is longer than %(limit)d MB")
        % {"name": str(path), "limit": MAX_BYTES >> 20},
        _("Split it into several lists."),
    )


def sniff_delimiter(text: str) -> str:
    """The separator with which most of the first rows have one and the same number of cells."""
    best, best_score = ",", (0.0, 0)
    sample = text[:200_000]
    for delimiter in _DELIMITERS:
        widths: list[int] = []
        try:
            for cells in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter):
                if any(cell.strip() for cell in cells):
                    widths.append(len(cells))
                if len(widths) == _SNIFFED_ROWS:
                    break
        except csv.Error:
            continue
        wide = Counter(width for width in widths if width > 1)
        if not wide:
            continue
        width, rows = max(wide.items(), key=lambda item: (item[1], item[0]))
        score = (rows / len(widths), width)
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _bytes(source: Path | bytes, name: str | None) -> tuple[bytes, str]:
    if isinstance(source, bytes):
        return source, name or ""
    return read_bytes(source), name or source.name


def _csv_lines(text: str, delimiter: str, start: int) -> Iterator[Row]:
    if len(delimiter) != 1 or delimiter in '"\r\n':
        raise TableError(
            _("“%(text)s” cannot separate cells") % {"text": delimiter},
            _("One character is possible, such as a comma, a semicolon or a tab."),
        )
    csv.field_size_limit(_MAX_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = start
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise _csv_error(error, line, start + reader.line_num - 1) from None
        yield Row(line, tuple(cells))
        line = start + reader.line_num


def _csv_error(error: csv.Error, first: int, last: int) -> TableError:
    said = str(error)
    if "unexpected end" in said or "field larger" in said:
        return TableError(
            _("A quotation mark is opened in this row and not closed until line %(last)d")
            % {"last": last},
            _("Close it, or double it where it belongs to the text."),
            line=first,
        )
    if "expected after" in said:
        return TableError(
            _("There is text behind a closing quotation mark"),
            _('Double a quotation mark that belongs to the text: "".'),
            line=last,
        )
    return TableError(_("This row is not CSV: %(why)s") % {"why": said}, _("Mend it."), line=last)


def _table(
    lines: Iterable[Row],
    known: Collection[str],
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    sheet: str | None = None,
    padded: bool = False,
) -> Table:
    rows: list[Row] = []
    for row in lines:
        if any(cell.strip() for cell in row.cells):
            rows.append(row)
            if len(rows) > MAX_ROWS + _HEADER_WITHIN:
                raise _too_many()
    if not rows:
        raise TableError(_("The file is empty"), _("A header and at least one row are needed."))
    place = _header_place(rows, known)
    header = _header(rows[place])
    if len(rows) - place - 1 > MAX_ROWS:
        raise _too_many()
    good: list[Row] = []
    problems: list[CellError] = []
    for row in rows[place + 1 :]:
        if len(_trimmed(row.cells)) > len(header) or (not padded and len(row.cells) < len(header)):
            problems.append(_ragged(row, len(header)))
            continue
        cells = row.cells[: len(header)]
        filled = (*map(restored, cells), *[""] * (len(header) - len(cells)))
        good.append(Row(row.line, filled))
    return Table(
        header, rows[place].line, tuple(good), tuple(problems), encoding, delimiter, sheet,
        tuple(" ".join(cell for cell in row.cells if cell) for row in rows[:place]),
    )  # fmt: skip


def _too_many() -> TableError:
    return TableError(
        _("The list has more than %(limit)d rows") % {"limit": MAX_ROWS},
        _("Cut it into several files."),
    )


def _ragged(row: Row, width: int) -> CellError:
    return CellError(
        row.line,
        None,
        "",
        _("The row has %(found)d cells") % {"found": len(_trimmed(row.cells)) or len(row.cells)},
        _(
            "The header has %(width)d. A cell with a separator or a line end in it must stand in "
            "quotation marks."
        )
        % {"width": width},
    )


def _trimmed(cells: Sequence[str]) -> Sequence[str]:
    end = len(cells)
    while end and not cells[end - 1].strip():
        end -= 1
    return cells[:end]


def _header_place(rows: Sequence[Row], known: Collection[str]) -> int:
    """The header: the row with most known headings, else the first that looks like one."""
    head = rows[:_HEADER_WITHIN]
    names = {_key(name) for name in known}
    hits = [sum(_key(cell) in names for cell in row.cells if cell.strip()) for row in head]
    if max(hits) >= 2:
        return hits.index(max(hits))
    width = Counter(len(_trimmed(row.cells)) for row in rows[: 10 * _HEADER_WITHIN]).most_common()
    usual = max(n for n, count in width if count == width[0][1])
    for place, row in enumerate(head):
        cells = [cell.strip() for cell in _trimmed(row.cells)]
        filled = [cell for cell in cells if cell]
        wide = len(filled) >= max(2, 0.6 * usual) or usual == 1
        if wide and not any(_is_number(cell) for cell in filled):
            return place
    return 0


def _header(row: Row) -> tuple[str, ...]:
    cells = [" ".join(restored(cell).split()) for cell in _trimmed(row.cells)]
    if len(cells) > MAX_COLUMNS:
        raise TableError(
            _("The header has %(found)d columns") % {"found": len(cells)},
            _("At most %(limit)d are possible.") % {"limit": MAX_COLUMNS},
            line=row.line,
        )
    seen: dict[str, str] = {}
    for place, cell in enumerate(cells):
        key = _key(cell) or cell.casefold()
        if cell and key in seen:
            raise TableError(
                _("Two columns have this heading (number %(first)s and %(second)d)")
                % {"first": seen[key], "second": place + 1},
                _("Every heading may stand once: rename one of them."),
                line=row.line,
                column=cell,
            )
        seen[key] = str(place + 1)
    # A column without heading keeps its place under a name that no list uses.
    return tuple(cell or f"({place + 1})" for place, cell in enumerate(cells))


def _key(heading: str) -> str:
    return " ".join(words(heading))


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).replace(",", "").lstrip("+-").isdigit()
