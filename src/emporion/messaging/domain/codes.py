"""Codes to sign in: brought by the same carriers of mail and text messages as everything else.

They do not wait in the outbox: whoever asked for one stands at the door, and its words are written
down nowhere. The job that sends one tries again.
"""

from __future__ import annotations

from django.utils.translation import get_language

from emporion.accounts.domain import carriers
from emporion.messaging.domain.carriers.envelope import Envelope
from emporion.messaging.domain.carriers.mail import Mail
from emporion.messaging.domain.carriers.sms import Sms


@carriers.carrier("phone", lambda: Sms().is_set_up())
def by_phone(to: str, subject: str, text: str, key: str) -> None:
    """Send one text message; whatever fails is raised, and the job tries again."""
    Sms().send(_envelope(to, subject, text, key))


@carriers.carrier("mail", lambda: Mail().is_set_up())
def by_mail(to: str, subject: str, text: str, key: str) -> None:
    """Send one mail; whatever fails is raised, and the job tries again."""
    Mail().send(_envelope(to, subject, text, key))


def _envelope(to: str, subject: str, text: str, key: str) -> Envelope:
    return Envelope(to=to, key=key, language=get_language() or "", subject=subject, text=text)
