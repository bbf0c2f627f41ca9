"""Whom to meet, and what is quietly said about them."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import get_language
from ninja import Query, Router, Schema
from pydantic import Field

from emporion.api.interfaces.cursors import page
from emporion.api.interfaces.gates import ACTS, TAKES_PART
from emporion.api.interfaces.shapes.market import (
    AppointmentShape,
    SuggestionsShape,
    WishSent,
    WishShape,
    side,
    slot_shape,
)
from emporion.api.interfaces.shapes.wire import EditionName, Listing, Paging, PublicId, listing
from emporion.api.interfaces.writing import KEYED, once, refusing
from emporion.edition import queries as editions
from emporion.edition.gates import acting
from emporion.edition.queries import Participation
from emporion.matchmaking import queries as matchmaking
from emporion.matchmaking.domain import wishes as domain
from emporion.matchmaking.domain.showings import record_shown
from emporion.meetings import queries as meetings

router = Router(tags=["taking part"])
ME = "/editions/{slug:edition}/me"


class SuggestionFilters(Schema):
    """How many."""

    limit: int = Field(20, ge=1, le=60)


class WishFilters(Schema):
    """Which."""

    kind: str = Field("save", pattern="^(save|veto)$")


@router.get(
    ME + "/suggestions",
    auth=TAKES_PART,
    response=SuggestionsShape,
    operation_id="list_suggestions",
)
def list_suggestions(
    request: HttpRequest, edition: EditionName, filters: Query[SuggestionFilters]
) -> Any:
    """The caller's own list, with both sides' fit and the reasons in words."""
    me, language = acting(request), get_language() or "en"
    found = matchmaking.suggestions(me, filters.limit, without=meetings.will_meet(me))
    record_shown(me, found)
    states = meetings.request_states(me, [one.participation.pk for one in found])
    rows = [
        {
            "rank": one.rank,
            "participant": side(one.participation),
            "role": one.participation.role,
            "country": one.participation.country,
            "wants": one.p,
            "is_wanted": one.q,
            "both": one.both,
            "reasons": _reasons(one, language),
            "wish": one.wish,
            "request_state": str(states.get(one.participation.pk, "")),
        }
        for one in found
    ]
    return {"items": rows, "more": found.more}


def _reasons(one: matchmaking.Suggestion, language: str) -> list[dict[str, str]]:
    return [
        {"key": str(reason.key), "value": str(reason.value), "kind": reason.kind}
        for reason in matchmaking.readable_reasons(one.reasons, language)
    ]


@router.get(
    ME + "/wishes", auth=TAKES_PART, response=Listing[WishShape], operation_id="list_wishes"
)
def list_wishes(
    request: HttpRequest,
    response: HttpResponse,
    edition: EditionName,
    paging: Query[Paging],
    filters: Query[WishFilters],
) -> Any:
    """Whom the caller saved, or hid, newest first."""
    rows, after = page(
        request,
        response,
        matchmaking.all_wishes(acting(request), filters.kind),
        limit=paging.limit,
        cursor=paging.cursor,
        newest_first=True,
    )
    shown = [{"participant": side(one.counterpart), "kind": one.kind} for one in rows]
    return listing(shown, after)


@router.put(
    ME + "/wishes/{slug:id}",
    auth=ACTS,
    response={200: WishShape},
    operation_id="make_wish",
    openapi_extra=KEYED,
)
def make_wish(
    request: HttpRequest,
    response: HttpResponse,
    edition: EditionName,
    id: PublicId,
    body: WishSent,
) -> Any:
    """Save somebody, or never again; a later wish replaces an earlier one."""
    me, other = acting(request), _other(request, id)

    def do() -> Any:
        with refusing(domain.WishError):
            domain.wish(me, other, body.kind, body.reason if body.kind == "veto" else "")
        return {"participant": side(other), "kind": body.kind}

    return once(request, 200, do, response=response)


@router.delete(
    ME + "/wishes/{slug:id}",
    auth=ACTS,
    response={200: WishShape},
    operation_id="take_back_wish",
    openapi_extra=KEYED,
)
def take_back_wish(
    request: HttpRequest, response: HttpResponse, edition: EditionName, id: PublicId
) -> Any:
    """Forget the wish about somebody; without one nothing happens."""
    me, other = acting(request), _other(request, id)

    def do() -> Any:
        domain.take_back(me, other)
        return {"participant": side(other), "kind": ""}

    return once(request, 200, do, response=response)


@router.get(ME + "/day", auth=TAKES_PART, response=list[AppointmentShape], operation_id="list_day")
def list_day(request: HttpRequest, edition: EditionName) -> Any:
    """The caller's meetings in the published schedule, in time order, those that take place."""
    return [
        {
            "request": one.request,
            "slot": slot_shape(one.slot),
            "ends": f"{one.ends:%H:%M}",
            "counterpart": side(one.counterpart),
            "hosting": one.hosting,
            "pavilion": one.host.pavilion.letter if one.host.pavilion else "",
            "stand": one.host.stand,
            "table": one.table,
            "message": one.message,
            "answered": one.answered,
        }
        for one in meetings.agenda(acting(request))
    ]


def _other(request: Any, public_id: str) -> Participation:
    found = editions.participation(request.edition, public_id)
    if found is None:
        raise Http404("There is nobody with this id.")
    return found
