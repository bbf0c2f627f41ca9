"""Support sees what a participant sees, for a reason."""

from __future__ import annotations

import time
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from emporion.accounts.domain import TooManyTries
from emporion.core.translated import best
from emporion.edition import queries as editions
from emporion.edition.domain import seeing as domain
from emporion.edition.gates import staff_may
from emporion.edition.queries import Edition
from emporion.edition.queries.seeing import SEEING
from emporion.registry.domain import roles


class ReasonForm(forms.Form):
    """Why somebody looks; the journal keeps it."""

    reason = forms.CharField(
        label=gettext_lazy("Why"),
        help_text=gettext_lazy("The question you were asked, or who asked for help."),
        min_length=domain.REASON,
        max_length=domain.LONGEST,
    )


@never_cache
@staff_may(roles.SEE, reading=True)
@require_http_methods(["GET", "HEAD", "POST"])
def see(request: Any, edition: Edition, public_id: str) -> HttpResponse:
    """Ask for the reason, and begin."""
    seen = editions.participation(edition, public_id)
    if seen is None:
        raise Http404
    name = best(seen.display_name, get_language() or "en")
    form, status = ReasonForm(request.POST or None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                domain.begin_seeing(edition, request.user, public_id, form.cleaned_data["reason"])
            except domain.SeeingError as error:
                form.add_error(None, str(error))
            except TooManyTries as full:
                form.add_error(None, _("You looked at many in a short time. Wait some minutes."))
                page = _page(request, edition, form, name, 429)
                page["Retry-After"] = str(full.seconds)
                return page
            else:
                request.session[SEEING] = {
                    "edition": edition.public_id,
                    "slug": edition.slug,
                    "participation": seen.public_id,
                    "name": list(name),
                    "until": int(time.time() + domain.LASTS.total_seconds()),
                }
                return redirect("meetings:requests", edition=edition.slug)
    return _page(request, edition, form, name, status)


@login_required
@require_POST
def stop_seeing(request: Any, edition: Edition) -> HttpResponse:
    """See with one's own eyes again."""
    found = request.session.pop(SEEING, None)
    if found and found["edition"] == edition.public_id:
        domain.end_seeing(edition, request.user, found["participation"])
        messages.success(request, _("You see with your own eyes again."))
        return redirect("portal:overview", edition=edition.slug)
    return redirect("portal:front", edition=edition.slug)


def _page(
    request: Any, edition: Edition, form: ReasonForm, name: tuple[str, str], status: int
) -> HttpResponse:
    context = {
        "form": form,
        "name": name,
        "minutes": int(domain.LASTS.total_seconds() // 60),
        "slug": edition.slug,
        "nav_current": "desk",
    }
    return render(request, "portal/desk/see.html", context, status=status)
