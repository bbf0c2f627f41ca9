"""What has happened at the fair, and the repair of the public schedule that follows from it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from emporion.edition.gates import staff_may
from emporion.edition.queries import Edition
from emporion.meetings.domain import incidents as domain
from emporion.meetings.domain import runs
from emporion.meetings.domain.repairing import REPAIR_SECONDS
from emporion.meetings.interfaces.repair_forms import KINDS, RepairForm, TellForm, ends_of
from emporion.meetings.models import Incident, Slot
from emporion.meetings.queries import incidents as queries
from emporion.meetings.queries import releases as release_queries
from emporion.meetings.queries.words import INCIDENTS
from emporion.registry.domain import roles


@staff_may(roles.SCHEDULE)
def repair(request: Any, edition: Edition) -> HttpResponse:
    """Show what has happened; a POST tells more (`act=tell`), or begins a repair."""
    slots = list(Slot.objects.filter(edition=edition))
    act = request.POST.get("act", "") if request.method == "POST" else ""
    asked = request.POST if act == "tell" else request.GET
    telling = TellForm(
        edition, slots, asked.get("kind", ""), request.POST if act == "tell" else None
    )
    repairing = RepairForm(
        slots,
        queries.as_of(edition, timezone.now()),
        request.POST if act in ("draft", "trial") else None,
    )
    if telling.is_bound and telling.is_valid() and _told(request, edition, telling):
        return redirect("meetings:repair", edition=edition.slug)
    if repairing.is_bound and repairing.is_valid() and _begun(request, edition, repairing, act):
        return redirect("meetings:desk", edition=edition.slug)
    context = {
        "telling": telling,
        "kinds": KINDS.items(),
        "repairing": repairing,
        "rows": [_row(one) for one in queries.incidents(edition)],
        "public": release_queries.published(edition),
        "slots": slots,
        "may_tell": roles.may(request.staff_role, roles.SCHEDULE),
        "may_set_up": roles.may(request.staff_role, roles.SET_UP),
        "slug": edition.slug,
        "nav_current": "schedule",
    }
    status = 422 if telling.errors or repairing.errors else 200
    return render(request, "meetings/repair.html", context, status=status)


@staff_may(roles.SCHEDULE)
@require_POST
def take_back(request: HttpRequest, edition: Edition, public_id: str) -> HttpResponse:
    """Let what was told count no more."""
    found = queries.incident(edition, public_id)
    if found is None:
        raise Http404(_("Nothing that counts was told under this address."))
    domain.take_back(found)
    messages.success(
        request, _("Taken back. The next draft or repair does not count on it any more.")
    )
    return redirect("meetings:repair", edition=edition.slug)


def _told(request: Any, edition: Edition, form: TellForm) -> bool:
    """Tell what the form says; what cannot be stands in the form."""
    try:
        domain.tell(edition, form.kind, **form.happened(), actor=request.user.actor)
    except domain.IncidentError as error:
        form.add_error(None, str(error))
        return False
    messages.success(request, _("Noted. Every repair and every draft counts on it from now on."))
    return True


def _begun(request: Any, edition: Edition, form: RepairForm, act: str) -> bool:
    """Begin a repair as the form says; what cannot be stands in the form."""
    try:
        runs.start_run(
            edition,
            runs.Options(repair=True, seconds=REPAIR_SECONDS, **form.cleaned_data),
            request.user.actor,
            trial=act == "trial",
        )
    except runs.RunError as error:
        form.add_error(None, str(error))
        return False
    return True


def _row(one: Incident) -> dict[str, Any]:
    return {
        "one": one,
        "word": INCIDENTS[one.kind],
        "ends": ends_of(one.last),
        "one_day": one.first.date == one.last.date,
    }
