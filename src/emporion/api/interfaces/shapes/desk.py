"""What the desk does: runs of the schedule and of the matching, pins, imports, acts on many."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import Field, StringConstraints

from emporion.api.interfaces.schedule import JobShape
from emporion.api.interfaces.shapes.edition import PersonShape
from emporion.api.interfaces.shapes.market import Side, SlotShape, side
from emporion.api.interfaces.shapes.setup import Letter
from emporion.api.interfaces.shapes.wire import PLAIN, PublicId, Sent
from emporion.core.tabular.subjects import without_keys
from emporion.meetings.domain.service import Name

MOST_AT_ONCE = 1000


class ServicePriceShape(Schema):
    """What it costs to serve guests first, counted without hours and walks."""

    service: Name
    people: int = Field(description="Guests who ask for something that can be held.")
    without: int = Field(description="Of these: with less than that, by value alone.")
    left: int = Field(description="Of these: with less even so.")
    price: float = Field(description="Part of the greatest value possible, 0 to 1, at least.")


class RepairShape(Schema):
    """What a repair was asked for, and once it is computed what came of it."""

    as_of: int | None = Field(description="The number of the slot that was running.")
    notice: int
    moves: int
    release: int | None = Field(description="The number of the schedule that was repaired.")
    lost: float | None = Field(description="Weight that could not stay as it was announced.")
    regained: float | None = Field(description="Weight that came in its place.")
    moved: int | None
    new: int | None
    cancelled: int | None
    reasons: dict[str, int] = Field(description="Why meetings are not what they were.")


class RunShape(Schema):
    """A computation of a schedule that was started from the desk or by a program."""

    id: PublicId
    number: int
    state: Literal["computing", "computed", "kept"]
    is_trial: bool = Field(description="It becomes a release only when somebody keeps it.")
    meetings: int
    requests: int
    value: float
    bound: float
    release: int | None
    started_at: dt.datetime
    computed_at: dt.datetime | None
    service: Name
    service_prices: list[ServicePriceShape]
    repair: RepairShape | None = Field(description="null: an ordinary draft.")
    job: JobShape | None


class PinShape(Schema):
    """A request that every later schedule must grant."""

    request: PublicId
    asker: Side
    counterpart: Side
    slot: SlotShape | None = Field(description="null: in any slot.")
    pinned_at: dt.datetime


class PinSent(Sent):
    """Where a request is pinned to."""

    slot: Annotated[int, Field(ge=1, le=32767)] | None = Field(
        None, description="The number of a slot; null for any."
    )


class MatchingSent(Sent):
    """What a match run may be told."""

    seed: int = Field(0, ge=0, le=2**31 - 1)
    equality: float = Field(0, ge=0, le=1, description="0: most matches; 1: most equal.")
    explore: bool = Field(
        True, description="Draw one place in ten of lists among near-equals, with known chances."
    )


class MatchRunShape(Schema):
    """A match run whose lists are or were shown."""

    number: int
    state: Literal["current", "earlier"]
    seed: int
    digest: str
    computed_at: dt.datetime
    figures: dict[str, Any]


class ImportShape(Schema):
    """A list that was taken in."""

    id: PublicId
    subject: str
    source: str
    file_name: str
    state: Literal["writing", "done", "undone"]
    counts: dict[str, int]
    started_at: dt.datetime
    ended_at: dt.datetime | None


class UndoSent(Sent):
    """What may go with an import."""

    with_requests: bool = Field(
        False, description="Whether requests that hang on its participants may go as well."
    )


class ManySent(Sent):
    """Who is meant."""

    ids: list[PublicId] = Field(min_length=1, max_length=MOST_AT_ONCE)


class MoveSent(ManySent):
    """Where they stand from now on."""

    pavilion: Letter | None = Field(description="null: in none.")


class LimitSent(ManySent):
    """How many meetings a day they have at most."""

    max_meetings_per_day: Annotated[int, Field(ge=0, le=100)] | None


class ChangedShape(Schema):
    """How many were changed."""

    changed: int


class LookUp(Sent):
    """Letters of a name or a firm, or digits of a phone number."""

    words: Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=PLAIN)]


class WishToGo(Schema):
    """Somebody wants to be erased."""

    person: PersonShape
    asked_at: dt.datetime


class EndErasure(Sent):
    """What becomes of the wish, and why: the reason is kept with the deed."""

    act: Literal["erase", "decline"]
    reason: Annotated[str, StringConstraints(min_length=1, max_length=300, pattern=PLAIN)]


class EndedShape(Schema):
    """What was done about the wish."""

    ended: bool = Field(description="false: there was no open wish to decline.")
    left: list[str] = Field(description="Where texts of others may still name the person.")


def run_shape(run: Any, job: dict[str, Any] | None) -> dict[str, Any]:
    """Return a run as it goes over the wire."""
    return {
        "id": run.public_id,
        "number": run.number,
        "state": run.state,
        "is_trial": run.is_trial,
        "meetings": run.meeting_count,
        "requests": run.request_count,
        "value": run.value / 1000,
        "bound": run.bound / 1000,
        "release": run.release.number if run.release else None,
        "started_at": run.started_at,
        "computed_at": run.computed_at,
        "service": run.options.get("service", "value"),
        "service_prices": run.figures.get("service_prices", []),
        "repair": _repair(run) if run.options.get("repair") else None,
        "job": job,
    }


def _repair(run: Any) -> dict[str, Any]:
    told = run.figures.get("repair", {})
    counted = ("release", "lost", "regained", "moved", "new", "cancelled")
    as_of = run.options["as_of"]
    return {
        "as_of": int(as_of.removeprefix("s")) if as_of else None,
        "notice": run.options["notice"],
        "moves": run.options["moves"],
        **{name: told.get(name) for name in counted},
        "reasons": told.get("reasons", {}),
    }


def match_run_shape(run: Any) -> dict[str, Any]:
    """Return a match run as it goes over the wire."""
    names = ("number", "state", "seed", "digest", "computed_at")
    told = {name: getattr(run, name) for name in names}
    return {**told, "figures": without_keys(run.figures)}


def import_shape(batch: Any) -> dict[str, Any]:
    """Return an import as it goes over the wire."""
    names = ("subject", "source", "file_name", "state", "counts", "started_at", "ended_at")
    return {"id": batch.public_id, **{name: getattr(batch, name) for name in names}}


def pin_shape(pin: Any, slot: dict[str, Any] | None) -> dict[str, Any]:
    """Return a pin as it goes over the wire."""
    return {
        "request": pin.request.public_id,
        "asker": side(pin.request.asker),
        "counterpart": side(pin.request.counterpart),
        "slot": slot,
        "pinned_at": pin.pinned_at,
    }


def person_shape(person: Any) -> dict[str, Any]:
    """Return a person as staff who may see contact data are told."""
    names = ("name", "job_title", "email", "phone", "language")
    told = {name: getattr(person, name) for name in names}
    return {"id": person.public_id, **told, "is_lead": False}
