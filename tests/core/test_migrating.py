"""An index that is built beside the work, broken off, and built again."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import NotSupportedError, connection, models, transaction
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
