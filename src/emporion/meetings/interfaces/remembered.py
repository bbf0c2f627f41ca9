"""The personal link that this phone was opened with, so that the code on the sheet opens the day.

The code says only the day: a sheet that lies about must open nothing. Whoever lives on a personal
link has no password, so the phone keeps the key of the link they opened, until the link ends, they
forget it here, or somebody signs in: nothing private is kept behind a sign-out.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers

from emporion.edition.queries import Edition
from emporion.meetings.domain import links as domain
from emporion.meetings.models import PersonalLink

View = Callable[..., HttpResponse]


def remember(
    request: HttpRequest, response: HttpResponse, edition: Edition, link: PersonalLink, key: str
) -> None:
    """Keep the key on this phone until the link ends; not for somebody who is signed in.

    Scripts cannot read it.
    """
    if request.user.is_authenticated:
        return
    response.set_cookie(
        settings.LINK_COOKIE + edition.slug,
        key,
        expires=link.expires_at,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def forget(response: HttpResponse, edition: Edition) -> None:
    """Remove the key from this phone; the link itself goes on working."""
    response.delete_cookie(settings.LINK_COOKIE + edition.slug, samesite="Lax")


class ForgetLinksMiddleware:
    """Forget every link on a phone on which somebody signs in: later it may be somebody else's."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        kept = [name for name in request.COOKIES if name.startswith(settings.LINK_COOKIE)]
        if kept and request.user.is_authenticated:
            for name in kept:
                response.delete_cookie(name, samesite="Lax")
        return response


def or_by_link(view: View) -> View:
    """Open the day behind the link for those who are not signed in and opened it here before.

    Whoever comes by the code of a sheet and has no such link is told both ways in. Two queries for
    those with a key, none for others. A key that opens nothing any more is forgotten.
    """

    @wraps(view)
    def opened(request: Any, edition: Edition, *args: Any, **words: Any) -> HttpResponse:
        if request.user.is_authenticated:
            return view(request, edition, *args, **words)
        key = request.COOKIES.get(settings.LINK_COOKIE + edition.slug, "")
        date = request.GET.get("date", "")
        try:
            domain.open_link(edition, key)
        except domain.LinkError as error:
            if not date:
                response = view(request, edition, *args, **words)
            else:
                ended = isinstance(error, domain.ExpiredLink)
                context = {"ended": ended, "slug": edition.slug}
                response = render(request, "meetings/day_closed.html", context)
                add_never_cache_headers(response)
            if key:
                forget(response, edition)
            return response
        page = reverse("meetings:personal", args=[edition.slug])
        return redirect(f"{page}?{urlencode({'key': key})}{f'#day-{date}' if date else ''}")

    return opened
