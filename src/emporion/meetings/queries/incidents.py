"""What has happened at the fair and still counts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db.models import QuerySet

from emporion.edition.queries import Edition, Participation
from emporion.meetings.models import Incident, Slot


def standing(edition: Edition) -> QuerySet[Incident, Incident]:
    """Return the incidents that nobody took back, with participation and slots; no query yet."""
    return Incident.objects.filter(edition=edition, taken_back_at=None).select_related(
        "participation__pavilion", "first", "last"
    )


def incidents(edition: Edition) -> list[Incident]:
    """Return the incidents that stand, newest first; one query."""
    return list(standing(edition).order_by("-told_at", "-pk"))


def incident(edition: Edition, public_id: str) -> Incident | None:
    """Return one that stands, None if there is none of this id; one query."""
    return standing(edition).filter(public_id=public_id).first()


def as_of(edition: Edition, at: dt.datetime) -> Slot | None:
    """Return the last slot that has begun at `at`, None before the first; one query.

    It is the one that is running, or between two the one that is over: nothing that has begun can
    change.
    """
    here = at.astimezone(edition.tz)
    begun = [
        slot
        for slot in Slot.objects.filter(edition=edition)
        if (slot.date, slot.starts) <= (here.date(), here.time())
    ]
    return begun[-1] if begun else None


def slot_named(edition: Edition, name: str) -> Slot | None:
    """Return the slot that the files of the engine call `name` ("s07"), or None; one query."""
    return next((slot for slot in Slot.objects.filter(edition=edition) if slot.name == name), None)


def slot_name(number: int) -> str:
    """Return what the files of the engine call the slot of this number; no query."""
    return Slot(number=number).name


def away(edition: Edition, people: Sequence[Participation]) -> set[tuple[int, int]]:
    """Return (primary key, slot number) of when these are not to be met; one query."""
    found = set()
    for one in standing(edition):
        spell = range(one.first.number, one.last.number + 1)
        for who in people:
            closed = who.hosts and who.pavilion is not None and who.pavilion.letter == one.letter
            if who.pk == one.participation_id or closed:
                found |= {(who.pk, number) for number in spell}
    return found
