"""What a migration does beside the work: an index built again, a column that others do not know."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import pytest
from django.db import (
    IntegrityError,
    NotSupportedError,
    connection,
    migrations,
    models,
    transaction,
)
from django.db.migrations.state import ProjectState

from emporion.core.migrating import AddIndexBesideWork
from emporion.core.models import Progress

INDEX = "progress_by_step_test"
VALID = f"SELECT indisvalid FROM pg_index WHERE indexrelid = '{INDEX}'::regclass"


def turn(way: str = "forwards") -> None:
    """Add or remove the index of the test."""
    before = ProjectState.from_apps(__import__("django").apps.apps)
    operation = AddIndexBesideWork("progress", models.Index(fields=["step"], name=INDEX))
    after = before.clone()
    operation.state_forwards("core", after)
    states = (before, after) if way == "forwards" else (after, before)
    with connection.schema_editor(atomic=False) as editor:
        getattr(operation, f"database_{way}")("core", editor, *states)


def there() -> bool:
    with connection.cursor() as cursor:
        table = Progress._meta.db_table
        return INDEX in connection.introspection.get_constraints(cursor, table)


def sql(statement: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone() if cursor.description else None


@pytest.mark.django_db(transaction=True)
def test_index_beside_work_is_built_again_after_it_was_broken_off() -> None:
    try:
        turn()
        assert there()
        # Built, and not noted before the end of the process: nothing to do.
        turn()
        if connection.vendor == "postgresql":
            sql(f"UPDATE pg_index SET indisvalid = false WHERE indexrelid = '{INDEX}'::regclass")
            turn()
            assert sql(VALID) == (True,)
            with pytest.raises(NotSupportedError), transaction.atomic():
                turn()
    finally:
        turn("backwards")
    assert not there()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("field", "written"),
    [
        (models.IntegerField(default=3, db_default=3), [(1, 3), (2, 3)]),
        (models.IntegerField(null=True), [(1, None), (2, None)]),
        # What tests/house/test_migrations.py refuses: Django drops such a default at once.
        (models.IntegerField(default=3), [(1, 3)]),
    ],
)
def test_version_before_writes_to_a_table_with_a_new_column(
    field: models.IntegerField[Any, Any], written: list[tuple[int, int | None]]
) -> None:
    before = ProjectState()
    key = ("id", models.IntegerField(primary_key=True))
    table = migrations.CreateModel("Shelf", [key])
    table.state_forwards("core", before)
    after = before.clone()
    column = migrations.AddField("shelf", "boxes", field)
    column.state_forwards("core", after)
    with connection.schema_editor() as editor:
        table.database_forwards("core", editor, ProjectState(), before)
    try:
        sql("INSERT INTO core_shelf (id) VALUES (1)")
        with connection.schema_editor() as editor:
            column.database_forwards("core", editor, before, after)
        refused = len(written) == 1
        with pytest.raises(IntegrityError) if refused else nullcontext():
            sql("INSERT INTO core_shelf (id) VALUES (2)")
        with connection.cursor() as cursor:
            cursor.execute("SELECT id, boxes FROM core_shelf ORDER BY id")
            assert [tuple(row) for row in cursor.fetchall()] == written
    finally:
        sql("DROP TABLE core_shelf")
