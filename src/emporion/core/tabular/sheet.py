"""A workbook (.xlsx) of one sheet, written row by row.

Only what a list needs: texts, numbers, days and moments, and rows at the top that stay in sight.
Rows go straight into the zip file. openpyxl makes an object of each cell and an element of each
row, and takes ten times as long.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import IO
from xml.sax.saxutils import escape, quoteattr

Cell = str | int | float | Decimal | date | datetime | bool | None

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_OFFICE = "http://schemas.openxmlformats.org"
_MAIN = f'xmlns="{_OFFICE}/spreadsheetml/2006/main"'
_RELATIONS = f"{_OFFICE}/officeDocument/2006/relationships"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_OFFICE}/package/2006/content-types">'
    '<Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/>'
    "</Types>",
    "_rels/.rels": f'<Relationships xmlns="{_OFFICE}/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/>'
    "</Relationships>",
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_OFFICE}/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{_RELATIONS}/styles" Target="styles.xml"/>'
    "</Relationships>",
    # Style 0 is plain, 1 a day, 2 a moment.
    "xl/styles.xml": f"<styleSheet {_MAIN}>"
    '<numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy-mm-dd"/>'
    '<numFmt numFmtId="165" formatCode="yyyy-mm-dd hh:mm:ss"/></numFmts>'
    '<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
    "</styleSheet>",
}
# What cannot stand in XML as it is.
_MARKUP = re.compile("[&<>\r]")
# What a spreadsheet reads as the sign of this number: "_x0041_" is A. The line before it is written
# as such a number then (ECMA-376, 22.9.2.19).
_CODED, _LINE = re.compile("_(?=x[0-9A-Fa-f]{4}_)"), "_x005F_"
# White space at an end would be dropped.
_KEPT = '<t xml:space="preserve">'
# What Excel refuses in the name of a sheet.
_NO_NAME = re.compile(r"[\[\]:*?/\\]|.{32}")
_DAY_ZERO = datetime(1899, 12, 30)


class Sheet:
    """Takes the rows of the sheet, one after the other."""

    def __init__(self, part: IO[bytes], letters: Sequence[str]) -> None:
        self._part, self._letters = part, letters
        self.rows = 0
        # Bytes of the sheet, unpacked.
        self.size = 0

    def append(self, row: Sequence[Cell]) -> None:
        """Write a row. A text is a text, whatever it looks like; it must be one that XML holds."""
        self.rows += 1
        number = self.rows
        cells = [f'<row r="{number}">']
        for letter, cell in zip(self._letters, row, strict=False):
            if isinstance(cell, str):
                if cell:
                    if "_x" in cell:
                        cell = _CODED.sub(_LINE, cell)
                    if _MARKUP.search(cell):
                        cell = escape(cell, {"\r": "&#13;"})
                    tag = _KEPT if "\n" in cell or cell != cell.strip() else "<t>"
                    cells.append(
                        f'<c r="{letter}{number}" t="inlineStr"><is>{tag}{cell}</t></is></c>'
                    )
            elif cell is not None:
                cells.append(f'<c r="{letter}{number}"{_number(cell)}</v></c>')
        cells.append("</row>")
        written = "".join(cells).encode()
        self.size += len(written)
        self._part.write(written)


@contextmanager
def workbook(file: IO[bytes], name: str, *, width: int, still: int) -> Iterator[Sheet]:
    """Write a workbook to an open file: one sheet of `width` columns, whose rows the block adds.

    The first `still` rows stay in sight. Raises ValueError for a name that a sheet cannot have.
    """
    if not name or _NO_NAME.search(name):
        raise ValueError(f"A sheet cannot be called {name!r}.")
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as book:
        for path, text in _PARTS.items():
            book.writestr(path, _HEAD + text)
        book.writestr(
            "xl/workbook.xml",
            f'{_HEAD}<workbook {_MAIN} xmlns:r="{_RELATIONS}"><sheets>'
            f'<sheet name={quoteattr(name)} sheetId="1" r:id="rId1"/></sheets></workbook>',
        )
        with book.open("xl/worksheets/sheet1.xml", "w") as part:
            part.write(
                f'{_HEAD}<worksheet {_MAIN}><sheetViews><sheetView workbookViewId="0">'
                f'<pane ySplit="{still}" topLeftCell="A{still + 1}" activePane="bottomLeft" '
                'state="frozen"/></sheetView></sheetViews><sheetData>'.encode()
            )
            yield Sheet(part, [letters(place) for place in range(width)])
            part.write(b"</sheetData></worksheet>")


def letters(place: int) -> str:
    """Return what the column at `place` is called, from 0: A, B, … Z, AA."""
    first, last = divmod(place, 26)
    return (letters(first - 1) if first else "") + chr(ord("A") + last)


def _number(cell: int | float | Decimal | date | datetime | bool) -> str:
    """Return the end of the opening tag of a cell, and its value."""
    if isinstance(cell, bool):
        return f' t="b"><v>{cell:d}'
    if isinstance(cell, datetime):
        since = cell.replace(tzinfo=None) - _DAY_ZERO
        return f' s="2"><v>{since.total_seconds() / 86_400!r}'
    if isinstance(cell, date):
        return f' s="1"><v>{(datetime(cell.year, cell.month, cell.day) - _DAY_ZERO).days}'
    return f"><v>{cell}"
