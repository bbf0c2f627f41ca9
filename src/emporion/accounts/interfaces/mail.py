"""Codes by mail, over SMTP: the server that EMPORION_MAIL_URL names."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from emporion.accounts.domain import carriers


@carriers.carrier("mail", lambda: bool(settings.MAIL_URL))
def send(to: str, subject: str, text: str, key: str) -> None:
    """Send one mail; whatever fails is raised, and the job tries again."""
    connection = get_connection("django.core.mail.backends.smtp.EmailBackend", **settings.MAIL)
    headers = {"Auto-Submitted": "auto-generated", "X-Entity-Ref-ID": key}
    EmailMessage(
        subject, text, settings.MAIL_FROM, [to], headers=headers, connection=connection
    ).send()
