"""The pages anybody may read: home, front, search, exhibitor, about the data."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from emporion.core.kept_pages import for_visitors
from emporion.core.limits import Allowance
from emporion.core.tenancy import scope
from emporion.core.translated import best
from emporion.design.formats import day, number
from emporion.edition import queries as editions
from emporion.edition.queries import Edition, Participation
from emporion.matchmaking import queries as matchmaking
from emporion.meetings import queries as meetings
from emporion.portal import queries
from emporion.portal.interfaces import building, figures, finding, sharing
from emporion.portal.interfaces.doors import doors
from emporion.registry import queries as registered
from emporion.registry import taxonomy
from emporion.registry.countries import country_name
from emporion.registry.languages import language_names
from emporion.registry.markets import market_name

BUILD = "demo"
# So many words of the taxonomy introduce an exhibitor.
LEAD = 3
# Pages with names that one reader may open; see `_people`.
NAMES = Allowance(120, 600)


def home(request: HttpRequest) -> HttpResponse:
    """The door of the house: straight to the only edition, else the list of them.

    Whoever runs it lands on the overview.
    """
    shown = editions.every_edition()
    if not shown:
        return progress(request)
    if len(shown) == 1:
        only = shown[0]
        with scope(expo=only.expo):
            runs = editions.is_organiser(only, request.user)
        return redirect("portal:overview" if runs else "portal:front", edition=only.slug)
    return render(request, "portal/home.html", {"editions": shown})


def progress(request: HttpRequest) -> HttpResponse:
    """How far the building of an edition is; asks again by itself every few seconds."""
    steps = queries.progress(BUILD)
    context = {
        "steps": building.shown(steps),
        "running": queries.is_running(steps),
        "stopped": any(step.state == step.State.STOPPED for step in steps),
    }
    return render(request, "portal/progress.html", context)


def front(request: HttpRequest, edition: Edition) -> HttpResponse:
    """The edition's front page."""
    language = get_language() or "en"
    steps = building.shown(queries.progress(BUILD)) if edition.is_demonstration else []
    pavilions = queries.pavilions(edition, language)
    context = {
        "title": best(edition.title, language)[1],
        "subtitle": best(edition.subtitle, language)[1],
        "place": best(edition.place, language)[1],
        "starts": edition.starts,
        "ends": edition.ends,
        "one_month": (edition.starts.year, edition.starts.month)
        == (edition.ends.year, edition.ends.month),
        "month": _("%(dates)s, %(place)s")
        % {
            "dates": day(edition.starts, "month"),
            "place": best(edition.place, language)[1],
        }
        if edition.place
        else day(edition.starts, "month"),
        "several": edition.starts != edition.ends,
        "today": _today(edition),
        "slug": edition.slug,
        "pavilions": pavilions,
        "has_gate": any(pavilion.gate_minutes for pavilion in pavilions),
        "guests": queries.guests(edition, language),
        "doors": doors(request, edition),
        "figures": figures.on_front(edition, language, queries.counts(edition)),
        "try_words": _try_words(language),
        "building": [step for step in steps if step["state"] == "running"],
        "stopped": [step for step in steps if step["state"] == "stopped"],
        "nav_current": "front",
        "sharing": sharing.sharing(
            request,
            best(edition.title, language)[1],
            best(edition.subtitle, language)[1],
            facts=sharing.event(request, edition),
        ),
    }
    page = render(request, "portal/front.html", context)
    # While it is being built, the page tells how far that is.
    return page if context["building"] or context["stopped"] else for_visitors(page)


def _today(edition: Edition) -> str:
    """Which day of the fair it is, while it runs."""
    today = timezone.now().astimezone(edition.tz).date()
    if not edition.starts <= today <= edition.ends:
        return ""
    return _("Today is day %(n)s of %(days)s") % {
        "n": number((today - edition.starts).days + 1),
        "days": number((edition.ends - edition.starts).days + 1),
    }


def _try_words(language: str) -> list[str]:
    codes = ("health.sleep", "ecommerce.crossborder", "ai.models")
    known = set(taxonomy.codes())
    return [taxonomy.label(code, language) for code in codes if code in known]


