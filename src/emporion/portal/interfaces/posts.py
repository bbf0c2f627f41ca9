"""What is offered to the reader: a role of the staff, or to act for a delegation."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from emporion.core.translated import best
from emporion.edition import queries as editions
from emporion.edition.domain import posts as domain
from emporion.edition.queries import Edition
from emporion.portal.interfaces.desk.staff import WORDS
from emporion.registry.domain import LastOwner


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def posts(request: Any, edition: Edition) -> HttpResponse:
    """Show what is offered, and take it or leave it."""
    if request.method == "POST":
        return _answer(request, edition)
    language = get_language() or "en"
    context = {
        "offers": [
            (
                one,
                WORDS.get(one.role, one.role)
                if one.delegation is None
                else _("Officer of the delegation %(name)s")
                % {"name": best(one.delegation.body.name, language)[1]},
            )
            for one in editions.posts_for(edition.expo, request.user)
        ],
        "slug": edition.slug,
    }
    return render(request, "portal/posts.html", context)


def _answer(request: Any, edition: Edition) -> HttpResponse:
    wanted = request.POST.get("offer", "")[:16]
    try:
        if request.POST.get("act") == "take":
            taken = domain.take(request.user, wanted)
            messages.success(request, _("It is yours now."))
            page = "portal:delegation" if taken.delegation_id else "portal:overview"
            return redirect(page, edition=edition.slug)
        domain.decline(request.user, wanted)
    except domain.PostError as error:
        messages.error(request, str(error))
    except LastOwner:
        messages.error(request, _("You are the last owner. Let somebody else be one first."))
    return redirect("portal:posts", edition=edition.slug)
