"""Who may open which page of an edition: one gate for organisers, one for those who take part.

They read what `interfaces.middleware` puts on the request, and pages of every capability use them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http.response import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from emporion.accounts.domain import second_factor
from emporion.edition import queries
from emporion.edition.models import Participation
from emporion.registry.domain import roles

View = Callable[..., HttpResponseBase]


def for_organisers(view: View) -> View:
    """Sign-in first; whoever does not run this expo gets 403, and who reads it may not change it.

    Forms of a page without a named act (`staff_may`) are an owner's. Who has not proved the second
    factor that is asked for is led to it. Who is held to a pavilion gets 403: see `for_all_staff`.
    """
    return _guarded(view, read="", change="owner", held=False)


def for_all_staff(view: View) -> View:
    """Make the same gate for a page that shows whoever is held to a pavilion no more than theirs.

    Such a page narrows what it reads by `own_pavilions`, or tells of nobody.
    """
    return _guarded(view, read="", change="owner", held=True)


def staff_may(act: str, *, reading: bool = False, held: bool = False) -> Callable[[View], View]:
    """Make a gate for the staff of an expo: `act` (`registry.domain.roles`) is needed for forms.

    With `reading` it is needed to read the page as well. Everybody else gets 403; so does who is
    held to a pavilion, unless the page says that it narrows what it shows (`held`).
    """
    return lambda view: _guarded(view, read=act if reading else "", change=act, held=held)


def staff_reads(act: str) -> Callable[[View], View]:
    """Make a gate for a page of the whole fair that only those who may do `act` read.

    Its forms are an owner's.
    """
    return lambda view: _guarded(view, read=act, change="owner", held=False)


def knows_requests(request: Any) -> bool:
    """Whether the reader may know who asks and meets whom; at most one query."""
    return roles.may(str(request.staff_role), roles.REQUESTS)


def own_pavilions(request: Any) -> frozenset[str] | None:
    """Return the letters that the reader is held to, None for no limit; at most one query."""
    if request.staff_role != roles.PAVILION_MANAGER:
        return None
    return queries.staff_pavilions(request.edition, request.user)


def _guarded(view: View, *, read: str, change: str, held: bool) -> View:
    @login_required
    @wraps(view)
    def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.is_organiser:
            if request.staff_role:
                return second_factor_first(request)
            if queries.posts_for(request.edition.expo, request.user):
                return redirect("portal:posts", edition=request.edition.slug)
            raise PermissionDenied(_("This page belongs to the organiser of this expo."))
        if request.staff_role == roles.PAVILION_MANAGER and not held:
            raise PermissionDenied(_("This page tells of the whole fair, and you run a pavilion."))
        act = read if request.method in ("GET", "HEAD", "OPTIONS") else change
        if act and not roles.may(str(request.staff_role), act):
            raise PermissionDenied(
                _("Your role does not allow this. An owner of the expo can do it, or change it.")
            )
        return view(request, *args, **kwargs)

    return guarded


def acting(request: Any) -> Participation:
    """Return the participation that the reader acts for, or refuse."""
    if not request.participation:
        raise PermissionDenied(_("This page belongs to those who take part in this edition."))
    found: Participation = request.participation
    return found


def second_factor_first(request: Any) -> HttpResponse:
    """Lead somebody to what is missing: to set up a second factor, or to sign in with it."""
    if second_factor.has_one(request.user):
        said = _("This page asks for your second factor. Sign in with it.")
        way = f"{reverse('accounts:signin')}?{urlencode({'again': '1', 'next': request.path})}"
    else:
        said = _("Your post needs a second factor here. Set one up first.")
        way = reverse("accounts:account")
    messages.error(request, said)
    return redirect(way)
