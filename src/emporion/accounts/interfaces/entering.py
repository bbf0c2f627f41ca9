"""The way in, after somebody proved who they are: the second factor first, where they have one."""

from __future__ import annotations

import time
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from emporion.accounts import domain, queries
from emporion.accounts.domain import second_factor
from emporion.accounts.domain.sessions import is_fresh
from emporion.accounts.interfaces.places import came_from
from emporion.accounts.models import User
from emporion.design.formats import day

# In the session: who has proved the first factor, and until when that counts.
PENDING, GOOD_FOR = "pending", 600


def enter(request: HttpRequest, user: User, way: str, to: str) -> HttpResponse:
    """Let `user` in and send them `to` a page, or ask for their second factor first."""
    if way != "passkey" and second_factor.has_one(user):
        # Nobody goes on in a session that somebody else is about to use, under another key.
        domain.let_out(request)
        request.session[PENDING] = {"user": user.pk, "way": way, "at": int(time.time()), "to": to}
        return redirect("accounts:second")
    return finish(request, user, way, to, both=way == "passkey")


def finish(request: HttpRequest, user: User, way: str, to: str, *, both: bool) -> HttpResponse:
    """Begin the session; `both` says that two factors were proved.

    Who has a post and lacks the second factor is led to set it up.
    """
    domain.let_in(request, user, way)
    request.session[second_factor.BOTH] = both
    if both or not second_factor.is_asked_of(user):
        return redirect(to)
    if second_factor.is_missing(user):
        if to in (reverse("accounts:app"), reverse("accounts:add_passkey")):
            return redirect(to)
        messages.error(request, _("Your post needs a second factor here. Set one up first."))
        return redirect("accounts:account")
    if user.factor_due_at and not second_factor.has_one(user):
        said = _("From %(date)s you need a second factor. Set it up in your account.")
        messages.info(request, said % {"date": day(user.factor_due_at.date())})
    return redirect(to)


def pending(request: HttpRequest) -> tuple[User, dict[str, Any]] | None:
    """Return who has proved the first factor in this session lately, with what was noted."""
    noted = request.session.get(PENDING)
    if not noted or time.time() - noted["at"] > GOOD_FOR:
        return None
    user = queries.active_user(noted["user"])
    return (user, noted) if user is not None else None


def may_change(request: Any) -> bool:
    """Whether the reader proved lately, by all factors they have, to be who they are."""
    return is_fresh(request) and second_factor.proved_all(request, request.user)


def sign_in_again(request: HttpRequest) -> HttpResponse | None:
    """Return the way to a new sign-in where the last one does not do, None where it does."""
    return None if may_change(request) else to_sign_in(request)


def confirm_address(request: Any) -> HttpResponse | None:
    """Return the way to a code for whoever sets up a first second factor without one; else None."""
    user = request.user
    if second_factor.has_one(user) or second_factor.may_begin(request, user):
        return None
    said = _(
        "First show that the address of your account is yours: sign in with a code sent to it."
    )
    messages.info(request, said)
    return redirect(f"{reverse('accounts:ask_code')}?{urlencode({'next': request.path})}")


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Lead to a new sign-in, and then back: from a form to the page that it stands on."""
    messages.info(request, _("Sign in once more before you change what you sign in with."))
    is_form = request.method == "POST"
    back = came_from(request, reverse("accounts:account")) if is_form else request.path
    return redirect(f"{reverse('accounts:signin')}?{urlencode({'again': '1', 'next': back})}")
