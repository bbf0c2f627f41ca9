"""Who to meet: the reader's suggestions, with reasons and both sides' fit."""

from __future__ import annotations

import datetime as dt

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from emporion.core.translated import best
from emporion.design.formats import number
from emporion.edition import queries as editions
from emporion.edition.queries import Edition, Participation
from emporion.matchmaking import queries as matchmaking
from emporion.matchmaking.domain.showings import record_shown
from emporion.meetings import queries as meetings
from emporion.portal import queries

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
    found = matchmaking.suggestions(me, limit, without=meetings.will_meet(me))
    record_shown(me, found)
    states = meetings.request_states(me, [row.participation.pk for row in found])
    run = matchmaking.current_run(edition)
    hosts = not me.hosts
    total = queries.counterparts(edition, hosts=hosts)
    has_more = found.more and limit < AT_MOST
    own = {"n": number(len(found)), "total": number(total)}
    rows = [
        {
            "suggestion": suggestion,
            "name": best(suggestion.participation.display_name, language),
            "about": best(suggestion.participation.about, language),
            "pavilion": _pavilion(suggestion.participation, language),
            "reasons": matchmaking.readable_reasons(suggestion.reasons, language),
            "state": states.get(suggestion.participation.pk, ""),
            "profile": _profile(edition, suggestion.participation),
        }
        for suggestion in found
    ]
    context = {
        "rows": rows,
        "lead": ngettext(
            "%(n)s suggestion out of %(total)s exhibitors, in the order in which a meeting is most "
            "likely to please both of you. Ask as many as you like.",
            "%(n)s suggestions out of %(total)s exhibitors, in the order in which a meeting is most"
            " likely to please both of you. Ask as many as you like.",
            len(found),
        )
        % own
        if hosts
        else ngettext(
            "%(n)s suggestion out of %(total)s buyers, in the order in which a meeting is most "
            "likely to please both of you. Ask as many as you like.",
            "%(n)s suggestions out of %(total)s buyers, in the order in which a meeting is most "
            "likely to please both of you. Ask as many as you like.",
            len(found),
        )
        % own,
        "set": meetings.meeting_count(me),
        "set_of": _("of %(n)s") % {"n": number(me.max_meetings)} if me.max_meetings else "",
        "rule": "recomputed_demo" if edition.is_demonstration else "recomputed",
        "tagged": not edition.is_demonstration,
        "needs": [queries.code_label(code, language) for code in editions.need_codes(me)],
        "has_gate": any(
            s.participation.pavilion and s.participation.pavilion.gate_minutes for s in found
        ),
        "run": run,
        "checked": _checked(*matchmaking.checked_sides(run), me),
        "first_at": _local(matchmaking.first_list_at(me, run), edition),
        "more": limit + SHOWN if has_more else None,
        "off": not found and bool(matchmaking.silent(edition, [me.pk])),
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


def _local(at: dt.datetime | None, edition: Edition) -> dt.datetime | None:
    return at.astimezone(edition.tz) if at else None


def _checked(guests: bool, hosts: bool, me: Participation) -> str:
    yours, theirs = (hosts, guests) if me.hosts else (guests, hosts)
    if yours and theirs:
        return _("The chances are estimates, set right by the answers given so far.")
    if theirs:
        return _(
            "How much they want you is an estimate, set right by the answers given so far; how much"
            " you want them is one from profiles and requests, not checked against answers."
        )
    if yours:
        return _(
            "How much you want them is an estimate, set right by the answers given so far; how much"
            " they want you is one from profiles and requests, not checked against answers."
        )
    return _("The chances are estimates from profiles, not yet checked against answers.")


def _pavilion(participation: Participation, language: str) -> str:
    return best(participation.pavilion.name, language)[1] if participation.pavilion else ""


def _profile(edition: Edition, participation: Participation) -> str:
    """Only exhibitors have a public page; a buyer's profile is for those it is shown to."""
    if not participation.hosts:
        return ""
    return reverse("portal:exhibitor", args=[edition.slug, participation.public_id])
