"""What an agenda is drawn from: entries, and what lies between two of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

STATES = ("confirmed", "now", "past", "held", "saved", "cancelled")


@dataclass(frozen=True)
class Mending:
    """A way out of a walk that is too long: `act_word` names the new time, `keep_word` the old."""

    lead: str
    sentence: str
    act_url: str = ""
    act_word: str = ""
    keep_url: str = ""
    keep_word: str = ""
    fields: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class Between:
    """The time between two entries: minutes on foot within a gap, or free time in words."""

    walk: int | None = None
    gap: int | None = None
    text: str = ""
    mending: Mending | None = None

    @property
    def too_short(self) -> bool:
        return self.walk is not None and self.gap is not None and self.walk > self.gap


@dataclass(frozen=True)
class Asked:
    """A question about an entry, answered by one press: (value, word, chosen) in `answers`.

    `sentence` asks, for those who do not see the name above it; `note` says who reads the answer.
    """

    act_url: str
    sentence: str
    note: str
    answers: Sequence[tuple[str, str, bool]]
    fields: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class Entry:
    """One meeting or session: always told as time, walk, place."""

    start: dt.time
    end: dt.time
    name: str
    state: str = "confirmed"
    href: str = ""
    with_line: str = ""
    letter: str = ""
    number: str = ""
    room: bool = False
    pavilion: str = ""
    mark: str = ""
    mark_word: str = ""
    after: Between | None = field(default=None)
    asked: Asked | None = None

    def __post_init__(self) -> None:
        if self.state not in STATES:
            raise ValueError(f"{self.state!r} is no state of an entry; one of {', '.join(STATES)}")

    @property
    def with_parts(self) -> list[str]:
        """The parts of `with_line`, each in a script of its own and so to be isolated."""
        return self.with_line.split(" · ")
