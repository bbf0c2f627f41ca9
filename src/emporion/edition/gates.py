"""Who may open which page of an edition: one gate for organisers, one for those who take part.

They read what `interfaces.middleware` puts on the request, and pages of every capability use them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from emporion.edition.models import Participation

View = Callable[..., HttpResponseBase]


def for_organisers(view: View) -> View:
    """Sign-in first; whoever does not run this expo gets 403."""

    @login_required
    @wraps(view)
    def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.is_organiser:
            raise PermissionDenied(_("This page belongs to the organiser of this expo."))
        return view(request, *args, **kwargs)

    return guarded


def acting(request: Any) -> Participation:
    """Return the participation that the reader acts for, or refuse."""
    if not request.participation:
        raise PermissionDenied(_("This page belongs to those who take part in this edition."))
    found: Participation = request.participation
    return found
