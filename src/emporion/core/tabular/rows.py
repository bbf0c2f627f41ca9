"""A row as it stands in a file, and how many of them, and how wide, a list may have."""

from __future__ import annotations

from dataclasses import dataclass

MAX_ROWS = 200_000
# Bytes of a workbook. The whole sheet lies in memory when it is read: a small file that unpacks to
# gigabytes is refused, and none is written that would be.
MAX_UNPACKED = 400_000_000
MAX_COLUMNS = 500


@dataclass(frozen=True)
class Row:
    """One row of the list; ``line`` is its line in the file (of a workbook: the row's number)."""

    line: int
    cells: tuple[str, ...]