def search(request: HttpRequest, edition: Edition) -> HttpResponse:
    """Exhibitors, offers and organisations, with facets and counts."""
    me = request.participation or None  # type: ignore[attr-defined]
    found = finding.find(edition, request.GET, get_language() or "en", me)
    context = {
        "found": found,
        # Whoever can ask nobody sees no acts; a visitor is led to the sign-in.
        "acts": bool(me) or not request.user.is_authenticated,
        "has_gate": any(p.gate_minutes for p in edition.pavilions.all()),
        "nav_current": "find",
        "slug": edition.slug,
    }
    return for_visitors(render(request, "portal/search.html", context))


def exhibitor(request: HttpRequest, edition: Edition, public_id: str) -> HttpResponse:
    """One exhibitor: where, what they bring, what they look for, why it may fit."""
    shown = queries.exhibitor(edition, public_id)
    if shown is None:
        raise Http404(_("There is no exhibitor with this address."))
    language = get_language() or "en"
    spoken, about = best(shown.about, language)
    offers = queries.lines(shown.offers.all(), language)
    brings = list(dict.fromkeys(line.label for line in offers if line.label))
    me = request.participation  # type: ignore[attr-defined]
    can_ask = bool(me) and meetings.may_meet(me, shown)
    fit, asked, wish = None, None, ""
    if can_ask:
        fit = matchmaking.fit(me, shown)
        asked = meetings.request_between(me, shown)
        wish = matchmaking.wishes_of(me, [shown.pk]).get(shown.pk, "")
    people, wait = _people(request, shown)
    meets = asked is not None and asked.request.state == "accepted"
    reachable = registered.allowing([p.pk for p in people], "contact") if meets else set()
    city = shown.organisation.city if shown.organisation else ""
    context = {
        "exhibitor": shown,
        "sharing": sharing.sharing(
            request,
            best(shown.display_name, language)[1],
            about or _list(brings[:LEAD]),
            kind="profile",
            facts=sharing.organisation(request, shown, about, brings),
        ),
        "name": best(shown.display_name, language),
        "lead": _list(brings[:LEAD]),
        "place": _list([part for part in (city, country_name(shown.country, language)) if part]),
        "pavilion": best(shown.pavilion.name, language)[1] if shown.pavilion else "",
        "languages": _list(language_names(shown.languages, language)),
        "about": about,
        "about_language": spoken,
        "about_spoken": queries.language_name(spoken, language),
        # Facts first, in the reader's language; the lead above has named the first of them.
        "brings": brings[LEAD:],
        "offers": offers,
        "has_terms": any(line.terms for line in offers),
        "has_codes": any(line.codes for line in offers),
        "needs": queries.lines(shown.needs.all(), language),
        "markets": _list([market_name(code, language) for code in shown.markets]),
        "people": [(person, person.pk in reachable) for person in people],
        "names_wait": wait,
        "co_exhibitors": list(shown.co_exhibitors.all()),
        "fit": fit,
        "reasons": matchmaking.readable_reasons(fit.reasons, language) if fit else [],
        "asked": asked,
        "wish": wish,
        "can_ask": can_ask,
        "sign_in": f"{reverse('accounts:signin')}?next={request.path}",
        "nav_current": "find",
        "slug": edition.slug,
    }
    return for_visitors(render(request, "portal/exhibitor.html", context))


def _people(request: HttpRequest, shown: Participation) -> tuple[list[Any], int]:
    """Return who acts for an exhibitor, for those who take part, look after some or run the fair.

    Names are no directory: whoever opens very many pages in a row sees none for some minutes; the
    second value says for how many seconds.
    """
    people = [one.person for one in shown.delegates.all() if one.person.erased_at is None]
    known = request.user.is_authenticated and (
        request.participation or request.is_officer or request.is_organiser  # type: ignore[attr-defined]
    )
    if not people or not known:
        return [], 0
    wait = NAMES.take(request.user.actor)  # type: ignore[union-attr]
    return ([], wait) if wait else (people, 0)


def _list(words: list[str]) -> str:
    return pgettext("between words of a list", ", ").join(words)


def about_data(request: HttpRequest, edition: Edition) -> HttpResponse:
    """What is published, what is counted here, and what is made up."""
    language = get_language() or "en"
    context = {
        "facts": figures.published(edition, language),
        "count": queries.counts(edition),
        "demo": edition.is_demonstration,
        "sharing": sharing.sharing(request, _("About the data")),
        "slug": edition.slug,
    }
    return for_visitors(render(request, "portal/about_data.html", context))
