"""Where a list goes on: a cursor that only we can make and that says nothing to others.

It holds the key of the last row, for one caller's list with its filters, encrypted and signed: a
key would tell how many rows there are, and a made-up one would be a way into other rows. Of a list
that another one may replace as a whole it names which it was. AES-SIV (RFC 5297) makes the same
cursor of the same place each time, so that a page that has not changed is the same to the byte.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeVar
from urllib.parse import urlencode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from emporion.api.interfaces.problems import Problem, error, problem_response

LONGEST = 400
T = TypeVar("T")
# For `openapi_extra` of a list in whose place another one comes (`of` of `page`).
REPLACED: dict[str, Any] = {
    "responses": {
        410: problem_response("Another list has taken its place; begin without a cursor.")
    }
}


@lru_cache(maxsize=4)
def _box(secret: str) -> AESSIV:
    return AESSIV(hashlib.sha512(b"emporion.api.cursor:" + secret.encode()).digest())


def _place(request: Any) -> str:
    """Return what list is asked for: whose, its address and filters, not the page of it.

    The same address is another list to whoever else asks, or acts for somebody else.
    """
    asked = sorted(
        (name, value)
        for name, values in request.GET.lists()
        for value in values
        if name not in {"cursor", "limit"}
    )
    caller = [request.user.actor, request.acting_choice]
    text = json.dumps([request.path, asked, caller], ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def sealed(request: HttpRequest, key: int, of: str = "") -> str:
    """Return the cursor behind the row with this key, in the list that `of` names."""
    text = json.dumps([_place(request), key, of])
    sent = _box(settings.SECRET_KEY).encrypt(text.encode(), None)
    return base64.urlsafe_b64encode(sent).decode().rstrip("=")


def opened(request: HttpRequest, cursor: str, of: str = "") -> int:
    """Return the key of the row that a cursor stands behind.

    422 for one that is none of ours, 410 for one into what stood in this list's place before.
    """
    try:
        sent = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        place, key, which = json.loads(_box(settings.SECRET_KEY).decrypt(sent, None))
    except (InvalidTag, ValueError, TypeError):
        place, key, which = "", 0, ""
    if place != _place(request):
        raise Problem(
            422,
            "The cursor does not belong to this list.",
            errors=[
                error(
                    "query",
                    "/cursor",
                    "Nobody made this cursor for this list with these filters.",
                    "Follow the address under next, or begin without a cursor.",
                )
            ],
        )
    if which != of:
        raise Problem(
            410,
            "Another list has taken the place of the one that this cursor goes through.",
            mend="Throw away what was read of it and begin without a cursor.",
        )
    return int(key)


def page(
    request: HttpRequest,
    response: HttpResponse,
    found: QuerySet[Any, Any],
    *,
    limit: int,
    cursor: str | None,
    key: str = "pk",
    of: str = "",
    newest_first: bool = False,
) -> tuple[list[Any], str | None]:
    """Return the rows of one page, and the address of the next; one query.

    Rows come by their key, in the order in which they were stored, or against it: none is told
    twice or left out when others come or go between two pages. `key` is the name of the key in rows
    of values; `of` names which of several lists it is that stand here one after the other.
    """
    if cursor:
        behind = "pk__lt" if newest_first else "pk__gt"
        found = found.filter(**{behind: opened(request, cursor, of)})
    rows = list(found.order_by("-pk" if newest_first else "pk")[: limit + 1])

    def key_of(row: Any) -> int:
        return int(row[key] if isinstance(row, dict) else getattr(row, key))

    return cut(request, response, rows, limit=limit, key_of=key_of, of=of)


def cut(
    request: HttpRequest,
    response: HttpResponse,
    rows: list[T],
    *,
    limit: int,
    key_of: Callable[[T], int],
    of: str = "",
) -> tuple[list[T], str | None]:
    """Return at most `limit` of `rows`, and the address of what is behind; null without more.

    `rows` is one longer than the page where there are more; `key_of` is where a row stands.
    """
    if len(rows) <= limit:
        return rows, None
    rows = rows[:limit]
    asked = [(n, v) for n, vs in request.GET.lists() for v in vs if n != "cursor"]
    query = urlencode([*asked, ("cursor", sealed(request, key_of(rows[-1]), of))])
    address = request.build_absolute_uri(f"{request.path}?{query}")
    response["Link"] = f'<{address}>; rel="next"'
    return rows, address
