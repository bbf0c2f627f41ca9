"""A write under a key has its effect once, however often it is sent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone

from emporion.api.models import IdempotencyKey

KEPT = dt.timedelta(hours=24)
# In place of the status of an answer that was forgotten; a key that others see has another one.
_GONE = 0


class OtherRequest(ValueError):
    """The key came with another request before."""


class AnswerGone(ValueError):
    """The write was done; what was answered named somebody who is erased by now."""


def once(
    owner: str, key: str, digest: str, do: Callable[[], tuple[int, Any]], *, tenant: str = ""
) -> tuple[int, Any, bool]:
    """Return what `do` answers, as (status, plain JSON), or what it answered the first time.

    The third value says whether it was answered before. The key and the effect are one transaction,
    the key first: of two that come at once the second waits for the first and gets its answer.
    What raises leaves no key, so that it can be sent again. Raises OtherRequest when the key came
    with another `digest`, AnswerGone when the first answer is kept no more. `tenant` is the public
    id of the expo that is written to, "" for none.
    """
    now = timezone.now()
    with transaction.atomic():
        mine = IdempotencyKey(owner=owner, key=key, digest=digest, tenant=tenant, made_at=now)
        IdempotencyKey.objects.filter(owner=owner, made_at__lt=now - KEPT).delete()
        IdempotencyKey.objects.bulk_create([mine], ignore_conflicts=True)
        kept = IdempotencyKey.objects.select_for_update().get(owner=owner, key=key)
        if kept.nonce != mine.nonce:
            if kept.digest != digest:
                raise OtherRequest(key)
            if kept.status == _GONE:
                raise AnswerGone(key)
            return kept.status, kept.answer, True
        kept.status, kept.answer = do()
        kept.save(update_fields=["status", "answer"])
    return kept.status, kept.answer, False


def forget(keys: Iterable[int]) -> int:
    """Forget what was answered under the keys with these primary keys; return how many there are.

    The keys stay: what was done under them is not done again.
    """
    return IdempotencyKey.objects.filter(pk__in=list(keys)).update(status=_GONE, answer=None)
