"""Tries are counted, under a name and under an address: guessing ends soon, whoever guesses."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.crypto import salted_hmac

from emporion.accounts.models import SignInTries

WINDOW = timedelta(minutes=15)


class TooManyTries(Exception):
    """No more tries for now; `seconds` says how long."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"too many tries, wait {seconds} s")
        self.seconds = seconds


def key(kind: str, text: str) -> str:
    """Return what tries under `text` are counted by; nobody reads the text out of it."""
    return salted_hmac("emporion.sign-in", f"{kind}:{text}", algorithm="sha256").hexdigest()


def count(limits: Mapping[str, int], now: datetime) -> None:
    """Count one try under each key, or raise TooManyTries and count nothing.

    `limits` says how many tries each key has in a window.
    """
    since = (now - WINDOW).timestamp()
    with transaction.atomic():
        SignInTries.objects.bulk_create(
            (SignInTries(key=key, latest=now) for key in sorted(limits)), ignore_conflicts=True
        )
        # In one order, so that two tries never wait for each other.
        rows = list(SignInTries.objects.select_for_update().filter(key__in=limits).order_by("key"))
        for row in rows:
            row.times = [at for at in row.times if at > since]
        full = [row.times[-limits[row.key]] for row in rows if len(row.times) >= limits[row.key]]
        if full:
            raise TooManyTries(max(1, math.ceil(max(full) - since)))
        for row in rows:
            row.times.append(now.timestamp())
            row.latest = now
            row.save(update_fields=["times", "latest"])


def clear(key: str) -> None:
    """Forget the tries under one key: a right one was among them. In the caller's transaction."""
    SignInTries.objects.filter(key=key).delete()


def forget(now: datetime) -> None:
    """Drop rows that no longer count; those in use right now are left for another time."""
    old = SignInTries.objects.select_for_update(skip_locked=True).filter(latest__lt=now - WINDOW)
    SignInTries.objects.filter(pk__in=[row.pk for row in old[:200]]).delete()
