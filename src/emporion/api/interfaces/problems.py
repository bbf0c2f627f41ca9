"""Errors as RFC 9457 says: what is wrong, where, and how to mend it."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from http.client import responses
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse

from emporion.core.health import passes

CONTENT_TYPE = "application/problem+json"
# What to do about an answer that nobody has said more about.
MENDS = {
    400: "Send a request that HTTP and JSON allow; the body is UTF-8.",
    401: "Send Authorization: Bearer with a token. People make one at /access/.",
    403: "Use a token of somebody who may do this, with the scope that the operation names.",
    404: "Compare the address with /api/v1/openapi.json; ids come from the lists.",
    405: "Use one of the methods in Allow.",
    409: "Read the object again; what it is now forbids this.",
    410: "Begin the list anew, without a cursor.",
    411: "Send the body with Content-Length, not in chunks of unknown length.",
    412: "Read the object again and send its version in If-Match.",
    413: "Send less at once.",
    415: "Send the content type that the operation names.",
    422: "Mend what stands under errors.",
    428: "Read the object first and send its version in If-Match.",
    429: "Wait as many seconds as Retry-After says.",
    500: "Try again later; tell the operator the number in X-Request-Id.",
    503: "Wait as many seconds as Retry-After says.",
}


class Problem(Exception):
    """An answer that is an error; `mend` says what to do about it."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        mend: str = "",
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.detail, self.mend = status, detail, mend
        self.errors, self.headers = list(errors), dict(headers or {})


def answer(problem: Problem) -> HttpResponse:
    """Return a problem as the answer to a request."""
    title = responses.get(problem.status, "Error")
    body: dict[str, Any] = {
        "type": f"urn:emporion:problem:{title.lower().replace(' ', '-')}",
        "title": title,
        "status": problem.status,
        "detail": problem.detail or title,
        "mend": problem.mend or MENDS.get(problem.status, MENDS[500]),
        "errors": problem.errors,
    }
    made = HttpResponse(
        json.dumps(body, ensure_ascii=False), status=problem.status, content_type=CONTENT_TYPE
    )
    for name, value in problem.headers.items():
        made[name] = value
    return made


def problem_response(description: str) -> dict[str, Any]:
    """Return what the schema of an operation says of an answer that is a problem."""
    ref = {"$ref": "#/components/schemas/Problem"}
    return {"description": description, "content": {CONTENT_TYPE: {"schema": ref}}}


def error(place: str, pointer: str, detail: str, mend: str = "") -> dict[str, str]:
    """Return one entry of `errors`; `place` is body, query, path or header."""
    return {"in": place, "pointer": pointer, "detail": detail, "mend": mend or detail}


def pointer_to(*path: str) -> str:
    """Return the JSON pointer (RFC 6901) to what stands under these names."""
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in path)


def of_validation(found: Sequence[Mapping[str, Any]]) -> Problem:
    """Return what pydantic found wrong, each with its place."""
    errors = []
    for one in found:
        place, *path = [str(part) for part in one["loc"]] or ["body"]
        if path and path[0] in {"body", "paging", "filters"}:
            # The name of our argument; programs know of none.
            path = path[1:]
        place = {"form": "body", "file": "body"}.get(place, place)
        errors.append(error(place, pointer_to(*path), str(one["msg"]), _mend(one)))
    return Problem(422, "What was sent does not fit the schema.", errors=errors)


def _mend(one: Mapping[str, Any]) -> str:
    context = one.get("ctx") or {}
    limits = ", ".join(
        f"{name} {context[name]}"
        for name in ("min_length", "max_length", "ge", "le", "pattern", "expected")
        if name in context
    )
    if one.get("type") == "missing":
        return "Send it: it is required."
    if one.get("type") == "extra_forbidden":
        return "Leave it out: nothing has this name here."
    return f"Allowed: {limits}." if limits else "Send what the schema of the operation names."


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer for an address that nothing has."""
    said = exception.args[0] if exception is not None and exception.args else ""
    return answer(Problem(404, said if isinstance(said, str) else "Nothing has this address."))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer to a caller who may not."""
    return answer(Problem(403, str(exception or "")))


def bad(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer to a request that cannot be read."""
    if isinstance(exception, RequestDataTooBig):
        return answer(Problem(413, "The body is too long."))
    return answer(Problem(400, "The request cannot be read."))


def broken(request: HttpRequest) -> HttpResponse:
    """Answer when something is wrong on our side; 503 with `Retry-After` where that passes."""
    seconds = passes(sys.exc_info()[1])
    if not seconds:
        return answer(Problem(500, "Something is wrong on this side; nothing was changed."))
    again = {"Retry-After": str(seconds)}
    return answer(Problem(503, "The database does not answer, or there is no room.", headers=again))
