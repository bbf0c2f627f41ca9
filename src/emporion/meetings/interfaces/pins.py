"""Pinning and unpinning: two acts of the organiser, back to where they came from."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from emporion.edition.gates import staff_may
from emporion.edition.queries import Edition
from emporion.meetings.domain import pins as domain
from emporion.meetings.models import MeetingRequest
from emporion.meetings.queries import audit as queries
from emporion.registry.domain import roles


@staff_may(roles.SCHEDULE)
@require_POST
def pin(request: HttpRequest, edition: Edition, public_id: str) -> HttpResponse:
    """Pin a request: with `slot` (a slot's number) there, else to any time."""
    found = _found(edition, public_id)
    number = request.POST.get("slot", "")
    slot = None
    if number:
        slot = queries.slot(edition, number)
        if slot is None:
            raise Http404(_("There is no slot with this number."))
    try:
        domain.pin(found, slot, request.user.actor)  # type: ignore[union-attr]
        messages.success(request, _("Pinned. Every later computation grants it."))
    except domain.PinError as error:
        messages.error(request, str(error))
    return _back(request, edition, public_id)


@staff_may(roles.SCHEDULE)
@require_POST
def unpin(request: HttpRequest, edition: Edition, public_id: str) -> HttpResponse:
    """Take a pin away."""
    if domain.unpin(_found(edition, public_id)):
        messages.success(request, _("Not pinned any more."))
    return _back(request, edition, public_id)


def _found(edition: Edition, public_id: str) -> MeetingRequest:
    found = queries.request(edition, public_id)
    if found is None:
        raise Http404(_("There is no request with this address."))
    return found


def _back(request: HttpRequest, edition: Edition, public_id: str) -> HttpResponse:
    if request.POST.get("back") == "desk":
        return redirect("meetings:desk", edition=edition.slug)
    return redirect("meetings:audit", edition=edition.slug, public_id=public_id)
