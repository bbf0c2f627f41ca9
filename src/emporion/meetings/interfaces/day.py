"""My day: what somebody does when, with the walks between; on a page, on paper, in a calendar."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from emporion.core.translated import best
from emporion.design.agenda import Between, Entry
from emporion.edition import queries as editions
from emporion.edition.queries import Edition, Participation
from emporion.meetings import queries
from emporion.meetings.interfaces.access import acting
from emporion.meetings.queries import Appointment

SALT = "meetings.day"
# Whoever holds the link reads the calendar, so it does not live longer than the fair is of use.
FEED_SECONDS = 200 * 24 * 3600


@dataclass(frozen=True)
class Day:
    """One day of somebody's agenda, ready to show."""

    date: dt.date
    entries: list[Entry]
    meetings: int
    walked: int


@login_required
def day(request: HttpRequest, edition: Edition) -> HttpResponse:
    """One day: the one asked for, else today, else the first with a meeting."""
    me = acting(request)
    appointments = queries.agenda(me)
    dates = queries.meeting_days(edition)
    chosen = _chosen(request.GET.get("date", ""), edition, dates, appointments)
    counts = {date: sum(a.date == date for a in appointments) for date in dates}
    shown = _day(edition, me, appointments, chosen) if chosen else None
    context = {
        "day": shown,
        "tabs": [
            {"date": date, "href": f"?date={date.isoformat()}", "current": date == chosen,
             "note": str(counts[date]) if counts[date] else ""}
            for date in dates
        ],
        "total": len(appointments),
        "release": queries.published_release(edition),
        "waiting": queries.request_counts(me)["waiting"],
        "feed": f"{reverse('meetings:day_ics', args=[edition.slug])}?token={token(me)}",
        "place": best(edition.place, get_language() or "en")[1],
        "slug": edition.slug,
        "nav_current": "day",
    }
    return render(request, "meetings/day.html", context)


@login_required
def day_print(request: HttpRequest, edition: Edition) -> HttpResponse:
    """All days with meetings on paper: time, place, name, a line for notes; minutes between."""
    me = acting(request)
    appointments = queries.agenda(me)
    dates = sorted({a.date for a in appointments})
    only = request.GET.get("date", "")
    context = {
        "name": best(me.display_name, get_language() or "en")[1],
        "days": [
            _day(edition, me, appointments, date) for date in dates
            if not only or date.isoformat() == only
        ],
        "release": queries.published_release(edition),
        "now": timezone.now().astimezone(edition.tz),
        "slug": edition.slug,
    }
    return render(request, "meetings/day_print.html", context)


def day_ics(request: HttpRequest, edition: Edition) -> HttpResponse:
    """The agenda as a calendar; the signed token in the address stands for the sign-in."""
    try:
        public_id = signing.loads(
            request.GET.get("token", ""), salt=SALT, max_age=FEED_SECONDS
        )
    except signing.BadSignature:
        raise Http404(_("This calendar link is not valid any more. Copy it anew from My day.")) \
            from None
    me = editions.participation(edition, str(public_id))
    if me is None:
        raise Http404(_("This calendar belongs to nobody in this edition."))
    calendar = Calendar()
    calendar.add("prodid", "-//Emporion//Agenda//EN")
    calendar.add("version", "2.0")
    language = get_language() or "en"
    calendar.add("x-wr-calname", best(edition.title, language)[1])
    release = queries.published_release(edition)
    stamp = release.published_at if release else timezone.now()
    for appointment in queries.agenda(me):
        calendar.add_component(_event(edition, appointment, stamp, language))
    response = HttpResponse(calendar.to_ical(), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'inline; filename="{edition.slug}.ics"'
    response["Cache-Control"] = "private, no-cache"
    return response


def token(participation: Participation) -> str:
    """Return the token that opens this participation's calendar and nothing else."""
    return signing.dumps(participation.public_id, salt=SALT)


def _event(
    edition: Edition, appointment: Appointment, stamp: Any, language: str
) -> Event:
    event = Event()
    # The request and not the meeting names it: a moved meeting stays the same entry.
    event.add("uid", f"{appointment.request}@{edition.public_id}.emporion")
    event.add("dtstamp", stamp)
    for name, time in (("dtstart", appointment.starts), ("dtend", appointment.ends)):
        local = dt.datetime.combine(appointment.date, time, edition.tz)
        event.add(name, local.astimezone(dt.UTC))
    event.add("summary", best(appointment.counterpart.display_name, language)[1])
    host = appointment.host
    if host.pavilion:
        event.add("location", f"{host.pavilion.letter} {host.stand}".strip())
    if appointment.message:
        event.add("description", appointment.message)
    return event


def _chosen(
    wanted: str, edition: Edition, dates: Sequence[dt.date], appointments: Sequence[Appointment]
) -> dt.date | None:
    by_text = {date.isoformat(): date for date in dates}
    if wanted in by_text:
        return by_text[wanted]
    today = timezone.now().astimezone(edition.tz).date()
    if today in dates:
        return today
    return appointments[0].date if appointments else next(iter(dates), None)


def _day(
    edition: Edition, me: Participation, appointments: Sequence[Appointment], date: dt.date
) -> Day:
    here = [a for a in appointments if a.date == date]
    walks = editions.walking_minutes(edition)
    language = get_language() or "en"
    entries, walked = [], 0
    for at, appointment in enumerate(here):
        after = None
        if at + 1 < len(here):
            after = queries.walk_between(me, appointment, here[at + 1], walks)
            walked += (after.walk or 0) if after else 0
        entries.append(_entry(edition, appointment, after, language))
    return Day(date, entries, len(here), walked)


def _entry(
    edition: Edition, appointment: Appointment, after: Between | None, language: str
) -> Entry:
    other, host = appointment.counterpart, appointment.host
    href = ""
    if other.hosts:
        href = reverse("portal:exhibitor", args=[edition.slug, other.public_id])
    table = _("table %(n)d") % {"n": appointment.table} if host.tables > 1 else ""
    return Entry(
        start=appointment.starts,
        end=appointment.ends,
        name=best(other.display_name, language)[1],
        href=href,
        with_line=", ".join(part for part in (table, appointment.message) if part),
        letter=host.pavilion.letter if host.pavilion else "",
        number=host.stand_number,
        pavilion=best(host.pavilion.name, language)[1] if host.pavilion else "",
        mark="confirmed",
        mark_word=_("confirmed"),
        after=after,
    )
