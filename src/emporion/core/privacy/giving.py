"""Giving somebody what the tables hold of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from django.db.models import Model, Q

from emporion.core import history, journal
from emporion.core.models import ImportChange, JournalEntry, JournalValue
from emporion.core.privacy.lines import Table, register
from emporion.core.privacy.owners import Owner, rows_of
from emporion.core.searchindex.models import SearchDocument
from emporion.core.translated import as_dict

# Rows read at a time: a page of them is in memory, never a table.
PART = 500


class Given(NamedTuple):
    """One row of a table: the values of its columns that are given out, ready for JSON."""

    table: Table
    values: dict[str, Any]


def given(owner: Owner) -> Iterator[Given]:
    """Yield every row of `owner` in the order of the register; a statement a table.

    Keys become public ids, or their numbers where a row has none; secrets are left out.
    """
    for table in register().values():
        if any(owner.keys.get(kind) for kind in table.whose):
            for row in rows_of(table, owner).iterator(PART):
                yield Given(table, _values(table, row))


def told(owner: Owner) -> Iterator[dict[str, Any]]:
    """Yield what the journal holds of the owner's objects, oldest first, with values kept aside."""
    actors = owner.keys.get("actor", ())
    # What others did for them stands there as well: an officer, a personal link.
    theirs = Q(actor__in=actors) | Q(on_behalf__in=[f"{k}:{one}" for k, one in owner.objects])
    about = Q(pk__in=[])
    for kind in sorted({kind for kind, _one in owner.objects}):
        ids = sorted(one for other, one in owner.objects if other == kind)
        about |= Q(object_kind=kind) & history.naming(ids)
    found = JournalEntry.objects.filter(theirs | about).order_by("at", "pk")
    for entry in found.iterator(PART):
        if _of_others(entry, owner):
            continue
        kept = JournalValue.objects.filter(entry=entry).first()
        yield {
            "at": entry.at.isoformat(),
            "action": entry.action,
            "actor": entry.actor,
            "on_behalf": entry.on_behalf,
            "kind": entry.object_kind,
            "objects": [
                one for one in entry.object_ids if (entry.object_kind, one) in owner.objects
            ],
            "fields": entry.fields,
            "values": kept.text if kept else None,
        }


def _of_others(entry: JournalEntry, owner: Owner) -> bool:
    """Whether somebody else did it quietly, and an owner who stands in it must not be told."""
    noun = entry.action.partition(".")[0]
    if noun not in journal.quiet() or entry.actor in owner.keys.get("actor", ()):
        return False
    first = (entry.object_kind, *entry.object_ids[:1])
    return first not in owner.objects


def imported(owner: Owner) -> Iterator[dict[str, Any]]:
    """Yield what imports remember of the owner's objects, to be able to undo them."""
    wanted = Q(pk__in=[])
    for kind, one in sorted(owner.objects):
        wanted |= Q(object_kind=kind, object_id=one)
    for change in ImportChange.objects.filter(wanted).order_by("pk").iterator(PART):
        yield {"kind": change.object_kind, "id": change.object_id, "before": change.before}


def searched(owner: Owner) -> Iterator[dict[str, Any]]:
    """Yield under which titles the owner's objects are found by search."""
    for own in sorted({one for _kind, one in owner.objects}):
        for row in SearchDocument.objects.filter(
            Q(object_id=own) | Q(object_id__startswith=f"{own}.")
        ).order_by("pk"):
            yield {"kind": row.kind, "id": row.object_id, "title": row.title, "titles": row.titles}


# What is held of somebody beside the tables of the register, by name.
BESIDE: dict[str, Callable[[Owner], Iterator[dict[str, Any]]]] = {
    "journal": told,
    "imports": imported,
    "search": searched,
}


def _values(table: Table, row: Model) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for column in table.model._meta.concrete_fields:
        line = table.fields.get(column.name)
        if column.primary_key and not column.is_relation:
            continue
        if line is not None and not line.exported:
            continue
        if line is None and column.name == "password":
            continue
        if column.is_relation:
            other = getattr(row, column.name)
            value: Any = getattr(other, "public_id", None) or (str(other) if other else None)
        else:
            value = getattr(row, column.name)
        values[column.name] = _plain(value)
    return values


def _plain(value: Any) -> Any:
    if hasattr(value, "data") and not isinstance(value, (bytes, memoryview)):
        return as_dict(value)
    if isinstance(value, (bytes, memoryview)):
        return None
    return value.isoformat() if hasattr(value, "isoformat") else value
