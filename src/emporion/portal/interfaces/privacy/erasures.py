"""The organiser's side: who wants to be erased, and doing it or saying why not."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from emporion.core.translated import best
from emporion.edition import queries as editions
from emporion.edition.gates import staff_may
from emporion.edition.queries import Edition
from emporion.portal.interfaces.desk.words import ROLES
from emporion.registry import domain as registry
from emporion.registry import queries as registered
from emporion.registry.domain import roles


@never_cache
@staff_may(roles.ERASE, reading=True)
def erasures(request: HttpRequest, edition: Edition) -> HttpResponse:
    """The open wishes, oldest first."""
    wishes = registered.erasure_requests(edition.expo)
    acts = editions.acting_people(edition, [wish.person_id for wish in wishes])
    rows = [
        {
            "wish": wish,
            "acts": [
                (best(one.display_name, request.LANGUAGE_CODE)[1], ROLES.get(one.role, one.role))
                for one in acts.get(wish.person_id, [])
            ],
        }
        for wish in wishes
    ]
    context = {"rows": rows, "slug": edition.slug, "nav_current": "desk"}
    return render(request, "portal/privacy/erasures.html", context)


@never_cache
@staff_may(roles.ERASE)
@require_POST
def end_erasure(request: HttpRequest, edition: Edition, public_id: str) -> HttpResponse:
    """Erase a person, or decline the wish; both with a reason that is kept."""
    person = registered.person_of_id(edition.expo, public_id)
    if person is None:
        raise Http404(_("There is nobody with this id."))
    reason = request.POST.get("reason", "")
    try:
        if request.POST.get("act") == "decline":
            registry.decline_erasure(person, reason)
            messages.success(request, _("Declined. The person reads why on their page."))
        else:
            left = registry.erase_person(person, reason).left
            messages.success(
                request, _("Erased. The schedule keeps a number in place of the name.")
            )
            if left:
                messages.warning(
                    request,
                    _("What others wrote may still name the person: %(where)s.")
                    % {"where": ", ".join(f"{m.label}.{m.column} ({m.rows})" for m in left)},
                )
    except (registry.ErasureError, ValueError) as error:
        messages.error(request, str(error))
    return redirect("portal:erasures", edition=edition.slug)
