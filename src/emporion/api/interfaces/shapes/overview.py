"""Figures of a desk, the journal, and what a search finds."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import Field, StringConstraints

from emporion.api.interfaces.shapes.edition import PersonShape, Role
from emporion.api.interfaces.shapes.market import Side
from emporion.api.interfaces.shapes.wire import PLAIN, Texts
from emporion.core.translated import as_dict
from emporion.edition.queries import Participation

Kind = Literal["exhibitor", "offer", "organisation"]
Story = Literal[
    "request", "participation", "person", "organisation", "import", "release", "edition"
]
Day = Annotated[dt.date, Field(ge=dt.date(1900, 1, 1), le=dt.date(2999, 12, 31))]
Word = Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=PLAIN)]


class CountsShape(Schema):
    """How many take part, and how many meetings are set."""

    exhibitors: int
    buyers: int
    meetings: int = Field(description="Of the published schedule.")


class FunnelShape(Schema):
    """How many requests got how far."""

    asked: int
    answered: int
    accepted: int
    scheduled: int
    unanswered: int
    refused: int = Field(description="Live ones that the published schedule has no place for.")
    changed: int = Field(description="Since that schedule was computed.")


class WaitShape(Schema):
    """Work of one kind that waits."""

    kind: Literal[
        "draft",
        "setup",
        "lists",
        "given_up",
        "switched_off",
        "unanswered",
        "since",
        "unserved",
        "listless",
    ]
    count: int
    since: dt.datetime | None


class StepShape(Schema):
    """A step of the set-up."""

    step: Literal[
        "basics", "pavilions", "walking", "slots", "lists", "match", "schedule", "publish"
    ]
    done: bool


class StandingShape(Schema):
    """A pavilion and how many stand there."""

    letter: str
    participants: int


class OverviewShape(Schema):
    """What the first page of the desk counts."""

    counts: CountsShape
    pavilions: list[StandingShape]
    requests: FunnelShape
    published_release: int | None
    waiting_draft: int | None
    waiting: list[WaitShape] = Field(description="Also what is empty, with 0.")
    steps: list[StepShape]


class EntryShape(Schema):
    """One deed: who, on whose behalf, what; never the values."""

    at: dt.datetime
    action: str = Field(description="noun.verb, as request.answer.")
    actor: str = Field(description="user:ID, person:ID, command:NAME, link:ID, visitor or system.")
    on_behalf: str
    kind: str = Field(description="What the objects are.")
    objects: list[str] = Field(
        description="Their ids; none of requests for those who may not know who asks whom."
    )
    count: int
    fields: list[str] = Field(description="Names of what was changed.")


class JournalFilters(Schema):
    """What narrows the journal."""

    about: str | None = Field(
        None, pattern="^[a-z]{1,30}$", description="The noun of an action, as request."
    )
    since: Day | None = Field(None, description="The first day, on the clock of the fair.")
    until: Day | None = Field(None, description="The last day.")
    kind: Story | None = Field(None, description="With id: the story of one object.")
    id: str | None = Field(None, max_length=40, pattern="^[A-Za-z0-9/-]+$")
    actor: str | None = Field(
        None,
        max_length=40,
        pattern="^(user|command):[A-Za-z0-9_.:-]+$",
        description="Who acted, or on whose behalf.",
    )


class SearchFilters(Schema):
    """What is looked for, and what narrows it; several values of one filter mean any of them."""

    q: str = Field("", max_length=200, pattern=PLAIN, description="Words; none: everything.")
    kind: Kind | None = None
    pavilion: list[Word] = Field([], max_length=20)
    country: list[Word] = Field([], max_length=20)
    group: list[Word] = Field([], max_length=20, description="Top codes of the taxonomy.")


class FoundSide(Side):
    """Whom a hit is about, as the page of the search tells it."""

    role: Role
    country: str
    pavilion: str
    stand: str
    about: Texts


class OfferShape(Schema):
    """What is offered."""

    code: str
    text: Texts


class HitShape(Schema):
    """What was found."""

    kind: Kind
    participant: FoundSide
    offer: OfferShape | None = Field(description="Of a hit that is an offer.")


class SearchShape(Schema):
    """One page of hits, best first, with counts."""

    items: list[HitShape]
    next: str | None
    total: int
    kinds: dict[str, int] = Field(description="Counts of kinds without the filter by kind.")
    facets: dict[str, dict[str, int]] = Field(
        description="Counts of each filter's values without the filter itself."
    )
    corrections: dict[str, list[str]] = Field(
        description="For a word that nothing bears the words used instead."
    )
    relaxed: bool = Field(description="Nothing has all words; these have most of them.")


class FoundPerson(PersonShape):
    """Somebody who was looked up, with their firm and whom they act for."""

    organisation: Texts
    acts_for: list[Side]


def found_side(one: Participation) -> dict[str, Any]:
    """Return whom a hit is about; its pavilion must be loaded."""
    return {
        "id": one.public_id,
        "name": as_dict(one.display_name),
        "role": one.role,
        "country": one.country,
        "pavilion": one.pavilion.letter if one.pavilion else "",
        "stand": one.stand,
        "about": as_dict(one.about),
    }
