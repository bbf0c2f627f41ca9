"""Reads about the outbox, receipts and webhooks."""

from __future__ import annotations

from django.db.models import Count

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


def receipts(expo: Expo) -> list[tuple[str, str, int]]:
    """Return (carrier, outcome, how many) of an expo's messages; one query."""
    rows = Receipt.objects.filter(person__expo=expo).values_list("carrier", "outcome")
    return sorted(rows.annotate(n=Count("pk")))


def endpoints(expo: Expo) -> list[Endpoint]:
    """Return the webhook endpoints of an expo, oldest first; one query."""
    return list(Endpoint.objects.filter(expo=expo).order_by("pk"))


def deliveries(endpoint: Endpoint, limit: int = 50) -> list[Delivery]:
    """Return the newest attempts to tell an endpoint; one query."""
    return list(Delivery.objects.filter(endpoint=endpoint).order_by("-pk")[:limit])
