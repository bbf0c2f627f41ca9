"""What one who takes part sets besides the profile: rule, link, notices, suggestions, own data."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.urls import reverse
from ninja import Router

from emporion.api.interfaces.gates import ACTS, READS_LINK, TAKES_PART
from emporion.api.interfaces.requests import MINE, own_request
from emporion.api.interfaces.shapes.own import (
    KnownShape,
    LinkShape,
    LinkTold,
    NoticeShape,
    ProposalShape,
    RatingSent,
    RatingShape,
    ReadSent,
    RuleSent,
    RuleShape,
    SwitchSent,
    SwitchShape,
    notice_shape,
)
from emporion.api.interfaces.shapes.wire import EditionName, PublicId
from emporion.api.interfaces.writing import KEYED, once, refusing
from emporion.edition import queries as editions
from emporion.edition.gates import acting
from emporion.edition.queries import Participation
from emporion.matchmaking import queries as matchmaking
from emporion.matchmaking.domain import known, quiet
from emporion.matchmaking.domain.first_list import make_first_list
from emporion.matchmaking.domain.proposals import proposals
from emporion.meetings.domain import links, notices, ratings, standing
from emporion.meetings.queries import links as link_queries
from emporion.meetings.queries import notices as notice_queries
from emporion.meetings.queries import requests as queries
from emporion.meetings.queries.ratings import own_ratings

router = Router(tags=["taking part"])
ME = "/editions/{slug:edition}/me"


@router.get(
    ME + "/standing-rule",
    auth=TAKES_PART,
    response=RuleShape | None,
    operation_id="get_standing_rule",
)
def get_rule(request: Any, edition: EditionName) -> Any:
    """What the caller lets be accepted without looking; null before the first rule."""
    return _rule(acting(request))


@router.put(
    ME + "/standing-rule",
    auth=ACTS,
    response={200: RuleShape | None},
    operation_id="set_standing_rule",
    openapi_extra=KEYED,
)
def set_rule(request: Any, response: HttpResponse, edition: EditionName, body: RuleSent) -> Any:
    """Set the rule and put it in force."""
    me = acting(request)

    def do() -> Any:
        with refusing(standing.RuleError):
            standing.set_rule(me, body.source, body.limit, waiting=body.waiting)
        return _rule(me)

    return once(request, 200, do, response=response)


@router.delete(
    ME + "/standing-rule",
    auth=ACTS,
    response={200: RuleShape | None},
    operation_id="stop_standing_rule",
    openapi_extra=KEYED,
)
def stop_rule(request: Any, response: HttpResponse, edition: EditionName) -> Any:
    """Answer by hand again; what the rule accepted stays accepted."""
    me = acting(request)

    def do() -> Any:
        standing.stop_rule(me)
        return _rule(me)

    return once(request, 200, do, response=response)


@router.get(
    ME + "/link", auth=READS_LINK, response=LinkTold | None, operation_id="get_personal_link"
)
def get_link(request: Any, edition: EditionName) -> Any:
    """The caller's own link, null without one that works; an officer is not the member.

    A token without `write` is told no address: who opens it acts as the caller.
    """
    live = link_queries.live_link(*_own(request))
    if live is None:
        return None
    path = reverse("meetings:personal", settings.ROOT_URLCONF, args=[request.edition.slug])
    address = None
    if ACTS.scope in request.token.scopes:
        address = request.build_absolute_uri(f"{path}?key={links.key_of(live)}")
    return {"made_at": live.made_at, "expires_at": live.expires_at, "address": address}


@router.post(
    ME + "/link",
    auth=ACTS,
    response={201: LinkShape},
    operation_id="make_personal_link",
    openapi_extra=KEYED,
)
def make_link(request: Any, response: HttpResponse, edition: EditionName) -> Any:
    """Make a new link; the one before stops working. Its address is read, and kept nowhere."""
    me, person = _own(request)

    def do() -> Any:
        made = links.make_link(me, person)
        return {"made_at": made.made_at, "expires_at": made.expires_at}

    return once(request, 201, do, response=response)


@router.delete(
    ME + "/link",
    auth=ACTS,
    response={200: LinkShape | None},
    operation_id="stop_personal_link",
    openapi_extra=KEYED,
)
def stop_link(request: Any, response: HttpResponse, edition: EditionName) -> Any:
    """Stop the link at once; the answer is null."""
    me, person = _own(request)

    def do() -> Any:
        links.revoke_link(me, person)

    return once(request, 200, do, response=response)


@router.get(
    ME + "/notices", auth=TAKES_PART, response=list[NoticeShape], operation_id="list_notices"
)
def list_notices(request: Any, edition: EditionName) -> Any:
    """What changed for the caller, newest first."""
    found = notice_queries.notices(acting(request), request.user)
    return [notice_shape(one) for one in found]


@router.post(
    ME + "/notices/read",
    auth=ACTS,
    response={200: list[NoticeShape]},
    operation_id="read_notices",
    openapi_extra=KEYED,
)
def read_notices(request: Any, response: HttpResponse, edition: EditionName, body: ReadSent) -> Any:
    """Say up to when notices were read; what came since stays new."""
    me = acting(request)

    def do() -> Any:
        try:
            zoned = body.until if body.until.tzinfo else body.until.replace(tzinfo=dt.UTC)
            until = zoned.astimezone(dt.UTC)
        # Near the first and the last year a zone leads out of what a date can be.
        except OverflowError:
            until = None
        if until is not None:
            notices.mark_read(me, request.user, until)
        return [notice_shape(one) for one in notice_queries.notices(me, request.user)]

    return once(request, 200, do, response=response)


@router.put(
    MINE + "/{slug:id}/rating",
    auth=ACTS,
    response={200: RatingShape},
    operation_id="rate",
    openapi_extra=KEYED,
)
def rate(
    request: Any, response: HttpResponse, edition: EditionName, id: PublicId, body: RatingSent
) -> Any:
    """Say what a meeting of one's own that is over was worth; it teaches later lists."""
    me = acting(request)

    def do() -> Any:
        with refusing(ratings.RatingError):
            ratings.rate(me, own_request(request, me, id), body.value)
        return {"value": own_ratings(me, [id]).get(id)}

    return once(request, 200, do, response=response)


