"""Places for those who wait for others: fewer than a worker has threads, so that one stays free.

When the database says nothing, every thread that asks it waits. The last one asks nothing: it says
that the process lives, hands out files and pages that are kept, and tells the others to come again.
A stranger is not to do what a silent database does. So at most some of the places are held by
those who wait for a sender's form or for another system, and the rest are for pages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse

# Threads of a worker (`project.commands`), and how many of them may be with the database.
THREADS = 8
PLACES = THREADS - 1
# How many of them at most receive what somebody sends, and how many ask another system. A form is
# there in a moment, as a rule, and another system answers in one.
SENDERS = 3
ELSEWHERE = 3
# Seconds that the last thread waits for a place. Nobody computes that long: whoever has none by
# then waits for somebody who hangs.
PATIENCE = 3.0
# The same for the few of the places. It is less, because a thread that waits for them holds up
# pages as well; and much more than a form or an answer takes that does come.
SHORT_PATIENCE = 1.0


class Full(OperationalError):
    """Every place is taken, by those who wait. It passes by itself."""


class Places:
    """So many places. Where none was free for `patience` seconds, nobody waits until one is."""

    def __init__(self, number: int, patience: float = PATIENCE) -> None:
        self._free = BoundedSemaphore(number)
        self._patience = patience
        self._stuck = False

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Take a place for the block. Raises Full where none is to be had."""
        if not self._free.acquire(timeout=0 if self._stuck else self._patience):
            self._stuck = True
            raise Full("every thread that may wait for others does")
        try:
            yield
        finally:
            self._stuck = False
            self._free.release()


places = Places(PLACES)
# Whoever holds one of these holds a place as well.
senders = Places(SENDERS, SHORT_PATIENCE)
elsewhere = Places(ELSEWHERE, SHORT_PATIENCE)


class PlacesMiddleware:
    """Compute a page in one of the places; 503 for it where none is to be had."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with places.taken():
            return self.get_response(request)
