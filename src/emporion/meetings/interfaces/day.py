"""My day: what somebody does when, with the walks between; on a page, on paper, in a calendar."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from emporion.core.downloads import named
from emporion.core.translated import best
from emporion.design.agenda import Between, Entry
from emporion.design.codes import code_of
from emporion.design.formats import number
from emporion.edition import queries as editions
from emporion.edition.gates import acting
from emporion.edition.queries import Edition, Participation
from emporion.meetings import queries
from emporion.meetings.domain import calendar_address
from emporion.meetings.interfaces.ratings import with_questions
from emporion.meetings.interfaces.remembered import or_by_link
from emporion.meetings.interfaces.tight import with_ways_out
from emporion.meetings.queries import Appointment
from emporion.meetings.queries.notices import new_count

Leads = Mapping[int, tuple[str, Any]]


@dataclass(frozen=True)
class Day:
    """One day of somebody's agenda, ready to show."""

    date: dt.date
    entries: list[Entry]
    meetings: int
    walked: int


@or_by_link
@login_required
def day(request: HttpRequest, edition: Edition) -> HttpResponse:
    """One day: the one asked for, else today, else the first with a meeting."""
    me = acting(request)
    now = timezone.now().astimezone(edition.tz)
    appointments = queries.agenda(me, cancelled=True)
    held = [a for a in appointments if a.cancelled_at is None]
    dates = queries.meeting_days(edition)
    chosen = _chosen(request.GET.get("date", ""), now.date(), dates, appointments)
    language = get_language() or "en"
    context = {
        "day": _mended(edition, me, appointments, chosen, now) if chosen else None,
        "tabs": [
            {
                "date": date,
                "href": f"?date={date.isoformat()}",
                "current": date == chosen,
                "note": _note(sum(a.date == date for a in held), date == now.date()),
            }
            for date in dates
        ],
        "total": len(held),
        "rule": "recomputed_demo" if edition.is_demonstration else "recomputed",
        "release": queries.published_release(edition),
        "waiting": queries.waiting_count(me),
        "new": new_count(me, request.user),
        # It opens for those who act for it themselves; an officer's would open nothing.
        "feed": "" if request.acting_for else _feed(edition, me, request.user),  # type: ignore[attr-defined]
        "place": best(edition.place, language)[1],
        "slug": edition.slug,
        "nav_current": "day",
    }
    return render(request, "meetings/day.html", context)


def _feed(edition: Edition, me: Participation, user: Any) -> str:
    path = reverse("meetings:day_ics", args=[edition.slug])
    return f"{path}?token={calendar_address.token(me, user)}"


def _mended(
    edition: Edition,
    me: Participation,
    appointments: Sequence[Appointment],
    date: dt.date,
    now: dt.datetime,
) -> Day:
    """Return one day with a way out of each walk that is too long, and what to say of meetings."""
    walks = editions.walking_minutes(edition)
    shown = days_of(edition, me, appointments, [date], now, walks)[0]
    here = [a for a in appointments if a.date == date]
    entries = with_ways_out(me, shown.entries, here, walks)
    return replace(shown, entries=with_questions(edition, me, entries, here, now))


def _note(count: int, today: bool) -> str:
    """What stands under a day's tab."""
    if today:
        return _("today")
    if not count:
        return _("none")
    return ngettext("%(n)s meeting", "%(n)s meetings", count) % {"n": number(count)}


@login_required
def day_print(request: HttpRequest, edition: Edition) -> HttpResponse:
    """Days with meetings on paper, a sheet each: time, place, name, a line for notes."""
    only = request.GET.get("date", "")
    page = reverse("meetings:day", args=[edition.slug])
    return printed(request, edition, acting(request), f"{page}?date={only}" if only else page)


