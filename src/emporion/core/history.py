"""Reading the journal: what was done, newest first, a page at a time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.db.models.lookups import Contains

from emporion.core import journal
from emporion.core.models import JournalEntry


@dataclass(frozen=True)
class Wanted:
    """Which entries: empty fields do not narrow. `kind` and `id` name an object, `noun` is the
    first half of an action, `actor` who acted or on whose behalf; `since` is the first instant and
    `until` the first one after."""

    kind: str = ""
    id: str = ""
    noun: str = ""
    actor: str = ""
    since: dt.datetime | None = None
    until: dt.datetime | None = None


def of_staff(tenant: str) -> QuerySet[JournalEntry, JournalEntry]:
    """Return what the staff of a tenant may read of its journal, in no order; no query yet.

    Whatever shows or gives out a journal reads it by this: all but quiet deeds
    (`journal.keep_quiet`).
    """
    return JournalEntry.objects.filter(tenant=tenant).exclude(quiet_deeds())


def quiet_deeds() -> Q:
    """Return the condition of entries that are told to nobody but whose they are."""
    found = Q(pk__in=[])
    for noun in journal.quiet():
        found |= Q(action__startswith=f"{noun}.")
    return found


def naming(ids: Sequence[str]) -> Q:
    """Return the condition of entries about one of the objects `ids`, alone or among others."""
    text = Cast("object_ids", TextField())
    inside = Q(pk__in=[])
    for one in ids:
        inside |= Q(Contains(text, f'"{one}"'))
    return Q(object_id__in=ids) | (Q(object_id="") & inside)


def entries(tenant: str, wanted: Wanted, *, before: int = 0, limit: int = 50) -> list[JournalEntry]:
    """Return what the staff may read, newest first, older than the entry with the key `before`.

    One query, two with `before`. Entries about one object are found by index, bulk entries among
    the few that there are.
    """
    found = _narrowed(of_staff(tenant), wanted)
    if before:
        last = JournalEntry.objects.filter(tenant=tenant, pk=before).first()
        if last is None:
            return []
        found = found.filter(Q(at__lt=last.at) | Q(at=last.at, pk__lt=last.pk))
    return list(found.order_by("-at", "-pk")[:limit])


def midnight(day: dt.date | None, zone: dt.tzinfo, days: int = 0) -> dt.datetime | None:
    """Return the first instant of a day, `days` later, on the clock of `zone`; None for none.

    None as well for days so far away that no database compares them.
    """
    if day is None or not 1 < day.year < 9999:
        return None
    return dt.datetime.combine(day + dt.timedelta(days=days), dt.time(), zone)


def count_since(tenant: str, actor: str, action: str, since: dt.datetime) -> int:
    """Return how often `actor` did `action` since then; one query."""
    return JournalEntry.objects.filter(
        tenant=tenant, action=action, at__gte=since, actor=actor
    ).count()


def _narrowed(
    found: QuerySet[JournalEntry, JournalEntry], wanted: Wanted
) -> QuerySet[JournalEntry, JournalEntry]:
    if wanted.kind:
        found = found.filter(object_kind=wanted.kind)
    if wanted.id:
        found = found.filter(naming([wanted.id]))
    if wanted.noun:
        found = found.filter(action__startswith=f"{wanted.noun}.")
    if wanted.actor:
        found = found.filter(Q(actor=wanted.actor) | Q(on_behalf=wanted.actor))
    if wanted.since:
        found = found.filter(at__gte=wanted.since)
    if wanted.until:
        found = found.filter(at__lt=wanted.until)
    return found
