"""What changed for me: requests, answers, meetings that moved."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from emporion.core.translated import best
from emporion.design.formats import clock, day, number
from emporion.edition.gates import acting
from emporion.edition.queries import Edition
from emporion.meetings.domain import notices as domain
from emporion.meetings.models import Slot
from emporion.meetings.queries.notices import Notice
from emporion.meetings.queries.notices import notices as found


@login_required
def notices(request: HttpRequest, edition: Edition) -> HttpResponse:
    """Newest first; what is new since the last mark stands apart."""
    me = acting(request)
    shown = found(me, request.user)
    context = {
        "rows": [_row(notice, edition) for notice in shown],
        "new": sum(notice.is_new for notice in shown),
        "until": shown[0].at.isoformat() if shown else "",
        "slug": edition.slug,
        "nav_current": "day",
    }
    return render(request, "meetings/notices.html", context)


def _row(notice: Notice, edition: Edition) -> dict[str, Any]:
    name = best(notice.other.display_name, get_language() or "en") if notice.other else ("", "")
    words = {
        "asked": _("asks to meet you"),
        "accepted": _("accepted your request"),
        "by_rule": _("asked; your standing rule accepted"),
        "declined": _("declined your request"),
        "withdrawn": _("withdrew the request"),
        "added": _("meeting set: %(after)s"),
        "moved": _("meeting moved from %(before)s to %(after)s"),
        "removed": _("meeting is not set any more; it was %(before)s"),
        "published": ngettext(
            "The schedule is public: %(n)s meeting is set for you.",
            "The schedule is public: %(n)s meetings are set for you.",
            notice.count,
        ),
    }[notice.kind]
    about_day = notice.kind in {"added", "moved", "removed", "published"}
    href = reverse("meetings:day" if about_day else "meetings:requests", args=[edition.slug])
    if notice.after is not None:
        href += f"?date={notice.after.date.isoformat()}"
    elif notice.kind in {"accepted", "declined"}:
        href += "?box=sent"
    return {
        "name": name,
        "words": words
        % {
            "before": _when(notice.before),
            "after": _when(notice.after),
            "n": number(notice.count),
        },
        "at": notice.at.astimezone(edition.tz),
        "is_new": notice.is_new,
        "href": href,
    }


def _when(slot: Slot | None) -> str:
    if slot is None:
        return ""
    return _("%(day)s, %(time)s") % {"day": day(slot.date, "short"), "time": clock(slot.starts)}


@login_required
@require_POST
def read(request: HttpRequest, edition: Edition) -> HttpResponse:
    """Mark as read what the page showed; what came since stays new."""
    me = acting(request)
    try:
        until = parse_datetime(request.POST.get("until", "")[:40])
        if until is not None:
            until = (until if until.tzinfo else until.replace(tzinfo=dt.UTC)).astimezone(dt.UTC)
    # Near the first and the last year a zone leads out of what a date can be.
    except (ValueError, OverflowError):
        until = None
    if until is not None:
        domain.mark_read(me, request.user, until)  # type: ignore[arg-type]
    return redirect("meetings:notices", edition=edition.slug)
