"""Whatever answers below /api/ speaks to programs: errors as problems, tags for conditions."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers

from emporion.api.interfaces import problems
from emporion.core.bodies import is_of_unknown_length

PREFIX = "/api/"
KEPT = ("Allow", "Retry-After", "WWW-Authenticate")


class ProgramsMiddleware:
    """Mark requests of programs and finish their answers.

    It stands above what speaks to readers, so that an error of any of these becomes a problem too.
    Addresses are looked for among those of programs only: no page answers, and nobody is sent to
    a language.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(PREFIX):
            return self.get_response(request)
        request.for_programs = True  # type: ignore[attr-defined]
        request.urlconf = "emporion.api.interfaces.urls"
        if is_of_unknown_length(request):
            response: HttpResponseBase = problems.answer(
                problems.Problem(411, "The body came without its length.")
            )
        else:
            response = self.get_response(request)
        if response.status_code >= 400:
            response = _as_problem(response)
        elif isinstance(response, HttpResponse) and response.status_code == 200:
            response = _tagged(request, response)
        patch_vary_headers(response, ("Authorization",))
        kept = "no-store" if getattr(request, "unkept", False) else "no-cache"
        response.setdefault("Cache-Control", f"private, {kept}")
        return response


def _as_problem(response: HttpResponseBase) -> HttpResponseBase:
    if response.get("Content-Type", "").startswith(problems.CONTENT_TYPE):
        return response
    made = problems.answer(problems.Problem(response.status_code, ""))
    for name in KEPT:
        if name in response:
            made[name] = response[name]
    return made


def _tagged(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Give a read its ETag, and 304 to whoever has it already. It saves bytes, not work."""
    if request.method not in {"GET", "HEAD"}:
        return response
    if "ETag" not in response:
        response["ETag"] = f'"{digest(response.content)}"'
    known = tags(request.headers.get("If-None-Match", ""))
    if bare(response["ETag"]) in known or "*" in known:
        unchanged = HttpResponse(status=304)
        for name in ("ETag", "Link", "Cache-Control"):
            if name in response:
                unchanged[name] = response[name]
        del unchanged["Content-Type"]
        return unchanged
    return response


def digest(content: bytes) -> str:
    """Return sixteen letters that change whenever what is told does."""
    return hashlib.sha256(content).hexdigest()[:16]


def bare(tag: str) -> str:
    """Return a tag as it is compared: what compresses an answer makes its tag a weak one."""
    return tag.strip().removeprefix("W/").strip('"')


def tags(header: str) -> set[str]:
    """Return the tags of If-Match or If-None-Match."""
    return {bare(one) for one in header.split(",") if one.strip()}
