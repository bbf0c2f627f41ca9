"""What carriers say afterwards, by calls to this server: each signed, none heard twice.

The gateway of text messages and the mail server sign as Standard Webhooks says, with a secret that
both sides know; WhatsApp as Meta does. A carrier without a secret in the settings has no address.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from emporion.messaging.domain import reports, webhooks
from emporion.messaging.domain.reports import Report

# Seconds by which the other clock may differ; an older call is an old one sent again.
TOLERANCE = 300
MOST_BYTES = 256 * 1024
STATES = {"delivered": "delivered", "read": "read", "failed": "lost", "bounced": "lost"}


def secret_of(carrier: str, name: str = "callback") -> str:
    """Return a secret of a carrier; no such page where none is set."""
    found = str(settings.MESSAGING.get(carrier, {}).get(name, ""))
    if not found:
        raise Http404
    return found


def body_of(request: HttpRequest) -> bytes | None:
    """Return the body of a call, None for one that is too large to be one."""
    if int(request.headers.get("Content-Length") or 0) > MOST_BYTES:
        return None
    return request.body


@csrf_exempt  # Signed by the carrier; it has no session.
@require_POST
def sms(request: HttpRequest) -> HttpResponse:
    """`{"id": our key, "state": "delivered" | "failed", "reason"}`, or a list of them."""
    return _signed(request, "sms", lambda one: {"key": str(one.get("id", ""))[:80]})


@csrf_exempt
@require_POST
def mail(request: HttpRequest) -> HttpResponse:
    """`{"id": Message-ID, "state": "delivered" | "bounced" | "complained"}`, or a list of them."""
    return _signed(request, "mail", lambda one: {"remote": str(one.get("id", ""))[:200]})


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def whatsapp(request: HttpRequest) -> HttpResponse:
    """Meta's webhook: a GET proves to them that this address is ours, a POST brings statuses."""
    secret = secret_of("whatsapp")
    if request.method != "POST":
        word = secret_of("whatsapp", "callback_word")
        challenge = request.GET.get("hub.challenge", "")[:200]
        if not constant_time_compare(request.GET.get("hub.verify_token", ""), word):
            return HttpResponse(status=403)
        return HttpResponse(challenge, content_type="text/plain; charset=utf-8")
    body = body_of(request)
    if body is None:
        return HttpResponse(status=413)
    made = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    if not constant_time_compare(request.headers.get("X-Hub-Signature-256", ""), made):
        return HttpResponse(status=401)
    told = _json(body)
    if told is None:
        return HttpResponse(status=400)
    reports.hear("whatsapp", hashlib.sha256(body).hexdigest(), list(_statuses(told)))
    return HttpResponse(status=200)


def _signed(
    request: HttpRequest, carrier: str, named: Callable[[dict[str, Any]], dict[str, str]]
) -> HttpResponse:
    secret = secret_of(carrier)
    body = body_of(request)
    if body is None:
        return HttpResponse(status=413)
    call, stamp = (request.headers.get(f"webhook-{name}", "") for name in ("id", "timestamp"))
    if not call or not stamp.isascii() or not stamp.isdigit() or len(stamp) > 12:
        return HttpResponse(status=401)
    if abs(time.time() - int(stamp)) > TOLERANCE:
        return HttpResponse(status=401)
    made = webhooks.signature(secret, call, int(stamp), body)
    # Of several signatures, while a secret is changed, one is enough.
    given = request.headers.get("webhook-signature", "").split()
    if not any(constant_time_compare(one, made) for one in given):
        return HttpResponse(status=401)
    told = _json(body)
    rows = told if isinstance(told, list) else [told]
    if not all(isinstance(one, dict) for one in rows):
        return HttpResponse(status=400)
    found = [
        Report(
            STATES.get(str(one.get("state")), str(one.get("state"))),
            reason=str(one.get("reason", ""))[:200],
            **named(one),
        )
        for one in rows
    ]
    try:
        reports.hear(carrier, call, found, strict=True)
    except reports.Unknown:
        return HttpResponse(status=404)
    return HttpResponse(status=204)


def _statuses(told: Any) -> Iterator[Report]:
    """Yield what a call of Meta says of messages; whatever else it says is left aside."""
    for entry in _rows(told, "entry"):
        for change in _rows(entry, "changes"):
            value = change.get("value")
            for one in _rows(value, "statuses"):
                state = STATES.get(str(one.get("status")))
                errors = _rows(one, "errors")
                code = errors[0].get("code") if errors else ""
                if state:
                    reason = f"WhatsApp answered {code}" if state == "lost" else ""
                    # Our own key comes back, which is known before they have named the message.
                    key = str(one.get("biz_opaque_callback_data", ""))[:80]
                    remote = str(one.get("id", ""))[:200]
                    yield Report(state, key=key, remote=remote, reason=reason)


def _rows(of: Any, name: str) -> list[dict[str, Any]]:
    found = of.get(name) if isinstance(of, dict) else None
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None
