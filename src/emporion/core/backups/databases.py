"""The lines of a table out of a database, and into it: one class for each of the two."""

from __future__ import annotations

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

from emporion.core.backups.shapes import NULL, Shape, unescaped

# Lines that are joined before they are hashed and written.
LINES = 5000


def quoted(name: str) -> str:
    """Return a name of a table or column as SQL."""
    return '"' + name.replace('"', '""') + '"'


class Database(ABC):
    """A database within one transaction: what is read belongs to one moment."""

    @abstractmethod
    def lines(self, shape: Shape) -> Iterator[list[str]]:
        """Yield the rows in their order as lines without their ends, some at a time."""

    @abstractmethod
    def load(self, shape: Shape, lines: Iterable[str]) -> int:
        """Insert rows from lines; return how many."""

    @abstractmethod
    def last_keys(self, shapes: Sequence[Shape]) -> dict[str, int]:
        """Return {table: the highest key that was ever given} where keys are given in turn."""

    @abstractmethod
    def set_last_keys(self, last: dict[str, int]) -> None:
        """Let the next keys be above those."""

    @abstractmethod
    def one(self, statement: str) -> Sequence[Any] | None:
        """Return the first row of a query."""

    @abstractmethod
    def empty(self, shapes: Sequence[Shape]) -> None:
        """Remove all rows of these tables."""

    @abstractmethod
    def broken_references(self) -> list[str]:
        """Return the tables whose rows refer to rows that are not there."""


class SQLite(Database):
    """SQLite, through the driver's own connection."""

    OUT = {
        "int": "{c}",
        "bool": "{c}",
        "date": "{c}",
        "uuid": "{c}",
        "datetime": "CASE length({c}) WHEN 19 THEN {c} || '.000000' ELSE {c} END",
        "time": "CASE length({c}) WHEN 8 THEN {c} || '.000000' ELSE {c} END",
        "bytes": "lower(hex({c}))",
        # 17 digits say exactly which number it is.
        "float": "printf('%!.17g', {c})",
        "text": "replace(replace(replace(replace(replace(replace(replace("
        "{c}, '\\', '\\\\'), char(9), '\\t'), char(10), '\\n'), char(13), '\\r'),"
        " char(8), '\\b'), char(12), '\\f'), char(11), '\\v')",
        "json": "replace({c}, '\\', '\\\\')",
    }

    def __init__(self, raw: sqlite3.Connection) -> None:
        self.raw = raw

    def lines(self, shape: Shape) -> Iterator[list[str]]:
        columns = (
            f"CASE WHEN {quoted(c)} IS NULL THEN '\\N' ELSE {self.OUT[k].format(c=quoted(c))} END"
            for c, k in shape.columns
        )
        order = ", ".join(quoted(c) for c in shape.order)
        cursor = self.raw.cursor()
        # One text a row: fetching eleven columns takes several times as long.
        cursor.execute(
            f"SELECT {' || char(9) || '.join(columns)} || ''"  # noqa: S608 (names of ours)
            f" FROM {quoted(shape.table)} ORDER BY {order}"
        )
        while found := cursor.fetchmany(LINES):
            yield [line for (line,) in found]

    def load(self, shape: Shape, lines: Iterable[str]) -> int:
        kinds = [kind for _, kind in shape.columns]
        names = ", ".join(quoted(name) for name, _ in shape.columns)
        marks = ", ".join("?" * len(kinds))
        cursor = self.raw.cursor()
        cursor.executemany(
            f"INSERT INTO {quoted(shape.table)} ({names}) VALUES ({marks})",  # noqa: S608
            (
                [_stored(text, kind) for text, kind in zip(line.split("\t"), kinds, strict=True)]
                for line in lines
            ),
        )
        return max(0, cursor.rowcount)

    def last_keys(self, shapes: Sequence[Shape]) -> dict[str, int]:
        tables = {shape.table for shape in shapes}
        if self.one("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'") is None:
            return {}
        rows = self.raw.execute("SELECT name, seq FROM sqlite_sequence").fetchall()
        # A table that was made anew may stand there with a 0.
        return {name: int(last) for name, last in rows if name in tables and last}

    def set_last_keys(self, last: dict[str, int]) -> None:
        for table, key in last.items():
            self.raw.execute("DELETE FROM sqlite_sequence WHERE name = ?", [table])
            self.raw.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", [table, key])

    def one(self, statement: str) -> Sequence[Any] | None:
        row: Sequence[Any] | None = self.raw.execute(statement).fetchone()
        return row

    def empty(self, shapes: Sequence[Shape]) -> None:
        for shape in reversed(shapes):
            self.raw.execute(f"DELETE FROM {quoted(shape.table)}")  # noqa: S608 (names of ours)

    def broken_references(self) -> list[str]:
        found = self.raw.execute("PRAGMA foreign_key_check").fetchall()
        return sorted({str(table) for table, *_ in found})


