"""Carriers set up to speak to servers of this machine, at a time when nobody sleeps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from emporion.core.outbox import handing
from emporion.messaging.domain.carriers import wechat
from emporion.project.mail import mail_server
from tests.messaging import fakes


@pytest.fixture
def carriers(settings: Any, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The settings of messages: no carrier is set up, no hour is quiet, a failure makes no pause."""
    settings.OUTGOING_PRIVATE = ["127.0.0.1"]
    settings.PUBLIC_ADDRESS = "https://fair.example.org"
    settings.MESSAGING = {"order": ["wechat", "whatsapp", "mail", "sms", "site"], "quiet": ""}
    monkeypatch.setattr(handing, "PAUSES", (0,) * 7)
    wechat._tokens.clear()
    return settings.MESSAGING


@pytest.fixture
def mail(carriers: dict[str, Any], settings: Any) -> Iterator[fakes.Post]:
    with fakes.post_office() as fake:
        settings.MAIL_URL, settings.MAIL_FROM = fake.url, "Fair <fair@example.org>"
        settings.MAIL = mail_server(fake.url)
        yield fake


@pytest.fixture
def sms(carriers: dict[str, Any]) -> Iterator[fakes.Web]:
    with fakes.web() as fake:
        fake.answer = lambda asked: (202, {"id": "sms-1"})
        carriers["sms"] = {"url": f"{fake.url}/send", "token": "word", "sender": "Fair"}
        yield fake


@pytest.fixture
def system(carriers: dict[str, Any]) -> Iterator[fakes.Web]:
    """Another system, to be told by webhooks."""
    with fakes.web() as fake:
        yield fake
