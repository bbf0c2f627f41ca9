"""One request in one schedule, laid open: what stood in every slot, and against whom it lost."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import Http404
from ninja import Query, Router, Schema
from pydantic import Field

from emporion.api.interfaces.gates import READS_REQUESTS
from emporion.api.interfaces.noting import note_requests
from emporion.api.interfaces.shapes.market import Side, SlotShape, side, slot_shape
from emporion.api.interfaces.shapes.wire import EditionName, PublicId
from emporion.meetings.queries import audit as queries
from emporion.meetings.queries import releases

router = Router(tags=["desk"])
POINTS = "What it counts in a schedule now."
Obstacle = Literal["", "away_guest", "away_host", "guest_busy", "no_table", "day_full", "walk"]


class AuditFilters(Schema):
    """Which schedule; else the newest that knows the request."""

    release: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None


class OutcomeShape(Schema):
    """What one schedule made of the request."""

    release: int
    slot: SlotShape | None = Field(description="null: it was not granted.")
    refusal: str = Field(description="Why not, or empty.")


class HeldShape(Schema):
    """A meeting that one of the two has in a slot."""

    request: PublicId
    counterpart: Side
    weight: float = Field(description=POINTS)


class StandShape(Schema):
    """One slot as the two had it."""

    slot: SlotShape
    is_own: bool = Field(description="The request has its meeting here.")
    obstacle: Obstacle = Field(description="What kept the two from meeting here, first of all.")
    guest: list[HeldShape]
    host: list[HeldShape]


class RivalShape(Schema):
    """Another request of one of the two that stood back."""

    request: PublicId
    asker: Side
    counterpart: Side
    weight: float = Field(description=POINTS)
    refusal: str


class PricesShape(Schema):
    """What the proof of the bound asks for an hour of each, in the points of requests."""

    guest: float
    host: float


class InReleaseShape(Schema):
    """How the request fared in one schedule; calendars, limits and points are those of now."""

    number: int
    digest: str = Field(description="Of the meetings: who computes them again compares it.")
    instance_digest: str
    guest: Side
    host: Side
    guest_meetings: int
    host_meetings: int
    slots: list[StandShape]
    stood_back: list[RivalShape] = Field(description="The first eight.")
    prices: PricesShape | None = Field(description="null where the proof has none.")


class AuditShape(Schema):
    """A request, what every schedule made of it, and how it fared in one."""

    request: PublicId
    weight: float = Field(description=POINTS)
    outcomes: list[OutcomeShape] = Field(description="The newest schedule first.")
    release: InReleaseShape | None = Field(description="null: no schedule knows it.")


@router.get(
    "/editions/{slug:edition}/requests/{slug:id}/audit",
    auth=READS_REQUESTS,
    response=AuditShape,
    operation_id="audit_request",
)
def audit_request(
    request: Any, edition: EditionName, id: PublicId, filters: Query[AuditFilters]
) -> Any:
    """Why a request has its meeting or none, by the schedule itself; written down as a page is."""
    here = request.edition
    wanted = queries.request(here, id)
    if wanted is None:
        raise Http404("There is no request with this id.")
    outcomes = queries.outcomes(wanted)
    number = filters.release or next((release.number for release, _row in outcomes), None)
    release = None if number is None else releases.release(here, number)
    if number is not None and release is None:
        raise Http404("There is no release of this number.")
    told = None if release is None else _in_release(queries.audit(here, wanted, release))
    note_requests(request, _named(id, told), "audit")
    return {
        "request": id,
        "weight": queries.weight_of(wanted) / 1000,
        "outcomes": [_outcome(release, row) for release, row in outcomes],
        "release": told,
    }


def _outcome(release: Any, row: Any) -> dict[str, Any]:
    slot = getattr(row, "slot", None)
    return {
        "release": release.number,
        "slot": slot_shape(slot) if slot else None,
        "refusal": getattr(row, "reason", ""),
    }


def _in_release(found: queries.Audit) -> dict[str, Any]:
    return {
        "number": found.release.number,
        "digest": found.release.digest,
        "instance_digest": found.release.instance_digest,
        "guest": side(found.guest),
        "host": side(found.host),
        "guest_meetings": found.guest_meetings,
        "host_meetings": found.host_meetings,
        "slots": [
            {
                "slot": slot_shape(stand.slot),
                "is_own": stand.is_own,
                "obstacle": stand.obstacle,
                "guest": [_held(one, found.guest) for one in stand.of_guest],
                "host": [_held(one, found.host) for one in stand.of_host],
            }
            for stand in found.stands
        ],
        "stood_back": [
            {
                "request": one.request.public_id,
                "asker": side(one.request.asker),
                "counterpart": side(one.request.counterpart),
                "weight": queries.weight_of(one.request) / 1000,
                "refusal": one.reason,
            }
            for one in found.refused
        ],
        "prices": dict(zip(("guest", "host"), found.prices, strict=True)) if found.prices else None,
    }


def _held(meeting: Any, who: Any) -> dict[str, Any]:
    return {
        "request": meeting.request.public_id,
        "counterpart": side(meeting.guest if meeting.host_id == who.pk else meeting.host),
        "weight": queries.weight_of(meeting.request) / 1000,
    }


def _named(id: str, told: dict[str, Any] | None) -> list[str]:
    """Return every request that an answer names, each once."""
    slots, rivals = (told["slots"], told["stood_back"]) if told else ([], [])
    held = [one["request"] for slot in slots for one in (*slot["guest"], *slot["host"])]
    return list(dict.fromkeys([id, *held, *(one["request"] for one in rivals)]))
