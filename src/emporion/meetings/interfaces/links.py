"""My personal link, and the address of my calendar: make it, copy it, stop it.

Both are for those who act for a participant themselves. A link outlives the right of an officer, so
an officer neither sees nor makes nor stops that of a member.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from emporion.core.translated import best
from emporion.edition import queries as editions
from emporion.edition.gates import acting
from emporion.edition.queries import Edition, Participation
from emporion.meetings.domain import calendar_address
from emporion.meetings.domain import links as domain
from emporion.meetings.queries import links as queries

Whose = Callable[[HttpRequest, Edition, Participation, Any], HttpResponse]


def own(view: Whose) -> Callable[[HttpRequest, Edition], HttpResponse]:
    """Give the view the participation and who the reader is in it; others are refused.

    "Others" are officers: whoever acts for nobody does not come that far.
    """

    @never_cache
    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, edition: Edition) -> HttpResponse:
        me = acting(request)
        person = editions.person_of(me, request.user)
        if person is None:
            context = {"name": best(me.display_name, get_language() or "en"), "slug": edition.slug}
            return render(request, "meetings/link_refused.html", context, status=403)
        return view(request, edition, me, person)

    return guarded


@own
def link(request: HttpRequest, edition: Edition, me: Participation, person: Any) -> HttpResponse:
    """The link as it is, if there is one."""
    live = queries.live_link(me, person)
    address = ""
    if live is not None:
        path = reverse("meetings:personal", args=[edition.slug])
        address = request.build_absolute_uri(f"{path}?key={domain.key_of(live)}")
    context = {
        "link": live,
        "address": address,
        "expires": live.expires_at.astimezone(edition.tz) if live else None,
        "person": person,
        "slug": edition.slug,
        "nav_current": "profile",
    }
    return render(request, "meetings/link.html", context)


@require_POST
@own
def make(request: HttpRequest, edition: Edition, me: Participation, person: Any) -> HttpResponse:
    """Make a new one; the one before stops working."""
    domain.make_link(me, person)
    messages.success(request, _("The new link is ready. An earlier one does not work any more."))
    return redirect("meetings:link", edition=edition.slug)


@require_POST
@own
def end_calendar(
    request: HttpRequest, edition: Edition, me: Participation, person: Any
) -> HttpResponse:
    """End what calendars were told; the day tells a new address."""
    calendar_address.end_address(me, request.user)  # type: ignore[arg-type]
    messages.success(
        request, _("The address is a new one. Calendars that have the old one get nothing more.")
    )
    return redirect("meetings:day", edition=edition.slug)


@require_POST
@own
def revoke(request: HttpRequest, edition: Edition, me: Participation, person: Any) -> HttpResponse:
    """Stop it at once."""
    if domain.revoke_link(me, person):
        messages.success(request, _("The link does not work any more."))
    return redirect("meetings:link", edition=edition.slug)
