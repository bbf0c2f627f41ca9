"""The pages anybody may read: home, front, search, exhibitor, about the data."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from emporion.core.translated import best
from emporion.design.formats import number
from emporion.edition import queries as editions
from emporion.edition.queries import Edition
from emporion.matchmaking import queries as matchmaking
from emporion.meetings import queries as meetings
from emporion.portal import queries
from emporion.portal.interfaces import finding
from emporion.registry import taxonomy
from emporion.registry.countries import country_name
from emporion.registry.markets import market_name

BUILD = "demo"


def home(request: HttpRequest) -> HttpResponse:
    """The door of the house: straight to the only edition, else the list of them."""
    shown = editions.every_edition()
    if not shown:
        return progress(request)
    if len(shown) == 1:
        return redirect("portal:front", edition=shown[0].slug)
    return render(request, "portal/home.html", {"editions": shown})


def progress(request: HttpRequest) -> HttpResponse:
    """How far the building of an edition is; asks again by itself every few seconds."""
    steps = queries.progress(BUILD)
    context = {"steps": steps, "running": queries.is_running(steps)}
    return render(request, "portal/progress.html", context)


def front(request: HttpRequest, edition: Edition) -> HttpResponse:
    """The edition's front page."""
    language = get_language() or "en"
    count = queries.counts(edition)
    demo = edition.is_demonstration
    counted = "recomputed_demo" if demo else "recomputed"
    figures: list[dict[str, Any]] = [
        {"value": fact.value, "unit": fact.unit, "label": best(fact.label, language)[1],
         "source": f"{fact.source}, {fact.source_date:%Y-%m-%d}", "rule": "quoted"}
        for fact in edition.facts.all()
    ]
    here = [
        ("exhibitors", _("exhibitors with a profile here")),
        ("buyers", _("buyers with a profile here")),
        ("meetings", _("meetings set")),
    ]
    figures += [
        {"value": number(count[key]), "unit": "", "label": label, "rule": counted,
         "source": _("Counted here")}
        for key, label in here
    ]
    steps = queries.progress(BUILD) if demo else []
    context = {
        "title": best(edition.title, language)[1],
        "subtitle": best(edition.subtitle, language)[1],
        "place": best(edition.place, language)[1],
        "starts": edition.starts,
        "ends": edition.ends,
        "slug": edition.slug,
        "pavilions": queries.pavilions(edition, language),
        "guests": queries.guests(edition, language),
        "figures": figures,
        "try_words": _try_words(language),
        "building": [step for step in steps if step.state == "running"],
        "stopped": [step for step in steps if step.state == "stopped"],
        "nav_current": "front",
    }
    return render(request, "portal/front.html", context)


def _try_words(language: str) -> list[str]:
    codes = ("health.sleep", "ecommerce.crossborder", "ai.models", "xr")
    known = set(taxonomy.codes())
    return [taxonomy.label(code, language) for code in codes if code in known]


def search(request: HttpRequest, edition: Edition) -> HttpResponse:
    """Exhibitors, offers and organisations, with facets and counts."""
    found = finding.find(edition, request.GET, get_language() or "en")
    context = {"found": found, "nav_current": "find", "slug": edition.slug}
    if request.participation:  # type: ignore[attr-defined]
        context["acting"] = request.participation  # type: ignore[attr-defined]
    return render(request, "portal/search.html", context)


def exhibitor(request: HttpRequest, edition: Edition, public_id: str) -> HttpResponse:
    """One exhibitor: where, what they bring, what they look for, why it may fit."""
    shown = queries.exhibitor(edition, public_id)
    if shown is None:
        raise Http404(_("There is no exhibitor with this address."))
    language = get_language() or "en"
    spoken, about = best(shown.about, language)
    me = request.participation  # type: ignore[attr-defined]
    fit, asked, wish = None, None, ""
    if me and me.pk != shown.pk:
        fit = matchmaking.fit(me, shown)
        asked = meetings.request_between(me, shown)
        wish = matchmaking.wishes_of(me).get(shown.pk, "")
    context = {
        "exhibitor": shown,
        "name": best(shown.display_name, language),
        "about": about,
        "about_language": spoken,
        "country": country_name(shown.country, language),
        "offers": queries.lines(shown.offers.all(), language),
        "needs": queries.lines(shown.needs.all(), language),
        "markets": [market_name(code, language) for code in shown.markets],
        "people": [delegate.person for delegate in shown.delegates.all()],
        "fit": fit,
        "reasons": matchmaking.readable_reasons(fit.reasons, language) if fit else [],
        "asked": asked,
        "wish": wish,
        "can_ask": bool(me) and me.pk != shown.pk,
        "sign_in": f"{reverse('accounts:signin')}?next={request.path}",
        "nav_current": "find",
        "slug": edition.slug,
    }
    return render(request, "portal/exhibitor.html", context)


def about_data(request: HttpRequest, edition: Edition) -> HttpResponse:
    """What is published, what is counted here, and what is made up."""
    language = get_language() or "en"
    facts = [
        {"label": best(fact.label, language)[1], "fact": fact} for fact in edition.facts.all()
    ]
    context = {
        "facts": facts,
        "count": queries.counts(edition),
        "demo": edition.is_demonstration,
        "notes": queries.progress(BUILD) if edition.is_demonstration else [],
    }
    return render(request, "portal/about_data.html", context)
