"""Walks that are longer than the gap, and an hour in which the second meeting would fit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from emporion.edition.queries import Participation
from emporion.meetings.models import Slot
from emporion.meetings.queries.agenda import Appointment
from emporion.meetings.queries.availability import Hour, hours_of
from emporion.meetings.queries.walks import Walks


def common_hours(me: Participation, moved: Sequence[Appointment], walks: Walks) -> dict[int, Slot]:
    """Return {meeting: the nearest slot of its day in which it could be held instead}.

    Both sides are there, have a table free, and reach it and what follows on foot. Left out is a
    meeting without such a slot. Four queries for all of them.
    """
    if not moved:
        return {}
    sides = {me.pk: me, **{a.counterpart.pk: a.counterpart for a in moved}}
    known = hours_of(me.edition, list(sides.values()))
    found = {}
    for meeting in moved:
        days = [
            (side, [hour for hour in known[side.pk] if hour.slot.date == meeting.date])
            for side in (me, meeting.counterpart)
        ]
        fitting = [
            hour.slot
            for place, hour in enumerate(days[0][1])
            if hour.slot.pk != meeting.slot.pk
            and all(_fits(side, day, place, meeting, walks) for side, day in days)
        ]
        if fitting:
            at = meeting.slot.number
            found[meeting.meeting] = min((abs(s.number - at), s.number, s) for s in fitting)[2]
    return found


def _fits(
    side: Participation, day: Sequence[Hour], place: int, moved: Appointment, walks: Walks
) -> bool:
    hour = day[place]
    if not hour.open:
        return False
    held = [a for each in day for a in each.appointments if a.request != moved.request]
    here = [a for a in held if a.slot.pk == hour.slot.pk]
    if len(here) >= (side.tables if side.hosts else 1):
        return False
    # Who stays at the own stand walks nowhere.
    if side.pk == moved.host.pk:
        return True
    begins = _minute(hour.slot.starts)
    ends = begins + hour.slot.minutes
    return all(
        begins - _minute(a.ends) >= _walk(a, moved, walks)
        if _minute(a.starts) < begins
        else _minute(a.starts) - ends >= _walk(moved, a, walks)
        for a in held
    )


def _walk(one: Appointment, other: Appointment, walks: Walks) -> int:
    """Minutes from one place to another; an unknown walk is taken to be none, as elsewhere."""
    here, there = one.host.pavilion, other.host.pavilion
    if here is None or there is None or here.pk == there.pk:
        return 0
    return walks.get((here.letter, there.letter), 0)


def _minute(clock: dt.time) -> int:
    return clock.hour * 60 + clock.minute
