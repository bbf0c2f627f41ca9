"""A request id and a line in the log for each request, known methods only, and probes first."""

from __future__ import annotations

import time
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

from emporion.core import health, metrics
from emporion.core.ids import new_id

log = structlog.get_logger("emporion.request")
# What pages and programs are called with; which of them an address takes, it says itself.
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
# Who watches the machine asks here, by whatever name.
PROBES: dict[str, Callable[[HttpRequest], HttpResponse]] = {
    "/healthz": health.healthz,
    "/readyz": health.readyz,
    "/metrics": metrics.metrics,
}


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


class KnownMethodsMiddleware:
    """Refuse TRACE and whatever else nothing here is called with, before any page sees it.

    Many pages look only whether they are sent a form, and would answer all others as a reader.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in METHODS:
            return HttpResponseNotAllowed(METHODS)
        return self.get_response(request)


class ProbesMiddleware:
    """Answer the addresses of `PROBES` above all that asks for the fair's name or waits for a turn.

    A balancer asks each node by its number, which is no name of the fair, and whether it lives, not
    whether it is busy. None of the answers holds an address that the name could forge.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        probe = PROBES.get(request.path_info)
        if probe is None or request.method not in {"GET", "HEAD"}:
            return self.get_response(request)
        return probe(request)
