"""A request id on every request, and one line about each in the log."""

from __future__ import annotations

import time
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse

from emporion.core import metrics
from emporion.core.ids import new_id

log = structlog.get_logger("emporion.request")


class RequestLogMiddleware:
    """Give each request an id (in the log and in X-Request-Id) and the server's time for it.

    The path is logged without its query: a search for a person's name is nobody's business.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = new_id()
        started = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            response = self.get_response(request)
            spent = (time.perf_counter() - started) * 1000
            log.info(
                "request",
                method=request.method,
                path=request.path,
                status=response.status_code,
                ms=round(spent, 1),
            )
        metrics.requests.observe(response.status_code, spent / 1000)
        response["X-Request-Id"] = request_id
        response["Server-Timing"] = f"app;dur={spent:.1f}"
        return response