@router.delete(
    MINE + "/{slug:id}/rating",
    auth=ACTS,
    response={200: RatingShape},
    operation_id="take_back_rating",
    openapi_extra=KEYED,
)
def unrate(request: Any, response: HttpResponse, edition: EditionName, id: PublicId) -> Any:
    """Forget what was said of a meeting."""
    me = acting(request)

    def do() -> Any:
        ratings.take_back(me, own_request(request, me, id))
        return {"value": None}

    return once(request, 200, do, response=response)


@router.get(ME + "/known", auth=TAKES_PART, response=KnownShape, operation_id="get_known")
def get_known(request: Any, edition: EditionName) -> Any:
    """All that moves the caller's suggestions, beside the profile."""
    found = known.known_of(acting(request))
    return {name: getattr(found, name) for name in KnownShape.model_fields}


@router.put(
    ME + "/suggesting",
    auth=ACTS,
    response={200: SwitchShape},
    operation_id="turn_suggestions",
    openapi_extra=KEYED,
)
def turn(request: Any, response: HttpResponse, edition: EditionName, body: SwitchSent) -> Any:
    """Turn suggestions off or on: for the caller, and about them."""
    me = acting(request)

    def do() -> Any:
        turned = quiet.turn_on(me) if body.on else quiet.turn_off(me)
        return {"on": body.on, "turned": turned}

    def listed() -> None:
        if body.on and not matchmaking.run_lists(me):
            make_first_list(me)

    return once(request, 200, do, response=response, and_then=listed)


@router.get(
    ME + "/proposals/{side}",
    auth=TAKES_PART,
    response=list[ProposalShape],
    operation_id="list_proposals",
)
def list_proposals(request: Any, edition: EditionName, side: Literal["needs", "offers"]) -> Any:
    """Categories that the caller may need or offer; who agrees adds them to the profile."""
    return [{"code": one.code, "ground": one.ground} for one in proposals(acting(request), side)]


def _own(request: Any) -> tuple[Participation, Any]:
    """Return the participation and who the caller is in it; officers are refused."""
    me = acting(request)
    person = editions.person_of(me, request.user)
    if person is None:
        raise PermissionDenied("A link is for those who act for a participant themselves.")
    return me, person


def _rule(me: Participation) -> dict[str, Any] | None:
    rule = queries.standing_rule(me)
    if rule is None:
        return None
    told = {name: getattr(rule, name) for name in ("source", "limit", "is_active")}
    return {**told, "accepted": standing.accepted_by(rule)}
