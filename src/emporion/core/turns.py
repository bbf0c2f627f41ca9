"""One page at a time in a worker; the others wait their turn.

Threads of one Python process share one lock. Eight pages computed at once take it from each other
after every statement to the database, and all come late: with eight readers on two cores one in
twenty waited 176 ms when sixteen threads worked at once, and 104 ms when each had its turn. So
threads are many, because some wait for a slow reader, and turns are few. A machine whose database
is far away makes up for it with more workers.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Semaphore

from django.http import HttpRequest, HttpResponse

TURNS = 1
# Whoever waited so long goes ahead: a few slow uploads must not hold up everybody.
PATIENCE = 0.25
# Whoever watches the server asks whether it lives, not whether it is busy.
PROBES = ("/healthz", "/readyz")


class TurnsMiddleware:
    """Compute at most `TURNS` pages of this process at once.

    It stands below what serves files, which needs no turn, and below what takes the time, so that
    the time told in Server-Timing holds the waiting. A response that streams is sent without one.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.turns = Semaphore(TURNS)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path in PROBES:
            return self.get_response(request)
        if request.method == "POST":
            # A slow sender's form arrives before its turn comes, not within it.
            _ = request.POST
        mine = self.turns.acquire(timeout=PATIENCE)
        try:
            return self.get_response(request)
        finally:
            if mine:
                self.turns.release()
