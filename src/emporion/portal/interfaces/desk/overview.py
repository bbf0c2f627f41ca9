"""The organiser's first page: what waits, how far requests are, what runs, what changed last."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from emporion.core import history, jobs
from emporion.core.translated import best
from emporion.design.formats import number, percent
from emporion.design.paging import page_of
from emporion.design.running import shown
from emporion.edition.domain import drafts
from emporion.edition.gates import for_all_staff, for_organisers, own_pavilions
from emporion.edition.queries import Edition
from emporion.matchmaking.domain import starting, vectors
from emporion.meetings import queries as meetings
from emporion.meetings.domain import runs
from emporion.meetings.domain.messages import TELL
from emporion.portal import queries
from emporion.portal.interfaces.desk import deeds
from emporion.portal.interfaces.desk.setup import steps_of
from emporion.portal.queries import desk as figures
from emporion.portal.queries.work import knows_outcome, reasons
from emporion.registry.countries import country_name

A_PAGE, CHANGES, JOBS = 50, 6, 4
# What each kind of job is called, and the page that shows it.
WORK: dict[str, tuple[Any, str]] = {
    runs.COMPUTE: (gettext_lazy("Computing a schedule"), "meetings:desk"),
    runs.KEEP: (gettext_lazy("Keeping a trial as a draft"), "meetings:desk"),
    starting.MATCH: (gettext_lazy("Computing who should meet whom"), "matchmaking:runs"),
    vectors.READ: (gettext_lazy("Reading what people wrote"), "matchmaking:runs"),
    drafts.LOOK: (gettext_lazy("Looking at a list"), "portal:imports"),
    drafts.TAKE: (gettext_lazy("Taking in a list"), "portal:imports"),
    drafts.UNDO: (gettext_lazy("Undoing an import"), "portal:imports"),
    TELL: (gettext_lazy("Telling people about a schedule"), "meetings:releases"),
}


@dataclass(frozen=True)
class Queue:
    """Work of one kind that waits: how much, since when, and the page on which it is done."""

    key: str
    mark: str
    name: str
    sub: str
    count: int
    since: dt.datetime | None
    href: str


@for_all_staff
def overview(request: Any, edition: Edition) -> HttpResponse:
    """What waits first, then how far the fair is; a fixed number of queries."""
    language = get_language() or "en"
    desk = figures.desk(edition)
    steps = steps_of(edition, desk.set_up)
    queues = _queues(edition, desk)
    entries = (
        history.entries(edition.expo.public_id, history.Wanted(), limit=CHANGES)
        if own_pavilions(request) is None
        else []
    )
    context = {
        "lead": _lead(edition, desk),
        "act": _act(edition, steps, desk.draft),
        "queues": queues,
        "waiting": sum(queue.count for queue in queues),
        "dated": any(queue.since for queue in queues),
        "counts": desk.set_up.counts,
        "pavilions": _pavilions(edition, language),
        "funnel": _funnel(desk.funnel),
        "refused": desk.funnel.refused,
        "public": desk.public,
        "jobs": _jobs(edition, request.staff_role),
        "changes": [
            _short(row) for row in deeds.shown(edition, entries, language, request.staff_role)
        ],
        "done": sum(step["done"] for step in steps),
        "steps": len(steps),
        "rule": "recomputed_demo" if edition.is_demonstration else "recomputed",
        "slug": edition.slug,
        "nav_current": "desk",
    }
    return render(request, "portal/desk/overview.html", context)


@for_organisers
def unanswered(request: HttpRequest, edition: Edition) -> HttpResponse:
    """Who owes answers, most first."""
    page = page_of(request, 10**6)
    total, rows = meetings.owing(edition, (page - 1) * A_PAGE, page * A_PAGE)
    pages = max(1, -(-total // A_PAGE))
    if page > pages:
        page = pages
        total, rows = meetings.owing(edition, (page - 1) * A_PAGE, page * A_PAGE)
    language = get_language() or "en"
    context = {
        "rows": [
            {
                "one": one,
                "name": best(one.display_name, language),
                "country": country_name(one.country, language) if one.country else "",
                "count": count,
            }
            for one, count in rows
        ],
        "lead": ngettext(
            "%(n)s participant owes answers.", "%(n)s participants owe answers.", total
        )
        % {"n": number(total)},
        "page": page,
        "pages": pages,
        "slug": edition.slug,
        "nav_current": "desk",
    }
    return render(request, "portal/desk/unanswered.html", context)


def _lead(edition: Edition, desk: figures.Desk) -> str:
    """Say the day of the fair, and which schedule people see."""
    today = timezone.now().astimezone(edition.tz).date()
    said = []
    if edition.starts <= today <= edition.ends:
        said.append(
            _("Day %(n)s of %(all)s.")
            % {
                "n": number((today - edition.starts).days + 1),
                "all": number((edition.ends - edition.starts).days + 1),
            }
        )
    said.append(
        _("Release %(number)s is public.") % {"number": number(desk.public)}
        if desk.public
        else _("No schedule is public yet.")
    )
    if desk.draft:
        said.append(_("Release %(number)s waits for you.") % {"number": number(desk.draft)})
    return " ".join(said)


def _act(edition: Edition, steps: list[dict[str, Any]], draft: int | None) -> tuple[str, str]:
    """Return word and address of what is due first, empty where nothing is."""
    if draft:
        word = _("Look at release %(number)s") % {"number": number(draft)}
        return word, reverse("meetings:release", args=[edition.slug, draft])
    following = next((step for step in steps if not step["done"]), None)
    return (following["act"], following["href"]) if following else ("", "")


def _queues(edition: Edition, desk: figures.Desk) -> list[Queue]:
    """Return what waits, that which needs a person first; what is empty is left out."""
    slug = edition.slug
    # Of each kind of work its mark, its name, what it means, and the page on which it is done.
    told: dict[str, tuple[str, str, str, tuple[Any, ...]]] = {
        "draft": ("needs", _("A schedule waits for your decision"),
                  _("people see it when you publish it"), ("meetings:release", desk.draft)),
        "setup": ("needs", _("Steps of the set-up"), _("each with its page"), ("portal:setup",)),
        "lists": ("needs", _("Lists that were sent"), _("looked at, and not taken in"),
                  ("portal:imports",)),
        "given_up": ("needs", _("Messages and calls that nobody took"),
                     _("to be tried again, or dropped"), ("portal:given_up",)),
        "switched_off": ("needs", _("Other systems that were switched off"),
                         _("they took nothing for days"), ("portal:webhooks",)),
        "unanswered": ("waits", _("Meeting requests without an answer"),
                       _("what both want weighs more in the schedule"), ("portal:unanswered",)),
        "since": ("waits", _("Requests that changed since the public schedule"),
                  _("a new draft takes them in"), ("meetings:desk",)),
        "unserved": ("open", _("Asked, and no meeting"), _("in the public schedule"),
                     ("meetings:unserved", desk.public)),
        "listless": ("open", _("Participants without a list"), _("their profiles say too little"),
                     ("matchmaking:without",)),
    }  # fmt: skip
    queues = []
    for wait in desk.waits:
        if wait.count:
            mark, name, sub, (page, *words) = told[wait.kind]
            href = reverse(page, args=[slug, *words])
            queues.append(Queue(wait.kind, mark, name, sub, wait.count, wait.since, href))
    return queues


def _short(row: dict[str, Any]) -> dict[str, Any]:
    """Keep the first object of an entry: the journal names the others."""
    first = row["objects"][:1]
    return {**row, "objects": first, "more": row["entry"].object_count - 1 if first else 0}


def _pavilions(edition: Edition, language: str) -> list[dict[str, Any]]:
    rows = queries.pavilions(edition, language)
    most = max((row.count for row in rows), default=0) or 1
    return [
        {
            "letter": row.letter,
            "label": row.name,
            "value": row.count,
            "share": row.count / most,
            "href": reverse("portal:pavilion", args=[edition.slug, row.letter]),
        }
        for row in rows
    ]


def _funnel(funnel: Any) -> list[dict[str, Any]]:
    """Return the rows of the requests' way, each as a share of all that were asked."""
    asked = funnel.asked or 1
    return [
        {
            "label": label,
            "sub": percent(100 * count / asked) if count != asked else "",
            "value": count,
            "share": count / asked,
        }
        for label, count in (
            (_("Asked"), funnel.asked),
            (_("Answered"), funnel.answered),
            (_("Both say yes"), funnel.accepted),
            (_("In the public schedule, answered or not"), funnel.scheduled),
        )
        if funnel.asked
    ]


def _jobs(edition: Edition, role: str) -> list[dict[str, Any]]:
    """Return the newest jobs, each with its name, its state and its page."""
    found = []
    newest = jobs.latest(edition.expo.public_id, tuple(WORK), limit=JOBS)
    told = reasons(newest, role)
    for job in newest:
        name, page = WORK[job.kind]
        seen = shown(job, {}, told[job.public_id])
        hidden = job.reason and not knows_outcome(role, job.kind)
        line = seen.line if seen.state in {"waiting", "stopped"} and not hidden else ""
        found.append(
            {
                "name": str(name),
                "state": seen.state,
                "words": seen.state_words,
                "share": seen.share,
                "line": line,
                "at": job.asked_at.astimezone(edition.tz),
                "href": reverse(page, args=[edition.slug]),
            }
        )
    return found
