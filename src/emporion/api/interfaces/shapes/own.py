"""What one who takes part keeps besides the profile: rule, link, notices, uses of their data."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import Field, StringConstraints

from emporion.api.interfaces.shapes.market import Side, SlotShape, side, slot_shape
from emporion.api.interfaces.shapes.wire import Sent


class RuleShape(Schema):
    """What is accepted without looking."""

    source: Literal["list", "saved"]
    limit: int
    is_active: bool
    accepted: int = Field(description="So many it has accepted.")


class RuleSent(Sent):
    """The same, sent."""

    source: Literal["list", "saved"] = Field(description="From one's list, or whom one saved.")
    limit: int = Field(ge=1, le=500)
    waiting: bool = Field(False, description="Whether it answers those that wait now.")


class LinkShape(Schema):
    """A personal link that works."""

    made_at: dt.datetime
    expires_at: dt.datetime


class LinkTold(LinkShape):
    """The same with the address, which opens the day for whoever has it.

    It is null for a token without the scope `write`: the address lets its reader answer requests.
    """

    address: str | None


class NoticeShape(Schema):
    """One thing that changed."""

    at: dt.datetime
    kind: Literal[
        "asked", "accepted", "by_rule", "declined", "withdrawn", "added", "moved", "removed",
        "published",
    ]  # fmt: skip
    other: Side | None
    before: SlotShape | None
    after: SlotShape | None
    count: int = Field(description="Meetings of a first publication.")
    is_new: bool


class ReadSent(Sent):
    """Up to when notices were read."""

    until: dt.datetime


class RatingSent(Sent):
    """What a meeting was worth."""

    value: Literal[1, 2, 3, 4, 5]


class RatingShape(Schema):
    """What the caller said of a meeting; nobody else is shown it."""

    value: int | None


class SwitchSent(Sent):
    """Whether suggestions are made for the caller, and about them."""

    on: bool


class SwitchShape(Schema):
    """How the switch stands, and whether it was turned by this call."""

    on: bool
    turned: bool


class ProposalShape(Schema):
    """A category that the caller may need or offer and does not state."""

    code: str
    ground: Literal["text", "name", "alike"]


class KnownShape(Schema):
    """All that moves the caller's suggestions, beside the profile."""

    off: bool
    stated: dict[str, list[str]]
    read: list[str]
    written: list[str]
    size: str
    deeds: dict[str, int]
    contested: bool
    evenly: bool
    list_length: int


class UseShape(Schema):
    """A use of the caller's data."""

    purpose: str
    allowed: bool
    since: dt.datetime | None


class UseSent(Sent):
    """Yes or no."""

    allowed: bool


class MessagesShape(Schema):
    """What the caller chose about messages."""

    refused: list[str] = Field(description="Kinds, or kind:way.")
    quiet: str = Field(description='"": the hours of the fair; "-": none; or 22:00-07:00.')
    language: str
    kinds: list[str] = Field(description="Those that can be refused.")


class MessagesSent(Sent):
    """The whole choice."""

    refused: list[
        Annotated[str, StringConstraints(max_length=80, pattern="^[a-z0-9_.-]+(:[a-z_]+)?$")]
    ] = Field([], max_length=100)
    quiet: Annotated[
        str, StringConstraints(pattern="^(|-|[0-9]{2}:[0-9]{2}-[0-9]{2}:[0-9]{2})$")
    ] = ""
    language: Literal["", "en", "zh-hans", "ar"] = ""


class ErasureWish(Schema):
    """Whether the caller's wish to be erased is open."""

    asked_at: dt.datetime | None


def notice_shape(notice: Any) -> dict[str, Any]:
    """Return a notice as it goes over the wire."""
    return {
        "at": notice.at,
        "kind": notice.kind,
        "other": side(notice.other) if notice.other else None,
        "before": slot_shape(notice.before) if notice.before else None,
        "after": slot_shape(notice.after) if notice.after else None,
        "count": notice.count,
        "is_new": notice.is_new,
    }
