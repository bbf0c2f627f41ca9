"""What somebody meets whose session has ended, and how the use of one is noted."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils.translation import gettext as _

from emporion.accounts.domain.sessions import note_use
from emporion.accounts.interfaces.places import came_from


class SessionUseMiddleware:
    """Note now and then that a session is used, without a read of its own.

    And let nobody keep what a signed-in reader was shown, unless the page says how: the next one at
    the same machine would find it. Pages that are read without network are kept by their script.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        # A page that never looked at its session was no use of it.
        if request.session.accessed:
            note_use(request)
            if SESSION_KEY in request.session and "Cache-Control" not in response:
                response["Cache-Control"] = "no-store, private"
        return response


class SignInAgainMiddleware:
    """Lead back to the page on which the button stood, and say that nothing was sent.

    The gates of pages lead to the sign-in with the address of the form as the next page; opened
    from there, an address that takes forms only shows nothing to press.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.method != "POST" or response.status_code != 302:
            return response
        signin = resolve_url(settings.LOGIN_URL)
        if (
            urlsplit(response["Location"]).path == signin
            and request.path != signin
            and not request.user.is_authenticated
        ):
            said = _("You were signed out, and nothing was sent. Sign in and press once more.")
            messages.error(request, said)
            response["Location"] = f"{signin}?{urlencode({'next': came_from(request)})}"
        return response
