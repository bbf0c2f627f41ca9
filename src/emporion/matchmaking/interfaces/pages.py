"""The quiet acts on a suggestion: save, not for me, undo."""

from __future__ import annotations

from typing import Any
from urllib.parse import urldefrag

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from emporion.core.going_on import next_page
from emporion.edition import queries as editions
from emporion.edition.queries import Edition, Participation
from emporion.matchmaking.domain import wishes


def acting(request: Any) -> Participation:
    """Return the participation that the reader acts for, or refuse."""
    if not request.participation:
        raise PermissionDenied(_("This page belongs to those who take part in this edition."))
    return request.participation  # type: ignore[no-any-return]


@login_required
@require_POST
def wish(request: HttpRequest, edition: Edition, public_id: str) -> HttpResponse:
    """Save, veto, or take it back; then go back to where the reader was."""
    me = acting(request)
    counterpart = editions.participation(edition, public_id)
    if counterpart is None:
        raise Http404(_("There is nobody with this address."))
    kind = request.POST.get("kind", "")
    failed = False
    try:
        if kind == "undo":
            wishes.take_back(me, counterpart)
        else:
            wishes.wish(me, counterpart, kind, request.POST.get("reason", ""))
    except wishes.WishError as error:
        messages.error(request, str(error))
        failed = True
    target = next_page(request, reverse("portal:who", args=[edition.slug]))
    # What was wrong stands at the top of the page, not at the row.
    return redirect(urldefrag(target).url if failed else target)