def printed(request: HttpRequest, edition: Edition, me: Participation, back: str) -> HttpResponse:
    """The sheets of a participation, `?date=` for one day alone; `back` leads to where it began."""
    now = timezone.now().astimezone(edition.tz)
    appointments = queries.agenda(me)
    dates = sorted({a.date for a in appointments})
    only = request.GET.get("date", "")
    wanted = [date for date in dates if date.isoformat() == only] or dates
    language = get_language() or "en"
    name = best(me.display_name, language)[1]
    lead, firm = editions.leads_of([me.pk]).get(me.pk, ("", None))
    if not me.hosts:
        lead = best(firm, language)[1]
    page = request.build_absolute_uri(reverse("meetings:day", args=[edition.slug]))
    context = {
        "name": name,
        "lead": lead if lead != name else "",
        "days": [
            (one, code_of(f"{page}?date={one.date.isoformat()}"))
            for one in days_of(edition, me, appointments, wanted, None)
        ],
        "pavilions": [
            (pavilion.letter, best(pavilion.name, language)[1])
            for pavilion in editions.pavilions(edition)
        ],
        "place": best(edition.place, language)[1],
        "release": queries.published_release(edition),
        "now": now,
        "back": back,
        "slug": edition.slug,
    }
    return render(request, "meetings/day_print.html", context)


def day_ics(request: HttpRequest, edition: Edition) -> HttpResponse:
    """The agenda as a calendar; the signed token in the address stands for the sign-in."""
    me = calendar_address.opened(edition, request.GET.get("token", ""))
    if me is None:
        raise Http404(_("This calendar link is not valid any more. Copy it anew from My day."))
    return calendar(edition, me)


def calendar(edition: Edition, me: Participation) -> HttpResponse:
    """The agenda of a participation as a calendar file (RFC 5545)."""
    found = Calendar()
    found.add("prodid", "-//Emporion//Agenda//EN")
    found.add("version", "2.0")
    language = get_language() or "en"
    found.add("x-wr-calname", best(edition.title, language)[1])
    release = queries.published_release(edition)
    if edition.is_demonstration:
        found.add("x-wr-caldesc", _made_up())
    for appointment in queries.agenda(me, cancelled=True):
        found.add_component(_event(edition, appointment, release, language))
    response = HttpResponse(found.to_ical(), content_type="text/calendar; charset=utf-8")
    named(response, f"{edition.slug}.ics", inline=True)
    response["Cache-Control"] = "private, no-cache"
    return response


def _event(edition: Edition, appointment: Appointment, release: Any, language: str) -> Event:
    event, cancelled = Event(), appointment.cancelled_at
    # The request and not the meeting names it: a moved meeting stays the same entry.
    event.add("uid", f"{appointment.request}@{edition.public_id}.emporion")
    event.add("dtstamp", cancelled or (release.published_at if release else timezone.now()))
    # Calendars keep the version with the highest number: an answer comes after publishing, and
    # cancelling after both.
    step = 2 if cancelled is not None else int(appointment.answered)
    event.add("sequence", 3 * (release.number if release else 0) + step)
    event.add("status", _status(appointment))
    for name, time in (("dtstart", appointment.starts), ("dtend", appointment.ends)):
        local = dt.datetime.combine(appointment.date, time, edition.tz)
        event.add(name, local.astimezone(dt.UTC))
    event.add("summary", best(appointment.counterpart.display_name, language)[1])
    host = appointment.host
    if host.pavilion:
        event.add("location", f"{host.pavilion.letter} {host.stand_number}".strip())
    said = [appointment.message, _made_up() if edition.is_demonstration else ""]
    if any(said):
        event.add("description", "\n\n".join(part for part in said if part))
    return event


def _status(appointment: Appointment) -> str:
    """Return the word of RFC 5545 (3.8.1.11) for how sure a meeting is."""
    if appointment.cancelled_at is not None:
        return "CANCELLED"
    return "CONFIRMED" if appointment.answered else "TENTATIVE"


def _made_up() -> str:
    """What a calendar must say of a demonstration: it leaves the pages that say so."""
    return _("Demonstration: this meeting and those who meet are made up.")


