"""A person's account elsewhere: it becomes theirs when it sends a code that their page shows.

So an account is never joined with somebody who did not hold both at the same time. The code is kept
as a digest and used up by the first who sends it; an account that guesses is not listened to.
"""

from __future__ import annotations

import datetime as dt
import secrets

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from emporion.accounts.domain import tries
from emporion.core import journal
from emporion.core.tenancy import scopes_disabled
from emporion.messaging.models import Address, LinkCode
from emporion.registry.queries import Person

DIGITS = 8
GOOD_FOR = dt.timedelta(minutes=15)
# Codes that one account may send in a quarter of an hour.
GUESSES = 5


def make_code(person: Person, carrier: str) -> str:
    """Return a new code for a person's account at a carrier; the one before opens nothing more."""
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    with transaction.atomic():
        LinkCode._base_manager.update_or_create(
            person=person,
            carrier=carrier,
            defaults={"digest": _digest(carrier, code), "expires_at": timezone.now() + GOOD_FOR},
        )
    return code


def link(carrier: str, account: str, typed: str) -> bool:
    """Join `account` with whose code it sent; False for no code, an old one, or one guess too many.

    `account` is how the carrier names it, and must come from the carrier itself.
    """
    digits = "".join(str(int(one)) for one in typed if one.isdecimal())
    if len(digits) != DIGITS or not account:
        return False
    now = timezone.now()
    try:
        tries.count({tries.key(f"link-{carrier}", account): GUESSES}, now)
    except tries.TooManyTries:
        return False
    with scopes_disabled(), transaction.atomic():
        found = LinkCode.objects.select_related("person__expo").select_for_update(of=("self",))
        code = found.filter(carrier=carrier, digest=_digest(carrier, digits)).first()
        if code is None or code.expires_at < now:
            return False
        person = code.person
        code.delete()
        Address.objects.update_or_create(
            person=person, carrier=carrier, defaults={"value": account[:200]}
        )
        actor = f"person:{person.public_id}"
        with journal.acting(actor, tenant=person.expo.public_id):
            journal.record("address.link", "person", person.public_id, fields=[carrier])
    return True


def unlink(person: Person, carrier: str) -> bool:
    """Forget a person's account at a carrier; False where there was none."""
    with transaction.atomic():
        gone, _ = Address._base_manager.filter(person=person, carrier=carrier).delete()
        if gone:
            tenant = person.expo.public_id
            journal.record(
                "address.unlink", "person", person.public_id, fields=[carrier], tenant=tenant
            )
    return bool(gone)


def account_left(carrier: str, account: str) -> int:
    """Forget an account that wants nothing any more, of everybody whose it is; return how many."""
    with scopes_disabled():
        found = Address.objects.filter(carrier=carrier, value=account).select_related(
            "person__expo"
        )
        return sum(unlink(one.person, carrier) for one in found)


def is_linked(person: Person, carrier: str) -> bool:
    """Whether an account of a person at a carrier is known; one query."""
    return Address._base_manager.filter(person=person, carrier=carrier).exists()


def _digest(carrier: str, code: str) -> str:
    told = f"{carrier}:{code}"
    return salted_hmac("emporion.messaging.link", told, algorithm="sha256").hexdigest()
