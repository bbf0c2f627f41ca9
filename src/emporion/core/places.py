"""Places for those who ask the database: fewer than a worker has threads, so that one stays free.

When the database says nothing, every thread that asks it waits. The last one asks nothing: it says
that the process lives, hands out files and pages that are kept, and tells the others to come again.
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
# Seconds that the last thread waits for a place. Nobody computes that long: whoever has none by
# then waits for somebody who hangs.
PATIENCE = 3.0


class Places:
    """So many places. Where none was free for `PATIENCE`, nobody waits until one is."""

    def __init__(self, number: int) -> None:
        self._free = BoundedSemaphore(number)
        self._stuck = False

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Take a place for the block. Raises OperationalError where none is to be had."""
        if not self._free.acquire(timeout=0 if self._stuck else PATIENCE):
            self._stuck = True
            raise OperationalError("every thread that may ask the database waits for it")
        try:
            yield
        finally:
            self._stuck = False
            self._free.release()


places = Places(PLACES)


class PlacesMiddleware:
    """Compute a page in one of the places; 503 for it where none is to be had."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with places.taken():
            return self.get_response(request)
