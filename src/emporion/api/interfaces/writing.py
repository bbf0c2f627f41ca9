"""What every write of a program may carry: a key, and the version that it means."""

from __future__ import annotations

import hashlib
import inspect
import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from typing import Any

import structlog
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from ninja.responses import NinjaJSONEncoder, Status

from emporion.api.domain import idempotency
from emporion.api.interfaces.middleware import digest, tags
from emporion.api.interfaces.problems import Problem, error

KEY_HEADER = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Sent again within a day with the same key, a write is not done again.",
    "schema": {"type": "string", "pattern": "^[A-Za-z0-9_.:-]{1,64}$"},
}
MATCH_HEADER = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "description": "The version that was read; without it 428, with another 412; * for any.",
    "schema": {"type": "string", "pattern": r'^(\*|(W/)?"[0-9a-f]{16}")$'},
}
log = structlog.get_logger(__name__)
# For `openapi_extra` of an operation.
KEYED = {"parameters": [KEY_HEADER]}
MATCHED = {"parameters": [KEY_HEADER, MATCH_HEADER]}
_KEY = re.compile(KEY_HEADER["schema"]["pattern"].replace("$", r"\Z"))  # type: ignore[index]


def version(told: Mapping[str, Any]) -> str:
    """Return the version of an object: of all that is told of it, but for a version."""
    rest = {name: value for name, value in told.items() if name != "version"}
    text = json.dumps(rest, cls=NinjaJSONEncoder, sort_keys=True, ensure_ascii=False)
    return digest(text.encode("utf-8", "surrogatepass"))


def versioned(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is told of an object with its version."""
    return {**told, "version": version(told)}


def tag(response: HttpResponse, told: Mapping[str, Any]) -> None:
    """Give an answer the version of the object that it tells of as its ETag."""
    response["ETag"] = f'"{version(told)}"'


def demand(request: HttpRequest, now: str) -> None:
    """Raise 428 or 412 unless If-Match names the version that is there now.

    Called with the object locked, so that it stays so until the write is done.
    """
    given = request.headers.get("If-Match", "")
    if not given:
        raise Problem(428, "If-Match is missing: say which version you mean.")
    # RFC 9110, 13.1.1: it is true of whatever is there.
    if given.strip() == "*":
        return
    if now not in tags(given):
        raise Problem(
            412,
            "This was changed since that version.",
            errors=[error("header", "/If-Match", f'It is version "{now}" now.')],
        )


def once(
    request: Any,
    status: int,
    do: Callable[[], Any],
    *,
    response: HttpResponse,
    content: bytes | None = None,
    and_then: Callable[[], Any] | None = None,
    tagged: bool = False,
) -> Status[Any]:
    """Do a write and return its answer; under an Idempotency-Key only the first time.

    `do` returns what goes over the wire; the write and the key are one transaction. `content` is
    what was sent where that is not the body. `and_then` follows after the commit, to spare its
    reader a wait: whatever must come of the write is in `do`, and what fails here changes nothing
    of the answer. An answer that is one object with a version is `tagged` with it, again as well.
    """
    key = request.headers.get("Idempotency-Key")
    if key is None:
        with transaction.atomic():
            told = do()
        _follow(and_then)
        if tagged:
            tag(response, told)
        return Status(status, told)
    if not _KEY.match(key):
        raise Problem(
            422,
            "That is no key.",
            errors=[error("header", "/Idempotency-Key", "1 to 64 of A-Z a-z 0-9 _ . : -")],
        )
    body = request.body if content is None else content
    sent = f"{request.method} {request.get_full_path()} {request.acting_choice}\n".encode()
    digest = hashlib.sha256(sent + body).hexdigest()

    def plain() -> tuple[int, Any]:
        return status, json.loads(json.dumps(do(), cls=NinjaJSONEncoder))

    edition = getattr(request, "edition", None)
    tenant = edition.expo.public_id if edition else ""
    try:
        status, told, again = idempotency.once(
            request.user.actor, key, digest, plain, tenant=tenant
        )
    except idempotency.OtherRequest as other:
        raise Problem(
            422,
            "This key came with another request before.",
            errors=[error("header", "/Idempotency-Key", "Use a new key for a new request.")],
        ) from other
    except idempotency.AnswerGone as gone:
        raise Problem(
            409,
            "This was done. Its answer named somebody who was erased since, and is kept no more.",
            mend="Read what is there now; with a new key it would be done once more.",
        ) from gone
    if again:
        response["Idempotency-Replayed"] = "true"
    else:
        _follow(and_then)
    if tagged:
        tag(response, told)
    return Status(status, told)


def keyed(
    route: Callable[..., Any],
    path: str,
    auth: Any,
    answer: Any,
    name: str,
    *,
    status: int = 200,
    tell: Callable[[Any], Any] | None = None,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare a write under `path` whose function is what is done, under a key only once.

    `route` is the router's word for the method, `answer` the shape of what the function returns,
    `name` that of the operation. The function has the operation's parameters but for the answer.
    What names people is not kept under a key: `tell` reads it from the request, after the deed and
    whenever that is sent again, and the function returns nothing.
    """

    def declare(do: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(do)
        def view(request: Any, response: HttpResponse, **words: Any) -> Status[Any]:
            made = once(request, status, lambda: do(request, **words), response=response)
            return made if tell is None else Status(status, tell(request))

        # What the operation reads from a call is told by this; the words are those of `do`.
        told = inspect.signature(do, eval_str=True)
        given = inspect.Parameter(
            "response", inspect.Parameter.KEYWORD_ONLY, annotation=HttpResponse
        )
        parameters = [*told.parameters.values(), given]
        view.__signature__ = told.replace(parameters=parameters)  # type: ignore[attr-defined]
        declared: Callable[..., Any] = route(
            path, auth=auth, response={status: answer}, operation_id=name, openapi_extra=KEYED
        )(view)
        return declared

    return declare


def _follow(and_then: Callable[[], Any] | None) -> None:
    if and_then is None:
        return
    try:
        and_then()
    except Exception:
        log.exception("api.not_followed")


@contextmanager
def refusing(*kinds: type[Exception], status: int = 409) -> Iterator[None]:
    """Turn what the domain refuses into a problem; its sentence says what to do."""
    try:
        yield
    except kinds as error_:
        raise Problem(status, str(error_)) from error_
