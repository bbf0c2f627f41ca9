"""A look into the database of another process."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path


def counted(folder: Path, table: str, more: str = "") -> int:
    """Return how many rows a table of an installation on SQLite has; 0 as long as it is not there.

    `more` is a condition.
    """
    path = folder / "emporion.sqlite3"
    if not path.exists():
        return 0
    connection = sqlite3.connect(path, timeout=20)
    try:
        where = f" WHERE {more}" if more else ""
        return int(connection.execute(f"SELECT COUNT(*) FROM {table}{where}").fetchone()[0])
    except sqlite3.OperationalError:
        return 0
    finally:
        connection.close()


def reaches(folder: Path, table: str, count: int = 1, more: str = "") -> Callable[[], bool]:
    """Return a function that says whether a table has at least `count` rows."""
    return lambda: counted(folder, table, more) >= count
