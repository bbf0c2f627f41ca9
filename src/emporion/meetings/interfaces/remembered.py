"""The personal link that this phone was opened with, so that the code on the sheet opens the day.

The code says only the day: a sheet that lies about must open nothing. Whoever lives on a personal
link has no password, so the phone keeps the key of the link they opened, until the link ends or
they forget it here.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from emporion.edition.queries import Edition
from emporion.meetings.domain import links as domain
from emporion.meetings.models import PersonalLink

View = Callable[..., HttpResponse]


def remember(response: HttpResponse, edition: Edition, link: PersonalLink, key: str) -> None:
    """Keep the key on this phone until the link ends; scripts cannot read it."""
    response.set_cookie(
        _cookie(edition),
        key,
        expires=link.expires_at,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def forget(response: HttpResponse, edition: Edition) -> None:
    """Remove the key from this phone; the link itself goes on working."""
    response.delete_cookie(_cookie(edition), samesite="Lax")


def remembered(request: HttpRequest, edition: Edition) -> str:
    """Return the key that this phone keeps, not yet checked, or nothing."""
    return request.COOKIES.get(_cookie(edition), "")


def or_by_link(view: View) -> View:
    """Open the day behind the link for those who are not signed in and opened it here before.

    Two queries for them, none for others. A key that opens nothing any more is forgotten.
    """

    @wraps(view)
    def opened(request: Any, edition: Edition, *args: Any, **words: Any) -> HttpResponse:
        if request.user.is_authenticated:
            return view(request, edition, *args, **words)
        key, date = remembered(request, edition), request.GET.get("date", "")
        try:
            domain.open_link(edition, key)
        except domain.LinkError:
            if date:
                messages.info(
                    request,
                    _(
                        "You have a personal link and no password? Open the link on this phone"
                        " once; then the code on your sheet opens your day."
                    ),
                )
            response = view(request, edition, *args, **words)
            if key:
                forget(response, edition)
            return response
        page = reverse("meetings:personal", args=[edition.slug])
        return redirect(f"{page}?{urlencode({'key': key})}{f'#day-{date}' if date else ''}")

    return opened


def _cookie(edition: Edition) -> str:
    return f"link_{edition.slug}"
