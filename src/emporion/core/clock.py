"""The database's clock, to be compared with times that were written down."""

from __future__ import annotations

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import functions
from django.db.models.sql.compiler import SQLCompiler


class Now(functions.Now):  # noqa: TID251 (this is what is used instead)
    """Now by the database's clock, never before a time that was written before it.

    SQLite compares times as text and has a clock of milliseconds, which Django leaves at three
    digits; what is written has six. So what was due when it was written would be due only in the
    next millisecond. This is the end of the present one, with six digits.
    """

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **more: Any
    ) -> tuple[str, tuple[str | int, ...]]:
        """Return the SQL for SQLite."""
        clock = "STRFTIME('%%%%Y-%%%%m-%%%%d %%%%H:%%%%M:%%%%f999', 'NOW')"
        sql, params = self.as_sql(compiler, connection, template=clock, **more)
        return sql, tuple(params)
