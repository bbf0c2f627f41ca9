"""Rows of the outbox: put there, and put back by a person."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils import timezone

from emporion.core.ids import new_id
from emporion.core.models import OutboxRow

State = OutboxRow.State


def put(
    kind: str,
    payload: dict[str, Any],
    *,
    lane: str,
    key: str = "",
    merge: str = "",
    tenant: str = "",
    after: dt.datetime | None = None,
) -> OutboxRow:
    """Put a row into the outbox, in the caller's transaction, and return it.

    `key` is what the row is known by everywhere (made here if there is none); a second row with it
    is the first one, so that a job that is begun again tells nothing twice. `merge` names what the
    row is about: one about the same that waits and was never tried gets this payload instead of
    another row. Not handed over before `after`. Raises RuntimeError outside a transaction.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("A row of the outbox is written in the transaction that it tells of.")
    if merge:
        waiting = OutboxRow.objects.select_for_update().filter(
            kind=kind, merge=merge, state=State.WAITING, attempt=0
        )
        row = waiting.first()
        if row is not None:
            row.payload = payload
            row.save(update_fields=["payload"])
            return row
    now = timezone.now()
    row, _ = OutboxRow.objects.get_or_create(
        key=key or f"{kind}_{new_id()}{new_id()}",
        defaults={
            "kind": kind,
            "lane": lane,
            "merge": merge,
            "tenant": tenant,
            "payload": payload,
            "made_at": now,
            "next_at": after or now,
        },
    )
    return row


def replay(row: OutboxRow) -> bool:
    """Have a row that is done or dead handed over again, with its own key; False for another."""
    return bool(
        OutboxRow.objects.filter(pk=row.pk, state__in=(State.DONE, State.DEAD)).update(
            state=State.WAITING,
            attempt=0,
            merge="",
            cause="",
            next_at=timezone.now(),
            ended_at=None,
        )
    )
