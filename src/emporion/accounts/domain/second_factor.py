"""A second factor: an authenticator app, and codes on paper for the day its phone is lost.

Who has one proves it after the password or code, before the session begins. Those who run an expo
and officers of delegations need one, unless `SECOND_FACTOR` is "none" as in a demonstration:
without one they are led to set it up, and do nothing of their post.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TypeGuard

import structlog
from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from emporion.accounts.domain import (
    carriers,
    devices,
    guesses,
    posts,
    sessions,
    telling,
    totp,
    tries,
)
from emporion.accounts.domain.shared import NotOpen
from emporion.accounts.domain.tokens import end_tokens
from emporion.accounts.models import Authenticator, Passkey, RecoveryCode, User
from emporion.core import journal

log = structlog.get_logger("emporion.sign_in")
# In the session: that both factors were proved.
BOTH = "both"
# Codes that are tried in a quarter of an hour from one place, or in one browser that proved both
# before, and wrong ones in such a browser in a day (`guesses` has those of strangers). Only who has
# proved the first factor tries any.
LIMIT, DAILY = 10, 20
RECOVERY_CODES = 10
# No letters that look alike, twelve of them: 58 bits.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


class WrongCode(ValueError):
    """The app does not show this code now; nothing was changed."""


def has_one(user: User) -> bool:
    """Whether `user` has to prove a second factor; two queries at most."""
    return (
        Authenticator.objects.filter(user=user).exists()
        or Passkey.objects.filter(user=user).exists()
    )


def has_app(user: User) -> bool:
    """Whether `user` has an authenticator app; one query."""
    return Authenticator.objects.filter(user=user).exists()


def recovery_left(user: User) -> int:
    """Return how many codes on paper `user` has left."""
    return RecoveryCode.objects.filter(user=user, used_at=None).count()


def set_up(request: HttpRequest, user: User, secret: str, typed: str, address: str) -> list[str]:
    """Take `secret` for the app of `user` if `typed` is its code; return new codes for paper.

    Raises WrongCode, TooManyTries, and NotOpen in a session of one factor where there are two.
    """
    tries.count({tries.key("set-up", user.public_id): LIMIT}, timezone.now())
    step = totp.step_of(secret, _digits(typed), time.time())
    if step is None:
        raise WrongCode
    drawn = _draw_paper(user)
    with transaction.atomic(), journal.acting(user.actor):
        settle(request, user)
        Authenticator.objects.update_or_create(
            user=user,
            defaults={
                "secret": _seal(secret),
                "last_step": step,
                "wrong": [],
                "made_at": timezone.now(),
            },
        )
        codes = _keep_paper(user, drawn)
        telling.record(user, "user.set_factor", ["app"])
    request.session[BOTH] = True
    return codes


def remove_app(request: HttpRequest, user: User) -> bool:
    """Forget the app of `user`, and without a passkey the codes on paper; say whether it was.

    Raises NotOpen in a session of one factor.
    """
    with transaction.atomic(), journal.acting(user.actor):
        refuse_one_factor(request, user)
        gone, _each = Authenticator.objects.filter(user=user).delete()
        if gone:
            if not Passkey.objects.filter(user=user).exists():
                RecoveryCode.objects.filter(user=user).delete()
            telling.record(user, "user.remove_factor", ["app"])
            unsettle(request, user)
    return bool(gone)


def proved_all(request: HttpRequest, user: User) -> bool:
    """Whether this session proved all factors `user` has; two queries at most, none after both."""
    return bool(request.session.get(BOTH)) or not has_one(user)


def refuse_one_factor(request: HttpRequest, user: User) -> None:
    """Raise NotOpen in a session that did not prove all factors of `user`; lock them till the end.

    Pages ask before; this sees what was set up between that look and the change.
    """
    User.objects.select_for_update().get(pk=user.pk)
    if not proved_all(request, user):
        raise NotOpen(_("Sign in once more, with both factors."))


def may_begin(request: HttpRequest, user: User) -> bool:
    """Whether this session may set up the first second factor of `user`: a code let it in.

    Whoever has stolen the password would else keep its owner out. Where no code reaches the user
    the password has to do, and `emporion doctor` says so.
    """
    return sessions.came_by_code(request) or not carriers.kinds_of(user)


def settle(request: HttpRequest, user: User) -> None:
    """End what one factor let in before the first second one of `user` is kept; one transaction.

    Whoever knew the password may be in, or have made tokens. Raises NotOpen (`refuse_one_factor`),
    also for the first one in a session that may not begin with it (`may_begin`).
    """
    refuse_one_factor(request, user)
    if not has_one(user):
        if not may_begin(request, user):
            raise NotOpen(_("Sign in with a code that is sent to you first."))
        sessions.end_others(user, request.session.session_key)
        end_tokens(user)


def unsettle(request: HttpRequest, user: User) -> None:
    """End what was proved by the last factor of `user`, in the transaction that removed one.

    This session has then proved one factor; the others end.
    """
    if has_one(user):
        return
    request.session.pop(BOTH, None)
    sessions.end_others(user, request.session.session_key)


def new_recovery_codes(request: HttpRequest, user: User) -> list[str]:
    """Make new codes for paper; the old ones open nothing any more. Raises NotOpen as above."""
    drawn = _draw_paper(user)
    with transaction.atomic(), journal.acting(user.actor):
        refuse_one_factor(request, user)
        codes = _keep_paper(user, drawn)
        telling.record(user, "user.set_factor", ["recovery"])
    return codes


def try_second(user: User, typed: str, address: str, device: str = "") -> bool:
    """Whether `typed` is a code that the app of `user` shows now, or one on paper; each used once.

    Counted from each `address`, and for the app from all together (`guesses`); apart from these in
    a browser that proved both before, which `device` shows (`devices`). So whoever has stolen the
    first factor leaves tries to the owner, and all codes on paper. Raises TooManyTries.
    """
    now, digits = timezone.now(), _digits(typed)
    of_app = len(digits) <= totp.DIGITS and not any(one.isalpha() for one in typed)
    known = devices.known(user, device) if of_app and device else ""
    short, long = _count(user, "app" if of_app else "paper", address, known, now)
    # The hash takes longer than a lock may be held.
    kept_as = [] if of_app else _kept_as(user, typed)
    place = "" if known else guesses.place_of(user, address)
    with transaction.atomic():
        found = _try_app(user, digits, now, place) if of_app else _try_paper(user, kept_as)
        if found:
            tries.clear(*short)
            tries.take_back(long, now)
    if not found:
        log.info("sign_in.refused", way="app" if of_app else "paper")
    return found


def is_asked_of(user: object) -> TypeGuard[User]:
    """Whether `user` needs a second factor for a post; the roles of the demonstration never do."""
    if settings.SECOND_FACTOR == "none" or not isinstance(user, User):
        return False
    return not user.is_demonstration


def is_settled(request: HttpRequest) -> bool:
    """Whether somebody with a post may go on: no second factor is asked for, or it is proved.

    One query, and none where none is asked for or it was proved.
    """
    user = request.user
    if not is_asked_of(user):
        return True
    token = getattr(request, "token", None)
    if token and has_one(user):
        # One that the password alone made is no proof of the second factor.
        return bool(token.both)
    if token:
        return due(user) > timezone.now()
    if request.session.get(BOTH):
        return True
    return not has_one(user) and due(user) > timezone.now()


def is_missing(user: User) -> bool:
    """Whether `user` has a post, and has to set up a second factor before anything of it."""
    if user.factor_due_at is None or not is_asked_of(user):
        return False
    return timezone.now() >= user.factor_due_at and not has_one(user)


def asks_no_more(user: User) -> None:
    """Note that `user` has left a post: the last one, or the days of grace are not begun again.

    Another post asks again at its first page.
    """
    if not posts.holds_one(user):
        User.objects.filter(pk=user.pk).update(factor_due_at=None)


def due(user: User) -> datetime:
    """Return from when on `user` needs a second factor; the days of grace begin with the first ask.

    Called when somebody is given a post, so that their next sign-in leads them to set one up.
    """
    if user.factor_due_at is None:
        with transaction.atomic():
            locked = User.objects.select_for_update().get(pk=user.pk)
            if locked.factor_due_at is None:
                days = timedelta(days=settings.SECOND_FACTOR_GRACE_DAYS)
                locked.factor_due_at = timezone.now() + days
                locked.save(update_fields=["factor_due_at"])
        user.factor_due_at = locked.factor_due_at
    return user.factor_due_at or timezone.now()


def _count(
    user: User, way: str, address: str, known: str, now: datetime
) -> tuple[set[str], set[str]]:
    """Count a try on its place, or on its known browser; raises TooManyTries.

    Returns the keys for a quarter of an hour, which a right one clears, and those for a day.
    """
    if not known:
        limits = tries.places(f"second-{way}", user.public_id, address, LIMIT)
        tries.count(limits, now)
        return set(limits), set()
    short, long = (tries.key(f"second-{name}", known) for name in ("browser", "browser-day"))
    tries.count({short: LIMIT}, now)
    tries.count({long: DAILY}, now, window=tries.DAY)
    return {short}, {long}


def _try_app(user: User, digits: str, now: datetime, place: str) -> bool:
    """Whether the app shows these digits; wrong ones from a `place` are noted, "" for a known one.

    A right one forgives none of them: who guesses in the owner's own network stays counted.
    """
    app = Authenticator.objects.select_for_update().filter(user=user).first()
    secret = _open(app.secret) if app else ""
    if app is None or not secret:
        return False
    wrong = guesses.kept(app.wrong, now)
    if place and (seconds := guesses.seconds_to_wait(wrong, place, now)):
        raise tries.TooManyTries(seconds)
    step = totp.step_of(secret, digits, time.time(), after=app.last_step)
    if step is not None:
        app.last_step = step
    elif place:
        wrong.append((now.timestamp(), place))
        if guesses.lately(wrong, now) == guesses.TOLD:
            telling.tell(user, "user.guessed")
    app.wrong = wrong
    app.save(update_fields=["last_step", "wrong"])
    return step is not None


def _try_paper(user: User, wanted: list[str]) -> bool:
    rows = RecoveryCode.objects.select_for_update().filter(user=user, used_at=None)
    row = rows.filter(digest__in=wanted).first()
    if row is None:
        return False
    row.used_at = timezone.now()
    row.save(update_fields=["used_at"])
    with journal.acting(user.actor):
        telling.record(user, "user.use_recovery")
    return True


def _draw_paper(user: User) -> dict[str, str]:
    """Return new codes, as they are shown, with what is kept of each; it takes about a second.

    All have one salt, so that a code that is typed is hashed once.
    """
    salt = secrets.token_hex(8)
    plain = [
        "".join(secrets.choice(LETTERS) for _letter in range(12)) for _code in range(RECOVERY_CODES)
    ]
    return {
        "-".join(code[at : at + 4] for at in (0, 4, 8)): _paper(user, code, salt) for code in plain
    }


def _keep_paper(user: User, drawn: Mapping[str, str]) -> list[str]:
    """Put new codes in the place of all old ones, in the caller's transaction; return them."""
    RecoveryCode.objects.filter(user=user).delete()
    RecoveryCode.objects.bulk_create(
        RecoveryCode(user=user, digest=kept) for kept in drawn.values()
    )
    return list(drawn)


