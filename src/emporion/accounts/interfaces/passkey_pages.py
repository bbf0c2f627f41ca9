"""Passkeys: made and removed in one's account, and signed in with. They need a script."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from emporion.accounts.domain import passkeys
from emporion.accounts.domain.second_factor import has_one
from emporion.accounts.interfaces.entering import confirm_address, enter, sign_in_again
from emporion.accounts.interfaces.factor_pages import own_account, say_ended
from emporion.accounts.interfaces.places import wanted
from emporion.core.text.clean import BadText

# In the session: what the answer is checked against, used once.
ADDING = "passkey_adding"
# For whoever has no session yet it is in a signed cookie: opening the page leaves no row.
SALT, GOOD_FOR = "emporion.passkey", 600


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: Any) -> HttpResponse:
    """Make a passkey on this device and keep its public half."""
    own_account(request)
    if again := sign_in_again(request) or confirm_address(request):
        return again
    if request.method == "POST":
        state, first = request.session.pop(ADDING, None), not has_one(request.user)
        try:
            passkeys.add(
                request, request.user, state or {}, _answer(request), request.POST.get("name", "")
            )
        except (passkeys.BadPasskey, BadText):
            messages.error(request, _("The passkey was not made. Try once more."))
            return redirect("accounts:add_passkey")
        messages.success(request, _("The passkey is kept. From now on it lets you in."))
        say_ended(request, first)
        return redirect("accounts:account")
    asked, request.session[ADDING] = passkeys.begin_adding(request, request.user)
    return render(request, "accounts/add_passkey.html", {"asked": json.dumps(asked, default=dict)})


@never_cache
@login_required
@require_POST
def remove(request: Any) -> HttpResponse:
    """Forget a passkey."""
    own_account(request)
    if again := sign_in_again(request):
        return again
    if passkeys.remove(request, request.user, request.POST.get("passkey", "")):
        messages.success(request, _("The passkey is forgotten."))
    return redirect("accounts:account")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Let somebody in whose passkey answers."""
    if request.method == "POST":
        try:
            user = passkeys.sign_in(request, _asked(request), _answer(request))
        except passkeys.BadPasskey:
            messages.error(request, _("No account knows this passkey. Sign in another way."))
            response: HttpResponse = redirect("accounts:signin")
        else:
            response = enter(request, user, "passkey", wanted(request))
        response.delete_cookie(settings.PASSKEY_COOKIE_NAME, samesite="Strict")
        return response
    asked, state = passkeys.begin_signing_in(request)
    context = {"asked": json.dumps(asked, default=dict), "next": wanted(request)}
    response = render(request, "accounts/passkey.html", context)
    response.set_cookie(
        settings.PASSKEY_COOKIE_NAME,
        signing.dumps(state, salt=SALT),
        max_age=GOOD_FOR,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )
    return response


def _asked(request: HttpRequest) -> dict[str, Any]:
    """Return what the page asked this browser lately; {} if nothing, or not by us."""
    kept = request.COOKIES.get(settings.PASSKEY_COOKIE_NAME, "")
    try:
        state: dict[str, Any] = signing.loads(kept, salt=SALT, max_age=GOOD_FOR)
    except signing.BadSignature:
        return {}
    return state


def _answer(request: HttpRequest) -> Any:
    text = request.POST.get("answer", "")
    try:
        return json.loads(text) if len(text) <= passkeys.LONGEST else None
    except (ValueError, RecursionError):
        return None
