"""The page that shows every part in its states, and the reader's choice of light or dark."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_safe

from emporion.core.going_on import next_page
from emporion.design.appearance import (
    A_YEAR,
    LATIN,
    THEMES,
    chosen_theme,
)
from emporion.design.interfaces.showcase import showcase


@require_safe
def parts(request: HttpRequest) -> HttpResponse:
    """Every part once, with its states. `?theme=dark` or `?theme=light` shows it in that theme."""
    _for_those_at_work()
    return render(request, "design/show.html", showcase(chosen_theme(request) or "light"))


@require_safe
def sheet(request: HttpRequest) -> HttpResponse:
    """The sheet for paper with made-up meetings."""
    _for_those_at_work()
    return render(request, "design/show_sheet.html", showcase("light"))


@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """The script that keeps pages on the device; at the root, so that it stands before them all."""
    response = render(request, "design/sw.js", content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response


@require_safe
def nowhere(request: HttpRequest) -> HttpResponse:
    """What a device shows without network, when the page asked for is not kept."""
    return render(request, "design/nowhere.html")


@require_safe
def appearance(request: HttpRequest) -> HttpResponse:
    """Keep the chosen theme or digits in a cookie and go back where the reader was.

    Another word than a known one (`device`, `own`) forgets the choice.
    """
    response = HttpResponseRedirect(next_page(request, "/"))
    theme, digits = settings.THEME_COOKIE_NAME, settings.DIGITS_COOKIE_NAME
    for name, cookie, kept in (("theme", theme, THEMES), ("digits", digits, (LATIN,))):
        wished = request.GET.get(name, "")
        if wished in kept:
            secure = settings.SESSION_COOKIE_SECURE
            response.set_cookie(cookie, wished, max_age=A_YEAR, samesite="Lax", secure=secure)
        elif name in request.GET:
            response.delete_cookie(cookie, samesite="Lax")
    return response


def _for_those_at_work() -> None:
    """Raise Http404 where a fair is served: made-up meetings are nothing for its visitors."""
    if not settings.SHOWCASE:
        raise Http404
