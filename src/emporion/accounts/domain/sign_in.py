"""Let somebody in: by password, counted, or as a role of the demonstration."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.contrib.auth import authenticate, login
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from emporion.accounts.models import SignInTries, User
from emporion.accounts.rules import as_identifier
from emporion.core import journal

# Wrong tries that one name has in a window.
LIMIT = 10
# The same for an address. A hall, a hotel or a whole country's phones share one: a few people who
# mistype must not lock out the others, while a list of leaked passwords still gets nowhere.
ADDRESS_LIMIT = 500
WINDOW = timedelta(minutes=15)


class TooManyTries(Exception):
    """No more tries for now; `seconds` says how long."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"too many tries, wait {seconds} s")
        self.seconds = seconds


def try_password(request: HttpRequest, identifier: str, password: str, address: str) -> User | None:
    """Return the user if the password is theirs, None if not, whoever it is.

    The try is counted, under the name and under the address, before the password is looked at:
    guesses side by side count as well. A right password forgets the tries under its name, and
    itself under the address: a hall full of people shares one address.
    Raises TooManyTries, also for a right password and for names that nobody has.
    """
    name, place = _key("name", as_identifier(identifier)), _key("address", address)
    now = timezone.now()
    _count({name: LIMIT, place: ADDRESS_LIMIT}, now)
    # Outside of the transaction: a hash takes longer than a lock may be held.
    user = authenticate(request, username=identifier, password=password)
    if not isinstance(user, User):
        return None
    with transaction.atomic():
        SignInTries.objects.filter(key=name).delete()
        row = SignInTries.objects.select_for_update().filter(key=place).first()
        if row is not None and now.timestamp() in row.times:
            row.times.remove(now.timestamp())
            row.save(update_fields=["times"])
        _forget(now)
    return user


def let_in(request: HttpRequest, user: User) -> None:
    """Start the session of `user`, under a new session key."""
    with transaction.atomic(), journal.acting(user.actor):
        login(request, user)
        journal.record("user.sign_in", "user", user.public_id)


def _key(kind: str, text: str) -> str:
    return salted_hmac("emporion.sign-in", f"{kind}:{text}", algorithm="sha256").hexdigest()


def _count(limits: Mapping[str, int], now: datetime) -> None:
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


def _forget(now: datetime) -> None:
    """Drop rows that no longer count; those in use right now are left for another time."""
    old = SignInTries.objects.select_for_update(skip_locked=True).filter(latest__lt=now - WINDOW)
    SignInTries.objects.filter(pk__in=[row.pk for row in old[:200]]).delete()
