"""The plain records of a model edition. No Django here: the loader writes them to the tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, time

Text = dict[str, str]  # language -> text; languages in lower case: "en", "zh-hans", "ar", "fi"


@dataclass(slots=True)
class Fact:
    """A published figure with its source."""

    key: str
    value: str
    unit: str
    label: Text
    source: str
    url: str
    date: date


@dataclass(slots=True)
class Pavilion:
    """A pavilion: letter, name, minutes from Gate 1."""

    letter: str
    names: Text
    gate_minutes: int


@dataclass(slots=True)
class Slot:
    """Half an hour of local wall time; `day` counts from 0."""

    number: int
    day: int
    date: date
    starts: time
    minutes: int
    session: str


@dataclass(slots=True)
class Body:
    """A guest country, organisation or association."""

    key: str
    kind: str  # guest_country, international_organisation, association
    names: Text
    country: str
    is_made_up: bool


@dataclass(slots=True)
class Delegation:
    """Those whom a body brings: `body` indexes ModelEdition.bodies."""

    key: str
    body: int
    note: Text


@dataclass(slots=True)
class Person:
    """A made-up person. E-mail addresses end in .example; phone numbers cannot exist."""

    external_id: str
    name: str
    latin: str
    language: str
    title: Text
    email: str | None
    phone: str | None


@dataclass(slots=True)
class Interest:
    """An offer or a need. `code` is "" where a poor list has no category."""

    code: str
    text: Text
    markets: tuple[str, ...] = ()
    deal_type: str = ""


@dataclass(slots=True)
class Organisation:
    """The company behind a buyer or an exhibitor."""

    external_id: str
    names: Text
    country: str
    city: str
    size: str  # micro, small, medium, large
    website: str


@dataclass(slots=True)
class Exhibitor:
    """A stand. Indexes point into ModelEdition.exhibitors and .delegations."""

    organisation: Organisation
    role: str  # exhibitor, co_exhibitor
    pavilion: str
    stand: str
    about: Text
    languages: tuple[str, ...]
    markets: tuple[str, ...]
    offers: list[Interest]
    needs: list[Interest]
    people: list[Person]
    tables: int
    max_meetings: int
    max_meetings_per_day: int
    fields: tuple[str, ...]  # what they really do, also where the list is silent
    main: int | None = None
    delegation: int | None = None
    double_of: int | None = None
    is_by_hand: bool = False


@dataclass(slots=True)
class Buyer:
    """A person who buys; `organisation` indexes ModelEdition.organisations."""

    external_id: str
    person: Person
    organisation: int
    country: str
    about: Text
    languages: tuple[str, ...]
    markets: tuple[str, ...]
    needs: list[Interest]
    offers: list[Interest]
    days: tuple[int, ...]
    max_meetings: int
    max_meetings_per_day: int
    fields: tuple[str, ...]
    deal_types: tuple[str, ...]
    delegation: int | None = None
    is_by_hand: bool = False
    blocked: list[tuple[int, int]] = field(default_factory=list)  # (first, last) slot numbers
