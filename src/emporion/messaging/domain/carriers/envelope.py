"""What is brought, and what a carrier is."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from emporion.core import outgoing


class Rejected(Exception):
    """This carrier does not reach this person; trying again changes nothing."""


@dataclass(frozen=True)
class Envelope:
    """One message to one address: plain text in one language, with the link as its last line.

    `stop` is the address at which its reader stops messages of this kind, for carriers with room.
    """

    to: str
    key: str
    language: str
    subject: str
    text: str
    link: str = ""
    stop: str = ""


class Carrier(ABC):
    """Brings envelopes. `send` returns how the carrier names what it took.

    It raises Rejected for good, and anything else for now. No step of it takes over 20 seconds.
    """

    name: str

    @property
    def settings(self) -> Mapping[str, Any]:
        """What the environment says of this carrier."""
        found: Mapping[str, Any] = settings.MESSAGING.get(self.name, {})
        return found

    @abstractmethod
    def is_set_up(self) -> bool:
        """Whether the environment says all that is needed."""

    @abstractmethod
    def address(self, person: Any) -> str:
        """Return where a person is reached, "" where they are not."""

    def name_of(self, envelope: Envelope) -> str:
        """Return how the carrier will name an envelope where that is known before; else ""."""
        return ""

    @abstractmethod
    def send(self, envelope: Envelope) -> str:
        """Bring an envelope; return the carrier's own name of it."""


def phone_of(person: Any) -> str:
    """Return a person's phone number as +digits, "" without one that names its country."""
    number = person.phone or (person.user.phone if person.user else "") or ""
    digits = "".join(c for c in number if c.isascii() and c.isdigit())
    return f"+{digits}" if number.strip().startswith("+") and len(digits) >= 7 else ""


def post_json(
    url: str, body: Mapping[str, Any], headers: Mapping[str, str] | None = None
) -> tuple[int, dict[str, Any]]:
    """Post JSON; return the status and what came back, {} for what is no JSON object."""
    answer = outgoing.request(
        "POST",
        url,
        json.dumps(body, ensure_ascii=False).encode(),
        {"Content-Type": "application/json; charset=utf-8", **(headers or {})},
    )
    try:
        said = json.loads(answer.body or b"{}")
    except ValueError:
        said = {}
    return answer.status, said if isinstance(said, dict) else {}


class CarrierDown(Exception):
    """The carrier answered something that may be better later; names nothing personal."""
