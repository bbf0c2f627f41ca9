"""Erasing what the register says an erasure erases, and looking for what may be left."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, NamedTuple

from django.db import models, transaction
from django.db.models import Q, TextField
from django.db.models.functions import Cast

from emporion.core.models import ImportBatch, ImportChange, JobRecord, JournalValue
from emporion.core.privacy.lines import Does, Table, could_hold, register
from emporion.core.privacy.owners import Owner, likely, names, rows_of, rows_of_expo, without

# What stands in the name of a file where somebody's name stood.
_GONE = "…"


def erase(owner: Owner) -> dict[str, int]:
    """Do to every row of `owner` what its line says; return {label: rows}.

    In the caller's transaction, after the capabilities did their own steps. A statement a table,
    two where a field takes the public id.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("An erasure is one transaction.")
    done = {table.label: _erase_rows(table, owner) for table in reversed(list(_ordered()))}
    done["core.JournalValue"] = _erase_values(owner)
    done["core.ImportChange"] = _erase_changes(owner)
    done["core.JobRecord"] = _erase_jobs(owner)
    _rename_files(owner)
    return {label: count for label, count in done.items() if count}


def empty_fields(table: Table, rows: models.QuerySet[Any]) -> int:
    """Empty the fields that an erasure empties, in those of `rows` that are not empty yet."""
    values = _empty(table)
    return rows.order_by().filter(full_fields(table)).update(**values) if values else 0


def full_fields(table: Table) -> Q:
    """Return the condition that one of the fields that an erasure empties is not empty."""
    full = Q()
    for name, value in _empty(table).items():
        full |= ~Q(**{name: value}) if value is not None else Q(**{f"{name}__isnull": False})
    return full


def _empty(table: Table) -> dict[str, Any]:
    return {
        name: empty_value(table.model, name)
        for name, line in table.fields.items()
        if line.erasure is Does.EMPTIES
    }


def empty_value(model: type[models.Model], name: str) -> Any:
    """Return what stands in a column that says nothing: NULL where it may, else its default."""
    column = model._meta.get_field(name)
    if column.null:
        return None
    if isinstance(column, models.JSONField):
        return column.get_default() if column.has_default() else {}
    return ""


class Mention(NamedTuple):
    """A column in which words of a person are left, and in how many rows."""

    label: str
    column: str
    rows: int


def mentions(words: Iterable[str], *, everywhere: bool = False, expo: Any = None) -> list[Mention]:
    """Return where `words` still stand: what other people wrote can name somebody.

    With an `expo` only its own rows are read, and no table that all share: whoever runs one expo
    must not learn by a name what is written in another.

    Reads every column of free text that the register knows of, which takes seconds on a large
    edition; `everywhere` also the columns that hold nothing of a person by their line.
    """
    wanted = [word for word in words if word]
    found = []
    for table in register().values() if wanted else ():
        known = table.model._base_manager if expo is None else rows_of_expo(table.model, expo)
        if known is None:
            continue
        for column in table.model._meta.concrete_fields:
            line = table.fields.get(column.name)
            if not could_hold(column) or isinstance(column, models.BinaryField):
                continue
            if not everywhere and (line is None or line.erasure is Does.KEEPS):
                continue
            rows = known.annotate(as_text=Cast(column.name, TextField()))
            count = rows.filter(likely("as_text", wanted)).count()
            if count:
                found.append(Mention(table.label, column.name, count))
    return found


def _ordered() -> Iterable[Table]:
    """Tables of people first: taken from the end, what points at them goes before."""
    return sorted(register().values(), key=lambda table: not table.is_people)


def _erase_rows(table: Table, owner: Owner) -> int:
    rows = rows_of(table, owner)
    if not any(owner.keys.get(kind) for kind in table.whose):
        return 0
    if table.row_goes:
        keys = list(rows.values_list("pk", flat=True))
        table.model._base_manager.filter(pk__in=keys).delete()
        return len(keys)
    keys = list(rows.values_list("pk", flat=True))
    mine = table.model._base_manager.filter(pk__in=keys)
    empty_fields(table, mine)
    renamed = [name for name, line in table.fields.items() if line.erasure is Does.RENAMES]
    if renamed:
        mine.update(**{name: models.F("public_id") for name in renamed})
    return len(keys)


def _read(text: str) -> Any:
    """What a text of JSON says; a text that is none says itself."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def _within(owner: Owner, path: str) -> Q:
    """Rows of the owner's expo or of none; of any where the account goes with the person."""
    if not owner.tenant or owner.account_goes:
        return Q()
    return Q(**{f"{path}__in": (owner.tenant, "")})


def _erase_values(owner: Owner) -> int:
    """Delete the journal's values of the owner's objects, and those that name the owner."""
    kinds = sorted({kind for kind, _ in owner.objects})
    within = _within(owner, "entry__tenant")
    held = JournalValue.objects.filter(within, entry__object_kind__in=kinds)
    gone = [
        pk
        for pk, kind, ids in held.values_list("pk", "entry__object_kind", "entry__object_ids")
        if any((kind, one) in owner.objects for one in ids)
    ]
    if owner.words:
        own = JournalValue.objects.filter(entry__tenant=owner.tenant)
        found = own.filter(likely("text", owner.words)).values_list("pk", "text")
        gone += [pk for pk, text in found if names(_read(text), owner.words)]
    JournalValue.objects.filter(pk__in=gone).delete()
    return len(set(gone))


def _erase_changes(owner: Owner) -> int:
    """Delete what imports remember of the owner: undoing one brings nobody back."""
    wanted = Q()
    for kind in sorted({kind for kind, _ in owner.objects}):
        ids = [one for other, one in owner.objects if other == kind]
        wanted |= Q(object_kind=kind, object_id__in=ids)
    wanted &= _within(owner, "batch__tenant")
    gone: list[int] = []
    if owner.objects:
        gone += ImportChange.objects.filter(wanted).values_list("pk", flat=True)
    if owner.words:
        own = ImportChange.objects.filter(batch__tenant=owner.tenant)
        found = own.annotate(as_text=Cast("before", TextField())).filter(
            likely("as_text", owner.words)
        )
        said = found.values_list("pk", "before")
        gone += [pk for pk, before in said if names(before, owner.words)]
    ImportChange.objects.filter(pk__in=gone).delete()
    return len(set(gone))


def _erase_jobs(owner: Owner) -> int:
    """Delete jobs that name the person: those that are over, and those that wait.

    A list that waits and names them would bring them back. What runs right now is left: it ends
    soon, and what it says of them is told with what is left.
    """
    texts = ("arguments", "said", "result", "reason")
    own = Q(tenant=owner.tenant)
    if owner.account_goes:
        own |= Q(tenant="", owner__in=owner.keys.get("actor", ()))
    rows = JobRecord.objects.filter(own).exclude(state="running")
    wanted = Q()
    for name in texts if owner.words else ():
        rows = rows.annotate(**{f"{name}_text": Cast(name, TextField())})
        wanted |= likely(f"{name}_text", owner.words)
    found = rows.filter(wanted).values_list("pk", *texts) if wanted else ()
    gone = [pk for pk, *said in found if names(said, owner.words)]
    JobRecord.objects.filter(pk__in=gone).delete()
    return len(gone)


def _rename_files(owner: Owner) -> None:
    for word in owner.long_words():
        own = ImportBatch.objects.filter(likely("file_name", [word]), tenant=owner.tenant)
        for batch in own:
            if names(batch.file_name, [word]):
                batch.file_name = without(batch.file_name, word, _GONE)
                batch.save(update_fields=["file_name"])
