"""Requests as pages: what I was asked, what I asked, and the buttons beside them."""

from __future__ import annotations

from typing import Any
from urllib.parse import urldefrag

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from emporion.core.going_on import next_page
from emporion.core.translated import best
from emporion.design.paging import page_of
from emporion.edition import queries as editions
from emporion.edition.gates import acting
from emporion.edition.queries import Edition, Participation
from emporion.matchmaking import queries as matchmaking
from emporion.meetings import rules
from emporion.meetings.domain import requests as domain
from emporion.meetings.models import MeetingRequest
from emporion.meetings.queries import requests as queries
from emporion.meetings.queries.words import DECLINES, refusal_word, state_word
from emporion.registry import queries as registered
from emporion.registry import taxonomy
from emporion.registry.countries import country_name

A_PAGE = 25
CODES_SHOWN = 5


@login_required
def requests(request: HttpRequest, edition: Edition) -> HttpResponse:
    """Inbox and sent, each a page at a time."""
    me = acting(request)
    counts = queries.counts(me)
    box = request.GET.get("box", "")
    if box not in {"received", "sent"}:
        # Whoever was asked nothing comes for what they asked.
        box = "sent" if counts["sent"] and not counts["received"] else "received"
    pages = max(1, -(-counts[box] // A_PAGE))
    number = page_of(request, pages)
    found = queries.sent(me) if box == "sent" else queries.received(me)
    rows = list(found[(number - 1) * A_PAGE : number * A_PAGE])
    shown = queries.filed(me, rows)
    about = _about(me, shown, get_language() or "en")
    context = {
        "box": box,
        "counts": counts,
        "rows": [{**_row(filed, me), **about[filed.counterpart.pk]} for filed in shown],
        "declines": DECLINES.items(),
        "pages": pages,
        "page": number,
        "rule": queries.standing_rule(me),
        "asks_contact": _asks_contact(request, edition, me),
        "query": "&box=sent" if box == "sent" else "",
        "slug": edition.slug,
        "nav_current": "requests",
    }
    return render(request, "meetings/requests.html", context)


def _asks_contact(request: HttpRequest, edition: Edition, me: Participation) -> bool:
    """Whether to ask the reader for their address and number now: somebody may see them by now.

    They are shown to those with whom an exhibitor agreed to meet. Whoever has said a word about it
    is not asked again, and an officer is not asked for the member. Three queries at most.
    """
    if not me.hosts or not queries.has_agreed(me):
        return False
    people = registered.people_of(edition.expo, request.user)
    said = registered.consents_of(people).get("contact")
    version = registered.PURPOSES["contact"].version
    return bool(people) and (said is None or (said.is_given and said.version != version))


def _about(
    me: Participation, shown: list[queries.Filed], language: str
) -> dict[int, dict[str, Any]]:
    """Return who the other side is and, where an answer is wanted, what it is judged by.

    That is for what they come and how well it fits; what is decided is told in a short row. Six
    queries at most, whatever the number of rows.
    """
    others = [filed.counterpart for filed in shown]
    judged = [filed.counterpart for filed in shown if _answerable(filed.request, me)]
    leads = editions.leads_of([other.pk for other in others])
    interests = editions.interests_of([other.pk for other in judged])
    fits = matchmaking.fits(me, judged)
    found = {}
    for other in others:
        name = best(other.display_name, language)
        # One that no person acts for (a list may bring such) has no firm to show.
        firm = best(leads[other.pk][1], language) if other.pk in leads else ("", "")
        fit = fits.get(other.pk)
        found[other.pk] = {
            "name": name,
            "firm": firm if firm[1] != name[1] else ("", ""),
            "country": country_name(other.country, language) if other.country else "",
            "interests": [
                (word, [_label(code, language) for code in codes[:CODES_SHOWN]])
                for word, codes in zip(
                    (_("Looks for"), _("Offers")), interests.get(other.pk, ([], [])), strict=True
                )
                if codes
            ],
            "fit": fit,
            "reasons": matchmaking.readable_reasons(fit.reasons, language) if fit else [],
        }
    return found


def _label(code: str, language: str) -> str:
    """Name a code of the taxonomy; one that it does not hold any more stays as it is."""
    try:
        return taxonomy.label(code, language)
    except KeyError:
        return code


def _answerable(asked: MeetingRequest, me: Participation) -> bool:
    return asked.counterpart_id == me.pk and asked.state == "open"


def _row(filed: queries.Filed, me: Participation) -> dict[str, Any]:
    asked, other = filed.request, filed.counterpart
    marks = {
        "open": "waits" if asked.asker_id == me.pk else "needs",
        "accepted": "confirmed",
        "declined": "declined",
        "withdrawn": "cancelled",
    }
    return {
        "request": asked,
        "other": other,
        "mark": marks[asked.state],
        "state": state_word(asked, me.pk),
        "slot": filed.slot,
        "refusal": refusal_word(filed.refusal),
        # Only for the side that made the rule: the other one reads "accepted".
        "by_rule": filed.by_rule and asked.counterpart_id == me.pk,
        "decline": str(DECLINES.get(asked.decline_reason, "")),
        "answerable": _answerable(asked, me),
        "withdrawable": asked.asker_id == me.pk and asked.state in rules.LIVE,
    }


@login_required
@require_POST
def ask(request: HttpRequest, edition: Edition, public_id: str) -> HttpResponse:
    """Ask for a meeting, then go back to where the reader was."""
    me = acting(request)
    counterpart = editions.participation(edition, public_id)
    if counterpart is None:
        raise Http404(_("There is nobody with this address."))
    try:
        made = domain.ask(me, counterpart, request.POST.get("message", ""))
        said = (
            _("Accepted at once: %(name)s")
            if made.state == "accepted"
            else _("Requested: %(name)s")
        )
        messages.success(request, said % {"name": counterpart.display_name})
    except domain.RequestError as error:
        return _refused(request, edition, str(error))
    return _back(request, edition)


@login_required
@require_POST
def answer(request: HttpRequest, edition: Edition, public_id: str) -> HttpResponse:
    """Accept, decline or withdraw; only the two sides of a request can reach it."""
    me = acting(request)
    asked = queries.by_public_id(edition, public_id)
    if asked is None or me.pk not in (asked.asker_id, asked.counterpart_id):
        raise Http404(_("There is no request with this address."))
    act = request.POST.get("act", "")
    try:
        if act == "withdraw":
            domain.withdraw(asked, me)
            messages.success(request, _("Withdrawn."))
        elif act in {"accept", "decline"}:
            domain.answer(
                asked,
                me,
                accept=act == "accept",
                reason=request.POST.get("reason", "") if act == "decline" else "",
            )
            messages.success(request, _("Accepted.") if act == "accept" else _("Declined."))
        else:
            said = _("Accept, decline or withdraw: nothing was changed.")
            return _refused(request, edition, said)
    except domain.RequestError as error:
        return _refused(request, edition, str(error))
    return _back(request, edition)


def _refused(request: HttpRequest, edition: Edition, said: str) -> HttpResponse:
    """Go back to the top of the page and not to the row: what was wrong stands there."""
    messages.error(request, said)
    return redirect(urldefrag(_where(request, edition)).url)


def _back(request: HttpRequest, edition: Edition) -> HttpResponse:
    return redirect(_where(request, edition))


def _where(request: HttpRequest, edition: Edition) -> str:
    return next_page(request, reverse("meetings:requests", args=[edition.slug]))
