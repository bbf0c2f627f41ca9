"""The reader's choice of light or dark: a cookie, a link, no account."""

from __future__ import annotations

from django.http import HttpRequest

THEMES = ("light", "dark")
COOKIE = "theme"
A_YEAR = 365 * 24 * 3600


def chosen_theme(request: HttpRequest | None) -> str:
    """light, dark or nothing. `?theme=` shows a theme for one view without keeping it."""
    if request is None:
        return ""
    wished = request.GET.get("theme") or request.COOKIES.get(COOKIE, "")
    return wished if wished in THEMES else ""
