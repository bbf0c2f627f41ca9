"""Editions, pavilions, and who takes part."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from ninja import Schema
from pydantic import Field

from emporion.api.interfaces.shapes.wire import PublicId, Texts
from emporion.core.translated import as_dict
from emporion.edition.queries import Edition, Participation

Role = Literal[
    "exhibitor", "co_exhibitor", "buyer", "organisation", "investor", "project", "adopter"
]
Expand = Literal["needs", "offers", "people"]


class EditionShape(Schema):
    """One fair of a series."""

    id: PublicId
    name: str = Field(description="Its name in addresses.")
    expo: str
    title: Texts
    subtitle: Texts
    place: Texts
    starts: dt.date
    ends: dt.date
    zone: str = Field(description="IANA; slots and days are its wall time.")
    languages: list[str]
    phase: Literal["building", "open", "running", "closed"]
    is_demonstration: bool
    published_release: int | None


class PavilionShape(Schema):
    """A hall or part of one."""

    letter: str
    name: Texts
    gate_minutes: int = Field(description="On foot from the main gate; 0: nobody has said.")


class InterestShape(Schema):
    """A need or an offer."""

    key: str = Field(description="Changes whenever the row does.")
    code: str = Field(description="Of the taxonomy, empty for words alone.")
    text: Texts
    markets: list[str]
    deal: str


class PersonShape(Schema):
    """Somebody who acts for a participant; only the organiser is told."""

    id: PublicId
    name: str
    job_title: str
    email: str | None
    phone: str | None
    language: str
    is_lead: bool


class ParticipantShape(Schema):
    """An organisation, or a person on their own, in an edition with a role."""

    id: PublicId
    role: Role
    name: Texts
    country: str = Field(description="ISO 3166-1, two letters, or empty.")
    pavilion: str = Field(description="The letter of its pavilion, or empty.")
    stand: str
    about: Texts
    markets: list[str]
    languages: list[str]
    is_made_up: bool
    needs: list[InterestShape] | None = Field(None, description="With expand=needs.")
    offers: list[InterestShape] | None = Field(None, description="With expand=offers.")


class MeShape(ParticipantShape):
    """Whom the caller acts for, as they see themselves."""

    tables: int
    max_meetings: int | None
    max_meetings_per_day: int | None
    is_acting: bool = Field(description="An officer calls for a member.")
    version: str = Field(description="For If-Match.")


class ParticipationShape(ParticipantShape):
    """The same as the organiser sees it."""

    source: str
    external_id: str
    tables: int
    max_meetings: int | None
    max_meetings_per_day: int | None
    people: list[PersonShape] | None = Field(None, description="With expand=people.")


def edition_shape(edition: Edition) -> dict[str, Any]:
    """Return an edition as it goes over the wire; its expo must be loaded."""
    return {
        "id": edition.public_id,
        "name": edition.slug,
        "expo": edition.expo.slug,
        "title": as_dict(edition.title),
        "subtitle": as_dict(edition.subtitle),
        "place": as_dict(edition.place),
        "starts": edition.starts,
        "ends": edition.ends,
        "zone": edition.zone,
        "languages": edition.languages,
        "phase": edition.phase,
        "is_demonstration": edition.is_demonstration,
        "published_release": edition.published_release,
    }


def participant_shape(one: Participation, letters: dict[int, str]) -> dict[str, Any]:
    """Return a participant as everybody sees it; `letters` are the pavilions by primary key."""
    return {
        "id": one.public_id,
        "role": one.role,
        "name": as_dict(one.display_name),
        "country": one.country,
        "pavilion": letters.get(one.pavilion_id or 0, ""),
        "stand": one.stand,
        "about": as_dict(one.about),
        "markets": one.markets,
        "languages": one.languages,
        "is_made_up": one.is_made_up,
    }


def participation_shape(one: Participation, letters: dict[int, str]) -> dict[str, Any]:
    """Return a participant as the organiser sees it."""
    return {
        **participant_shape(one, letters),
        "source": one.source,
        "external_id": one.external_id,
        "tables": one.tables,
        "max_meetings": one.max_meetings,
        "max_meetings_per_day": one.max_meetings_per_day,
    }
