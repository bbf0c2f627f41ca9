"""In which slots somebody can meet, as the next draft will see it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from emporion.edition.queries import Delegate, Participation
from emporion.meetings.models import Slot
from emporion.meetings.queries.agenda import Appointment, agenda, slots


@dataclass(frozen=True)
class Hour:
    """One slot, whether somebody of a participant can meet in it, and the meeting set there."""

    slot: Slot
    open: bool
    appointment: Appointment | None = None

    @property
    def span(self) -> tuple[str, str, str]:
        """The slot as calendars name it: ISO date, from, to."""
        return span_of(self.slot)


def hours(participation: Participation) -> list[Hour]:
    """Return every slot of the edition in time order; three queries.

    Open is a slot in which one of those who act for the participant is there and free; without
    anybody who acts all are.
    """
    people = list(
        Delegate.objects.filter(participation=participation).values_list("days", "blocked")
    )
    held = {appointment.slot.pk: appointment for appointment in agenda(participation)}
    return [
        Hour(
            slot,
            not people or any(is_there(slot, days, blocked) for days, blocked in people),
            held.get(slot.pk),
        )
        for slot in slots(participation.edition)
    ]


def is_there(slot: Slot, days: Sequence[str] | None, blocked: Sequence[Sequence[str]]) -> bool:
    """Whether one person is there, and free, in the whole of a slot."""
    date, begins, ends = span_of(slot)
    if days is not None and date not in days:
        return False
    return not any(day == date and begins < end and start < ends for day, start, end in blocked)


def span_of(slot: Slot) -> tuple[str, str, str]:
    """Return ISO date, from and to of a slot."""
    begins = dt.datetime.combine(slot.date, slot.starts)
    ends = begins + dt.timedelta(minutes=slot.minutes)
    return slot.date.isoformat(), f"{begins:%H:%M}", f"{ends:%H:%M}"