def _kept_as(user: User, typed: str) -> list[str]:
    """Return what would be kept of a code that was typed, by the salt of those that are left."""
    code = "".join(one for one in typed.lower() if one in LETTERS)
    kept = RecoveryCode.objects.filter(user=user, used_at=None).values_list("digest", flat=True)
    salts = {digest.partition("$")[0] for digest in kept if "$" in digest}
    # Those of before were kept by the key alone.
    return [_keyed(user, code).hex(), *(_paper(user, code, salt) for salt in salts)]


def _keyed(user: User, code: str) -> bytes:
    """A copy of the database alone gives no codes: the key is the server's secret."""
    told = f"{user.public_id}:{code}"
    return salted_hmac("emporion.recovery", told, algorithm="sha256").digest()


def _paper(user: User, code: str, salt: str) -> str:
    """Return what is kept of a code: 58 bits are guessed soon, if a guess costs nothing."""
    hashed = hashlib.pbkdf2_hmac(
        "sha256", _keyed(user, code), salt.encode(), settings.PAPER_CODE_ROUNDS
    )
    return f"{salt}${base64.b64encode(hashed).decode().rstrip('=')}"


def _digits(typed: str) -> str:
    return "".join(str(int(one)) for one in typed if one.isdecimal())


def _fernet(key: str | bytes) -> Fernet:
    digest = salted_hmac("emporion.authenticator", "", secret=key, algorithm="sha256").digest()
    return Fernet(base64.urlsafe_b64encode(digest))


def _seal(secret: str) -> str:
    """A copy of the database alone gives no codes: the key is the server's secret."""
    return _fernet(settings.SECRET_KEY).encrypt(secret.encode()).decode()


def _open(sealed: str) -> str:
    """Return the secret, "" where the server's secret is another one by now."""
    for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        try:
            return _fernet(key).decrypt(sealed.encode()).decode()
        except InvalidToken:
            continue
    return ""
