"""The A4 sheet of a day: what stands on it, as plain data for the template, and its PDF."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.text import slugify
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _

from emporion.core.downloads import named
from emporion.core.translated import best
from emporion.design import paper_drawings
from emporion.design.agenda import Between, Entry
from emporion.design.formats import clock, day, number, span, walk_words
from emporion.design.paper import FontsMissing, breakable, compiled, isolated, upright
from emporion.edition import queries as editions
from emporion.edition.gates import acting
from emporion.edition.queries import Edition, Participation
from emporion.meetings import queries
from emporion.meetings.interfaces.day import Day, Leads, days_of
from emporion.meetings.queries import Appointment, Walks

TEMPLATE = "meetings/templates/meetings/day_sheet.typ"


@dataclass
class Paper:
    """What all sheets of an edition share, asked once: three queries."""

    edition: Edition
    at: dt.datetime
    release: Any = None
    # Where readers reach the fair, "https://…"; without it a sheet bears no code.
    site: str = ""
    pavilions: list[Any] = field(default_factory=list)
    walks: Walks = field(default_factory=dict)

    @classmethod
    def of(cls, edition: Edition, site: str = "") -> Paper:
        return cls(
            edition,
            timezone.now().astimezone(edition.tz),
            queries.published_release(edition),
            site.rstrip("/"),
            editions.pavilions(edition),
            editions.walking_minutes(edition),
        )

    def words(self) -> dict[str, Any]:
        """Return what every sheet in the active language says."""
        language = get_language() or "en"
        edition = self.edition
        place = best(edition.place, language)[1]
        dates = span(edition.starts, edition.ends)
        said = []
        if self.release:
            said.append(_("Release %(number)s.") % {"number": number(self.release.number)})
        said.append(
            _("Printed %(date)s, %(time)s.")
            % {"date": day(self.at.date()), "time": upright(clock(self.at))}
        )
        if place:
            said.append(_("Times in %(place)s.") % {"place": place})
        return {
            "face": language.split("-")[0],
            "rtl": get_language_bidi(),
            "title": _("Day sheet"),
            "edition": breakable(best(edition.title, language)[1]),
            "line": _("%(place)s, %(dates)s") % {"place": place, "dates": dates}
            if place
            else dates,
            "pavilions": [[p.letter, breakable(best(p.name, language)[1])] for p in self.pavilions],
            "three": {
                "svg": paper_drawings.minutes(3, None, get_language_bidi()),
                "words": _("three minutes on foot"),
            },
            "live": _("live version"),
            "late": _("Late or lost? Show this sheet at any help desk."),
            "printed": " ".join(said),
            "made_up": _(
                "Demonstration edition: companies, people, meetings and deals are made up."
            )
            if edition.is_demonstration
            else "",
        }

    def days(
        self,
        me: Participation,
        appointments: Sequence[Appointment],
        leads: Leads,
        only: dt.date | None = None,
    ) -> list[dict[str, Any]]:
        """Return the sheets of one participation in the active language; no query."""
        language = get_language() or "en"
        dates = sorted({a.date for a in appointments if only in (None, a.date)})
        name = best(me.display_name, language)[1]
        lead, firm = leads.get(me.pk, ("", None))
        if not me.hosts:
            lead = best(firm, language)[1]
        shown = days_of(self.edition, me, appointments, dates, None, self.walks, leads)
        return [
            {
                "language": language,
                "plain_name": name,
                "name": isolated(name),
                "lead": isolated(lead) if lead != name else "",
                "day": day(one.date, "weekday"),
                "code": self._code(one.date),
                "entries": _entries(one),
            }
            for one in shown
        ]

    def _code(self, date: dt.date) -> dict[str, str]:
        """Return address and drawing of the code that opens this day in the reader's language."""
        if not self.site:
            return {"address": "", "svg": ""}
        page = reverse("meetings:day", args=[self.edition.slug])
        address = f"{self.site}{page}?date={date.isoformat()}"
        return {"address": address, "svg": paper_drawings.code(address)}

    def words_of(self, sheets: Sequence[dict[str, Any]]) -> dict[str, dict[str, Any]]:
        """Return {language: what every sheet in it says} for the languages of some sheets."""
        words = {}
        for language in {sheet["language"] for sheet in sheets}:
            with translation.override(language):
                words[language] = self.words()
        return words

    def pdf(self, sheets: Sequence[dict[str, Any]], *, tagged: bool = True) -> bytes:
        """Return the PDF of some sheets. Raises FontsMissing."""
        letters = {p.letter for p in self.pavilions}
        letters |= {entry["letter"] for sheet in sheets for entry in sheet["entries"]} - {""}
        data = {
            "sheets": sheets,
            "words": self.words_of(sheets),
            "signs": {letter: paper_drawings.sign(letter) for letter in sorted(letters)},
            "marks": {"waits": paper_drawings.mark("waits")},
            "emblem": paper_drawings.emblem(),
        }
        return compiled(TEMPLATE, data, at=self.at, tagged=tagged)

    def sheets_of(self, participations: Sequence[Participation]) -> list[list[dict[str, Any]]]:
        """Return the sheets of each participation, each in its own language; four queries.

        All are of the paper's release, whatever is published meanwhile. Without one there is none.
        """
        if self.release is None:
            return [[] for _one in participations]
        agendas = queries.agendas(self.edition, participations, self.release)
        keys = {one.pk for one in participations}
        others = {a.counterpart.pk for each in agendas.values() for a in each}
        leads = editions.leads_of(sorted(keys | others))
        languages = editions.languages_of(sorted(keys))
        found = []
        for one in participations:
            with translation.override(_known(languages.get(one.pk, ""))):
                found.append(self.days(one, agendas[one.pk], leads))
        return found


