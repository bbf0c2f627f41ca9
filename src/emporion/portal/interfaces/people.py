"""The day of two people: the exhibitor from Finland and the buyer from Nepal, each step with why.

The page tells what the edition holds about two participations that the demonstration marks; in an
edition without them it says so.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from emporion.accounts.queries import demonstration_users
from emporion.core.kept_pages import for_visitors
from emporion.core.translated import best
from emporion.design.agenda import Between
from emporion.design.formats import day, number
from emporion.edition import queries as editions
from emporion.edition.queries import Edition, Participation
from emporion.matchmaking import queries as matchmaking
from emporion.meetings import queries as meetings
from emporion.portal import queries
from emporion.registry.countries import country_name
from emporion.registry.markets import market_name

FIRST = 3


@dataclass
class Step:
    """One step of somebody's fair: what happened, why, and rows that show it."""

    title: str
    text: str = ""
    why: str = ""
    rows: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Story:
    """A person or firm and their steps."""

    name: str
    language: str
    about: str
    about_language: str
    country: str
    participation: Participation
    pavilion: str
    steps: list[Step]


def two_people(request: HttpRequest, edition: Edition) -> HttpResponse:
    """Tell both stories; the demonstration's two users say who they are."""
    language = get_language() or "en"
    cast = editions.demonstration_cast(edition, demonstration_users())
    keys = {one.pk for one in cast}
    stories = [_story(edition, one, keys - {one.pk}, language) for one in cast]
    context = {"stories": stories, "slug": edition.slug, "nav_current": "two"}
    return for_visitors(render(request, "portal/two_people.html", context))


def _story(edition: Edition, one: Participation, others: set[int], language: str) -> Story:
    spoken, name = best(one.display_name, language)
    about_language, about = best(one.about, language)
    steps = [
        _said(one, language),
        _matched(one, language),
        _asked(one, language),
        _met(edition, one, others, language),
    ]
    return Story(
        name,
        spoken,
        about,
        about_language,
        country_name(one.country, language),
        one,
        best(one.pavilion.name, language)[1] if one.pavilion else "",
        steps,
    )


def _said(one: Participation, language: str) -> Step:
    needs, offers, markets = editions.profile(one)
    comma = pgettext("between words of a list", ", ")
    rows = [
        {"key": _("Needs"), "value": comma.join(queries.code_label(c, language) for c in needs)},
        {"key": _("Offers"), "value": comma.join(queries.code_label(c, language) for c in offers)},
        {"key": _("Markets"), "value": comma.join(market_name(c, language) for c in markets)},
    ]
    return Step(
        _("Says it once"),
        why=_("Codes of a shared list carry the meaning across languages; texts stay as written."),
        rows=[row for row in rows if row["value"]],
    )


def _matched(one: Participation, language: str) -> Step:
    found = matchmaking.suggestions(one, FIRST)
    rows = [
        {
            "key": number(s.rank),
            "value": best(s.participation.display_name, language)[1],
            "language": best(s.participation.display_name, language)[0],
            "reasons": matchmaking.readable_reasons(s.reasons, language),
            "fit": s,
        }
        for s in found
    ]
    return Step(
        _("Gets a short list"),
        why=_(
            "Ranked by what both sides want, with places shared out so that nobody is flooded; "
            "two who will meet anyway need none."
        ),
        rows=rows,
    )


def _asked(one: Participation, language: str) -> Step:
    total, granted, reasons = meetings.fate(one)
    text = ngettext(
        "%(granted)s of %(total)s request became a meeting.",
        "%(granted)s of %(total)s requests became meetings.",
        total,
    ) % {"granted": number(granted), "total": number(total)}
    rows = [{"key": number(count), "value": str(word)} for word, count in reasons]
    return Step(
        _("Asks, and is asked"),
        text,
        why=_("Every request that was not granted has a reason that the schedule itself proves.")
        if rows
        else _("Both sides' wishes count; whoever asked."),
        rows=rows,
    )


def _met(edition: Edition, one: Participation, others: set[int], language: str) -> Step:
    """The day on which the two meet each other, if they do; else the first with a meeting."""
    met = meetings.days_met(one)
    if not met:
        return Step(_("Meets"), _("No meeting is set yet."))
    together = [date for date, other in met if other in others]
    first = together[0] if together else met[0][0]
    today = meetings.agenda(one, first)
    walks = editions.walking_minutes(edition)
    rows = []
    for at, appointment in enumerate(today):
        after: Between | None = None
        if at + 1 < len(today):
            after = meetings.walk_between(one, appointment, today[at + 1], walks)
        if after:
            after = meetings.long_free(after, appointment, today[at + 1])
        rows.append(
            {
                "time": appointment.starts,
                "value": best(appointment.counterpart.display_name, language)[1],
                "language": best(appointment.counterpart.display_name, language)[0],
                "host": appointment.host,
                "pavilion": best(appointment.host.pavilion.name, language)[1]
                if appointment.host.pavilion
                else "",
                "after": after,
                "together": appointment.counterpart.pk in others,
            }
        )
    return Step(
        _("Meets, on %(day)s") % {"day": day(first, "weekday")},
        ngettext("%(n)s meeting in all.", "%(n)s meetings in all.", len(met))
        % {"n": number(len(met))},
        why=_("Times leave the minutes on foot; exhibitors stay at their stand.")
        if not one.hosts
        else _("The stand stays where it is; buyers walk, and have the time to."),
        rows=rows,
    )
