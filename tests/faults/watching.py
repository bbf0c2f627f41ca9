"""A look into the database of another process."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

import psycopg

from tests.faults.commands import House


def counted(house: House, table: str, more: str = "") -> int:
    """Return how many rows a table of an installation has; 0 as long as it is not there.

    `more` is a condition.
    """
    where = f" WHERE {more}" if more else ""
    asked = f"SELECT COUNT(*) FROM {table}{where}"
    return _on_postgresql(house.database, asked) if house.database else _on_sqlite(house, asked)


def rows(house: House, asked: str) -> list[Any]:
    """Return what a statement finds."""
    if house.database:
        with psycopg.connect(house.database, autocommit=True) as connection:
            return connection.execute(asked.encode()).fetchall()
    opened = sqlite3.connect(house.folder / "emporion.sqlite3", timeout=20)
    try:
        return opened.execute(asked).fetchall()
    finally:
        opened.close()


def _on_sqlite(house: House, asked: str) -> int:
    path = house.folder / "emporion.sqlite3"
    if not path.exists():
        return 0
    connection = sqlite3.connect(path, timeout=20)
    try:
        return int(connection.execute(asked).fetchone()[0])
    except sqlite3.OperationalError:
        return 0
    finally:
        connection.close()


def _on_postgresql(address: str, asked: str) -> int:
    try:
        with psycopg.connect(address, autocommit=True) as connection:
            row = connection.execute(asked.encode()).fetchone()
            return int(row[0]) if row else 0
    except psycopg.errors.UndefinedTable:
        return 0


def reaches(house: House, table: str, count: int = 1, more: str = "") -> Callable[[], bool]:
    """Return a function that says whether a table has at least `count` rows."""
    return lambda: counted(house, table, more) >= count