def _known(language: str) -> str:
    """Return the language of the product nearest to somebody's: zh-hans for zh, else English."""
    try:
        return translation.get_supported_language_variant(language or "en")
    except LookupError:
        return "zh-hans" if language.startswith("zh") else "en"


def _entries(shown: Day) -> list[dict[str, Any]]:
    return [
        {
            "start": upright(clock(entry.start)),
            "to": _("to %(end)s") % {"end": upright(clock(entry.end))},
            "letter": entry.letter,
            "number": breakable(entry.number),
            "name": isolated(entry.name),
            "lines": " · ".join(map(isolated, entry.with_parts)),
            # A meeting that its host has not accepted yet may still fall: paper must say so.
            "mark": "waits" if entry.mark == "waits" else "",
            "word": str(entry.mark_word) if entry.mark == "waits" else "",
            "after": _after(entry),
        }
        for entry in shown.entries
    ]


def _after(entry: Entry) -> dict[str, str] | None:
    after: Between | None = entry.after
    if after is None:
        return None
    if after.walk is None:
        return {"svg": "", "words": after.text}
    drawn = paper_drawings.minutes(after.walk, after.gap, get_language_bidi())
    return {"svg": drawn, "words": walk_words(after.walk, after.gap)}


@login_required
def day_pdf(request: HttpRequest, edition: Edition) -> HttpResponse:
    """My day as PDF: `?date=` for one day, else every day with meetings, a sheet each."""
    return pdf(request, edition, acting(request))


def pdf(request: HttpRequest, edition: Edition, me: Participation) -> HttpResponse:
    """The sheets of a participation, of one day alone where `?date=` names it."""
    paper = Paper.of(edition, request.build_absolute_uri("/"))
    # Of the release whose number the sheet bears.
    appointments = queries.agendas(edition, [me], paper.release)[me.pk] if paper.release else []
    only = _date(request.GET.get("date", ""), {a.date for a in appointments})
    leads = editions.leads_of([me.pk, *(a.counterpart.pk for a in appointments)])
    sheets = paper.days(me, appointments, leads, only)
    if not sheets:
        raise Http404(_("No meetings are set for you."))
    try:
        made = paper.pdf(sheets)
    except FontsMissing as why:
        return render(
            request, "meetings/no_paper.html", {"why": why, "slug": edition.slug}, status=503
        )
    name = f"{edition.slug}-{only.isoformat() if only else slugify(_('Day sheet')) or 'day'}.pdf"
    response = HttpResponse(made, content_type="application/pdf")
    named(response, name, inline=True)
    response["Cache-Control"] = "private, no-store"
    return response


def _date(wanted: str, dates: Iterable[dt.date]) -> dt.date | None:
    return next((date for date in dates if date.isoformat() == wanted), None)
