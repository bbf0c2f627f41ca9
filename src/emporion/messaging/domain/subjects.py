"""What of messages and webhooks can be taken out of an edition: who and how, never the words."""

from __future__ import annotations

from emporion.core.models import OutboxRow
from emporion.core.tabular.subjects import Column, Subject, subject
from emporion.messaging.models import Delivery, Endpoint, Receipt
from emporion.registry.domain import roles

SUBJECTS: tuple[Subject, ...] = (
    subject(
        "messages",
        ["messaging.Receipt"],
        roles.OUTGOING,
        (
            Column("Person id", "person__public_id"),
            Column("Message", "template"),
            Column("Carrier", "carrier"),
            Column("Outcome", "outcome"),
            Column("Reason", "reason"),
            Column("At", "at"),
        ),
        lambda asked: Receipt.objects.filter(person__expo=asked.edition.expo),
    ),
    subject(
        "given-up",
        ["core.OutboxRow"],
        roles.OUTGOING,
        (
            Column("Key", "key"),
            Column("Kind", "kind"),
            Column("Attempts", "attempt"),
            Column("Reason", "cause"),
            Column("Made at", "made_at"),
            Column("Ended at", "ended_at"),
        ),
        lambda asked: OutboxRow.objects.filter(
            tenant=asked.edition.expo.public_id, state=OutboxRow.State.DEAD
        ),
    ),
    subject(
        "webhooks",
        ["messaging.Endpoint"],
        roles.CONNECT,
        (
            Column("Id", "public_id"),
            Column("Address", "url"),
            Column("Events", "events"),
            Column("Active", "is_active"),
            Column("Failing since", "failing_since"),
            Column("Made at", "made_at"),
        ),
        lambda asked: Endpoint.objects.filter(expo=asked.edition.expo),
    ),
    subject(
        "deliveries",
        ["messaging.Delivery"],
        roles.CONNECT,
        (
            Column("Webhook id", "endpoint__public_id"),
            Column("Key", "key"),
            Column("Event", "event"),
            Column("Attempt", "attempt"),
            Column("Status", "status"),
            Column("Reason", "reason"),
            Column("At", "at"),
        ),
        lambda asked: Delivery.objects.filter(endpoint__expo=asked.edition.expo),
    ),
)
