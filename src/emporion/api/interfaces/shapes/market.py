"""Requests, suggestions, the day: what one who takes part reads and sends."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import Field, StringConstraints

from emporion.api.interfaces.shapes.wire import PLAIN, Code, Language, PublicId, Sent, Texts
from emporion.api.interfaces.writing import versioned
from emporion.core.translated import as_dict
from emporion.edition.queries import Participation

State = Literal["open", "accepted", "declined", "withdrawn"]
Market = Annotated[str, StringConstraints(pattern="^[A-Za-z0-9_-]{2,20}$")]
Spoken = Literal["en", "zh-hans", "ar"]
AboutTexts = dict[Spoken, Annotated[str, StringConstraints(pattern=PLAIN, max_length=3000)]]
LineTexts = dict[Spoken, Annotated[str, StringConstraints(pattern=PLAIN, max_length=1000)]]


Clock = Annotated[str, Field(pattern="^[0-9]{2}:[0-9]{2}$", description="Wall time.")]


class Side(Schema):
    """Somebody who takes part, as others name them."""

    id: PublicId
    name: Texts


class SlotShape(Schema):
    """A stretch of the edition's wall time."""

    number: int
    date: dt.date
    starts: Clock
    minutes: int


class RequestShape(Schema):
    """Somebody asks somebody to meet."""

    id: PublicId
    state: State
    asker: Side
    counterpart: Side
    message: str
    weight: float = Field(description="How much the schedule tries, 1 if nobody said otherwise.")
    is_mandatory: bool
    decline_reason: str
    asked_at: dt.datetime
    answered_at: dt.datetime | None
    version: str = Field(description="For If-Match.")


class OwnRequestShape(RequestShape):
    """The same as one of the two sides sees it, with what the published schedule made of it."""

    direction: Literal["sent", "received"]
    slot: SlotShape | None
    refusal: str = Field(description="Why the published schedule holds no meeting, or empty.")


class MeetingShape(Schema):
    """A meeting of the published schedule."""

    request: PublicId
    slot: SlotShape
    host: Side
    guest: Side
    table: int
    takes_place: bool = Field(description="Neither side declined or withdrew since.")


class AppointmentShape(Schema):
    """A meeting as one side sees it."""

    request: PublicId
    slot: SlotShape
    ends: Clock
    counterpart: Side
    hosting: bool
    pavilion: str
    stand: str
    table: int
    message: str
    answered: bool


class ReasonShape(Schema):
    """Why two may fit, in the language of Accept-Language."""

    key: str
    value: str
    kind: Literal["", "both", "against"]


class SuggestionShape(Schema):
    """Somebody to meet, best first."""

    rank: int
    participant: Side
    role: str
    country: str
    wants: float = Field(description="How much this side wants the other, 0 to 1.")
    is_wanted: float = Field(description="How much the other wants this side, 0 to 1.")
    both: float = Field(description="The two multiplied; it ranks and is no calibrated chance.")
    reasons: list[ReasonShape]
    wish: Literal["", "save", "veto"]
    request_state: str = Field(description="In words, empty while nobody has asked.")


class SuggestionsShape(Schema):
    """The head of the caller's list."""

    items: list[SuggestionShape]
    more: bool = Field(description="Whether others follow: ask with a higher `limit`.")


class HourShape(Schema):
    """One slot and whether the caller can meet in it."""

    slot: SlotShape
    open: bool
    meetings: list[PublicId] = Field(description="Requests with a meeting there.")


class WishShape(Schema):
    """What the caller wishes about somebody; the other side is never told."""

    participant: Side
    kind: Literal["", "save", "veto"]


class Ask(Sent):
    """Ask somebody to meet."""

    counterpart: PublicId
    message: Annotated[str, StringConstraints(max_length=500, pattern=PLAIN)] = ""


class Decline(Sent):
    """Why not, if the other side may know."""

    reason: Literal["", "no_fit", "no_time", "already_in_touch", "other"] = ""


class WishSent(Sent):
    """Save somebody, or never again."""

    kind: Literal["save", "veto"]
    reason: Literal["", "wrong_product", "too_large", "known", "other"] = ""


class InterestSent(Sent):
    """A need or an offer: a code of the taxonomy, a text, or both."""

    code: Code = ""
    text: LineTexts = Field(default_factory=dict)
    markets: list[Market] = Field([], max_length=40)
    deal: Annotated[str, StringConstraints(max_length=30, pattern="^[a-z0-9_]*$")] = ""


class ProfileSent(Sent):
    """What is left out stays as it is."""

    about: AboutTexts | None = None
    markets: list[Market] | None = Field(None, max_length=40)
    languages: list[Language] | None = Field(None, max_length=20)
    max_meetings: Annotated[int, Field(ge=1, le=500)] | None = None
    max_meetings_per_day: Annotated[int, Field(ge=1, le=500)] | None = None


class HoursSent(Sent):
    """Numbers of slots to close and to open; all others stay as they are."""

    close: list[Annotated[int, Field(ge=1, le=32767)]] = Field([], max_length=1000)
    open: list[Annotated[int, Field(ge=1, le=32767)]] = Field([], max_length=1000)


def side(one: Participation) -> dict[str, Any]:
    """Return somebody as others name them."""
    return {"id": one.public_id, "name": as_dict(one.display_name)}


def slot_shape(slot: Any) -> dict[str, Any]:
    """Return a slot as it goes over the wire."""
    return {
        "number": slot.number,
        "date": slot.date,
        "starts": f"{slot.starts:%H:%M}",
        "minutes": slot.minutes,
    }


def request_row(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row of `meetings.queries.programs.REQUEST` as it goes over the wire."""
    told = {
        "id": row["public_id"],
        "state": row["state"],
        **{
            name: {
                "id": row[f"{name}__public_id"],
                "name": as_dict(row[f"{name}__display_name"]),
            }
            for name in ("asker", "counterpart")
        },
        "message": row["message"],
        "weight": row["weight"] / 1000,
        "is_mandatory": row["is_mandatory"],
        "decline_reason": row["decline_reason"],
        "asked_at": row["asked_at"],
        "answered_at": row["answered_at"],
    }
    return versioned(told)


def request_shape(request: Any) -> dict[str, Any]:
    """Return a request with both sides loaded as it goes over the wire."""
    names = ("public_id", "state", "message", "weight", "is_mandatory", "decline_reason",
             "asked_at", "answered_at")  # fmt: skip
    row = {name: getattr(request, name) for name in names}
    for name in ("asker", "counterpart"):
        one = getattr(request, name)
        row[f"{name}__public_id"], row[f"{name}__display_name"] = one.public_id, one.display_name
    return request_row(row)


def meeting_row(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row of `meetings.queries.programs.MEETING` as it goes over the wire."""
    return {
        "request": row["request__public_id"],
        "slot": {
            "number": row["slot__number"],
            "date": row["slot__date"],
            "starts": f"{row['slot__starts']:%H:%M}",
            "minutes": row["slot__minutes"],
        },
        **{
            name: {
                "id": row[f"{name}__public_id"],
                "name": as_dict(row[f"{name}__display_name"]),
            }
            for name in ("host", "guest")
        },
        "table": row["table"],
        "takes_place": row["request__state"] in {"open", "accepted"},
    }
