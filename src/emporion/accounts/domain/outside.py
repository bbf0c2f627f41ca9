"""Accounts elsewhere: which ones are set up, and what one proves of whoever comes back from it.

A reader is sent there with a state, a nonce and a challenge (PKCE, RFC 7636), whose answers only
the session of this browser holds, and comes back with a code; the server asks the other side what
the code stands for. All requests go by the guarded way out (`core.outgoing`).
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

from django.conf import settings
from django.utils.crypto import constant_time_compare

from emporion.core import outgoing

GOOD_FOR = 600
LONGEST_SUBJECT = 255


class NotProven(ValueError):
    """Nothing was proved; the text, for the log, says why and holds no secret."""


class Declined(NotProven):
    """The reader did not want to, or the other side did not let them."""


@dataclass(frozen=True)
class Trip:
    """What is kept in the session while its reader is elsewhere."""

    provider: str
    back: str
    state: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    at: float = field(default_factory=time.time)


@dataclass(frozen=True)
class Proof:
    """Whose account it is, as its `issuer` names them; `email` only if the issuer checked it."""

    provider: str
    issuer: str
    subject: str
    email: str = ""


class Way(Protocol):
    """How one provider is spoken with."""

    def page(self, told: Mapping[str, str], trip: Trip) -> str:
        """Return where the reader is sent."""
        ...

    def prove(self, told: Mapping[str, str], trip: Trip, answer: Mapping[str, str]) -> Proof:
        """Return what the answer of a reader who came back stands for. Raises NotProven."""
        ...


WAYS: dict[str, Way] = {}


def set_up() -> dict[str, Mapping[str, str]]:
    """Return what the settings say of each provider that they switch on, in the order of WAYS."""
    told = settings.OUTSIDE_ACCOUNTS
    return {key: told[key] for key in WAYS if told.get(key, {}).get("id")}


def leave(provider: str, back: str) -> tuple[str, dict[str, Any]]:
    """Return where to send the reader, and what to keep in the session for `come_back`.

    `back` is the whole address of the page to come back to. Raises LookupError for a provider that
    is not set up, outgoing.Unreachable, outgoing.Refused and NotProven.
    """
    trip = Trip(provider, back)
    page = WAYS[provider].page(set_up()[provider], trip)
    return page, asdict(trip)


def come_back(provider: str, kept: Mapping[str, Any] | None, answer: Mapping[str, str]) -> Proof:
    """Return what is proved by the `answer` (the query) that a reader came back with.

    `kept` is what `leave` gave; it counts once, so the caller has taken it out of the session.
    Raises NotProven, outgoing.Unreachable and outgoing.Refused.
    """
    trip = Trip(**kept) if kept else None
    if trip is None or trip.provider != provider or provider not in set_up():
        raise NotProven("nobody was sent there from this session")
    if time.time() - trip.at > GOOD_FOR:
        raise NotProven("it took too long")
    if not constant_time_compare(answer.get("state", ""), trip.state):
        raise NotProven("another state came back than was sent")
    if answer.get("error"):
        raise Declined("the other side says no")
    proof = WAYS[provider].prove(set_up()[provider], trip, answer)
    if not 0 < len(proof.subject) <= LONGEST_SUBJECT or not proof.subject.isprintable():
        raise NotProven("the name of the account is none")
    return proof


def ask(
    method: str, url: str, body: bytes = b"", headers: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Return the JSON object that `url` answers. Raises NotProven for another answer."""
    answer = outgoing.request(method, url, body, {"Accept": "application/json", **(headers or {})})
    try:
        told = json.loads(answer.body)
    except (ValueError, RecursionError):
        told = None
    if not answer.is_good or not isinstance(told, dict):
        raise NotProven(f"an answer {answer.status} without what was asked for")
    return told


def word(told: Any, *names: str) -> str:
    """Return a text deep in an answer. Raises NotProven where there is none."""
    for name in names:
        told = told.get(name) if isinstance(told, dict) else None
    if not isinstance(told, str) or not told:
        raise NotProven(f"an answer without {'.'.join(names)}")
    return told
