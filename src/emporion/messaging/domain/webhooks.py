"""Webhooks by the Standard Webhooks specification (standardwebhooks.com).

    webhook-id          the outbox row's key: the same at every attempt
    webhook-timestamp   seconds since 1970, of this attempt
    webhook-signature   v1,base64(hmac_sha256(secret, "id.timestamp.body"))

An endpoint is told of events in order. One that answers 410 is switched off, and one that has taken
nothing for days, when the next event is given up: what waits behind it would be tried for ever.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from emporion.core import journal, outbox, outgoing
from emporion.core.ids import new_id
from emporion.core.outbox import handing
from emporion.core.tenancy import scopes_disabled
from emporion.messaging.models import Delivery, Endpoint
from emporion.registry.queries import Expo

WEBHOOK = "webhook"
EVENTS = (
    "release.published",
    "request.asked",
    "request.accepted",
    "request.declined",
    "request.withdrawn",
)
# What a person sends to see whether an endpoint listens; no endpoint can leave it out.
TEST = "webhook.test"
PREFIX = "whsec_"
GONE = 410
# An endpoint that has taken nothing for so long is switched off.
HOPED = dt.timedelta(days=3)
MOST = 20


class EndpointError(ValueError):
    """An endpoint that cannot be; the text says why, `kind` in a word for pages.

    Kinds: "event" (there is none like it), "refused" (never called), "unknown" (no such host),
    "full" (too many), "off" (switched off), "gone" (nothing is kept that could be told again).
    """

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(text)
        self.kind = kind


class Failed(Exception):
    """The endpoint did not take it; later it may."""


def register(expo: Expo, url: str, events: Sequence[str] = ()) -> Endpoint:
    """Register an endpoint for some events, or all, and return it with its secret.

    Raises EndpointError for an address that is never asked, an unknown event, and too many.
    """
    look_at(url, events)
    return keep(expo, url, events)


def look_at(url: str, events: Sequence[str]) -> None:
    """Ask for the host of an address and look at the events, before anything is locked; raises
    EndpointError."""
    unknown = sorted(set(events) - set(EVENTS))
    if unknown:
        raise EndpointError(
            "event", f"There is no event {unknown[0]}; there are {', '.join(EVENTS)}."
        )
    try:
        outgoing.look_at(url)
    except outgoing.Refused as error:
        raise EndpointError("refused", f"This address cannot be told anything: {error}.") from error
    except outgoing.Unreachable as error:
        raise EndpointError("unknown", f"This address cannot be found: {error}.") from error


def keep(expo: Expo, url: str, events: Sequence[str]) -> Endpoint:
    """Keep an endpoint that was looked at, with a secret of its own; EndpointError for too many."""
    with transaction.atomic():
        # Two at once would else both find the last place free.
        Expo.objects.select_for_update().get(pk=expo.pk)
        if Endpoint.objects.filter(expo=expo).count() >= MOST:
            raise EndpointError("full", f"An expo has at most {MOST} endpoints.")
        endpoint = Endpoint.objects.create(
            expo=expo,
            url=url,
            events=sorted(set(events)),
            secret=PREFIX + base64.b64encode(secrets.token_bytes(32)).decode(),
            made_at=timezone.now(),
        )
        _record("webhook.register", endpoint, ["url", "events"])
    return endpoint


def set_active(endpoint: Endpoint, active: bool) -> None:
    """Switch an endpoint on or off; what waited for it while it was off is not told."""
    with transaction.atomic():
        locked = Endpoint.objects.select_for_update().get(pk=endpoint.pk)
        if locked.is_active == active:
            return
        locked.is_active, locked.failing_since = active, None
        locked.save(update_fields=["is_active", "failing_since"])
        _record("webhook.change", locked, ["is_active"])


def _give_up(endpoint: Endpoint, tenant: str) -> None:
    """Switch an endpoint off that takes nothing; whoever may see it finds it among what waits."""
    with scopes_disabled(), journal.acting("system", tenant=tenant), transaction.atomic():
        locked = Endpoint.objects.select_for_update().get(pk=endpoint.pk)
        if not locked.is_active:
            return
        locked.is_active = False
        locked.failing_since = locked.failing_since or timezone.now()
        locked.save(update_fields=["is_active", "failing_since"])
        _record("webhook.change", locked, ["is_active"])


def _note_answer(endpoint: Endpoint, *, is_taken: bool) -> None:
    """Note since when an endpoint takes nothing; written at the first failure and at their end."""
    if is_taken == (endpoint.failing_since is None):
        return
    endpoint.failing_since = None if is_taken else timezone.now()
    with scopes_disabled():
        found = Endpoint.objects.filter(pk=endpoint.pk, is_active=True)
        found.update(failing_since=endpoint.failing_since)


def remove(endpoint: Endpoint) -> None:
    """Forget an endpoint with its log, and what waited for it."""
    with transaction.atomic():
        _record("webhook.remove", endpoint, [])
        rows = outbox.OutboxRow.objects.filter(kind=WEBHOOK, lane__startswith=_lane(endpoint))
        rows.exclude(state=outbox.OutboxRow.State.SENDING).delete()
        endpoint.delete()


def call_to_test(endpoint: Endpoint) -> str:
    """Tell one endpoint of `webhook.test`, before what waits for it; return the key of the call.

    Raises EndpointError for one that is switched off.
    """
    with transaction.atomic():
        locked = Endpoint.objects.select_for_update().get(pk=endpoint.pk)
        if not locked.is_active:
            raise EndpointError("off", "The endpoint is switched off.")
        row = outbox.put(
            WEBHOOK,
            {"endpoint": locked.public_id, "body": _body(TEST, {"endpoint": locked.public_id})},
            lane=f"{_lane(locked)}:test",
            key=f"msg_{new_id()}{new_id()}_{locked.public_id}",
            tenant=locked.expo.public_id,
        )
        _record("webhook.test", locked, [])
    return row.key


def tell_again(endpoint: Endpoint, key: str) -> None:
    """Have an event that is over told again, with the same id.

    Raises EndpointError where it is not kept any more, or not over yet, or the endpoint is off.
    """
    with transaction.atomic():
        locked = Endpoint.objects.select_for_update().get(pk=endpoint.pk)
        if not locked.is_active:
            raise EndpointError("off", "The endpoint is switched off.")
        found = outbox.OutboxRow.objects.filter(
            kind=WEBHOOK, key=key, lane__startswith=_lane(locked)
        )
        row = found.select_for_update().first()
        if row is None or not outbox.replay(row):
            raise EndpointError("gone", "There is nothing to tell again.")
        _record("webhook.replay", locked, [])


def _lane(endpoint: Endpoint) -> str:
    return f"endpoint:{endpoint.public_id}"


def _body(event: str, data: dict[str, Any]) -> dict[str, Any]:
    return {"type": event, "timestamp": timezone.now().isoformat(), "data": data}


def emit(expo: Expo, event: str, data: Callable[[], dict[str, Any]]) -> None:
    """Tell the expo's endpoints of an event, in the caller's transaction.

    `data` gives ids and states, never a person's values; it is asked only where somebody listens.
    One query where nobody does.
    """
    if event not in EVENTS:
        raise ValueError(f"The event {event} is not declared.")
    active = Endpoint.objects.filter(expo=expo, is_active=True).order_by("pk")
    listening = [each for each in active if not each.events or event in each.events]
    if not listening:
        return
    payload = _body(event, data())
    event_id = new_id() + new_id()
    for endpoint in listening:
        outbox.put(
            WEBHOOK,
            {"endpoint": endpoint.public_id, "body": payload},
            lane=_lane(endpoint),
            key=f"msg_{event_id}_{endpoint.public_id}",
            tenant=expo.public_id,
        )


def signature(secret: str, key: str, timestamp: int, body: bytes) -> str:
    """Return the signature of one attempt, version 1 of the specification."""
    signed = f"{key}.{timestamp}.".encode() + body
    raw = base64.b64decode(secret.removeprefix(PREFIX))
    return "v1," + base64.b64encode(hmac.new(raw, signed, hashlib.sha256).digest()).decode()


@outbox.carrier(WEBHOOK)
def deliver(row: outbox.OutboxRow) -> outbox.Finish:
    """Tell one endpoint of one event."""
    with scopes_disabled():
        endpoint = Endpoint.objects.filter(public_id=row.payload["endpoint"]).first()
    if endpoint is None or not endpoint.is_active:
        raise outbox.Undeliverable("the endpoint is gone or switched off")
    body = json.dumps(row.payload["body"], ensure_ascii=False, separators=(",", ":")).encode()
    now = int(timezone.now().timestamp())
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Emporion",
        "webhook-id": row.key,
        "webhook-timestamp": str(now),
        "webhook-signature": signature(endpoint.secret, row.key, now, body),
    }
    status, reason = 0, ""
    try:
        status = outgoing.request("POST", endpoint.url, body, headers).status
    except (outgoing.Refused, outgoing.Unreachable) as error:
        reason = str(error)
    _log(endpoint, row, status, reason)
    is_taken = 200 <= status < 300
    _note_answer(endpoint, is_taken=is_taken)
    if is_taken:
        return None
    if status == GONE:
        _give_up(endpoint, row.tenant)
        raise outbox.Undeliverable("the endpoint answered 410")
    since = endpoint.failing_since
    if row.attempt > len(handing.PAUSES) and since is not None and timezone.now() - since > HOPED:
        _give_up(endpoint, row.tenant)
    raise Failed


def _log(endpoint: Endpoint, row: outbox.OutboxRow, status: int, reason: str) -> None:
    with scopes_disabled():
        Delivery.objects.create(
            endpoint=endpoint,
            key=row.key,
            event=row.payload["body"]["type"],
            attempt=row.attempt,
            status=status,
            reason=reason[:200],
            at=timezone.now(),
        )


def _record(action: str, endpoint: Endpoint, fields: list[str]) -> None:
    tenant = endpoint.expo.public_id
    journal.record(action, "webhook", endpoint.public_id, fields=fields, tenant=tenant)
