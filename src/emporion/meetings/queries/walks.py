"""What lies between two meetings: minutes on foot and to spare, or free time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.utils.translation import gettext as _

from emporion.design.agenda import Between
from emporion.design.formats import clock, minutes
from emporion.edition.queries import Participation
from emporion.meetings.queries.agenda import Appointment

# Dots show what is close; an hour and more is told by the clock.
LONG_FREE = 60
Walks = Mapping[tuple[str, str], int]


def walk_between(
    me: Participation, one: Appointment, other: Appointment, walks: Walks
) -> Between | None:
    """Return what lies between two meetings: minutes on foot and to spare, or free time.

    A host stays at the stand: nothing to walk, only free time, and nothing between meetings that
    run side by side.
    """
    gap = minutes_between(one, other)
    if gap < 0:
        return None
    if me.hosts and one.hosting and other.hosting:
        return Between(text=_("free until the next")) if gap > 0 else None
    here, there = one.host.pavilion, other.host.pavilion
    if here is None or there is None:
        return Between(text=_("walk not known")) if gap else None
    walk = 0 if here.pk == there.pk else walks.get((here.letter, there.letter))
    return Between(walk=walk, gap=gap) if walk is not None else None


def minutes_between(one: Appointment, other: Appointment) -> int:
    """Return the minutes from the end of one meeting to the start of the other, same day."""
    return _minutes(other.starts) - _minutes(one.ends)


def long_free(between: Between, one: Appointment, other: Appointment) -> Between:
    """Return a gap of an hour or more as free time with its clock, anything else as it is."""
    if minutes_between(one, other) < LONG_FREE:
        return between
    times = {"start": clock(one.ends), "end": clock(other.starts)}
    if between.walk:
        times["walk"] = minutes(between.walk)
        return Between(text=_("free from %(start)s to %(end)s, then %(walk)s on foot") % times)
    return Between(text=_("free from %(start)s to %(end)s") % times)


def _minutes(time: dt.time) -> int:
    return time.hour * 60 + time.minute
