"""What leaves by a program is written down and counted before it does."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from emporion.api.interfaces.problems import Problem
from emporion.registry import domain as registry


@contextmanager
def counting(within: dt.timedelta, said: str) -> Iterator[None]:
    """Make TooManyReads a 429 that says `said` and after how long it is over."""
    try:
        yield
    except registry.TooManyReads as full:
        wait = str(int(within.total_seconds()))
        raise Problem(429, said, headers={"Retry-After": wait}) from full


def note_requests(request: Any, ids: Sequence[str], subject: str) -> None:
    """Write down which requests are read with a page of `subject`, and refuse too many pages."""
    expo, actor = request.edition.expo, request.user.actor
    with counting(registry.PAGES_WITHIN, "Too much of who asks and meets whom was read."):
        registry.note_requests_out(expo, actor, ids, subject)
