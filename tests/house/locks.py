"""Which statements of a migration hold a table of PostgreSQL for long, or end what others write.

Everything that ALTER TABLE does waits for all readers and makes all later ones wait. That is well
where it is done in milliseconds however many rows there are, and bad where rows are read or written
meanwhile. After the manual of PostgreSQL, "ALTER TABLE" (notes) and "CREATE INDEX" (building
indexes concurrently); what the words mean was tried on version 15.

While one machine changes the tables, others serve the version before: it names no column that it
does not know, so each must be null or have a default that stays in the database.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.db import DEFAULT_DB_ALIAS, migrations
from django.db.backends.postgresql.base import DatabaseWrapper
from django.db.migrations.loader import MigrationLoader

from tests import machine

SETTINGS = {
    "ENGINE": "django.db.backends.postgresql", "NAME": "none", "USER": "", "PASSWORD": "",
    "HOST": "", "PORT": "", "OPTIONS": {}, "TIME_ZONE": None, "CONN_MAX_AGE": 0,
    "CONN_HEALTH_CHECKS": False, "AUTOCOMMIT": True, "ATOMIC_REQUESTS": False, "TEST": {},
}  # fmt: skip
NAME = r'"?(?P<table>\w+)"?'
# {what a statement does: (pattern, what to do instead)}
LONG = {
    "an index that is not built concurrently": (
        rf"CREATE (UNIQUE )?INDEX (?!CONCURRENTLY).* ON {NAME}",
        "core.migrating.AddIndexBesideWork, in a migration that is not atomic",
    ),
    "NOT NULL set on rows that are there": (
        rf"ALTER TABLE {NAME} (.* )?ALTER COLUMN \"?\w+\"? SET NOT NULL",
        "keep the column as it is, or add another with a db_default",
    ),
    "a column of another type": (
        rf"ALTER TABLE {NAME} (.* )?ALTER COLUMN \"?\w+\"? TYPE ",
        "add a column, fill it in portions, read it, and drop the old one with the next version",
    ),
    "a column that is computed for every row": (
        rf"ALTER TABLE {NAME} ADD COLUMN .*(GENERATED|IDENTITY|serial)",
        "add a plain column and fill it in portions",
    ),
    "a constraint that is checked for every row": (
        rf"ALTER TABLE {NAME} ADD CONSTRAINT (?!.*NOT VALID).*(CHECK|FOREIGN KEY|UNIQUE)",
        "a unique index built concurrently; a check added as NOT VALID and validated afterwards",
    ),
}  # fmt: skip

ADDED = re.compile(
    rf'ALTER TABLE {NAME} ADD COLUMN (IF NOT EXISTS )?"?(?P<column>\w+)"? (?P<kind>.*)',
    re.DOTALL,
)
DROPPED = re.compile(rf'ALTER TABLE {NAME} (.* )?ALTER COLUMN "?(?P<column>\w+)"? DROP DEFAULT')

FILLS = re.compile(r"^(UPDATE|INSERT INTO) ", re.MULTILINE)


def connection() -> Any:
    """Return a connection that only says what it would do, with nobody at the other end."""
    wrapper: Any = DatabaseWrapper({**SETTINGS}, DEFAULT_DB_ALIAS)
    # The oldest version that is promised; else it would be asked for.
    wrapper.pg_version = 10_000 * machine.OLDEST_POSTGRESQL
    # Names of constraints to drop are asked for; what is dropped holds nothing for long.
    wrapper.introspection.get_constraints = lambda cursor, table: {}
    wrapper.cursor = lambda: _Nobody()
    wrapper.ops.compose_sql = lambda sql, values: sql % tuple(repr(one) for one in values or ())
    return wrapper


class _Nobody:
    def __enter__(self) -> _Nobody:
        return self

    def __exit__(self, *error: object) -> None:
        pass


def statements(migration: migrations.Migration, state: Any, server: Any) -> list[str]:
    """Return the statements of a migration that starts from `state`, as for PostgreSQL."""
    with server.schema_editor(collect_sql=True, atomic=False) as editor:
        migration.apply(state.clone(), editor, collect_sql=True)
        return [line for line in editor.collected_sql if not line.startswith("--")]


def held_long(migration: migrations.Migration, lines: list[str]) -> Iterator[str]:
    """Yield what of a migration would hold a table for as long as it has rows.

    Tables that the same migration makes are empty, and nobody reads them yet.
    """
    text = "\n".join(lines)
    made = tables_made(lines)
    for line in lines:
        for what, (pattern, instead) in LONG.items():
            found = re.search(pattern, line)
            if found and found["table"] not in made:
                yield f"{found['table']}: {what} ({instead})"
    filled = FILLS.search(text) or any(
        isinstance(one, migrations.RunPython) for one in migration.operations
    )
    if filled and migration.atomic:
        yield "rows are filled in one transaction (atomic = False, and portions of a few thousand)"


def tables_made(lines: list[str]) -> set[str]:
    """Return the tables that statements make."""
    return set(re.findall(r'CREATE TABLE "?(\w+)"?', "\n".join(lines)))


def must_name(lines: list[str]) -> list[str]:
    """Return the columns (`table.column`) added such that whoever does not name them cannot write.

    Django adds a NOT NULL column with its `default` and drops that from the database at once; a
    `db_default` stays.
    """
    made, found, null = tables_made(lines), set(), set()
    for line in lines:
        change = ADDED.search(line) or DROPPED.search(line)
        if not change or change["table"] in made:
            continue
        column = f"{change['table']}.{change['column']}"
        kind = change.groupdict().get("kind")
        if kind is None:
            found.update({column} - null)
        elif "NOT NULL" not in kind:
            null.add(column)
        elif "DEFAULT " not in kind:
            found.add(column)
    return sorted(found)


def every() -> Iterator[tuple[str, migrations.Migration, list[str]]]:
    """Yield (app.name, migration, its statements) of each migration of ours, in their order."""
    loader = MigrationLoader(None)
    server = connection()
    state = loader.project_state([])
    seen = set()
    for leaf in sorted(loader.graph.leaf_nodes()):
        for key in loader.graph.forwards_plan(leaf):
            if key in seen:
                continue
            seen.add(key)
            migration = loader.graph.nodes[key]
            ours = type(migration).__module__.startswith("emporion.")
            lines = statements(migration, state, server) if ours else []
            state = migration.mutate_state(state, preserve=False)
            if ours:
                yield ".".join(key), migration, lines
