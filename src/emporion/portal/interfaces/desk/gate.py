"""Who may open the desk, and the numbers in its addresses."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

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


def key_of(value: str) -> int:
    """Return a primary key from an address; 0 for what is none."""
    return int(value) if value.isascii() and value.isdigit() and len(value) < 16 else 0