def _stored(text: str, kind: str) -> Any:
    """Return what SQLite is given for a value of a line."""
    if text == NULL:
        return None
    if kind == "datetime" or kind == "time":
        # As Django writes them, and compares them as texts.
        return text.removesuffix(".000000")
    if kind == "bytes":
        return bytes.fromhex(text)
    if kind == "float":
        return float(text)
    if kind in {"int", "bool"}:
        return int(text)
    return unescaped(text)


class PostgreSQL(Database):
    """PostgreSQL, through a connection of Django that is within a transaction."""

    OUT = {
        "int": "{c}",
        "text": "{c}",
        "date": "{c}",
        "float": "{c}",
        "bool": "{c}::int",
        "uuid": "replace({c}::text, '-', '')",
        "datetime": "to_char({c} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')",
        "time": "to_char({c}::interval, 'HH24:MI:SS.US')",
        "bytes": "encode({c}, 'hex')",
        "json": "{c}::text",
    }

    def lines(self, shape: Shape) -> Iterator[list[str]]:
        columns = ", ".join(self.OUT[kind].format(c=quoted(name)) for name, kind in shape.columns)
        # Texts in the order of their bytes, as in SQLite, whatever the database's own order is.
        kinds = dict(shape.columns)
        order = ", ".join(
            quoted(c) + (' COLLATE "C"' if kinds[c] == "text" else "") for c in shape.order
        )
        statement = f"COPY (SELECT {columns} FROM {quoted(shape.table)} ORDER BY {order}) TO STDOUT"  # noqa: S608
        held: list[bytes] = []
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            for block in copy:
                held.append(bytes(block))
                if len(held) >= LINES:
                    yield b"".join(held).decode().split("\n")[:-1]
                    held = []
        if held:
            yield b"".join(held).decode().split("\n")[:-1]

    def load(self, shape: Shape, lines: Iterable[str]) -> int:
        names = ", ".join(quoted(name) for name, _ in shape.columns)
        binary = [n for n, (_, kind) in enumerate(shape.columns) if kind == "bytes"]
        count = 0
        statement = f"COPY {quoted(shape.table)} ({names}) FROM STDIN"
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            for line in lines:
                if binary:
                    parts = line.split("\t")
                    for n in binary:
                        parts[n] = parts[n] if parts[n] == NULL else "\\\\x" + parts[n]
                    line = "\t".join(parts)
                copy.write(line + "\n")
                count += 1
        return count

    def last_keys(self, shapes: Sequence[Shape]) -> dict[str, int]:
        found = {}
        for shape in shapes:
            for sequence in self._sequence(shape.table):
                row = self.one(f"SELECT last_value, is_called FROM {sequence}")  # noqa: S608
                if row is not None and row[1]:
                    found[shape.table] = int(row[0])
        return found

    def set_last_keys(self, last: dict[str, int]) -> None:
        with connection.cursor() as cursor:
            for table, key in last.items():
                for sequence in self._sequence(table):
                    cursor.execute("SELECT setval(%s::regclass, %s)", [sequence, key])

    def _sequence(self, table: str) -> list[str]:
        """Return the name of the sequence that gives the keys of a table, if one does."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_get_serial_sequence(%s, a.attname) FROM pg_attribute a"
                " WHERE a.attrelid = %s::regclass AND a.attnum > 0 AND NOT a.attisdropped",
                [quoted(table), quoted(table)],
            )
            return [name for (name,) in cursor.fetchall() if name]

    def one(self, statement: str) -> Sequence[Any] | None:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            row: Sequence[Any] | None = cursor.fetchone()
            return row

    def empty(self, shapes: Sequence[Shape]) -> None:
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE " + ", ".join(quoted(shape.table) for shape in shapes))

    def broken_references(self) -> list[str]:
        with connection.cursor() as cursor:
            # What was put off to the commit is looked at now, and raises what is wrong.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        return []


@contextmanager
def one_moment() -> Iterator[Database]:
    """Give the database as it is at one moment, however much is written meanwhile.

    Nobody waits for it: on SQLite it is a read transaction over the write-ahead log (a connection
    of its own, because Django's would take the write lock), on PostgreSQL a transaction
    REPEATABLE READ.
    """
    if connection.vendor == "sqlite":
        name = str(connection.settings_dict["NAME"])
        raw = sqlite3.connect(name, isolation_level=None, timeout=20)
        try:
            raw.execute("BEGIN")
            # The moment begins with the first thing that is read.
            raw.execute("SELECT count(*) FROM sqlite_master").fetchone()
            yield SQLite(raw)
        finally:
            raw.close()
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield PostgreSQL()


@contextmanager
def whole_or_nothing() -> Iterator[Database]:
    """Give the database in one transaction that is written when the block ends well."""
    if connection.vendor != "sqlite":
        with transaction.atomic():
            yield PostgreSQL()
        return
    # References are checked at the end and all at once.
    with connection.constraint_checks_disabled(), transaction.atomic():
        yield SQLite(connection.connection)
