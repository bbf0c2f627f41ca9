"""One page at a time in a worker; the others wait their turn.

Threads of one Python process share one lock. Eight pages computed at once take it from each other
after every statement to the database, and all come late: with eight readers on two cores one in
twenty waited 176 ms when sixteen threads worked at once, and 104 ms when each had its turn. So
threads are many, because some wait for a slow reader, and turns are few. A machine whose database
is far away makes up for it with more workers.

A connection stays with its worker. Where another worker has much less to do, the answer closes the
connection, and the reader's next one is dealt anew.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from django.http import HttpRequest, HttpResponse

from emporion.core import workers

TURNS = 1
# A connection is given up for a worker that has so many pages fewer. With one fewer, the reader
# would only change places with somebody else.
UNEVEN = 2
# Whoever waited so many seconds goes ahead: a few slow pages must not hold up everybody. Under a
# load that makes many wait so long, all would compute at once: at a quarter of a second one page in
# twenty took 142 ms where it takes 114.
PATIENCE = 1.0
# Where a request keeps the line whose turn it has.
TURN = "emporion.turn"


class Line:
    """So many turns, given in the order of asking.

    A semaphore of the standard library gives a turn to whoever comes just as it is free, before
    those whom it still has to wake: then somebody always comes, and the others wait until their
    patience ends. Here a turn that ends passes to the first in the line and is never free between.
    """

    def __init__(self, turns: int) -> None:
        self.free = turns
        self._lock = Lock()
        self._waiting: deque[Lock] = deque()

    def acquire(self, patience: float) -> bool:
        """Wait for a turn, at most so many seconds; return whether it has come."""
        with self._lock:
            if self.free:
                self.free -= 1
                return True
            called = Lock()
            called.acquire()
            self._waiting.append(called)
        if called.acquire(timeout=patience):
            return True
        with self._lock:
            if called in self._waiting:
                self._waiting.remove(called)
                return False
        return True  # It came between the end of patience and now.

    def release(self) -> None:
        """End a turn: the next in the line has it."""
        with self._lock:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self.free += 1


@contextmanager
def aside(request: HttpRequest) -> Iterator[None]:
    """Let the others have the turn of `request` while it waits for another system.

    Use it outside of a transaction: whoever waits for a turn may want the lock that is held here.
    """
    turns: Line | None = request.META.pop(TURN, None)
    if turns is None:
        yield
        return
    turns.release()
    try:
        yield
    finally:
        if turns.acquire(PATIENCE):
            request.META[TURN] = turns


class TurnsMiddleware:
    """Compute at most `TURNS` pages of this process at once.

    It stands below what serves files, which needs no turn, and below what takes the time, so that
    the time told in Server-Timing holds the waiting. A response that streams is sent without one.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.turns = Line(TURNS)
        named = os.environ.get(workers.FILE)
        self.place = workers.Place(Path(named)) if named else None
        self.lock = Lock()
        self.pages = 0

    def __call__(self, request: HttpRequest) -> HttpResponse:
        self.count(1)
        mine = self.turns.acquire(PATIENCE)
        if mine:
            request.META[TURN] = self.turns
        try:
            response = self.get_response(request)
            if self.is_uneven(request):
                response["Connection"] = "close"
            return response
        finally:
            if request.META.pop(TURN, None):
                self.turns.release()
            self.count(-1)

    def count(self, change: int) -> None:
        """Count the pages of this worker, and tell the other workers."""
        with self.lock:
            self.pages += change
            if self.place is not None:
                self.place.tell(self.pages)

    def is_uneven(self, request: HttpRequest) -> bool:
        """Whether the reader is better off with another worker, and can be sent there."""
        if self.place is None or request.META.get("SERVER_PROTOCOL") != "HTTP/1.1":
            return False
        elsewhere = self.place.least_elsewhere()
        return elsewhere is not None and self.pages - elsewhere >= UNEVEN
