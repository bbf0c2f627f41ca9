"""The lists anybody may read and print: exhibitors, pavilions, delegations."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from emporion.core.kept_pages import for_visitors
from emporion.core.translated import best
from emporion.design.formats import number
from emporion.edition import queries as editions
from emporion.edition.queries import Edition
from emporion.portal.interfaces.sharing import sharing
from emporion.portal.queries import directory
from emporion.registry.countries import country_name

KINDS = ("guest_country", "international_organisation", "association")


def exhibitors(request: HttpRequest, edition: Edition) -> HttpResponse:
    """Every exhibitor on one page that can be printed: by alphabet, or `?by=pavilion`."""
    language = get_language() or "en"
    rows = directory.listed(edition, language)
    halls = {p.letter: best(p.name, language)[1] for p in editions.pavilions(edition)}
    by_pavilion = request.GET.get("by") == "pavilion"
    if by_pavilion:
        groups = [
            {"letter": letter, "title": halls.get(letter, "") or _("Without a stand"), "rows": here}
            for letter, here in directory.by_pavilion(rows).items()
        ]
    else:
        groups = [
            {"letter": "", "title": head, "rows": here} for head, here in directory.by_letter(rows)
        ]
    context = {
        "groups": groups,
        "count": len(rows),
        "by_pavilion": by_pavilion,
        "sharing": sharing(request, _("Exhibitors")),
        "nav_current": "find",
        "slug": edition.slug,
    }
    return for_visitors(render(request, "portal/exhibitors.html", context))


def pavilion(request: HttpRequest, edition: Edition, letter: str) -> HttpResponse:
    """One pavilion: how far it is, who is there, which delegations and countries."""
    language = get_language() or "en"
    halls = editions.pavilions(edition)
    shown = next((hall for hall in halls if hall.letter == letter), None)
    if shown is None:
        raise Http404(_("There is no pavilion with this letter."))
    rows = directory.listed(edition, language, pavilion=letter)
    name = best(shown.name, language)[1]
    walks = editions.walking_minutes(edition)
    context = {
        "pavilion": shown,
        "name": name,
        "sharing": sharing(
            request,
            name,
            ngettext("%(n)s exhibitor", "%(n)s exhibitors", len(rows)) % {"n": number(len(rows))},
        ),
        "rows": rows,
        "countries": directory.countries(rows),
        "delegations": directory.delegations(edition, language, letter),
        "others": [
            {
                "letter": hall.letter,
                "name": best(hall.name, language)[1],
                "walk": walks.get((letter, hall.letter)),
            }
            for hall in halls
            if hall.letter != letter
        ],
        "nav_current": "find",
        "slug": edition.slug,
    }
    return for_visitors(render(request, "portal/pavilion.html", context))


def delegations(request: HttpRequest, edition: Edition) -> HttpResponse:
    """Every delegation, guest countries first."""
    words = {
        "guest_country": _("Guest countries of honour"),
        "international_organisation": _("International organisations"),
        "association": _("Associations"),
    }
    rows = directory.delegations(edition, get_language() or "en")
    groups = [
        {"kind": kind, "title": words[kind], "rows": [row for row in rows if row.kind == kind]}
        for kind in KINDS
    ]
    context = {
        "groups": [group for group in groups if group["rows"]],
        "sharing": sharing(request, _("Delegations")),
        "nav_current": "find",
        "slug": edition.slug,
    }
    return for_visitors(render(request, "portal/delegations.html", context))


def delegation(request: HttpRequest, edition: Edition, public_id: str) -> HttpResponse:
    """One delegation: what it says, who exhibits with it, how many come with it as guests."""
    language = get_language() or "en"
    shown = directory.delegation(edition, public_id)
    if shown is None:
        raise Http404(_("There is no delegation with this address."))
    rows = directory.listed(edition, language, delegation=shown.pk)
    context = {
        "delegation": shown,
        "name": best(shown.body.name, language),
        "note": best(shown.note, language),
        "sharing": sharing(
            request, best(shown.body.name, language)[1], best(shown.note, language)[1]
        ),
        "country": country_name(shown.body.country, language),
        "rows": rows,
        "countries": directory.countries(rows),
        "pavilions": directory.by_pavilion(rows),
        "halls": {p.letter: best(p.name, language)[1] for p in editions.pavilions(edition)},
        "nav_current": "find",
        "slug": edition.slug,
    }
    return for_visitors(render(request, "portal/public_delegation.html", context))
