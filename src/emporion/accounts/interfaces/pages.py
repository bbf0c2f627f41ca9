"""Sign in and out."""

from __future__ import annotations

import logging
from functools import cache
from itertools import groupby
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from emporion.accounts import domain, queries
from emporion.accounts.interfaces.forms import SignInForm
from emporion.accounts.models import User

logger = logging.getLogger(__name__)


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Show the form, or let somebody in and send them where they wanted to go."""
    if request.method != "POST":
        if request.user.is_authenticated:
            return redirect(_wanted(request))
        return _page(request, SignInForm())
    form = SignInForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    try:
        user = domain.try_password(
            request,
            form.cleaned_data["identifier"],
            form.cleaned_data["password"],
            _address(request),
        )
    except domain.TooManyTries as full:
        minutes = -(-full.seconds // 60)
        form.add_error(
            None,
            ngettext(
                "Too many tries. Wait %(minutes)s minute and try again.",
                "Too many tries. Wait %(minutes)s minutes and try again.",
                minutes,
            )
            % {"minutes": minutes},
        )
        response = _page(request, form, status=429)
        response["Retry-After"] = str(full.seconds)
        return response
    if user is None:
        form.add_error(
            None, _("No account fits these two. Check how both are written and try again.")
        )
        return _page(request, form, status=422)
    domain.let_in(request, user)
    return redirect(_wanted(request))


@never_cache
@require_POST
def enter_demonstration(request: HttpRequest) -> HttpResponse:
    """Let somebody in as a role of the demonstration, where that is switched on."""
    user = queries.demonstration_user_by_id(request.POST.get("user", ""))
    if not settings.DEMO_SIGNIN or user is None:
        raise Http404
    domain.let_in(request, user)
    return redirect(_wanted(request))


@never_cache
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    return redirect(_wanted(request))


def _page(request: HttpRequest, form: SignInForm, status: int = 200) -> HttpResponse:
    roles = _roles() if settings.DEMO_SIGNIN else []
    context = {"form": form, "next": _wanted(request), "roles": roles}
    return render(request, "accounts/sign_in.html", context, status=status)


def _roles() -> list[dict[str, Any]]:
    """Return the demonstration's users under the names of their roles."""
    names = {"organiser": _("Organiser"), "exhibitor": _("Exhibitor"), "buyer": _("Buyer")}
    by_role: dict[str, list[User]] = {
        role: list(users)
        for role, users in groupby(queries.demonstration_users(), lambda u: u.demonstration_role)
    }
    return [
        {"key": role, "name": name, "users": by_role[role]}
        for role, name in names.items()
        if role in by_role
    ]


def _wanted(request: HttpRequest) -> str:
    """Return the page to go to: `next` if it is one of ours, else the first page."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(
        asked, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return asked if ours else resolve_url(settings.LOGIN_REDIRECT_URL)


def _address(request: HttpRequest) -> str:
    """Return the address the request came from; behind a proxy, the one that the proxy saw."""
    if settings.BEHIND_PROXY:
        # The last one: those before it are what the browser claims.
        return request.headers.get("X-Forwarded-For", "").rsplit(",", 1)[-1].strip()
    if "X-Forwarded-For" in request.headers:
        _warn_of_a_proxy()
    return str(request.META.get("REMOTE_ADDR", ""))


@cache
def _warn_of_a_proxy() -> None:
    # Once: whoever likes can send the header.
    logger.warning(
        "A sign-in carries X-Forwarded-For. If a proxy of yours set it, set EMPORION_BEHIND_PROXY=1"
        ": until then everybody behind it counts as one address."
    )
