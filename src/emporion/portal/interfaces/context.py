"""What the shell of every page needs: the edition's name, the navigation, the account."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from emporion.core.translated import best
from emporion.design.formats import span
from emporion.edition.gates import knows_requests
from emporion.edition.queries import seeing
from emporion.registry.domain import roles


def shell(request: HttpRequest) -> dict[str, Any]:
    """Return the shell's context; pages add `nav_current`."""
    edition = getattr(request, "edition", None)
    context: dict[str, Any] = {}
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        context["account"] = {
            "name": user.greeted_as,
            "href": reverse("accounts:account"),
            "out_href": reverse("accounts:signout"),
        }
    else:
        context["sign_in_href"] = f"{reverse('accounts:signin')}?next={request.path}"
    looking = seeing.noted(request)
    if looking:
        context["seeing"] = {
            "name": looking["name"],
            "until": dt.datetime.fromtimestamp(looking["until"], tz=dt.UTC),
            "stop_href": reverse("portal:stop_seeing", args=[looking["slug"]]),
        }
    if edition is None:
        return context
    language = get_language() or "en"
    name = best(edition.title, language)[1]
    place = best(edition.place, language)[1]
    dates = span(edition.starts, edition.ends)
    line = _("%(place)s, %(dates)s") % {"place": place, "dates": dates} if place else dates
    context["edition"] = {
        "name": name,
        "line": line,
        "short_line": dates,
        "href": reverse("portal:front", args=[edition.slug]),
        "search_href": reverse("portal:search", args=[edition.slug]),
        "is_demonstration": edition.is_demonstration,
        "made_up_href": reverse("portal:about_data", args=[edition.slug]),
    }
    member = getattr(request, "acting_for", None)
    if member is not None and getattr(request, "seeing", None) is None:
        context["acting"] = {
            "name": best(member.display_name, language),
            "body": best(member.delegation.body.name, language)[1],
            "stop_href": reverse("portal:stop_acting", args=[edition.slug]),
        }
    navigation, bottom = _navigation(request, edition.slug)
    # Asked for by few pages, and a query for those.
    context["knows_requests"] = lambda: knows_requests(request)
    context["navigation"], context["bottom_bar"] = navigation, bottom
    context["footer_links"] = [
        {
            "label": _("Exhibitors A to Z"),
            "href": reverse("portal:exhibitors", args=[edition.slug]),
        },
        {"label": _("Delegations"), "href": reverse("portal:delegations", args=[edition.slug])},
        {"label": _("Data and sources"), "href": reverse("portal:about_data", args=[edition.slug])},
    ]
    return context


def _navigation(request: Any, slug: str) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """Return navigation and bottom bar: only what exists for this reader."""

    def link(key: str, label: str, name: str) -> dict[str, str]:
        return {"key": key, "label": label, "href": reverse(name, args=[slug])}

    find = link("find", _("Find"), "portal:search")
    two = link("two", _("Two people"), "portal:two_people")
    if request.is_organiser:
        words = [
            find,
            link("desk", _("Overview"), "portal:overview"),
            link("participants", _("Participants"), "portal:participants"),
        ]
        if request.staff_role == roles.PAVILION_MANAGER:
            return words, words
        words += [
            link("matching", _("Matching"), "matchmaking:runs"),
            link("schedule", _("Schedule"), "meetings:releases"),
        ]
        return words, [*words[:3], words[4]]
    delegation = link("delegation", _("Delegation"), "portal:delegation")
    if request.participation:
        # Who takes part as well finds the delegation on the profile: not a query on every page.
        officer = [delegation] if request.acting_for and not request.seeing else []
        meet = link("meet", _("Who to meet"), "portal:who")
        requests = link("requests", _("Requests"), "meetings:requests")
        day = link("day", _("My day"), "meetings:day")
        profile = link("profile", _("Profile"), "portal:profile")
        return [find, meet, requests, day, profile, *officer], [
            find,
            {**meet, "label": _("Meet")},
            day,
            {**requests, "key": "me"},
        ]
    if not request.user.is_authenticated and settings.LINK_COOKIE + slug in request.COOKIES:
        # The phone knows a personal link: the day opens by it.
        day = link("day", _("My day"), "meetings:day")
        return [find, day], [find, day]
    stories = [two] if request.edition.is_demonstration else []
    return [find, *stories, *([delegation] if request.is_officer else [])], []
