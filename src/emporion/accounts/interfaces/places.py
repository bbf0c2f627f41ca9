"""Where a sign-in leads, and from where it comes."""

from __future__ import annotations

import logging
from functools import cache
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme

from emporion.accounts.rules import as_source
from emporion.core.going_on import next_page

logger = logging.getLogger(__name__)


def wanted(request: HttpRequest) -> str:
    """Return the page to go to: `next` if it is one of ours, else the first page."""
    return next_page(request, resolve_url(settings.LOGIN_REDIRECT_URL))


def came_from(request: HttpRequest, otherwise: str = "/") -> str:
    """Return the page of ours that a form was sent from, `otherwise` if nobody says."""
    for said in (request.POST.get("next", ""), request.headers.get("Referer", "")):
        if url_has_allowed_host_and_scheme(said, {request.get_host()}, request.is_secure()):
            parts = urlsplit(said)
            return f"{parts.path}?{parts.query}" if parts.query else parts.path or "/"
    return otherwise


def address_of(request: HttpRequest) -> str:
    """Return from where a request came, as tries are counted by it (`rules.as_source`).

    Behind a proxy it is the address that the proxy saw.
    """
    if settings.BEHIND_PROXY:
        # The last one: those before it are what the browser claims.
        return as_source(request.headers.get("X-Forwarded-For", "").rsplit(",", 1)[-1].strip())
    if "X-Forwarded-For" in request.headers:
        warn_of_a_proxy()
    return as_source(str(request.META.get("REMOTE_ADDR", "")))


@cache
def warn_of_a_proxy() -> None:
    """Say once that a proxy was not announced."""
    # Once: whoever likes can send the header.
    logger.warning(
        "A sign-in carries X-Forwarded-For. If a proxy of yours set it, set EMPORION_BEHIND_PROXY=1"
        ": until then everybody behind it counts as one address."
    )
