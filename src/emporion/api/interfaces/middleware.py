"""Whatever answers below /api/ speaks to programs: errors as problems, tags for conditions."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers

from emporion.api.interfaces import problems

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


def is_of_unknown_length(request: HttpRequest) -> bool:
    """Whether a body comes of which nobody said how long it is: it would be read as an empty one.

    It is not read by chunks either: what limits bodies goes by their length, before any is read.
    HTTP/2 has no word for chunks; there a body is known by its type.
    """
    told = request.META
    if told.get("CONTENT_LENGTH"):
        return False
    later = told.get("SERVER_PROTOCOL", "").startswith(("HTTP/2", "HTTP/3"))
    return "HTTP_TRANSFER_ENCODING" in told or (later and bool(told.get("CONTENT_TYPE")))


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
