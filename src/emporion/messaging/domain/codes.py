"""Codes to sign in, and what was changed of an account: by the carriers of all other messages.

Codes do not wait in the outbox: whoever asked for one stands at the door, and its words are written
down nowhere. The job that sends one tries again.
"""

from __future__ import annotations

from django.utils.translation import get_language

from emporion.accounts.domain import carriers
from emporion.messaging.domain.carriers.envelope import Carrier, Envelope, Rejected
from emporion.messaging.domain.carriers.mail import Mail
from emporion.messaging.domain.carriers.sms import Sms


@carriers.carrier("phone", lambda: Sms().is_set_up())
def by_phone(to: str, subject: str, text: str, key: str) -> None:
    """Send one text message; whatever fails is raised, and tried again."""
    _send(Sms(), to, subject, text, key)


@carriers.carrier("mail", lambda: Mail().is_set_up())
def by_mail(to: str, subject: str, text: str, key: str) -> None:
    """Send one mail; whatever fails is raised, and tried again."""
    _send(Mail(), to, subject, text, key)


def _send(carrier: Carrier, to: str, subject: str, text: str, key: str) -> None:
    language = get_language() or ""
    try:
        carrier.send(Envelope(to=to, key=key, language=language, subject=subject, text=text))
    except Rejected as why:
        raise carriers.NotReached(str(why)) from None
