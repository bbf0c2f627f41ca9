"""Codes to sign in by phone: brought by the SMS gateway, where one is set up."""

from __future__ import annotations

from emporion.accounts.domain import carriers
from emporion.messaging.domain.carriers.envelope import Envelope
from emporion.messaging.domain.carriers.sms import Sms


@carriers.carrier("phone", lambda: Sms().is_set_up())
def send(to: str, subject: str, text: str, key: str) -> None:
    """Send one short message; whatever fails is raised, and the job tries again."""
    Sms().send(Envelope(to=to, key=key, language="", subject=subject, text=text))
