"""In which slots somebody can meet, as the next draft will see it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from emporion.edition.queries import Edition, Participation, calendars_of
from emporion.meetings.models import Slot
from emporion.meetings.queries.agenda import Appointment, agendas, slots


@dataclass(frozen=True)
class Hour:
    """One slot, whether somebody of a participant can meet in it, and the meetings set there."""

    slot: Slot
    open: bool
    # Of somebody with several tables more than one can be held side by side.
    appointments: tuple[Appointment, ...] = ()

    @property
    def span(self) -> tuple[str, str, str]:
        """The slot as calendars name it: ISO date, from, to."""
        return span_of(self.slot)


def hours(participation: Participation) -> list[Hour]:
    """Return every slot of the edition in time order; four queries."""
    return hours_of(participation.edition, [participation])[participation.pk]


def hours_of(edition: Edition, participations: Sequence[Participation]) -> dict[int, list[Hour]]:
    """Return {primary key: every slot in time order} for several; four queries for all.

    Open is a slot in which one of those who act for the participant is there and free; without
    anybody who acts all are.
    """
    people: dict[int, list[tuple[Any, Any]]] = {one.pk: [] for one in participations}
    for key, days, blocked in calendars_of(list(people)):
        people[key].append((days, blocked))
    every, held = slots(edition), agendas(edition, participations)
    found = {}
    for key, calendars in people.items():
        here: dict[int, list[Appointment]] = {}
        for appointment in held[key]:
            here.setdefault(appointment.slot.pk, []).append(appointment)
        found[key] = [
            Hour(
                slot,
                not calendars or any(is_there(slot, *calendar) for calendar in calendars),
                tuple(here.get(slot.pk, ())),
            )
            for slot in every
        ]
    return found


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
