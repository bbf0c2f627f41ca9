"""Who hands over what: one function a kind of rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from emporion.core.models import OutboxRow

# What is to be written in the transaction that notes the row as handed over.
Finish = Callable[[], None] | None
Deliver = Callable[[OutboxRow], Finish]
_carriers: dict[str, Deliver] = {}


class Undeliverable(Exception):
    """It can never be handed over; the text says why, without anything personal."""


class Unwanted(Undeliverable):
    """It need not be handed over any more, because somebody wants it so: no failure."""


class Postponed(Exception):
    """Not now: it is no failure, and is not counted as an attempt."""

    def __init__(self, until: dt.datetime) -> None:
        super().__init__(f"until {until:%Y-%m-%d %H:%M}")
        self.until = until


def carrier(kind: str) -> Callable[[Deliver], Deliver]:
    """Register the decorated function as the one that hands rows of `kind` over.

    It runs outside of every transaction, and may be called again for a row that it has handed
    over: when the process dies before that is noted. Whatever it raises means: try again later.
    """

    def register(deliver: Deliver) -> Deliver:
        if _carriers.get(kind, deliver) is not deliver:
            raise ValueError(f"The kind of outbox rows {kind} is registered twice.")
        _carriers[kind] = deliver
        return deliver

    return register


def deliver_of(kind: str) -> Deliver:
    """Return the function of a kind; Undeliverable when no code here hands it over (any more)."""
    try:
        return _carriers[kind]
    except KeyError:
        raise Undeliverable(f"nothing here hands over {kind}") from None
