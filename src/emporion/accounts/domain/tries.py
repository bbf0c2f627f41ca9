"""Tries are counted under a name from one source, and under the source: guessing ends soon.

Never under a name alone: then anybody could lock its owner out from everywhere. What comes under a
name from everywhere is only watched; once it is much, each source has fewer tries (`few`).
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.utils.crypto import salted_hmac

from emporion.accounts.models import SignInTries
from emporion.accounts.rules import as_site

log = structlog.get_logger("emporion.sign_in")
WINDOW, DAY = timedelta(minutes=15), timedelta(days=1)
# So many times the tries of a network of IPv6 has the site it lies in (`rules.as_site`).
SITE = 4
# So many tries that are watched are remembered; more says nothing new.
WATCHED = 100


class TooManyTries(Exception):
    """No more tries for now; `seconds` says how long."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"too many tries, wait {seconds} s")
        self.seconds = seconds


def key(kind: str, text: str) -> str:
    """Return what tries under `text` are counted by; nobody reads the text out of it."""
    return salted_hmac("emporion.sign-in", f"{kind}:{text}", algorithm="sha256").hexdigest()


def places(kind: str, text: str, source: str, most: int) -> dict[str, int]:
    """Return limits under a text ("" for whatever text) by its source, and by the site of that."""
    limits = {key(kind, f"{text} {source}" if text else source): most}
    if site := as_site(source):
        limits[key(f"{kind}-site", f"{text} {site}")] = most * SITE
    return limits


def count(
    limits: Mapping[str, int],
    now: datetime,
    *,
    watched: Collection[str] = (),
    window: timedelta = WINDOW,
) -> None:
    """Count one try under each key, or raise TooManyTries and count nothing.

    `limits` says how many tries each key has in a window, a day at most; those of `watched` never
    run out.
    """
    since = (now - window).timestamp()
    keys = sorted({*limits, *watched})
    with transaction.atomic():
        SignInTries.objects.bulk_create(
            (SignInTries(key=key, latest=now) for key in keys), ignore_conflicts=True
        )
        # In one order, so that two tries never wait for each other.
        rows = list(SignInTries.objects.select_for_update().filter(key__in=keys).order_by("key"))
        for row in rows:
            row.times = [at for at in row.times if at > since]
            if row.key not in limits:
                row.times = row.times[-WATCHED:]
        full = [
            row.times[-limits[row.key]]
            for row in rows
            if row.key in limits and len(row.times) >= limits[row.key]
        ]
        if full:
            log.warning("sign_in.too_many")
            raise TooManyTries(max(1, math.ceil(max(full) - since)))
        for row in rows:
            row.times.append(now.timestamp())
            row.latest = now
            row.save(update_fields=["times", "latest"])


def few(watched: str, now: datetime, *, usual: int, many: int, then: int) -> int:
    """Return how many tries a source has: `usual`, and `then` while `many` come from everywhere."""
    since = (now - WINDOW).timestamp()
    row = SignInTries.objects.filter(key=watched).first()
    came = sum(at > since for at in row.times) if row else 0
    return then if came >= many else usual


def clear(*keys: str) -> None:
    """Forget the tries under some keys: a right one was among them. In the caller's transaction."""
    SignInTries.objects.filter(key__in=keys).delete()


def take_back(keys: Collection[str], now: datetime) -> None:
    """Forget the try counted at `now` under some keys. In the caller's transaction."""
    rows = SignInTries.objects.select_for_update().filter(key__in=list(keys)).order_by("key")
    for row in rows:
        if now.timestamp() in row.times:
            row.times.remove(now.timestamp())
            row.save(update_fields=["times"])


def forget(now: datetime) -> None:
    """Drop rows that no longer count; those in use right now are left for another time."""
    old = SignInTries.objects.select_for_update(skip_locked=True).filter(latest__lt=now - DAY)
    SignInTries.objects.filter(pk__in=[row.pk for row in old[:200]]).delete()
