"""My personal link: make it, copy it, stop it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from emporion.edition import queries as editions
from emporion.edition.queries import Edition, Participation
from emporion.meetings.domain import links as domain
from emporion.meetings.interfaces.access import acting
from emporion.meetings.queries import links as queries


def _person(request: HttpRequest, me: Participation) -> Any:
    """Return whose link it is: the reader's, or of who acts first for a member."""
    person = editions.person_of(me, request.user)
    if person is None:
        raise PermissionDenied(_("Nobody acts for this participant yet."))
    return person


@never_cache
@login_required
def link(request: HttpRequest, edition: Edition) -> HttpResponse:
    """The link as it is, if there is one."""
    me = acting(request)
    person = _person(request, me)
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


@login_required
@require_POST
def make(request: HttpRequest, edition: Edition) -> HttpResponse:
    """Make a new one; the one before stops working."""
    me = acting(request)
    domain.make_link(me, _person(request, me))
    messages.success(request, _("The new link is ready. An earlier one does not work any more."))
    return redirect("meetings:link", edition=edition.slug)


@login_required
@require_POST
def revoke(request: HttpRequest, edition: Edition) -> HttpResponse:
    """Stop it at once."""
    me = acting(request)
    if domain.revoke_link(me, _person(request, me)):
        messages.success(request, _("The link does not work any more."))
    return redirect("meetings:link", edition=edition.slug)