def _chosen(
    wanted: str, today: dt.date, dates: Sequence[dt.date], appointments: Sequence[Appointment]
) -> dt.date | None:
    by_text = {date.isoformat(): date for date in dates}
    if wanted in by_text:
        return by_text[wanted]
    if today in dates:
        return today
    return appointments[0].date if appointments else next(iter(dates), None)


def days_of(
    edition: Edition,
    me: Participation,
    appointments: Sequence[Appointment],
    dates: Sequence[dt.date],
    now: dt.datetime | None,
    walks: queries.Walks | None = None,
    leads: Leads | None = None,
) -> list[Day]:
    """Return the days ready to show; two queries for all. Without `now` nothing has passed.

    Whoever shows many people passes `walks` and `leads`, and no query is made.
    """
    if walks is None:
        walks = editions.walking_minutes(edition)
    if leads is None:
        leads = editions.leads_of([a.counterpart.pk for a in appointments if a.date in dates])
    live = now if now and edition.starts <= now.date() <= edition.ends else None
    language = get_language() or "en"
    shown = []
    for date in dates:
        here = [a for a in appointments if a.date == date]
        entries, walked = [], 0
        # The last one that takes place: nobody walks to a cancelled one.
        last: Appointment | None = None
        for appointment, following in zip(here, [*here[1:], None], strict=False):
            last = appointment if appointment.cancelled_at is None else last
            after = None
            if last and following and following.cancelled_at is None:
                after = queries.walk_between(me, last, following, walks)
            if after and last and following:
                walked += after.walk or 0
                after = queries.long_free(after, last, following)
            lead = _whom(appointment.counterpart, leads, language)
            entries.append(_entry(edition, appointment, after, lead, live))
        held = sum(a.cancelled_at is None for a in here)
        shown.append(Day(date, entries, held, walked))
    return shown


def _entry(
    edition: Edition,
    appointment: Appointment,
    after: Between | None,
    lead: str,
    now: dt.datetime | None,
) -> Entry:
    language = get_language() or "en"
    other, host = appointment.counterpart, appointment.host
    name = best(other.display_name, language)[1]
    href = ""
    if other.hosts:
        href = reverse("portal:exhibitor", args=[edition.slug, other.public_id])
    line = [
        lead if lead != name else "",
        _("table %(n)s") % {"n": number(appointment.table)} if host.tables > 1 else "",
        appointment.message,
    ]
    state, word = _when(appointment, now)
    mark = {"past": "", "cancelled": "cancelled"}.get(state, "confirmed")
    if state == "confirmed" and not appointment.answered:
        # Its frame is broken on the page: it may still fall.
        state, mark, word = "held", "waits", _("not answered yet")
    return Entry(
        start=appointment.starts,
        end=appointment.ends,
        name=name,
        state=state,
        href=href,
        with_line=" · ".join(part for part in line if part),
        letter=host.pavilion.letter if host.pavilion else "",
        number=host.stand_number,
        pavilion=best(host.pavilion.name, language)[1] if host.pavilion else "",
        mark=mark,
        mark_word=word,
        after=after,
    )


def _whom(other: Participation, leads: Leads, language: str) -> str:
    """Return who waits at a stand, or for which firm a guest comes."""
    person, firm = leads.get(other.pk, ("", None))
    if other.hosts:
        return _("with %(name)s") % {"name": person} if person else ""
    return best(firm, language)[1]


def _when(appointment: Appointment, now: dt.datetime | None) -> tuple[str, str]:
    """Return whether a meeting is off, to come, runs or has passed, and the word for it."""
    if appointment.cancelled_at is not None:
        return "cancelled", _("cancelled")
    if now is None:
        return "confirmed", _("confirmed")
    starts, ends = (
        dt.datetime.combine(appointment.date, time, now.tzinfo)
        for time in (appointment.starts, appointment.ends)
    )
    if now >= ends:
        return "past", ""
    if now < starts:
        return "confirmed", _("confirmed")
    left = -(-int((ends - now).total_seconds()) // 60)
    return "now", ngettext("now, %(n)s min left", "now, %(n)s min left", left) % {"n": number(left)}
