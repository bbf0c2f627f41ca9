"""Setting up an edition: what it is, its pavilions, its walking minutes, its slots."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from ninja import Schema
from pydantic import AfterValidator, Field, StringConstraints

from emporion.api.interfaces.shapes.market import Clock, Spoken
from emporion.api.interfaces.shapes.wire import Sent
from emporion.core.text.clean import clean_text
from emporion.edition.domain.pavilions import LETTERS
from emporion.edition.domain.walking import LONGEST_WALK

LONGEST_LINE = 200
FIRST_DAY, LAST_DAY = dt.date(2000, 1, 1), dt.date(2199, 12, 31)
CLOCK = "^([01][0-9]|2[0-3]):[0-5][0-9]$"


def _a_day(day: dt.date) -> dt.date:
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValueError(f"A day from {FIRST_DAY} to {LAST_DAY}.")
    return day


def _line(text: str) -> str:
    return clean_text(text, max_length=LONGEST_LINE)


Day = Annotated[dt.date, AfterValidator(_a_day)]
Line = Annotated[
    str, StringConstraints(max_length=LONGEST_LINE, pattern=r"^[^\x00-\x1f\x7f]*$"),
    AfterValidator(_line),
]  # fmt: skip
Lines = dict[Spoken, Line]
Letter = Annotated[str, StringConstraints(pattern=f"^[{LETTERS}]$")]
Minutes = Annotated[int, Field(ge=0, le=LONGEST_WALK)]
Zone = Annotated[str, StringConstraints(max_length=64, pattern="^[A-Za-z0-9_+/-]+$")]
Slug = Annotated[str, StringConstraints(max_length=50, pattern="^[a-z0-9-]+$")]


class EditionChange(Sent):
    """What is left out stays as it is."""

    title: Lines | None = None
    subtitle: Lines | None = None
    place: Lines | None = None
    starts: Day | None = None
    ends: Day | None = None
    zone: Zone | None = None
    languages: list[Spoken] | None = Field(None, min_length=1, max_length=3)


class EditionSent(Sent):
    """A further edition of the same expo."""

    name: Slug = Field(description="Its name in addresses.")
    title: Lines = Field(min_length=1)
    subtitle: Lines = Field(default_factory=dict)
    place: Lines = Field(default_factory=dict)
    starts: Day
    ends: Day
    zone: Zone
    languages: list[Spoken] = Field(["en", "zh-hans", "ar"], min_length=1, max_length=3)


class PavilionSent(Sent):
    """What a pavilion is called, and how far from the main gate."""

    name: Lines
    gate_minutes: Minutes = 0


class WalkShape(Schema):
    """Whole minutes on foot from one pavilion to another."""

    from_: Letter = Field(alias="from", description="The letter of a pavilion.")
    to: Letter
    minutes: Minutes


class WalkSent(Sent):
    """The same, sent."""

    from_: Letter = Field(alias="from")
    to: Letter
    minutes: Minutes


class WalkingSent(Sent):
    """The whole table; a pair that is left out has no minutes then."""

    minutes: list[WalkSent] = Field(max_length=len(LETTERS) ** 2)
    less: bool = Field(False, description="Whether pairs that have minutes now may lose them.")


class SlotSent(Sent):
    """A stretch of the edition's wall time in which meetings can be held."""

    date: Day
    starts: Annotated[str, StringConstraints(pattern=CLOCK)]
    minutes: int = Field(30, ge=1, le=600)


class SlotsSent(Sent):
    """All slots of the edition."""

    slots: list[SlotSent] = Field(max_length=2000)


class SlotTold(Schema):
    """A slot as it stands."""

    number: int
    date: dt.date
    starts: Clock
    minutes: int
    session: str


def slot_told(slot: Any) -> dict[str, Any]:
    """Return a slot as it goes over the wire."""
    return {
        "number": slot.number,
        "date": slot.date,
        "starts": f"{slot.starts:%H:%M}",
        "minutes": slot.minutes,
        "session": slot.session,
    }
