"""Named events inside a transaction: how a lower capability lets a higher one react.

An event is declared once, with the names of what it carries; a receiver registers with `@on`. All
receivers run at once, in the order of registration, in the transaction of the sender: if one
fails, everything is rolled back. What must leave the system is not an event: it is a row.
ARCHITECTURE.md lists every declared event; a test compares.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

Receiver = Callable[..., None]
_declared: dict[str, Event] = {}


@dataclass(eq=False)
class Event:
    """One kind of thing that happens: `name` ("request.answered") and the names it carries."""

    name: str
    carries: tuple[str, ...]
    receivers: list[Receiver] = field(default_factory=list)

    def emit(self, **values: Any) -> None:
        """Tell every receiver, now, inside the caller's transaction."""
        if not transaction.get_connection().in_atomic_block:
            raise RuntimeError(f"{self.name} must be emitted inside a transaction.")
        if set(values) != set(self.carries):
            raise TypeError(f"{self.name} carries {self.carries}, not {tuple(values)}.")
        for receiver in self.receivers:
            receiver(**values)


def declare(name: str, *carries: str) -> Event:
    """Declare an event; a name can be declared once."""
    if name in _declared:
        raise ValueError(f"The event {name} is declared twice.")
    _declared[name] = event = Event(name, carries)
    return event


def on(event: Event) -> Callable[[Receiver], Receiver]:
    """Register the decorated function as a receiver of `event`."""

    def register(receiver: Receiver) -> Receiver:
        event.receivers.append(receiver)
        return receiver

    return register


def declared() -> dict[str, Event]:
    """Return every declared event by its name."""
    return dict(_declared)
