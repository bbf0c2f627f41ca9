"""What was given up: messages and calls that nobody took, and work that failed for good."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from emporion.core import jobs
from emporion.core.outbox.handing import PAUSES
from emporion.design.formats import number
from emporion.design.running import shown
from emporion.edition.gates import staff_may
from emporion.edition.queries import Edition
from emporion.meetings.domain.messages import TELL
from emporion.messaging import queries
from emporion.messaging.domain import given_up as domain
from emporion.messaging.domain import templates
from emporion.portal.interfaces.desk.addresses import key_of
from emporion.portal.interfaces.desk.overview import WORK
from emporion.portal.interfaces.outside.words import EVENTS, why
from emporion.portal.queries.work import reasons
from emporion.registry import queries as registered
from emporion.registry.domain import roles

A_PAGE, JOBS = 50, 20
LOOKED_BACK = dt.timedelta(days=30)
# Work without a page on which it is begun anew.
AGAIN = (TELL,)


@never_cache
@staff_may(roles.OUTGOING, reading=True)
@require_safe
def given_up(request: HttpRequest, edition: Edition) -> HttpResponse:
    """Newest first, each with the reason; a fixed number of queries."""
    before = key_of(request.GET.get("before", ""))
    found = queries.given_up(edition.expo, before=before, limit=A_PAGE + 1)
    more, found = len(found) > A_PAGE, found[:A_PAGE]
    people = {
        one.public_id: one.name
        for one in registered.people_by_id(edition.expo, _ids(found, "person"))
    }
    systems = queries.endpoints_by_id(edition.expo, _ids(found, "endpoint"))
    failed = jobs.failed(edition.expo.public_id, timezone.now() - LOOKED_BACK, limit=JOBS)
    why = reasons(failed, request.staff_role)  # type: ignore[attr-defined]
    context = {
        "rows": [_row(edition, row, people, systems) for row in found],
        "jobs": [_job(edition, job, why[job.public_id]) for job in failed] if not before else [],
        "older": found[-1].pk if more else None,
        "before": before,
        "tried_hours": round(sum(PAUSES) / 3600),
        "kept_days": LOOKED_BACK.days,
        "zone": edition.zone,
        "slug": edition.slug,
        "nav_current": "desk",
    }
    return render(request, "portal/outside/given_up.html", context)


@staff_may(roles.OUTGOING)
@require_POST
def act(request: HttpRequest, edition: Edition) -> HttpResponse:
    """Try again what is ticked, or drop it; begin one piece of work again."""
    wanted = request.POST.get("act", "")
    if wanted == "work":
        of_tenant = jobs.failed(edition.expo.public_id, timezone.now() - LOOKED_BACK, limit=JOBS)
        job = next((j for j in of_tenant if j.public_id == request.POST.get("job")), None)
        if job is not None and job.kind in AGAIN and jobs.begin_again(job):
            messages.success(request, _("It begins as soon as a worker is free."))
        else:
            messages.error(request, _("This work cannot be begun again here."))
        return redirect("portal:given_up", edition=edition.slug)
    keys = request.POST.getlist("key")[:A_PAGE]
    if wanted not in {"again", "drop"} or not keys:
        messages.error(request, _("Nothing is ticked; nothing was changed."))
    elif wanted == "again":
        count = domain.try_again(edition.expo, keys)
        said = ngettext("%(n)s is tried again.", "%(n)s are tried again.", count)
        messages.success(request, said % {"n": number(count)})
    else:
        count = domain.drop(edition.expo, keys)
        said = ngettext("%(n)s was dropped.", "%(n)s were dropped.", count)
        messages.success(request, said % {"n": number(count)})
    return redirect("portal:given_up", edition=edition.slug)


def _ids(rows: list[Any], name: str) -> set[str]:
    return {row.payload[name] for row in rows if name in row.payload}


def _row(
    edition: Edition, row: Any, people: dict[str, str], systems: dict[str, str]
) -> dict[str, Any]:
    """Return what was given up, of whom, and why; a call to another system links to its page."""
    payload = row.payload
    shown_row = {
        "key": row.key,
        "at": row.ended_at.astimezone(edition.tz) if row.ended_at else None,
        "attempts": row.attempt,
        "why": why(row.cause),
        "href": "",
    }
    if "endpoint" in payload:
        event = payload["body"]["type"]
        own = payload["endpoint"]
        href = reverse("portal:webhook", args=[edition.slug, own]) if own in systems else ""
        return {
            **shown_row,
            "what": EVENTS.get(event, event),
            "whom": systems.get(own, ""),
            "href": href,
        }
    return {
        **shown_row,
        "what": templates.title_of(payload.get("template", row.kind)),
        "whom": people.get(payload.get("person", ""), ""),
    }


def _job(edition: Edition, job: jobs.JobRecord, why: str) -> dict[str, Any]:
    name, page = WORK.get(job.kind, (job.kind, ""))
    seen = shown(job, {}, why)
    return {
        "id": job.public_id,
        "name": str(name),
        "state": seen.state,
        "words": seen.state_words,
        "line": seen.line if why or not job.reason else "",
        "at": job.ended_at.astimezone(edition.tz) if job.ended_at else None,
        "href": reverse(page, args=[edition.slug]) if page else "",
        "again": job.kind in AGAIN,
    }
