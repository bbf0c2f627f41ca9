"""Sign in by a code that is sent to the phone or the mail address of a user.

Asking does the same work for everybody: a row, and a job. Only the job, which nobody waits for,
looks whether somebody has the address; without a user it ends there. So neither the answer nor its
time says who exists. The code is made by the job as well: it is never stored, only its digest.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import timedelta

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import override

from emporion.accounts import queries
from emporion.accounts.domain import carriers, tries
from emporion.accounts.models import SignInCode, User
from emporion.accounts.rules import as_identifier, as_phone
from emporion.core import jobs, journal

log = structlog.get_logger("emporion.sign_in")
SEND = "sign_in.send_code"
GOOD_FOR = timedelta(minutes=10)
# Eight digits: with the limits below a guess a minute for a year finds one in some thousands.
DIGITS = 8
# Wrong digits that a code bears, and codes that are sent to one address in a quarter of an hour
# for one place; for each while so many were asked for from everywhere.
WRONG, ASKED, MANY, FEW = 5, 4, 12, 1
# Codes that one address is sent in a quarter of an hour and in a day, whoever asks: no phone is
# flooded at the fair's cost. One place has a fifth of the day: only who asks from five keeps its
# owner from codes till the next day, and not from a password.
TOTAL, DAILY, DAILY_FROM = 30, 60, 12
# Asked for and tried from one address: a hall, a hotel or a country's phones share one.
ADDRESS_ASKED, ADDRESS_TRIED = 200, 500
KEPT = timedelta(days=1)


class NoCarrier(ValueError):
    """Codes do not reach addresses of this kind here."""


class CodeOver(ValueError):
    """The code was used, has expired, or was tried too often; another can be asked for."""


def ask_for_code(identifier: str, address: str, origin: str) -> SignInCode:
    """Note that somebody wants a code, and return the row whose `public_id` they show again.

    `origin` is the site as its reader sees it ("https://…"), for the link in a mail. Raises
    NoCarrier by the kind of the address alone, and TooManyTries, both whoever has it.
    """
    kind = "phone" if as_phone(identifier) else "mail"
    if kind not in carriers.kinds():
        raise NoCarrier(kind)
    name, now = as_identifier(identifier), timezone.now()
    everywhere = tries.key("code", name)
    most = tries.few(everywhere, now, usual=ASKED, many=MANY, then=FEW)
    limits = {
        everywhere: TOTAL,
        **tries.places("code-from", name, address, most),
        **tries.places("code-address", "", address, ADDRESS_ASKED),
    }
    tries.count(limits, now)
    of_day = {
        tries.key("code-day", name): DAILY,
        **tries.places("code-day-from", name, address, DAILY_FROM),
    }
    try:
        tries.count(of_day, now, window=tries.DAY)
    except tries.TooManyTries:
        # What is refused slows nobody else down.
        with transaction.atomic():
            tries.take_back(limits, now)
        raise
    with transaction.atomic():
        row = SignInCode.objects.create(kind=kind, to=name, made_at=now, expires_at=now + GOOD_FOR)
        jobs.enqueue(SEND, {"code": row.public_id, "origin": origin}, tenant="", owner="visitor")
        tries.forget(now)
    old = SignInCode.objects.filter(expires_at__lt=now - KEPT).values_list("pk", flat=True)
    SignInCode.objects.filter(pk__in=list(old[:200])).delete()
    return row


def send_code(public_id: str, link: Callable[[str], str]) -> bool:
    """Make the code and send it, if somebody has the address; return whether it was sent.

    `link` gives the address of the page for a token, in the active language.

    Called again after a failure it makes another code, so that one that was sent and not noted
    opens nothing.
    """
    row = SignInCode.objects.filter(public_id=public_id, sent_at=None).first()
    if row is None or row.expires_at < timezone.now():
        return False
    find = queries.user_by_phone if row.kind == "phone" else queries.user_by_email
    user = find(row.to)
    if user is None or not user.is_active:
        SignInCode.objects.filter(pk=row.pk).update(to="", sent_at=timezone.now())
        return False
    code, secret = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}", secrets.token_urlsafe(24)
    SignInCode.objects.filter(pk=row.pk).update(
        user=user, digest=_digest(row, code), link_digest=_digest(row, secret)
    )
    with override(user.language if user.language in dict(settings.LANGUAGES) else "en"):
        subject, text = _words(row.kind, code, link(f"{row.public_id}.{secret}"))
    # To what the account holds, and never to what was typed.
    to = carriers.address_of(user, row.kind)
    carriers.send(row.kind, to, subject, text, row.public_id)
    with transaction.atomic():
        SignInCode.objects.filter(pk=row.pk).update(to="", sent_at=timezone.now())
        journal.record("user.send_code", "user", user.public_id, fields=[row.kind])
    return True


def try_code(public_id: str, typed: str, address: str) -> User | None:
    """Return the user if `typed` is their code, None if not; a right one is used up.

    Raises CodeOver, also for a right code, and TooManyTries from one address.
    """
    digits = "".join(str(int(one)) for one in typed if one.isdecimal())
    return _try(public_id, "digest", digits, address)


def try_link(token: str, address: str) -> User | None:
    """Return the user whose link of a mail this is, None for one that never was; used up after."""
    public_id, _dot, secret = token.partition(".")
    return _try(public_id, "link_digest", secret, address)


def _try(public_id: str, field: str, typed: str, address: str) -> User | None:
    now = timezone.now()
    tries.count(tries.places("code-try", "", address, ADDRESS_TRIED), now)
    with transaction.atomic():
        row = SignInCode.objects.select_for_update().filter(public_id=public_id).first()
        if row is None or row.used_at or row.expires_at < now or row.wrong >= WRONG:
            # Also one that never was: a link that somebody made up.
            log.info("sign_in.refused", way="code")
            raise CodeOver
        # A row that was never sent has no digest: nothing that is typed is equal to that.
        if not constant_time_compare(getattr(row, field), _digest(row, typed)):
            row.wrong += 1
            row.save(update_fields=["wrong"])
            log.info("sign_in.refused", way="code")
            return None
        user = User.objects.select_for_update().filter(codes=row, is_active=True).first()
        row.used_at = now
        row.save(update_fields=["used_at"])
    if user is None:
        log.info("sign_in.refused", way="code")
        raise CodeOver
    return user


def _digest(row: SignInCode, text: str) -> str:
    told = f"{row.public_id}:{text}"
    return salted_hmac("emporion.sign-in-code", told, algorithm="sha256").hexdigest()


def _words(kind: str, code: str, link: str) -> tuple[str, str]:
    """Return subject and text in the active language."""
    shown, minutes = f"{code[:4]} {code[4:]}", int(GOOD_FOR.total_seconds() // 60)
    if kind == "phone":
        text = _(
            "%(code)s is your code to sign in. It is good for %(minutes)s minutes. "
            "Give it to nobody."
        )
        return "", text % {"code": code, "minutes": minutes}
    text = _(
        "%(code)s is your code to sign in. It is good for %(minutes)s minutes.\n\n"
        "Or open this page and press the button:\n%(link)s\n\n"
        "Give neither to anybody. Whoever did not ask for this can forget it: without code or "
        "page nobody gets in."
    )
    return _("Your code to sign in"), text % {"code": shown, "minutes": minutes, "link": link}
