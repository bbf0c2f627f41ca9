"""Reads about the outbox, receipts and webhooks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from django.db.models import Count, Min, OuterRef, QuerySet, Subquery

from emporion.core.models import OutboxRow
from emporion.messaging.models import Delivery, Endpoint, Receipt
from emporion.registry.queries import Expo


def outbox_counts() -> list[tuple[str, str, int]]:
    """Return (kind, state, how many rows) of the outbox; one query."""
    rows = OutboxRow.objects.values_list("kind", "state").annotate(n=Count("pk"))
    return sorted((kind, state, n) for kind, state, n in rows)


def dead_rows(limit: int = 50) -> list[OutboxRow]:
    """Return the newest rows that were given up; one query."""
    return list(OutboxRow.objects.filter(state="dead").order_by("-ended_at", "-pk")[:limit])


def told_of(payload: Mapping[str, Any]) -> str:
    """Return what a row of the outbox tells of, by the name of its template or event; "" else."""
    body = payload.get("body")
    return str(payload.get("template") or (body["type"] if isinstance(body, dict) else ""))


def receipts(expo: Expo) -> list[tuple[str, str, int]]:
    """Return (carrier, outcome, how many) of an expo's messages; one query."""
    rows = Receipt.objects.filter(person__expo=expo).values_list("carrier", "outcome")
    return sorted(rows.annotate(n=Count("pk")))


def sent(
    expo: Expo, *, person: str = "", outcome: str = "", before: int = 0, limit: int = 50
) -> list[Receipt]:
    """Return what carriers said of an expo's messages, newest first, before a key; one query.

    `person` is a public id, `outcome` one of `Receipt.Outcome`; empty ones do not narrow.
    """
    found = all_sent(expo, person=person, outcome=outcome)
    if before:
        found = found.filter(pk__lt=before)
    return list(found.order_by("-pk")[:limit])


def all_sent(expo: Expo, *, person: str = "", outcome: str = "") -> QuerySet[Receipt, Receipt]:
    """Return what carriers said of an expo's messages, narrowed as `sent` is; no query yet."""
    found = Receipt.objects.filter(person__expo=expo).select_related("person")
    if person:
        found = found.filter(person__public_id=person)
    return found.filter(outcome=outcome) if outcome else found


def all_given_up(expo: Expo) -> QuerySet[OutboxRow, OutboxRow]:
    """Return all that was given up of an expo; no query yet."""
    return OutboxRow.objects.filter(tenant=expo.public_id, state=OutboxRow.State.DEAD)


def given_up(expo: Expo, *, before: int = 0, limit: int = 50) -> list[OutboxRow]:
    """Return what was given up of an expo, newest first, before a key; one query."""
    found = all_given_up(expo)
    if before:
        found = found.filter(pk__lt=before)
    return list(found.order_by("-pk")[:limit])


def given_up_since(expo: Expo) -> tuple[int, Any]:
    """Return how much of an expo was given up and since when the oldest waits; one query."""
    row = all_given_up(expo).aggregate(count=Count("pk"), since=Min("ended_at"))
    return row["count"], row["since"]


def switched_off_since(expo: Expo) -> tuple[int, Any]:
    """Return how many endpoints were switched off because they took nothing, and since when; one
    query."""
    found = Endpoint.objects.filter(expo=expo, is_active=False, failing_since__isnull=False)
    row = found.aggregate(count=Count("pk"), since=Min("failing_since"))
    return row["count"], row["since"]


def endpoints(expo: Expo) -> list[Endpoint]:
    """Return the webhook endpoints of an expo, oldest first; one query.

    Each with `last_at` and `last_status` of the newest attempt, None before there was one.
    """
    newest = Delivery.objects.filter(endpoint=OuterRef("pk")).order_by("-pk")
    found = Endpoint.objects.filter(expo=expo).annotate(
        last_at=Subquery(newest.values("at")[:1]), last_status=Subquery(newest.values("status")[:1])
    )
    return list(found.order_by("pk"))


def endpoint(expo: Expo, public_id: str) -> Endpoint | None:
    """Return an endpoint of an expo, None if there is none; one query."""
    return Endpoint.objects.filter(expo=expo, public_id=public_id).select_related("expo").first()


def waiting(endpoint: Endpoint) -> int:
    """Return how many events wait to be told to an endpoint; one query."""
    rows = OutboxRow.objects.filter(kind="webhook", lane=f"endpoint:{endpoint.public_id}")
    return rows.filter(state__in=(OutboxRow.State.WAITING, OutboxRow.State.SENDING)).count()


def all_deliveries(endpoint: Endpoint) -> QuerySet[Delivery, Delivery]:
    """Return all attempts to tell an endpoint; no query yet."""
    return Delivery.objects.filter(endpoint=endpoint)


def deliveries(endpoint: Endpoint, limit: int = 50, before: int = 0) -> list[Delivery]:
    """Return the newest attempts to tell an endpoint, before a key; one query."""
    found = all_deliveries(endpoint)
    if before:
        found = found.filter(pk__lt=before)
    return list(found.order_by("-pk")[:limit])


def states(keys: Iterable[str]) -> dict[str, str]:
    """Return {key: state} of the rows that are still in the outbox; one query."""
    found = OutboxRow.objects.filter(key__in=list(keys))
    return dict(found.values_list("key", "state"))


def endpoints_by_id(expo: Expo, public_ids: Iterable[str]) -> dict[str, str]:
    """Return {public id: host} of an expo's endpoints; one query, none for none.

    The host only: the rest of an address may be a secret of the other system.
    """
    wanted = list(public_ids)
    if not wanted:
        return {}
    found = Endpoint.objects.filter(expo=expo, public_id__in=wanted)
    return {own: urlsplit(url).hostname or "" for own, url in found.values_list("public_id", "url")}
