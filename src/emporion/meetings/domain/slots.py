"""When meetings can be held."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from emporion.core import journal
from emporion.edition.queries import Edition
from emporion.meetings.models import Meeting, Slot
from emporion.meetings.queries.incidents import standing


class SlotError(ValueError):
    """Slots that cannot be; the text names the first that is off."""


class Span(NamedTuple):
    """One slot, in the edition's wall time."""

    date: dt.date
    starts: dt.time
    minutes: int = 30
    session: str = "day"


def spans_of_a_day(
    date: dt.date,
    starts: dt.time,
    ends: dt.time,
    *,
    minutes: int = 30,
    gap: int = 10,
    session: str = "day",
) -> list[Span]:
    """Return as many slots as fit between two times, with `gap` minutes after each."""
    spans, at = [], dt.datetime.combine(date, starts)
    while at + dt.timedelta(minutes=minutes) <= dt.datetime.combine(date, ends):
        spans.append(Span(date, at.time(), minutes, session))
        at += dt.timedelta(minutes=minutes + gap)
    return spans


def set_slots(edition: Edition, spans: Sequence[Span]) -> list[Slot]:
    """Replace the slots of `edition` and return the new ones, numbered in time order from 1.

    Raises SlotError, and changes nothing, for a slot outside the edition's dates, one that
    overlaps another or runs past midnight, once a release holds meetings, and as long as an
    incident stands: their slots may not vanish under them. Incidents that were taken back go
    with their slots. The same slots again are no change.
    """
    ordered = sorted(spans)
    _check(edition, ordered)
    with transaction.atomic():
        Edition.objects.select_for_update().get(pk=edition.pk)
        before = list(Slot.objects.filter(edition=edition))
        if [Span(s.date, s.starts, s.minutes, s.session) for s in before] == ordered:
            return before
        if Meeting.objects.filter(slot__edition=edition).exists():
            raise SlotError(
                _(
                    "A release has meetings in the slots of this edition; they cannot change any "
                    "more."
                )
            )
        if standing(edition).exists():
            raise SlotError(
                _(
                    "It was told what happened in these slots. Take it back first, then tell it "
                    "anew."
                )
            )
        Slot.objects.filter(edition=edition).delete()
        Slot.objects.bulk_create(
            Slot(edition=edition, number=number, **span._asdict())
            for number, span in enumerate(ordered, 1)
        )
        journal.record("slots.set", "edition", edition.public_id, fields=["slots"])
        return list(Slot.objects.filter(edition=edition))


def check_dates(edition: Edition, starts: dt.date, ends: dt.date) -> None:
    """Raise SlotError when slots of `edition` would lie outside of new dates."""
    outside = Slot.objects.filter(edition=edition).exclude(date__range=(starts, ends)).first()
    if outside is not None:
        raise SlotError(
            _("There is a slot on %(date)s, outside of these dates. Set the slots first.")
            % {"date": outside.date}
        )


def _check(edition: Edition, ordered: Sequence[Span]) -> None:
    previous: tuple[dt.datetime, Span] | None = None
    for span in ordered:
        begins = dt.datetime.combine(span.date, span.starts)
        ends = begins + dt.timedelta(minutes=span.minutes)
        name = f"Slot {begins:%Y-%m-%d %H:%M}"
        if not edition.starts <= span.date <= edition.ends:
            raise SlotError(f"{name} lies outside the edition, {edition.starts} to {edition.ends}.")
        if span.minutes < 1 or ends.date() != span.date:
            raise SlotError(f"{name} lasts {span.minutes} minutes; it must end on the same day.")
        if previous is not None and begins < previous[0]:
            raise SlotError(
                f"{name} overlaps the one that begins {previous[1].starts:%H:%M} that day."
            )
        previous = ends, span
