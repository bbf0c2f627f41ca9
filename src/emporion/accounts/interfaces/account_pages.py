"""One's own account: the password, and where one is signed in."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from emporion.accounts import domain, queries
from emporion.accounts.domain import second_factor
from emporion.accounts.interfaces.answers import refused, say_full
from emporion.accounts.interfaces.entering import sign_in_again, to_sign_in
from emporion.accounts.interfaces.factor_pages import own_account
from emporion.accounts.interfaces.forms import PasswordForm
from emporion.accounts.interfaces.outside_pages import buttons, name_of
from emporion.accounts.interfaces.places import address_of
from emporion.design.formats import number


@never_cache
@login_required
@require_safe
def account(request: Any) -> HttpResponse:
    """What one signs in with, and on which devices one is signed in."""
    shared = request.user.is_demonstration
    context = {
        "person": request.user,
        "shared": shared,
        "sessions": [] if shared else _sessions(request),
        "has_app": not shared and second_factor.has_app(request.user),
        "passkeys": [] if shared else queries.passkeys_of(request.user),
        "recovery_left": 0 if shared else second_factor.recovery_left(request.user),
        "due": request.user.factor_due_at if second_factor.is_asked_of(request.user) else None,
        "outside": [] if shared else _outside(request),
    }
    return render(request, "accounts/account.html", context)


@sensitive_post_parameters("old", "new")
@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: Any) -> HttpResponse:
    """Set a password; all other sessions end with the old one."""
    own_account(request)
    if not second_factor.proved_all(request, request.user):
        return to_sign_in(request)
    with_old = domain.needs_old_password(request, request.user)
    if request.method != "POST":
        return _password_page(request, PasswordForm(with_old=with_old))
    form = PasswordForm(request.POST, with_old=with_old)
    if not form.is_valid():
        return _password_page(request, form, status=422)
    given = form.cleaned_data
    try:
        domain.set_password(
            request,
            request.user,
            given["new"],
            old=given.get("old", ""),
            address=address_of(request),
        )
    except domain.WrongPassword:
        if not with_old:
            return redirect(_again())
        form.add_error("old", _("This is not your password. Check it and try again."))
        return _password_page(request, form, status=422)
    except ValidationError as wrong:
        form.add_error("new", list(wrong.messages))
        return _password_page(request, form, status=422)
    except domain.TooManyTries as full:
        return refused(_password_page(request, say_full(form, full), status=429), full)
    messages.success(
        request,
        _("The password is set. You are signed out on all other devices, and your tokens ended."),
    )
    return redirect("accounts:account")


@never_cache
@login_required
@require_POST
def end_sessions(request: Any) -> HttpResponse:
    """End one session, or all others: soon after a sign-in, or whoever took one keeps the rest."""
    own_account(request)
    if again := sign_in_again(request):
        return again
    wanted = request.POST.get("session", "")
    if wanted:
        ended = int(domain.end_session(request.user, wanted))
    else:
        ended = domain.end_other_sessions(request.user, request.session.session_key)
    said = ngettext(
        "%(shown)s device was signed out.", "%(shown)s devices were signed out.", ended
    ) % {"shown": number(ended)}
    messages.success(request, said)
    return redirect("accounts:account")


def _outside(request: Any) -> list[dict[str, Any]]:
    """Return the accounts elsewhere that are set up or joined; one query."""
    joined = {row.provider: row for row in queries.outside_accounts_of(request.user)}
    known = {one["key"]: one["name"] for one in buttons()}
    keys = [*known, *(key for key in joined if key not in known)]
    return [{"key": key, "name": name_of(key), "row": joined.get(key)} for key in keys]


def _again() -> str:
    return f"{reverse('accounts:signin')}?again=1&next={reverse('accounts:password')}"


def _sessions(request: Any) -> list[dict[str, Any]]:
    ways = {"password": _("by password"), "code": _("by a code"), "passkey": _("by passkey")}
    ways |= {one["key"]: _("by %(name)s") % {"name": one["name"]} for one in buttons()}
    return [
        {
            "row": row,
            "device": row.device or _("a device without a name"),
            "way": ways.get(row.way, ""),
            "is_this": row.session_key == request.session.session_key,
        }
        for row in queries.sessions_of(request.user)
    ]


def _password_page(request: Any, form: PasswordForm, status: int = 200) -> HttpResponse:
    return render(request, "accounts/password.html", {"form": form}, status=status)
