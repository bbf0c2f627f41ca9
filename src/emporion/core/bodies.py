"""What is sent with a request, received before the request is worked at, and never without end.

A form comes as fast as its sender likes. Whoever sends half of one and nothing more would hold a
thread, a place and a turn, and seven of them a whole process. So a body is received above the
places and the turns, by few threads at once (`core.places.senders`). How long they wait cannot be
limited here: granian's body waits without an end, and its thread waits for whoever reads it beside.
A proxy that takes in the whole body first ends that (`docs/operators/deployment.md`).

A sender who hangs up half way has sent nothing: a form cut in the middle would be worked at with
a shortened text and an empty box.

How much somebody sends they say beforehand. What is too much is refused unread: a file would lie on
the disk before anybody asks who sent it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from emporion.core.places import places, senders

# Methods whose body nothing here reads.
BARE = frozenset({"GET", "HEAD", "OPTIONS"})
FORM = "application/x-www-form-urlencoded"
FILES = "multipart/form-data"


class BodiesMiddleware:
    """Receive what is sent, 411 and 413 for what is of unknown length or too long.

    It stands above the places and the turns, and below what knows the reader's language.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method in BARE:
            return self.get_response(request)
        if is_of_unknown_length(request):
            return HttpResponse(render_to_string("411.html"), status=411)
        length = length_of(request)
        if length > most(request):
            return HttpResponse(render_to_string("413.html"), status=413)
        if length > 0:
            with senders.taken(), places.taken():
                came = receive(request, length)
            if came < length:
                raise BadRequest(f"{came} of {length} bytes came")
        return self.get_response(request)


def receive(request: HttpRequest, length: int) -> int:
    """Wait until a form is here, or another body that is kept in memory; return how much came.

    Files of a form are on the disk then. Another body that is longer (a list that a program sends)
    is left to the page that is asked: it knows first who sends it.
    """
    if request.method == "POST" and request.content_type == FILES:
        counted = _Counted(request._stream)
        request._stream = cast(BinaryIO, counted)
        _ = request.POST
        return counted.came
    return len(request.body) if length <= settings.DATA_UPLOAD_MAX_MEMORY_SIZE else length


class _Counted:
    """A body as it is read, and how many bytes of it came."""

    def __init__(self, stream: Any) -> None:
        self._stream, self.came = stream, 0

    def read(self, *size: int) -> bytes:
        part: bytes = self._stream.read(*size)
        self.came += len(part)
        return part

    def readline(self, *size: int) -> bytes:
        part: bytes = self._stream.readline(*size)
        self.came += len(part)
        return part

    def close(self) -> None:
        self._stream.close()


def most(request: HttpRequest) -> int:
    """Return how many bytes a body may have: where no file can be in it, what memory keeps."""
    if request.content_type == FORM:
        return int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
    return int(settings.MOST_BODY_BYTES)


def length_of(request: HttpRequest) -> int:
    """Return how many bytes are said to come. What is no number is read as none, by Django too."""
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def is_of_unknown_length(request: HttpRequest) -> bool:
    """Whether a body comes of which nobody said how long it is: it would be read as an empty one.

    It is not read by chunks either: what limits bodies goes by their length, before any is read.
    HTTP/2 has no word for chunks; there a body is known by its type.
    """
    told = request.META
    if told.get("CONTENT_LENGTH"):
        return False
    later = told.get("SERVER_PROTOCOL", "").startswith(("HTTP/2", "HTTP/3"))
    return "HTTP_TRANSFER_ENCODING" in told or (later and bool(told.get("CONTENT_TYPE")))
