"""Pages that anybody may read, kept for some seconds: what a crowd reads is computed once.

When the doors open, thousands without a sign-in read the same pages. A view gives such a page back
through `for_visitors`; the middleware keeps the finished answer in the memory of the worker, and
whoever asks for the same within KEPT_PAGES_SECONDS gets it without a turn and without the database.
So a visitor may read what was true that long ago; `Age` says how long. Whoever is signed in, or has
a message waiting, is answered anew, and so sees at once what they changed.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from django.conf import settings
from django.http import HttpRequest, HttpResponse

# A worker's memory for it: about a thousand pages.
MOST_BYTES = 16_000_000
# The field that guards a form.
GUARD = b"csrfmiddlewaretoken"
# A choice of look is a word; what is longer is none of ours, and makes no page of its own.
LONGEST_LOOK = 20
Key = tuple[str, ...]


def for_visitors(response: HttpResponse) -> HttpResponse:
    """Say of a page that it is the same for everybody who has not signed in; return it.

    One with a form that is guarded against forgery holds a secret of its reader, and is not.
    """
    response.for_visitors = GUARD not in response.content  # type: ignore[attr-defined]
    return response


@dataclass(frozen=True)
class Kept:
    """A finished answer, and when it was made on the clock that only goes forward."""

    body: bytes
    headers: dict[str, str]
    made: float


class KeptPagesMiddleware:
    """Answer visitors from what was answered a moment ago.

    It stands above the turns and above what compresses. Every worker keeps its own pages, the one
    that nobody has read for longest goes first; a lookup costs some microseconds.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.lock = Lock()
        self.pages: OrderedDict[Key, Kept] = OrderedDict()
        self.bytes = 0
        self.swept = 0.0

    def __call__(self, request: HttpRequest) -> HttpResponse:
        seconds = settings.KEPT_PAGES_SECONDS
        if not seconds or not is_visitor(request):
            return self.get_response(request)
        key = what_is_asked(request)
        now = time.monotonic()
        with self.lock:
            kept = self.pages.get(key)
            if kept is not None and now - kept.made < seconds:
                self.pages.move_to_end(key)
                return HttpResponse(
                    kept.body, headers={**kept.headers, "Age": str(int(now - kept.made))}
                )
        response = self.get_response(request)
        if is_the_same_for_everybody(response):
            self.keep(key, Kept(response.content, dict(response.items()), now))
        return response

    def keep(self, key: Key, page: Kept) -> None:
        """Keep a page, and let go of those that are over, and of others where there is no room."""
        with self.lock:
            self._sweep(page.made)
            before = self.pages.pop(key, None)
            self.bytes += size(key, page) - (size(key, before) if before else 0)
            self.pages[key] = page
            while self.bytes > MOST_BYTES:
                self.bytes -= size(*self.pages.popitem(last=False))

    def _sweep(self, now: float) -> None:
        """Let go, once in the time for which pages are kept, of what nobody is given any more."""
        seconds = settings.KEPT_PAGES_SECONDS
        if now - self.swept < seconds:
            return
        self.swept = now
        for key in [key for key, page in self.pages.items() if now - page.made >= seconds]:
            self.bytes -= size(key, self.pages.pop(key))


def size(key: Key, page: Kept) -> int:
    """Return about how many bytes of memory a page takes, with what it is found by."""
    words = (*key, *page.headers, *page.headers.values())
    return len(page.body) + sum(map(len, words))


def is_visitor(request: HttpRequest) -> bool:
    """Whether a page is read by somebody of whom nothing is known."""
    personal = (settings.SESSION_COOKIE_NAME, settings.MESSAGES_COOKIE_NAME)
    return (
        request.method == "GET"
        and "HTTP_AUTHORIZATION" not in request.META
        and not any(
            name in personal or name.startswith(settings.LINK_COOKIE) for name in request.COOKIES
        )
    )


def what_is_asked(request: HttpRequest) -> Key:
    """Return all that a visitor's page depends on.

    Of the cookies only the reader's choices of look count: others say nothing to our pages, and a
    proxy or a counter of visits may give everybody one of their own.
    """
    meta = request.META
    return (
        request.scheme or "",
        meta.get("HTTP_HOST", ""),
        request.get_full_path(),
        "gzip" if "gzip" in meta.get("HTTP_ACCEPT_ENCODING", "") else "",
        meta.get("HTTP_HX_REQUEST", ""),
        *(request.COOKIES.get(name, "")[:LONGEST_LOOK] for name in settings.LOOK_COOKIES),
    )


def is_the_same_for_everybody(response: HttpResponse) -> bool:
    """Whether an answer may be given to another visitor: a whole page that sets no cookie."""
    return (
        getattr(response, "for_visitors", False)
        and response.status_code == 200
        and not response.streaming
        and not response.cookies
    )
