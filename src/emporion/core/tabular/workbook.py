"""Sheets of a workbook (.xlsx, .xls) as rows of text."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils.translation import gettext as _

from emporion.core.tabular.report import TableError
from emporion.core.tabular.rows import MAX_COLUMNS, MAX_ROWS, MAX_UNPACKED, Row

_EXACT = 2**53


def read_sheet(data: bytes, sheet: str | None) -> tuple[str, Iterator[Row]]:
    """Return the sheet's name and its rows, numbered as in the workbook.

    Without ``sheet`` the first visible one that is not empty. Raises `TableError`.
    """
    from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

    _check_size(data)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        names = list(book.sheet_names)
        if sheet is not None:
            if sheet not in names:
                raise TableError(
                    _("There is no sheet “%(name)s”") % {"name": sheet},
                    _("The workbook has: %(names)s.") % {"names": ", ".join(names)},
                )
            found = book.get_sheet_by_name(sheet)
        else:
            visible = [
                one.name for one in book.sheets_metadata if one.visible == SheetVisibleEnum.Visible
            ]
            sheets = (book.get_sheet_by_name(name) for name in visible or names)
            filled = [one for one in sheets if one.total_height]
            if not filled:
                raise TableError(
                    _("The workbook is empty"), _("A header and at least one row are needed.")
                )
            found = filled[0]
        if found.total_height > MAX_ROWS + 100 or found.total_width > MAX_COLUMNS * 4:
            raise TableError(
                _("The sheet has %(rows)d rows and %(columns)d columns")
                % {"rows": found.total_height, "columns": found.total_width},
                _("At most %(rows)d rows and %(columns)d columns are possible.")
                % {"rows": MAX_ROWS, "columns": MAX_COLUMNS},
            )
        return found.name, _rows(found.to_python(skip_empty_area=False))
    except (CalamineError, zipfile.BadZipFile) as error:
        raise TableError(
            _("The workbook cannot be read: %(why)s") % {"why": error},
            _("Save it again as .xlsx without a password."),
        ) from error


def _check_size(data: bytes) -> None:
    if data[:2] != b"PK":
        return
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            unpacked = sum(part.file_size for part in parts.infolist())
    except zipfile.BadZipFile as error:
        raise TableError(
            _("The workbook is damaged and cannot be opened"),
            _("Save it again with the program that it comes from."),
        ) from error
    if unpacked > MAX_UNPACKED:
        raise TableError(
            _("The workbook unpacks to %(size)d MB") % {"size": unpacked // 1_000_000},
            _("At most %(limit)d MB are possible.") % {"limit": MAX_UNPACKED // 1_000_000},
        )


def _rows(values: list[list[Any]]) -> Iterator[Row]:
    for number, row in enumerate(values, 1):
        yield Row(number, tuple(map(cell_text, row)))


def cell_text(value: Any) -> str:
    """A cell's value as text: 7.0 is 7, dates are ISO 8601, truth is TRUE and FALSE."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < _EXACT else repr(value)
    if isinstance(value, datetime):
        midnight = value.time() == time(0)
        return value.date().isoformat() if midnight else value.isoformat(sep=" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        seconds = round(value.total_seconds())
        return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return str(value)
