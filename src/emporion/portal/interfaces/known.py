"""What the matching knows of the reader, where each part is corrected, and the switch."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from emporion.core.translated import best
from emporion.edition.domain import profile as profiles
from emporion.edition.domain.enrolment import Interest
from emporion.edition.queries import Edition, Participation
from emporion.matchmaking import queries as matchmaking
from emporion.matchmaking.domain import known as domain
from emporion.matchmaking.domain import quiet
from emporion.matchmaking.domain.first_list import make_first_list
from emporion.matchmaking.domain.proposals import proposals
from emporion.portal import queries
from emporion.portal.interfaces.profile import acting
from emporion.registry.countries import country_name
from emporion.registry.languages import language_names
from emporion.registry.markets import market_name

SHOWN = 50


@login_required
def known(request: HttpRequest, edition: Edition) -> HttpResponse:
    """Everything that moves the reader's suggestions, and how to correct it."""
    me = acting(request)
    language = get_language() or "en"
    found = domain.known_of(me)
    context = {
        "off": found.off,
        "stated": {
            side: [queries.code_label(code, language) for code in codes]
            for side, codes in found.stated.items()
        },
        "read": [queries.code_label(code, language) for code in found.read],
        "written": language_names(found.written, language),
        "country": country_name(me.country, language) if me.country else "",
        "size": _size(found.size),
        "languages": language_names(me.languages, language),
        "markets": [market_name(code, language) for code in found.markets],
        "markets_differ": set(found.markets) != set(me.markets),
        "saved": _named(me, "save", language),
        "hidden": _named(me, "veto", language),
        "deeds": found.deeds,
        "contested": found.contested,
        "evenly": found.evenly,
        "list_length": found.list_length,
        "slug": edition.slug,
        "nav_current": "profile",
    }
    return render(request, "portal/known.html", context)


def _size(size: str) -> str:
    return {
        "micro": _("very small firm"),
        "small": _("small firm"),
        "medium": _("medium-sized firm"),
        "large": _("large firm"),
    }.get(size, "")


def _named(me: Participation, kind: str, language: str) -> dict[str, object]:
    total, newest = matchmaking.wished_by(me, kind, SHOWN)
    return {
        "total": total,
        "rows": [(one.public_id, best(one.display_name, language)) for one in newest],
    }


@login_required
@require_POST
def suggestions(request: HttpRequest, edition: Edition) -> HttpResponse:
    """Turn suggestions off, or on again; any other `turn` changes nothing.

    The list that the current run made is shown until a job has made it anew; who has none of it
    gets a first list.
    """
    me = acting(request)
    turn = request.POST.get("turn")
    if turn == "off":
        quiet.turn_off(me)
        messages.success(request, _("Suggestions are off: for you, and about you."))
    elif turn == "on":
        if quiet.turn_on(me) and not matchmaking.run_lists(me):
            make_first_list(me)
        messages.success(request, _("Suggestions are on again."))
    return redirect("portal:known", edition=edition.slug)


@login_required
def proposed(request: HttpRequest, edition: Edition, side: str) -> HttpResponse:
    """Propose categories for what somebody needs or offers; a POST keeps those that are ticked."""
    me = acting(request)
    if side not in profiles.SIDES:
        raise Http404(_("There is no such page."))
    language = get_language() or "en"
    found = proposals(me, side)
    if request.method == "POST":
        chosen = set(request.POST.getlist("code"))
        codes = [one.code for one in found if one.code in chosen]
        try:
            profiles.add_interests(me, side, [Interest(code) for code in codes])
        except profiles.ProfileError as error:
            messages.error(request, str(error))
        else:
            if codes:
                make_first_list(me)
                messages.success(request, _("Kept."))
        return redirect("portal:profile", edition=edition.slug)
    grounds = {
        "text": _("your own words name it"),
        "name": _("your name says it"),
        "alike": _("those who write alike state it"),
    }
    context = {
        "side": side,
        "rows": [
            (one.code, queries.code_label(one.code, language), grounds[one.ground]) for one in found
        ],
        "slug": edition.slug,
        "nav_current": "profile",
    }
    return render(request, "portal/proposed.html", context)
