"""What is done alike to the named things of an expo: many changed at once, many removed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, TypeVar

from django.db import transaction

from emporion.core import journal
from emporion.core.translated import as_dict
from emporion.registry.models import Expo, Organisation, Person

Named = TypeVar("Named", Organisation, Person)


def change_rows(
    model: type[Named],
    expo: Expo,
    changes: Mapping[int, Mapping[str, Any]],
    allowed: Sequence[str],
    sort_key: Callable[[Named], str],
) -> dict[str, dict[str, Any]]:
    """Set `changes[primary key] = {column: value}` in one transaction and write that down.

    Returns {public id: {column: value before}}. `sort_key` gives the key that follows the name.
    Pass at most some hundred at a time: all of them stay locked until the end. Raises ValueError
    for a column that is not `allowed`.
    """
    subject = str(model._meta.model_name)
    for values in changes.values():
        other = sorted(set(values) - set(allowed))
        if other:
            raise ValueError(
                f"{other[0]!r} of {subject} cannot be changed; these can: {', '.join(allowed)}."
            )
    with transaction.atomic():
        found = list(
            model._base_manager.select_for_update()
            .filter(expo=expo, pk__in=list(changes))
            .order_by("pk")
        )
        columns: set[str] = set()
        before: dict[str, dict[str, Any]] = {}
        for row in found:
            wanted = changes[row.pk]
            before[row.public_id] = {column: _plain(getattr(row, column)) for column in wanted}
            for column, value in wanted.items():
                setattr(row, column, value)
            columns |= set(wanted)
            if "name" in wanted:
                row.sort_key = sort_key(row)
                columns.add("sort_key")
        if columns:
            model._base_manager.bulk_update(found, sorted(columns), batch_size=100)
            journal.record(
                f"{subject}.change",
                subject,
                [row.public_id for row in found],
                fields=sorted(columns),
                tenant=expo.public_id,
            )
    return before


def hold_values(
    model: type[Named], expo: Expo, wanted: Mapping[str, Collection[str]]
) -> dict[str, dict[str, Any]]:
    """Return {public id: {column: value}} for `wanted[public id] = columns`, as `change_rows` does.

    They stay locked until the caller's transaction ends.
    """
    found = (
        model._base_manager.select_for_update()
        .filter(expo=expo, public_id__in=list(wanted))
        .order_by("pk")
    )
    return {
        row.public_id: {column: _plain(getattr(row, column)) for column in wanted[row.public_id]}
        for row in found
    }


def remove_rows(
    model: type[Organisation] | type[Person], expo: Expo, keys: Sequence[int], **unused: bool
) -> int:
    """Remove those of `keys` for which all of `unused` holds, and write it down; say how many."""
    subject = str(model._meta.model_name)
    with transaction.atomic():
        gone = list(
            model._base_manager.filter(expo=expo, pk__in=keys, **unused).values_list(
                "pk", "public_id"
            )
        )
        if gone:
            model._base_manager.filter(pk__in=[pk for pk, _ in gone]).delete()
            journal.record(
                f"{subject}.remove", subject, [name for _, name in gone], tenant=expo.public_id
            )
    return len(gone)


def _plain(value: Any) -> Any:
    """Return a column's value as JSON holds it."""
    return as_dict(value) if hasattr(value, "data") else value
