"""The cookie of a browser in which both factors were proved (`accounts.domain.devices`)."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from emporion.accounts.domain import devices
from emporion.accounts.models import User


def device_of(request: HttpRequest) -> str:
    """Return what the browser shows, "" for nothing."""
    return request.COOKIES.get(settings.DEVICE_COOKIE_NAME, "")


def remember_device(response: HttpResponse, user: User) -> HttpResponse:
    """Have the browser keep that both factors of `user` were proved in it; return `response`."""
    if token := devices.token_of(user):
        response.set_cookie(
            settings.DEVICE_COOKIE_NAME,
            token,
            max_age=devices.GOOD_FOR,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Strict",
        )
    return response
