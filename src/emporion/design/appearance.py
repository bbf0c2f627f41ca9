"""The reader's choices of look: light or dark, and the digits of Arabic text.

Each is a cookie and a link, without an account. They say nothing about a person.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from emporion.design.formats import latin_digits

THEMES = ("light", "dark")
LATIN = "latin"
A_YEAR = 365 * 24 * 3600


def chosen_theme(request: HttpRequest | None) -> str:
    """light, dark or nothing. `?theme=` shows a theme for one view without keeping it."""
    if request is None:
        return ""
    wished = request.GET.get("theme") or request.COOKIES.get(settings.THEME_COOKIE_NAME, "")
    return wished if wished in THEMES else ""


class DigitsMiddleware:
    """Let numbers of this request be written in Latin digits where the reader chose them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        before = latin_digits.set(request.COOKIES.get(settings.DIGITS_COOKIE_NAME) == LATIN)
        try:
            return self.get_response(request)
        finally:
            latin_digits.reset(before)
