"""Who to meet: the reader's suggestions, with reasons and both sides' fit."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from emporion.core.translated import best
from emporion.edition import queries as editions
from emporion.edition.queries import Edition, Participation
from emporion.matchmaking import queries as matchmaking
from emporion.meetings import queries as meetings
from emporion.registry import taxonomy

SHOWN, AT_MOST = 12, 60


@login_required
def who(request: HttpRequest, edition: Edition) -> HttpResponse:
    """The reader's suggestions, with reasons, both sides' fit and the request button."""
    me = request.participation  # type: ignore[attr-defined]
    if not me:
        raise PermissionDenied(_("This page belongs to those who take part in this edition."))
    language = get_language() or "en"
    wanted = request.GET.get("show", "")
    limit = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 4 else SHOWN
    limit = max(SHOWN, min(limit, AT_MOST))
    found = matchmaking.suggestions(me, limit)
    states = meetings.request_states(me)
    rows = [
        {
            "suggestion": suggestion,
            "name": best(suggestion.participation.display_name, language),
            "about": best(suggestion.participation.about, language),
            "reasons": matchmaking.readable_reasons(suggestion.reasons, language),
            "state": states.get(suggestion.participation.pk, ""),
            "profile": _profile(edition, suggestion.participation),
        }
        for suggestion in found
    ]
    context = {
        "rows": rows,
        "needs": [taxonomy.label(code, language) for code in editions.need_codes(me)],
        "run": matchmaking.current_run(edition),
        "more": limit + SHOWN if len(found) == limit and limit < AT_MOST else None,
        "slug": edition.slug,
        "nav_current": "meet",
        "veto_reasons": [
            ("wrong_product", _("Wrong product")),
            ("too_large", _("Too large for us")),
            ("known", _("We know them")),
            ("other", _("Other")),
        ],
    }
    return render(request, "portal/who.html", context)


def _profile(edition: Edition, participation: Participation) -> str:
    """Only exhibitors have a public page; a buyer's profile is for those it is shown to."""
    if not participation.hosts:
        return ""
    return reverse("portal:exhibitor", args=[edition.slug, participation.public_id])
