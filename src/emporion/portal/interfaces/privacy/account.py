"""The data of an account, wherever it is known or nowhere: taken along, and the account closed."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from emporion.accounts.domain import refuse_shared
from emporion.core.downloads import named, written
from emporion.core.tenancy import scopes_disabled
from emporion.core.translated import best
from emporion.portal.interfaces.privacy.archive import write_archive
from emporion.portal.interfaces.privacy.proving import sign_in_again
from emporion.registry import domain as registry


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def own_account(request: Any) -> HttpResponseBase:
    """Say where the account is known; give out what is kept of it, or close it.

    Both only soon after a sign-in: a session that was left open must do neither.
    """
    refuse_shared(request.user)
    if again := sign_in_again(request, request.path):
        return again
    if request.method != "POST":
        return _page(request)
    if request.POST.get("act") == "close":
        return _close(request)
    registry.note_account_export(request.user)
    owner, language = registry.trace_account(request.user), get_language() or "en"
    file = written(request, lambda to: write_archive(to, owner, language), "application/zip")
    return named(file, f"account-{request.user.public_id}.zip")


def _close(request: Any) -> HttpResponse:
    if request.POST.get("sure") != "yes":
        messages.error(request, _("Tick that you are sure. Nothing was changed."))
        return redirect("portal:own_account")
    try:
        registry.erase_account(request.user)
    except registry.ErasureError as error:
        messages.error(request, str(error))
        return redirect("portal:own_account")
    logout(request)
    messages.success(request, _("Your account is closed, and nothing of it is kept."))
    return redirect("portal:home")


def _page(request: Any) -> HttpResponse:
    language = get_language() or "en"
    with scopes_disabled():
        known = [
            best(person.expo.name, language) for person in registry.keeps_account(request.user)
        ]
    return render(request, "portal/privacy/account.html", {"known": known})
