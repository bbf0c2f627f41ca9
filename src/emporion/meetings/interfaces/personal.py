"""A personal link without signing in: the agenda, what waits, and one button for each answer.

The key stands in the query, which our log leaves out, and in forms; never in a path. Opening
changes nothing: chat programs open every link to draw a preview of it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from emporion.core import journal
from emporion.core.translated import best
from emporion.edition.queries import Edition
from emporion.meetings import queries
from emporion.meetings.domain import links as domain
from emporion.meetings.domain import requests as answers
from emporion.meetings.interfaces import day, remembered, sheets
from emporion.meetings.models import PersonalLink
from emporion.meetings.queries import requests as reads
from emporion.meetings.queries.words import DECLINES, state_word
from emporion.registry.countries import country_name

SHOWN = 50
View = Callable[..., HttpResponse]


def with_key(view: View) -> View:
    """Open the link, or say why not; keep the page out of searches, stores and referrers.

    `strict-origin` and not `no-referrer`: under the latter browsers send no origin with a form,
    and without an origin a form is refused as forged.
    """

    @never_cache
    @wraps(view)
    def guarded(request: Any, edition: Edition, **words: Any) -> HttpResponse:
        key = request.POST.get("key", "") or request.GET.get("key", "")
        try:
            link = domain.open_link(edition, key)
        except domain.LinkError as error:
            status = 410 if isinstance(error, domain.ExpiredLink) else 404
            context = {"why": str(error), "expired": status == 410, "slug": edition.slug}
            response = render(request, "meetings/personal_closed.html", context, status=status)
        else:
            response = view(request, edition, link=link, key=key, **words)
        response["X-Robots-Tag"] = "noindex, nofollow"
        response["Referrer-Policy"] = "strict-origin"
        return response

    return guarded


@require_http_methods(["GET", "HEAD"])
@with_key
def personal(request: HttpRequest, edition: Edition, link: PersonalLink, key: str) -> HttpResponse:
    """All days with meetings, and the requests that wait with a button for each answer."""
    me = link.participation
    now = timezone.now().astimezone(edition.tz)
    appointments = queries.agenda(me)
    dates = sorted({appointment.date for appointment in appointments})
    language = get_language() or "en"
    waiting = [
        {
            "name": best(asked.asker.display_name, language),
            "country": country_name(asked.asker.country, language) if asked.asker.country else "",
            "message": asked.message,
            "accept": _address(edition, asked.public_id, key, "accept"),
            "decline": _address(edition, asked.public_id, key, "decline"),
        }
        for asked in reads.waiting_for(me, SHOWN)
    ]
    context = {
        "person": link.person,
        "name": best(me.display_name, language),
        "days": day.days_of(edition, me, appointments, dates, now),
        "waiting": waiting,
        "release": queries.published_release(edition),
        "place": best(edition.place, language)[1],
        "expires": link.expires_at.astimezone(edition.tz),
        "key": key,
        "nav_current": "day",
        "query": urlencode({"key": key}),
        "remembered": "forgotten" not in request.GET and not request.user.is_authenticated,
        "slug": edition.slug,
    }
    response = render(request, "meetings/personal.html", context)
    if "forgotten" not in request.GET:
        remembered.remember(request, response, edition, link, key)
    return response


@require_http_methods(["GET", "HEAD"])
@with_key
def printed(request: HttpRequest, edition: Edition, link: PersonalLink, key: str) -> HttpResponse:
    """The days of the link on paper."""
    page = reverse("meetings:personal", args=[edition.slug])
    return day.printed(request, edition, link.participation, f"{page}?{urlencode({'key': key})}")


@require_http_methods(["GET", "HEAD"])
@with_key
def pdf(request: HttpRequest, edition: Edition, link: PersonalLink, key: str) -> HttpResponse:
    """The days of the link as PDF."""
    return sheets.pdf(request, edition, link.participation)


@require_http_methods(["GET", "HEAD"])
@with_key
def ics(request: HttpRequest, edition: Edition, link: PersonalLink, key: str) -> HttpResponse:
    """The meetings of the link as a calendar; it follows the schedule as long as the link works."""
    return day.calendar(edition, link.participation)


@require_POST
@with_key
def forget(request: HttpRequest, edition: Edition, link: PersonalLink, key: str) -> HttpResponse:
    """Forget the link on this phone; it goes on working where it is kept."""
    messages.success(request, _("This phone has forgotten the link. The link itself still works."))
    page = reverse("meetings:personal", args=[edition.slug])
    response = redirect(f"{page}?{urlencode({'key': key, 'forgotten': '1'})}")
    remembered.forget(response, edition)
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@with_key
def answer(
    request: HttpRequest, edition: Edition, link: PersonalLink, key: str, public_id: str
) -> HttpResponse:
    """One request with one button; pressing it answers, opening the page does not."""
    me = link.participation
    asked = reads.by_public_id(edition, public_id)
    if asked is None or asked.counterpart_id != me.pk:
        raise Http404(_("There is no request with this address."))
    given = request.POST if request.method == "POST" else request.GET
    accept = given.get("act") != "decline"
    problem, status = "", 200
    if request.method == "POST" and given.get("act") not in {"accept", "decline"}:
        problem, status = _("Accept or decline: nothing was changed."), 400
    elif request.method == "POST":
        try:
            with journal.acting(
                f"link:{link.public_id}",
                tenant=edition.expo.public_id,
                on_behalf=f"person:{link.person.public_id}",
            ):
                answers.answer(
                    asked, me, accept=accept, reason="" if accept else given.get("reason", "")
                )
        except answers.RequestError as error:
            problem, status = str(error), 409
            asked.refresh_from_db()
        else:
            messages.success(request, _("Accepted.") if accept else _("Declined."))
            back = reverse("meetings:personal", args=[edition.slug])
            return redirect(f"{back}?{urlencode({'key': key})}")
    language = get_language() or "en"
    context = {
        "asked": asked,
        "open": asked.state == "open",
        "state": state_word(asked, me.pk),
        "name": best(asked.asker.display_name, language),
        "country": country_name(asked.asker.country, language) if asked.asker.country else "",
        "accept": accept,
        "other": _address(edition, public_id, key, "decline" if accept else "accept"),
        "declines": DECLINES.items(),
        "problem": problem,
        "key": key,
        "back": f"{reverse('meetings:personal', args=[edition.slug])}?{urlencode({'key': key})}",
        "slug": edition.slug,
    }
    return render(request, "meetings/personal_answer.html", context, status=status)


def _address(edition: Edition, public_id: str, key: str, act: str) -> str:
    path = reverse("meetings:personal_answer", args=[edition.slug, public_id])
    return f"{path}?{urlencode({'act': act, 'key': key})}"
