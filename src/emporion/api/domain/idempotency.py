"""A write under a key has its effect once, however often it is sent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils import timezone

from emporion.api.models import IdempotencyKey

KEPT = dt.timedelta(hours=24)


class OtherRequest(ValueError):
    """The key came with another request before."""


def once(
    owner: str, key: str, digest: str, do: Callable[[], tuple[int, Any]]
) -> tuple[int, Any, bool]:
    """Return what `do` answers, as (status, plain JSON), or what it answered the first time.

    The third value says whether it was answered before. The key and the effect are one transaction,
    the key first: of two that come at once the second waits for the first and gets its answer.
    What raises leaves no key, so that it can be sent again. Raises OtherRequest when the key came
    with another `digest`.
    """
    now = timezone.now()
    with transaction.atomic():
        mine = IdempotencyKey(owner=owner, key=key, digest=digest, made_at=now)
        IdempotencyKey.objects.filter(owner=owner, made_at__lt=now - KEPT).delete()
        IdempotencyKey.objects.bulk_create([mine], ignore_conflicts=True)
        kept = IdempotencyKey.objects.select_for_update().get(owner=owner, key=key)
        if kept.nonce != mine.nonce:
            if kept.digest != digest:
                raise OtherRequest(key)
            return kept.status, kept.answer, True
        kept.status, kept.answer = do()
        kept.save(update_fields=["status", "answer"])
    return kept.status, kept.answer, False
