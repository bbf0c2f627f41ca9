"""The second factor: asked for at the sign-in, set up and removed in one's account."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from emporion.accounts import domain
from emporion.accounts.domain import second_factor, totp
from emporion.accounts.interfaces.answers import refused, say_full
from emporion.accounts.interfaces.devices import device_of, remember_device
from emporion.accounts.interfaces.entering import confirm_address, finish, pending, sign_in_again
from emporion.accounts.interfaces.forms import AppForm, SecondForm
from emporion.accounts.interfaces.places import address_of
from emporion.design.codes import code_of

# In the session: the secret that is being set up.
SECRET = "app_secret"  # noqa: S105 (a name)


@sensitive_post_parameters("code")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def second(request: HttpRequest) -> HttpResponse:
    """Ask for the second factor of somebody who has proved the first."""
    found = pending(request)
    if found is None:
        return redirect("accounts:signin")
    user, noted = found
    if request.method != "POST":
        return render(request, "accounts/second.html", {"form": SecondForm()})
    form = SecondForm(request.POST)
    if form.is_valid():
        try:
            if second_factor.try_second(
                user, form.cleaned_data["code"], address_of(request), device_of(request)
            ):
                response = finish(request, user, noted["way"], noted["to"], both=True)
                return remember_device(response, user)
            form.add_error("code", _("This is not the code. Wait for the next one and try again."))
        except domain.TooManyTries as full:
            page = render(
                request, "accounts/second.html", {"form": say_full(form, full)}, status=429
            )
            return refused(page, full)
    return render(request, "accounts/second.html", {"form": form}, status=422)


@sensitive_post_parameters("code")
@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def app(request: Any) -> HttpResponse:
    """Set up an authenticator app, and show the codes for paper once."""
    own_account(request)
    if again := sign_in_again(request) or confirm_address(request):
        return again
    if request.method != "POST":
        return _app_page(request, AppForm())
    secret, form = request.session.get(SECRET), AppForm(request.POST)
    first = not second_factor.has_one(request.user)
    if secret and form.is_valid():
        try:
            codes = second_factor.set_up(
                request, request.user, secret, form.cleaned_data["code"], address_of(request)
            )
        except second_factor.WrongCode:
            form.add_error("code", _("The app does not show this code. Check it and try again."))
        except domain.TooManyTries as full:
            return refused(_app_page(request, say_full(form, full), status=429), full)
        else:
            del request.session[SECRET]
            say_ended(request, first)
            response = render(request, "accounts/recovery.html", {"codes": codes})
            return remember_device(response, request.user)
    return _app_page(request, form, status=422)


@never_cache
@login_required
@require_POST
def remove_app(request: Any) -> HttpResponse:
    """Forget the app."""
    own_account(request)
    if again := sign_in_again(request):
        return again
    if second_factor.remove_app(request, request.user):
        messages.success(request, _("The app is forgotten."))
    return redirect("accounts:account")


@never_cache
@login_required
@require_POST
def new_recovery(request: Any) -> HttpResponse:
    """Make new codes for paper and show them once."""
    own_account(request)
    if again := sign_in_again(request):
        return again
    if not second_factor.has_one(request.user):
        return redirect("accounts:account")
    codes = second_factor.new_recovery_codes(request, request.user)
    return render(request, "accounts/recovery.html", {"codes": codes})


def say_ended(request: HttpRequest, first: bool) -> None:
    """Say what the first second factor ended."""
    if first:
        said = _("You are signed out on all other devices, and your tokens ended.")
        messages.info(request, said)


def own_account(request: Any) -> None:
    """Refuse the demonstration's roles, which everybody shares."""
    if request.user.is_demonstration:
        raise PermissionDenied(_("Everybody shares the demonstration's roles."))


def _app_page(request: Any, form: AppForm, status: int = 200) -> HttpResponse:
    secret = request.session.get(SECRET)
    if not secret:
        secret = request.session[SECRET] = totp.new_secret()
    user = request.user
    address = totp.address_of(secret, user.email or user.phone or user.public_id)
    context = {
        "form": form,
        "address": address,
        "code": code_of(address),
        "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
    }
    return render(request, "accounts/app.html", context, status=status)
