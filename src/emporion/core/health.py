"""Two questions of whoever watches the machine: does it live, can it work? And when it cannot."""

from __future__ import annotations

import errno
import sys

from django.db import connection
from django.db.utils import DatabaseError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.defaults import server_error

from emporion.core.places import places
from emporion.core.postgresql import patience

# Seconds after which somebody may come again: a database is back soon, room has to be made.
SOON, ROOM = 5, 60
NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


def healthz(request: HttpRequest) -> JsonResponse:
    """Answer 200 as long as the process can answer at all."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> JsonResponse:
    """Answer 200 when the database answers and its tables are there, else 503."""
    try:
        with (
            places.taken(),
            patience.at_most(patience.OF_PROBES),
            connection.cursor() as cursor,
        ):
            cursor.execute("SELECT 1 FROM django_migrations")
            cursor.fetchone()
    except (DatabaseError, InterfaceError):
        return JsonResponse({"status": "the database does not answer"}, status=503)
    return JsonResponse({"status": "ok"})


def passes(error: BaseException | None) -> int:
    """Return after how many seconds to come again; 0 for a failure that does not pass by itself.

    What passes: a database that does not answer, and a disk without room, of the database or ours.
    """
    if isinstance(error, (OperationalError, InterfaceError)):
        return SOON
    return ROOM if isinstance(error, OSError) and error.errno in NO_ROOM else 0


def broken(request: HttpRequest) -> HttpResponse:
    """Answer a page that failed; 503 with `Retry-After` where the failure passes.

    The page asks the database nothing.
    """
    response = server_error(request)
    if seconds := passes(sys.exc_info()[1]):
        response.status_code = 503
        response["Retry-After"] = str(seconds)
    return response
