"""Requests: asked, answered, withdrawn by a side; read whole by the organiser."""

from __future__ import annotations

from typing import Any, Literal

from django.http import Http404, HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from emporion.api.interfaces.cursors import page
from emporion.api.interfaces.gates import ACTS, READS_REQUESTS, TAKES_PART
from emporion.api.interfaces.noting import note_requests
from emporion.api.interfaces.shapes.market import (
    Ask,
    Decline,
    OwnRequestShape,
    RequestShape,
    State,
    request_row,
    request_shape,
    slot_shape,
)
from emporion.api.interfaces.shapes.wire import (
    EditionName,
    Listing,
    Paging,
    PublicId,
    Sent,
    listing,
)
from emporion.api.interfaces.writing import KEYED, MATCHED, demand, once, refusing, tag, versioned
from emporion.edition import queries as editions
from emporion.edition.gates import acting
from emporion.edition.queries import Participation
from emporion.meetings.domain import requests as domain
from emporion.meetings.queries import programs
from emporion.meetings.queries import requests as queries

router = Router(tags=["requests"])
MINE = "/editions/{slug:edition}/me/requests"


class Filters(Schema):
    """What narrows a list of requests."""

    state: list[State] = Field([], max_length=4)


class OwnFilters(Filters):
    """The same for one's own."""

    box: Literal["sent", "received"] | None = None


class Nothing(Sent):
    """An empty object."""


@router.get(
    MINE, auth=TAKES_PART, response=Listing[OwnRequestShape], operation_id="list_own_requests"
)
def list_own_requests(
    request: HttpRequest,
    response: HttpResponse,
    edition: EditionName,
    paging: Query[Paging],
    filters: Query[OwnFilters],
) -> Any:
    """What the caller asked and was asked, with what the published schedule made of it."""
    me = acting(request)
    found = programs.requests_of(me, filters.box, filters.state)
    rows, after = page(request, response, found, limit=paging.limit, cursor=paging.cursor)
    return listing(_shown(me, rows), after)


@router.get(
    MINE + "/{slug:id}",
    auth=TAKES_PART,
    response=OwnRequestShape,
    operation_id="get_own_request",
)
def get_own_request(
    request: HttpRequest, response: HttpResponse, edition: EditionName, id: PublicId
) -> Any:
    """One request of the caller's."""
    told = _told(request, acting(request), id)
    tag(response, told)
    return told


@router.post(
    MINE,
    auth=ACTS,
    response={201: OwnRequestShape},
    operation_id="ask",
    openapi_extra=KEYED,
)
def ask(request: Any, response: HttpResponse, edition: EditionName, body: Ask) -> Any:
    """Ask somebody to meet. A standing rule of the other side may accept at once."""
    me = acting(request)
    other = editions.participation(request.edition, body.counterpart)
    if other is None:
        raise Http404("There is nobody with this id.")

    def do() -> Any:
        with refusing(domain.RequestError):
            made = domain.ask(me, other, body.message)
        return _told(request, me, made.public_id)

    return once(request, 201, do, response=response, tagged=True)


def _act(request: Any, response: HttpResponse, public_id: str, act: Any) -> Any:
    """Do something to the version of a request that the caller means."""
    me = acting(request)

    def do() -> Any:
        locked = domain.lock(own_request(request, me, public_id))
        demand(request, _shown(me, [locked])[0]["version"])
        with refusing(domain.RequestError):
            act(locked, me)
        return _told(request, me, public_id)

    return once(request, 200, do, response=response, tagged=True)


@router.post(
    MINE + "/{slug:id}/withdraw",
    auth=ACTS,
    response={200: OwnRequestShape},
    operation_id="withdraw",
    openapi_extra=MATCHED,
)
def withdraw(
    request: HttpRequest,
    response: HttpResponse,
    edition: EditionName,
    id: PublicId,
    body: Nothing | None = None,
) -> Any:
    """Take back what the caller asked."""
    return _act(request, response, id, domain.withdraw)


@router.post(
    MINE + "/{slug:id}/accept",
    auth=ACTS,
    response={200: OwnRequestShape},
    operation_id="accept",
    openapi_extra=MATCHED,
)
def accept(
    request: HttpRequest,
    response: HttpResponse,
    edition: EditionName,
    id: PublicId,
    body: Nothing | None = None,
) -> Any:
    """Accept what the caller was asked."""
    return _act(request, response, id, lambda row, me: domain.answer(row, me, accept=True))


@router.post(
    MINE + "/{slug:id}/decline",
    auth=ACTS,
    response={200: OwnRequestShape},
    operation_id="decline",
    openapi_extra=MATCHED,
)
def decline(
    request: HttpRequest,
    response: HttpResponse,
    edition: EditionName,
    id: PublicId,
    body: Decline,
) -> Any:
    """Decline what the caller was asked."""
    return _act(
        request,
        response,
        id,
        lambda row, me: domain.answer(row, me, accept=False, reason=body.reason),
    )


@router.get(
    "/editions/{slug:edition}/requests",
    auth=READS_REQUESTS,
    response=Listing[RequestShape],
    operation_id="list_requests",
)
def list_requests(
    request: Any,
    response: HttpResponse,
    edition: EditionName,
    paging: Query[Paging],
    filters: Query[Filters],
) -> Any:
    """All requests of the edition, for whoever works with them; each page is written down."""
    found = programs.requests_of_edition(request.edition, filters.state)
    rows, after = page(request, response, found, limit=paging.limit, cursor=paging.cursor)
    note_requests(request, [row["public_id"] for row in rows], "requests")
    return listing([request_row(row) for row in rows], after)


@router.get(
    "/editions/{slug:edition}/requests/{slug:id}",
    auth=READS_REQUESTS,
    response=RequestShape,
    operation_id="get_request",
)
def get_request(request: Any, response: HttpResponse, edition: EditionName, id: PublicId) -> Any:
    """One request, for whoever works with them; written down as a page is."""
    found = queries.by_public_id(request.edition, id)
    if found is None:
        raise Http404("There is no request with this id.")
    note_requests(request, [found.public_id], "requests")
    told = request_shape(found)
    tag(response, told)
    return told


def own_request(request: Any, me: Participation, public_id: str) -> Any:
    """Return a request of which the caller is a side; others do not exist for them."""
    found = queries.by_public_id(request.edition, public_id)
    if found is None or me.pk not in (found.asker_id, found.counterpart_id):
        raise Http404("You have no request with this id.")
    return found


def _told(request: Any, me: Participation, public_id: str) -> dict[str, Any]:
    return _shown(me, [own_request(request, me, public_id)])[0]


def _shown(me: Participation, rows: list[Any]) -> list[dict[str, Any]]:
    """Return requests as one of their sides sees them; three queries for all."""
    return [
        versioned(
            {
                **request_shape(filed.request),
                "direction": "sent" if filed.request.asker_id == me.pk else "received",
                "slot": slot_shape(filed.slot) if filed.slot else None,
                "refusal": filed.refusal,
            }
        )
        for filed in (queries.filed(me, rows) if rows else [])
    ]
