"""Migrations of tables that are in use: an index that is built while the fair goes on."""

from __future__ import annotations

from typing import Any

from django.db import NotSupportedError
from django.db.migrations.operations import AddIndex


class AddIndexBesideWork(AddIndex):
    """Add an index to a table that may be large; on PostgreSQL nobody who writes waits for it.

        class Migration(migrations.Migration):
            atomic = False
            operations = [AddIndexBesideWork("meetingrequest", models.Index(...))]

    An attempt that was broken off leaves an index that PostgreSQL knows to be of no use; the next
    one drops it and begins again. SQLite has one writer at a time anyway: there it is an ordinary
    index. Raises NotSupportedError inside a transaction.
    """

    # The migration's own; Django reads it of every operation.
    atomic = False

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        connection = schema_editor.connection
        if connection.vendor != "postgresql":
            model = to_state.apps.all_models[app_label][self.model_name_lower]
            with connection.cursor() as cursor:
                there = connection.introspection.get_constraints(cursor, model._meta.db_table)
            if self.index.name not in there:
                super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        if connection.in_atomic_block:
            raise NotSupportedError("An index beside work needs a migration with atomic = False.")
        model = to_state.apps.all_models[app_label][self.model_name_lower]
        if not schema_editor.collect_sql:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)",
                    [self.index.name],
                )
                there = cursor.fetchone()
            if there == (True,):
                return
            if there == (False,):
                schema_editor.remove_index(model, self.index, concurrently=True)
        schema_editor.add_index(model, self.index, concurrently=True)

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        if schema_editor.connection.vendor != "postgresql":
            super().database_backwards(app_label, schema_editor, from_state, to_state)
            return
        model = from_state.apps.all_models[app_label][self.model_name_lower]
        schema_editor.remove_index(model, self.index, concurrently=True)
