"""Sign in and out."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from emporion.accounts import domain, queries
from emporion.accounts.domain import carriers
from emporion.accounts.interfaces.answers import refused, say_full
from emporion.accounts.interfaces.entering import enter
from emporion.accounts.interfaces.forms import SignInForm
from emporion.accounts.interfaces.outside_pages import buttons
from emporion.accounts.interfaces.places import address_of, wanted
from emporion.accounts.models import User


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Show the form, or let somebody in and send them where they wanted to go."""
    if request.method != "POST":
        if request.user.is_authenticated and "again" not in request.GET:
            return redirect(wanted(request))
        return _page(request, SignInForm())
    form = SignInForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    try:
        user = domain.try_password(
            request,
            form.cleaned_data["identifier"],
            form.cleaned_data["password"],
            address_of(request),
        )
    except domain.TooManyTries as full:
        return refused(_page(request, say_full(form, full), status=429), full)
    if user is None:
        form.add_error(
            None, _("No account fits these two. Check how both are written and try again.")
        )
        return _page(request, form, status=422)
    return enter(request, user, "password", wanted(request))


@never_cache
@require_POST
def enter_demonstration(request: HttpRequest) -> HttpResponse:
    """Let somebody in as a role of the demonstration, where that is switched on."""
    user = queries.demonstration_user_by_id(request.POST.get("user", ""))
    if not settings.DEMO_SIGNIN or user is None:
        raise Http404
    domain.let_in(request, user, "demonstration")
    return redirect(wanted(request))


@never_cache
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    domain.let_out(request)
    return redirect(wanted(request))


def _page(request: HttpRequest, form: SignInForm, status: int = 200) -> HttpResponse:
    roles = _roles() if settings.DEMO_SIGNIN else []
    context = {
        "form": form,
        "next": wanted(request),
        "roles": roles,
        "codes": bool(carriers.kinds()),
        "outside": buttons(),
    }
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
