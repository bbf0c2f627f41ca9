"""Retention: what is past its time by the register goes, a little at a time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.core.exceptions import FieldDoesNotExist
from django.db import models, transaction
from django.db.models import QuerySet
from django.utils import timezone

from emporion.core.privacy.erasing import empty_fields, full_fields
from emporion.core.privacy.lines import Table, register

# Rows of one transaction: its locks last some milliseconds.
PART = 500


class Due(NamedTuple):
    """Rows of a table that are past their time."""

    table: Table
    rows: QuerySet[Any]


def due(now: dt.datetime | None = None) -> Iterator[Due]:
    """Yield every table with a time, and those of its rows that are past it; asks nothing yet."""
    now = now or timezone.now()
    for table in register().values():
        if not table.kept.after:
            continue
        cut: Any = now - dt.timedelta(days=table.kept.days)
        last = _column(table.model, table.kept.after)
        if isinstance(last, models.DateField) and not isinstance(last, models.DateTimeField):
            cut = cut.date()
        rows = table.model._base_manager.filter(
            **{f"{table.kept.after}__lt": cut}, **dict(table.kept.where)
        )
        yield Due(table, rows.filter(full_fields(table)) if table.kept.row_stays else rows)


def counts(now: dt.datetime | None = None) -> dict[str, int]:
    """Return {label: rows past their time}, without those that have none; a statement a table."""
    found = {one.table.label: one.rows.count() for one in due(now)}
    return {label: count for label, count in found.items() if count}


def let_go(now: dt.datetime | None = None) -> dict[str, int]:
    """Delete what is past its time, or empty it where the row stays; return {label: rows}.

    Works in transactions of `PART` rows and can be stopped after any of them and begun again.
    """
    done: dict[str, int] = {}
    for table, rows in due(now):
        while True:
            with transaction.atomic():
                keys = list(rows.order_by("pk").values_list("pk", flat=True)[:PART])
                if not keys:
                    break
                part = table.model._base_manager.filter(pk__in=keys)
                if table.kept.row_stays:
                    empty_fields(table, part)
                else:
                    part.delete()
            done[table.label] = done.get(table.label, 0) + len(keys)
    return done


def _column(model: Any, path: str) -> models.Field[Any, Any]:
    """Return the column at the end of a path of the ORM."""
    column: Any = None
    for name in path.split("__"):
        column = model._meta.get_field(name)
        model = column.related_model
    if column is None:
        raise FieldDoesNotExist(path)
    return column  # type: ignore[no-any-return]
