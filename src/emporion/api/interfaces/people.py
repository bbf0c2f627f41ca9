"""Participants moved and limited by the desk, people looked up, wishes to be erased ended."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from ninja import Router

from emporion.api.interfaces.gates import (
    CHANGES_PARTICIPANTS,
    ERASES,
    READS_CONTACTS,
    READS_ERASURES,
)
from emporion.api.interfaces.noting import counting
from emporion.api.interfaces.shapes.desk import (
    ChangedShape,
    EndedShape,
    EndErasure,
    LimitSent,
    LookUp,
    MoveSent,
    WishToGo,
    person_shape,
)
from emporion.api.interfaces.shapes.market import side
from emporion.api.interfaces.shapes.overview import FoundPerson
from emporion.api.interfaces.shapes.wire import EditionName, PublicId
from emporion.api.interfaces.writing import KEYED, once, refusing
from emporion.core.translated import as_dict
from emporion.edition import queries as editions
from emporion.edition.domain import moving
from emporion.edition.queries import Edition
from emporion.registry import domain as registry
from emporion.registry import queries as registered

router = Router(tags=["desk"])
HERE = "/editions/{slug:edition}"
PEOPLE_TOLD = 30


@router.post(
    HERE + "/acts/move",
    auth=CHANGES_PARTICIPANTS,
    response={200: ChangedShape},
    operation_id="move_participations",
    openapi_extra=KEYED,
)
def move(request: Any, response: HttpResponse, edition: EditionName, body: MoveSent) -> Any:
    """Let participants stand in another pavilion, or in none; who moves loses the stand."""

    def do() -> Any:
        with refusing(moving.MoveError):
            count = moving.move_to_pavilion(request.edition, body.ids, body.pavilion or "")
        return {"changed": count}

    return once(request, 200, do, response=response)


@router.post(
    HERE + "/acts/limit",
    auth=CHANGES_PARTICIPANTS,
    response={200: ChangedShape},
    operation_id="limit_participations",
    openapi_extra=KEYED,
)
def limit(request: Any, response: HttpResponse, edition: EditionName, body: LimitSent) -> Any:
    """Say how many meetings a day participants have at most."""

    def do() -> Any:
        with refusing(moving.MoveError):
            count = moving.limit_meetings_a_day(
                request.edition, body.ids, body.max_meetings_per_day
            )
        return {"changed": count}

    return once(request, 200, do, response=response)


@router.post(
    HERE + "/people/find",
    auth=READS_CONTACTS,
    response={200: list[FoundPerson]},
    operation_id="find_people",
)
def find_people(request: Any, edition: EditionName, body: LookUp) -> Any:
    """Look people up. A POST: what is looked for stays out of addresses; who was shown is noted."""
    here: Edition = request.edition
    with counting(registry.READS_WITHIN, "Too many were looked up."):
        found = registry.look_up_people(here.expo, request.user.actor, body.words, PEOPLE_TOLD)
    acts = editions.acting_people(here, [person.pk for person in found])
    return [
        {
            **person_shape(one),
            "organisation": as_dict(one.organisation.name) if one.organisation else {},
            "acts_for": [side(other) for other in acts.get(one.pk, [])],
        }
        for one in found
    ]


@router.get(
    HERE + "/erasures",
    auth=READS_ERASURES,
    response=list[WishToGo],
    operation_id="list_erasures",
)
def list_erasures(request: Any, edition: EditionName) -> Any:
    """Who wants to be erased, oldest first."""
    return [
        {"person": person_shape(wish.person), "asked_at": wish.asked_at}
        for wish in registered.erasure_requests(request.edition.expo)
    ]


@router.post(
    HERE + "/erasures/{slug:person}",
    auth=ERASES,
    response={200: EndedShape},
    operation_id="end_erasure",
    openapi_extra=KEYED,
)
def end_erasure(
    request: Any, response: HttpResponse, edition: EditionName, person: PublicId, body: EndErasure
) -> Any:
    """Erase a person, which cannot be undone, or decline the wish."""
    found = registered.person_of_id(request.edition.expo, person)
    if found is None:
        raise Http404("There is nobody with this id.")

    def do() -> Any:
        with refusing(registry.ErasureError, ValueError):
            if body.act == "decline":
                return {"ended": registry.decline_erasure(found, body.reason), "left": []}
            left = registry.erase_person(found, body.reason).left
        return {"ended": True, "left": [f"{one.label}.{one.column}" for one in left]}

    return once(request, 200, do, response=response)
