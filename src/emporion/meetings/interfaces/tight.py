"""Walks that are too long, flagged on My day with a way out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from emporion.design.agenda import Entry, Mending
from emporion.design.formats import clock, minutes, number
from emporion.edition.queries import Participation
from emporion.meetings.models import Slot
from emporion.meetings.queries import Appointment, Walks
from emporion.meetings.queries.tight import common_hours


def with_ways_out(
    me: Participation,
    entries: Sequence[Entry],
    appointments: Sequence[Appointment],
    walks: Walks,
) -> list[Entry]:
    """Return a day's entries, each walk that is too long with what can be done about it.

    `appointments` are those of the day, one for each entry, in the same order. Four queries where
    a walk is too long, else none.
    """
    pairs = list(zip(entries, [*appointments[1:], None][: len(entries)], strict=True))
    short = {
        following.meeting: (entry.after.walk or 0) - (entry.after.gap or 0)
        for entry, following in pairs
        if following is not None
        and entry.after is not None
        and entry.after.too_short
        and entry.state != "past"
    }
    slots = common_hours(me, [a for a in appointments if a.meeting in short], walks)
    return [
        replace(
            entry,
            after=replace(
                entry.after,
                mending=_way_out(short[following.meeting], slots.get(following.meeting)),
            ),
        )
        if following is not None and entry.after is not None and following.meeting in short
        else entry
        for entry, following in pairs
    ]


def _way_out(short: int, slot: Slot | None) -> Mending:
    words = {"time": clock(slot.starts) if slot else "", "minutes": minutes(short)}
    lead = ngettext("%(n)s minute short.", "%(n)s minutes short.", short) % {"n": number(short)}
    if slot is None:
        said = _("There is no other hour for both of you: leave %(minutes)s earlier.")
    else:
        said = _(
            "Both of you are free at %(time)s: agree on it with them, or leave %(minutes)s earlier."
        )
    return Mending(lead=lead, sentence=said % words)
