"""The delegation officer: the members at a glance, and acting for one of them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from emporion.accounts.domain import second_factor
from emporion.core.translated import best
from emporion.edition import queries as editions
from emporion.edition.domain import officers
from emporion.edition.gates import second_factor_first
from emporion.edition.queries import ACTING, Edition, Participation
from emporion.meetings import queries as meetings
from emporion.portal import queries
from emporion.registry.countries import country_name

A_PAGE = 50


@login_required
def delegation(request: HttpRequest, edition: Edition) -> HttpResponse:
    """The members of the reader's delegations: what waits, what is set, what a profile lacks."""
    mine = editions.delegations_of(edition, request.user)
    if not mine:
        if editions.posts_for(edition.expo, request.user):
            return redirect("portal:posts", edition=edition.slug)
        raise PermissionDenied(_("This page belongs to the officers of a delegation."))
    if not second_factor.is_settled(request):
        return second_factor_first(request)
    wanted = request.GET.get("of", "")
    chosen = next((one for one in mine if one.public_id == wanted), mine[0])
    page = request.GET.get("page", "")
    number = max(1, int(page)) if page.isascii() and page.isdigit() and len(page) < 6 else 1
    total, members = editions.members_of(chosen, (number - 1) * A_PAGE, A_PAGE)
    language = get_language() or "en"
    context = {
        "mine": [(one.public_id, best(one.body.name, language)[1]) for one in mine],
        "chosen": chosen.public_id,
        "name": best(chosen.body.name, language)[1],
        "total": total,
        "rows": _rows(edition, members, language),
        "page": number,
        "pages": max(1, -(-total // A_PAGE)),
        "query": f"of={chosen.public_id}" if len(mine) > 1 else "",
        "slug": edition.slug,
        "nav_current": "delegation",
    }
    return render(request, "portal/delegation.html", context)


def _rows(edition: Edition, members: list[Participation], language: str) -> list[dict[str, Any]]:
    keys = [member.pk for member in members]
    standings = meetings.standings(edition, keys)
    lacks = queries.lacking(members)
    return [
        {
            "member": member,
            "name": best(member.display_name, language),
            "country": country_name(member.country, language) if member.country else "",
            "standing": standings[member.pk],
            "lacks": lacks[member.pk],
        }
        for member in members
    ]


@login_required
@require_POST
def act_for(request: HttpRequest, edition: Edition, public_id: str) -> HttpResponse:
    """Act for a member from now on: all pages show what they would see."""
    if request.is_officer and not second_factor.is_settled(request):  # type: ignore[attr-defined]
        return second_factor_first(request)
    try:
        member = officers.begin_acting(edition, request.user, public_id)  # type: ignore[arg-type]
    except officers.OfficerError as error:
        raise Http404(str(error)) from error
    request.session[ACTING] = {
        **request.session.get(ACTING, {}),
        edition.public_id: member.public_id,
    }
    messages.success(request, _("You act for %(name)s now.") % {"name": member.display_name})
    return redirect("meetings:requests", edition=edition.slug)


@login_required
@require_POST
def stop_acting(request: HttpRequest, edition: Edition) -> HttpResponse:
    """Be oneself again."""
    chosen = dict(request.session.get(ACTING, {}))
    if chosen.pop(edition.public_id, None):
        request.session[ACTING] = chosen
    if editions.delegations_of(edition, request.user):
        return redirect("portal:delegation", edition=edition.slug)
    return redirect("portal:front", edition=edition.slug)
