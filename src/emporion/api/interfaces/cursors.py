"""Where a list goes on: a cursor that only we can make and that says nothing to others.

It holds the key of the last row, for one list with its filters, encrypted and signed (Fernet): a
key would tell how many rows there are, and a made-up one would be a way into other rows.
"""

from __future__ import annotations

import base64
import hashlib
import json
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from emporion.api.interfaces.problems import Problem, error

LONGEST = 400


@lru_cache(maxsize=4)
def _box(secret: str) -> Fernet:
    key = hashlib.sha256(b"emporion.api.cursor:" + secret.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))


def _place(request: HttpRequest) -> str:
    """Return what list a request asks for: its address and filters, not the page of it."""
    asked = sorted(
        (name, value)
        for name, values in request.GET.lists()
        for value in values
        if name not in {"cursor", "limit"}
    )
    text = json.dumps([request.path, asked], ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def sealed(request: HttpRequest, key: int) -> str:
    """Return the cursor behind the row with this key."""
    text = json.dumps([_place(request), key])
    return _box(settings.SECRET_KEY).encrypt(text.encode()).decode()


def opened(request: HttpRequest, cursor: str) -> int:
    """Return the key of the row that a cursor stands behind; 422 for one that is none of ours."""
    try:
        place, key = json.loads(_box(settings.SECRET_KEY).decrypt(cursor.encode()))
    except (InvalidToken, ValueError, TypeError):
        place, key = "", 0
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
    return int(key)


def page(
    request: HttpRequest,
    response: HttpResponse,
    found: QuerySet[Any, Any],
    *,
    limit: int,
    cursor: str | None,
    key: str = "pk",
) -> tuple[list[Any], str | None]:
    """Return the rows of one page, and the address of the next; one query.

    Rows come by their key, in the order in which they were stored: none is told twice or left out
    when others come or go between two pages. `key` is the name of the key in rows of values.
    """
    if cursor:
        found = found.filter(pk__gt=opened(request, cursor))
    rows = list(found.order_by("pk")[: limit + 1])
    if len(rows) <= limit:
        return rows, None
    rows = rows[:limit]
    last = rows[-1][key] if isinstance(rows[-1], dict) else getattr(rows[-1], key)
    asked = [(n, v) for n, vs in request.GET.lists() for v in vs if n != "cursor"]
    query = urlencode([*asked, ("cursor", sealed(request, last))])
    address = request.build_absolute_uri(f"{request.path}?{query}")
    response["Link"] = f'<{address}>; rel="next"'
    return rows, address
