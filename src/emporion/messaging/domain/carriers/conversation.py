"""A conversation with the mail server in one limit of time, from its name to the last byte."""

from __future__ import annotations

import smtplib
import socket
from typing import Any

from django.core.mail.backends.smtp import EmailBackend

from emporion.core import outgoing
from emporion.core.alarms import Alarm


class _Plain(smtplib.SMTP):
    """Gives the alarm its socket before a byte is read, and before TLS begins."""

    alarm: Alarm

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        failed: OSError | None = None
        for address in outgoing.addresses_of(host, port, self.alarm.left):
            try:
                opened = socket.create_connection((address, port), self.alarm.left)
            except OSError as error:
                failed = error
                continue
            self.alarm.hold(opened)
            return opened
        raise failed or OSError("no address")


class _Secure(smtplib.SMTP_SSL, _Plain):
    """The same with TLS from the first byte: `SMTP_SSL` wraps what `_Plain` opens."""


class Conversation(EmailBackend):
    """Django's back end on sockets that an alarm holds."""

    def __init__(self, alarm: Alarm, **words: Any) -> None:
        super().__init__(**words)
        self.alarm = alarm

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        kind = _Secure if self.use_ssl else _Plain
        return type(kind.__name__, (kind,), {"alarm": self.alarm})
