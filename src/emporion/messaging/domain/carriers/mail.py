"""Mail by SMTP. The server is a setting of who runs the site: it may stand in the own network."""

from __future__ import annotations

import hashlib
import re
import smtplib
from email.headerregistry import Address as MailAddress
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.translation import gettext as _

from emporion.core.alarms import Alarm
from emporion.messaging.domain.carriers.conversation import Conversation
from emporion.messaging.domain.carriers.envelope import Carrier, CarrierDown, Envelope, Rejected

_ATOMS = re.compile(r"[A-Za-z0-9_+-]+(\.[A-Za-z0-9_+-]+)*")


class Mail(Carrier):
    """Sends plain text through the server of EMPORION_MAIL_URL."""

    name = "mail"

    def is_set_up(self) -> bool:
        return bool(settings.MAIL_URL)

    def address(self, person: Any) -> str:
        return str(person.email or (person.user.email if person.user else "") or "")

    def name_of(self, envelope: Envelope) -> str:
        domain = settings.MAIL_FROM.rpartition("@")[2].strip("> ") or "localhost"
        key = envelope.key
        # RFC 5322, 3.6.4: in a Message-ID stand no colons, which keys are joined by.
        left = key if _ATOMS.fullmatch(key) else hashlib.sha256(key.encode()).hexdigest()[:40]
        return f"<{left}@{domain}>"

    def send(self, envelope: Envelope) -> str:
        try:
            MailAddress(addr_spec=envelope.to)
        except (ValueError, IndexError):
            raise Rejected("no mail address") from None
        # A second copy after a failure is known for what it is.
        remote = self.name_of(envelope)
        headers = {
            "Message-ID": remote,
            "Auto-Submitted": "auto-generated",
            **({"Content-Language": envelope.language} if envelope.language else {}),
        }
        parts = [envelope.text, envelope.link]
        if envelope.stop:
            # RFC 8058: mail programs stop it with one press, by a POST.
            headers["List-Unsubscribe"] = f"<{envelope.stop}>"
            headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
            parts.append(_("To stop messages of this kind:") + f"\n{envelope.stop}")
        message = EmailMessage(
            " ".join(envelope.subject.split()),
            "\n\n".join(part for part in parts if part),
            settings.MAIL_FROM,
            [envelope.to],
            headers=headers,
        )
        with Alarm(settings.MAIL["timeout"]) as alarm:
            message.connection = Conversation(alarm, **settings.MAIL)
            try:
                message.send()
            except smtplib.SMTPRecipientsRefused as error:
                if all(code >= 500 for code, _ in error.recipients.values()):
                    raise Rejected("the mail server does not know the address") from None
                raise CarrierDown("the mail server refuses for now") from None
            except (smtplib.SMTPException, OSError) as error:
                if alarm.rang or isinstance(error, TimeoutError):
                    raise CarrierDown(f"longer than {alarm.seconds:g} seconds") from None
                # Its text may name the address.
                raise CarrierDown(type(error).__name__) from None
        return remote
