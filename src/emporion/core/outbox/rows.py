"""Rows of the outbox: put there, and put back by a person."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from emporion.core.ids import new_id
from emporion.core.models import OutboxRow

State = OutboxRow.State
# Letters of the longest key that is kept as it is, and of the digest at the end of a longer one.
LONGEST, DIGEST = 80, 32
# So often a row about one thing is looked for again that another transaction wrote meanwhile.
ROUNDS = 5


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
    is the first one, so that a job that is begun again tells nothing twice; of one that is longer
    than `LONGEST` the end is a digest of the whole. `merge` names what the
    row is about: one about the same that waits and was never tried gets this payload instead of
    another row. Not handed over before `after`. Raises RuntimeError outside a transaction.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("A row of the outbox is written in the transaction that it tells of.")
    now = timezone.now()
    defaults = {
        "kind": kind,
        "lane": lane,
        "merge": merge,
        "tenant": tenant,
        "payload": payload,
        "made_at": now,
        "next_at": after or now,
    }
    key = _kept(key) or f"{kind}_{new_id()}{new_id()}"
    rounds = ROUNDS if merge else 1
    while True:
        row = _waiting(kind, merge) if merge else None
        if row is not None:
            row.payload = payload
            row.save(update_fields=["payload"])
            return row
        try:
            return OutboxRow.objects.get_or_create(key=key, defaults=defaults)[0]
        except IntegrityError:
            # Another transaction told of the same in this moment: its row waits by now, unless
            # it was taken to be handed over already, and then there is room for ours.
            rounds -= 1
            if not rounds:
                raise


def _kept(key: str) -> str:
    """Return a key as it is stored: two long ones that begin alike stay two."""
    if len(key) <= LONGEST:
        return key
    return f"{key[: LONGEST - DIGEST]}{hashlib.sha256(key.encode()).hexdigest()[:DIGEST]}"


def _waiting(kind: str, merge: str) -> OutboxRow | None:
    """Return the row about one thing that waits and was never tried, locked; None without."""
    found = OutboxRow.objects.filter(kind=kind, merge=merge, state=State.WAITING, attempt=0)
    return found.select_for_update().first()


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
            is_behind=False,
        )
    )
