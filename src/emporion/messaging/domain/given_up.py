"""What was given up: tried again or dropped by a person, who stands in the journal."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from emporion.core import journal, outbox
from emporion.core.models import OutboxRow
from emporion.messaging.domain.sending import MESSAGE
from emporion.messaging.domain.webhooks import WEBHOOK
from emporion.registry.queries import Expo

# At once, on a page or by one press.
MOST = 500


def try_again(expo: Expo, keys: Sequence[str]) -> int:
    """Have rows of an expo that were given up handed over again, with their keys; return how many.

    What is not given up (any more), or another expo's, is left as it is.
    """
    with transaction.atomic():
        rows = _locked(expo, keys)
        done = [row for row in rows if outbox.replay(row)]
        _record(expo, "try_again", done)
    return len(done)


def drop(expo: Expo, keys: Sequence[str]) -> int:
    """Forget rows of an expo that were given up, for good; return how many."""
    with transaction.atomic():
        rows = _locked(expo, keys)
        _record(expo, "drop", rows)
        OutboxRow.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return len(rows)


def _locked(expo: Expo, keys: Sequence[str]) -> list[OutboxRow]:
    wanted = OutboxRow.objects.filter(
        tenant=expo.public_id, state=OutboxRow.State.DEAD, key__in=list(keys)[:MOST]
    )
    return list(wanted.select_for_update().order_by("pk"))


def _record(expo: Expo, verb: str, rows: Sequence[OutboxRow]) -> None:
    """Say of whom and of which systems: a row itself is known by nobody."""
    for kind, noun, named in ((MESSAGE, "person", "message"), (WEBHOOK, "webhook", "webhook")):
        ids = sorted({row.payload[_WHO[kind]] for row in rows if row.kind == kind})
        if ids:
            journal.record(f"{named}.{verb}", noun, ids, tenant=expo.public_id)


_WHO = {MESSAGE: "person", WEBHOOK: "endpoint"}
