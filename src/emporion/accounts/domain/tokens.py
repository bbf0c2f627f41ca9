"""Tokens: what a program shows to act as its user. Made, found, counted, ended."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
import time
from collections.abc import Collection
from dataclasses import dataclass
from threading import Lock

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from emporion.accounts.domain import telling
from emporion.accounts.domain.shared import NotOpen
from emporion.accounts.models import AccessToken, User
from emporion.accounts.rules import CALLS_A_MINUTE, FIRST_LETTERS, LONGEST_DAYS, SCOPES
from emporion.core import journal
from emporion.core.text.clean import BadText, clean_text

MOST = 25
# So many calls a process counts by itself before it tells the others.
TOGETHER = 20


class TokenError(ValueError):
    """A token that cannot be made; the text says why and how to mend it."""


class TooManyCalls(Exception):
    """No more calls with this token for now; `seconds` says how long."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"too many calls, wait {seconds} s")
        self.seconds = seconds


def make_token(
    user: User, name: str, scopes: Collection[str], days: int, *, both: bool = False
) -> tuple[AccessToken, str]:
    """Make a token of `user` that is good for `days`; return its row and its secret.

    `both` says that who makes it has proved two factors, or needs none: the operator's command.
    The secret is shown this once: only its sha256 is kept. 256 bits of chance need no slow hash.
    Raises TokenError for no name, no or unknown scopes, days out of range, and too many tokens;
    NotOpen for a role of the demonstration, which everybody shares.
    """
    if user.is_demonstration:
        raise NotOpen
    try:
        name = clean_text(name, max_length=80)
    except BadText as error:
        raise TokenError(str(error)) from error
    if not name:
        raise TokenError(_("Give it a name, so that you know later which program it is."))
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown or not scopes:
        raise TokenError(_("Choose what it may do: %(known)s.") % {"known": ", ".join(SCOPES)})
    if not 1 <= days <= LONGEST_DAYS:
        raise TokenError(_("It is good for 1 to %(most)d days.") % {"most": LONGEST_DAYS})
    secret = f"{FIRST_LETTERS}{secrets.token_urlsafe(32)}"
    now = timezone.now()
    with transaction.atomic(), journal.acting(user.actor):
        User.objects.select_for_update().get(pk=user.pk)
        live = AccessToken.objects.filter(user=user, revoked_at=None, expires_at__gt=now)
        if live.count() >= MOST:
            raise TokenError(
                _("You have %(most)d already. End one of them first.") % {"most": MOST}
            )
        made = AccessToken.objects.create(
            user=user,
            name=name,
            prefix=secret[:10],
            digest=_digest(secret),
            scopes=[scope for scope in SCOPES if scope in scopes],
            both=both,
            made_at=now,
            expires_at=now + dt.timedelta(days=days),
        )
        telling.record(user, "token.make", made.scopes)
    return made, secret


def end_token(user: User, public_id: str) -> bool:
    """End a token of `user` for good; say whether there was one that was not ended."""
    with transaction.atomic(), journal.acting(user.actor):
        ended = AccessToken.objects.filter(user=user, public_id=public_id, revoked_at=None).update(
            revoked_at=timezone.now()
        )
        if ended:
            journal.record("token.end", "user", user.public_id)
    return bool(ended)


def end_tokens(user: User) -> int:
    """End every token of `user`, in the caller's transaction; return how many were good."""
    ended = AccessToken.objects.filter(user=user, revoked_at=None).update(revoked_at=timezone.now())
    if ended:
        journal.record("token.end", "user", user.public_id)
    return ended


def token_of(secret: str) -> AccessToken | None:
    """Return the token with this secret and its user, if it is good right now; one query."""
    if not secret.startswith(FIRST_LETTERS) or len(secret) > 100:
        return None
    found = AccessToken.objects.select_related("user").filter(digest=_digest(secret)).first()
    if found is None or found.revoked_at is not None or found.expires_at <= timezone.now():
        return None
    return found if found.user.is_active and not found.user.is_demonstration else None


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass
class _Count:
    """What this process knows of a token's minute: told by all, and not told yet."""

    minute: int = 0
    told: int = 0
    untold: int = 0


class Meter:
    """Counts the calls of tokens, exactly within a process and soon over all of them.

    A row written at each call would make every read a write. A process writes at a token's first
    call in a minute and then at every `TOGETHER`th, so that all processes together may let pass at
    most `TOGETHER` calls each above the limit.
    """

    def __init__(self) -> None:
        self.lock = Lock()
        self.counts: dict[int, _Count] = {}

    def count(self, token: AccessToken) -> int:
        """Count one call; return how many are left in this minute. Raises TooManyCalls."""
        now = time.time()
        minute = int(now // 60)
        with self.lock:
            known = self.counts.setdefault(token.pk, _Count())
            if known.minute != minute:
                known.minute, known.told, known.untold = minute, 0, 0
                first = True
            else:
                first = False
            if known.told + known.untold >= CALLS_A_MINUTE:
                raise TooManyCalls(max(1, 60 - int(now % 60)))
            known.untold += 1
            tell = first or known.untold >= TOGETHER
            many = known.untold
            if tell:
                known.untold = 0
            if len(self.counts) > 10_000:
                self.counts = {token.pk: known}
        if tell:
            total = _tell(token.pk, minute, many)
            with self.lock:
                if known.minute == minute:
                    known.told = max(known.told, total)
        return max(0, CALLS_A_MINUTE - known.told - known.untold)


def _tell(key: int, minute: int, calls: int) -> int:
    """Add calls to a token's minute; return how many all processes have counted in it."""
    with transaction.atomic():
        row = AccessToken.objects.select_for_update().get(pk=key)
        row.calls = calls + (row.calls if row.minute == minute else 0)
        row.minute, row.last_used_at = minute, timezone.now()
        row.save(update_fields=["minute", "calls", "last_used_at"])
    return row.calls


meter = Meter()
