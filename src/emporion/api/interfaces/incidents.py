"""What has happened at the fair: told, read and taken back by programs."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from django.http import Http404, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from emporion.api.interfaces.cursors import page
from emporion.api.interfaces.gates import READS_INCIDENTS, SCHEDULES
from emporion.api.interfaces.shapes.market import Side, SlotShape, side, slot_shape
from emporion.api.interfaces.shapes.setup import Letter
from emporion.api.interfaces.shapes.wire import (
    EditionName,
    Listing,
    Paging,
    PublicId,
    Sent,
    listing,
)
from emporion.api.interfaces.writing import KEYED, once, refusing
from emporion.edition import queries as editions
from emporion.edition.queries import Edition
from emporion.meetings import queries as meetings
from emporion.meetings.domain import incidents as domain
from emporion.meetings.queries import incidents as queries

router = Router(tags=["desk"])
HERE = "/editions/{slug:edition}/incidents"
Kind = Literal["absent", "late", "closed", "no_show"]
SlotNumber = Annotated[int, Field(ge=1, le=32767)]


class IncidentShape(Schema):
    """Why somebody, or a whole pavilion, has no meetings for a while."""

    id: PublicId
    kind: Kind
    participation: Side | None = Field(description="null where a pavilion is closed.")
    pavilion: str | None
    first: SlotShape
    last: SlotShape = Field(description="Both slots belong to it.")
    told_at: dt.datetime


class IncidentSent(Sent):
    """What has happened."""

    kind: Kind = Field(
        description="`late`: there from the slot after `last`; `no_show`: not come to one slot."
    )
    participation: PublicId | None = Field(None, description="Who, unless a pavilion is closed.")
    pavilion: Letter | None = None
    first: SlotNumber = Field(description="The number of the first slot that it takes.")
    last: SlotNumber | None = Field(None, description="The last one; null: `first`.")


@router.get(
    HERE, auth=READS_INCIDENTS, response=Listing[IncidentShape], operation_id="list_incidents"
)
def list_incidents(
    request: Any, response: HttpResponse, edition: EditionName, paging: Query[Paging]
) -> Any:
    """What has happened and was not taken back, newest first; every schedule counts on it."""
    rows, after = page(
        request,
        response,
        queries.standing(request.edition),
        limit=paging.limit,
        cursor=paging.cursor,
        newest_first=True,
    )
    return listing([_shape(one) for one in rows], after)


@router.post(
    HERE,
    auth=SCHEDULES,
    response={201: IncidentShape},
    operation_id="tell_incident",
    openapi_extra=KEYED,
)
def tell_incident(
    request: Any, response: HttpResponse, edition: EditionName, body: IncidentSent
) -> Any:
    """Tell who is away, late or has not come, or which pavilion is closed, and when.

    It moves nothing: the next draft or repair counts on it.
    """
    here: Edition = request.edition

    def do() -> Any:
        slots = {slot.number: slot for slot in meetings.slots(here)}
        try:
            first, last = slots[body.first], slots[body.last or body.first]
        except KeyError as error:
            raise Http404("There is no slot of this number.") from error
        who = None
        if body.participation is not None:
            who = editions.participation(here, body.participation)
            if who is None:
                raise Http404("Nobody of this id takes part.")
        with refusing(domain.IncidentError):
            made = domain.tell(
                here,
                body.kind,
                participation=who,
                letter=body.pavilion or "",
                first=first,
                last=last,
                actor=request.user.actor,
            )
        return _shape(made)

    return once(request, 201, do, response=response)


@router.delete(
    HERE + "/{slug:id}",
    auth=SCHEDULES,
    response={200: list[IncidentShape]},
    operation_id="take_back_incident",
    openapi_extra=KEYED,
)
def take_back_incident(
    request: Any, response: HttpResponse, edition: EditionName, id: PublicId
) -> Any:
    """Let what was told count no more. The answer is what still does, newest first."""
    here: Edition = request.edition

    def do() -> Any:
        found = queries.incident(here, id)
        if found is None:
            raise Http404("Nothing of this id was told, or it was taken back.")
        domain.take_back(found)
        return [_shape(one) for one in queries.incidents(here)]

    return once(request, 200, do, response=response)


def _shape(one: Any) -> dict[str, Any]:
    return {
        "id": one.public_id,
        "kind": one.kind,
        "participation": side(one.participation) if one.participation else None,
        "pavilion": one.letter or None,
        "first": slot_shape(one.first),
        "last": slot_shape(one.last),
        "told_at": one.told_at,
    }
