"""A request id and a line in the log for each request, known methods only, and probes first."""

from __future__ import annotations

import time
from collections.abc import Callable

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse

from emporion.core import health, metrics
from emporion.core.ids import new_id

log = structlog.get_logger("emporion.request")
# Below it programs are answered, and no readers.
PROGRAMS = "/api/"
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
                **_refused(request, response),
            )
        metrics.requests.observe(response.status_code, spent / 1000)
        response["X-Request-Id"] = request_id
        response["Server-Timing"] = f"app;dur={spent:.1f}"
        return response


def _refused(request: HttpRequest, response: HttpResponse) -> dict[str, str]:
    """Return who was refused what they may not do, by public id; nothing of other answers."""
    user = getattr(request, "user", None) if response.status_code == 403 else None
    actor = getattr(user, "actor", "")
    return {"by": actor} if actor else {}


class EncryptedMiddleware:
    """Refuse programs that call by HTTP where readers are led to HTTPS; it stands above that.

    A program that is led on goes on sending its token in the clear, and nobody notices.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        led = settings.SECURE_SSL_REDIRECT and not request.is_secure()
        if not led or not request.path_info.startswith(PROGRAMS):
            return self.get_response(request)
        told = {
            "type": "about:blank",
            "title": "Forbidden",
            "status": 403,
            "detail": "Call by https. End the token that was shown: it went unencrypted.",
        }
        return JsonResponse(told, status=403, content_type="application/problem+json")


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
