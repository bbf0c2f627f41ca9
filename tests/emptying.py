"""Emptying the tables after a test that committed, quickly.

Django empties every table and makes permissions and kinds of content anew: on PostgreSQL half a
second a test. Few tables hold rows, and those two kinds hold what the migrations left.
"""

from __future__ import annotations

from typing import Any

from django.db import connections, transaction

KEPT = {"django_content_type", "auth_permission"}


def empty(alias: str) -> list[str]:
    """Delete all rows of a database's tables but KEPT; return the tables that had some."""
    connection = connections[alias]
    quoted = connection.ops.quote_name
    tables = sorted(set(connection.introspection.django_table_names(only_existing=True)) - KEPT)
    asked = " UNION ALL ".join(
        f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {quoted(table)})" for table in tables
    )
    with transaction.atomic(using=alias), connection.cursor() as cursor:
        cursor.execute(asked)
        filled = [row[0] for row in cursor.fetchall()]
        # In any order: whether references hold is looked at when the transaction ends.
        for table in filled:
            cursor.execute(f"DELETE FROM {quoted(table)}")
    return filled


def after_a_test(case: Any) -> None:
    """Take the place of TransactionTestCase._fixture_teardown."""
    for alias in case._databases_names(include_mirrors=False):
        empty(alias)
