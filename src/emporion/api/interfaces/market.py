"""What one who takes part keeps of themselves: profile, needs and offers, hours."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Router
from pydantic import Field

from emporion.api.interfaces.gates import ACTS, TAKES_PART
from emporion.api.interfaces.problems import Problem
from emporion.api.interfaces.shapes.edition import MeShape, participant_shape
from emporion.api.interfaces.shapes.market import (
    HourShape,
    HoursSent,
    InterestSent,
    ProfileSent,
    slot_shape,
)
from emporion.api.interfaces.shapes.wire import EditionName
from emporion.api.interfaces.writing import KEYED, MATCHED, demand, once, refusing, tag, versioned
from emporion.api.queries.participants import interests
from emporion.core.translated import as_dict
from emporion.edition.domain import calendars
from emporion.edition.domain import profile as domain
from emporion.edition.domain.enrolment import Interest
from emporion.edition.gates import acting
from emporion.edition.queries import Participation, participation
from emporion.matchmaking.domain.first_list import make_first_list
from emporion.meetings import queries as meetings

router = Router(tags=["taking part"])
SideName = Literal["needs", "offers"]
Key = Annotated[str, Field(pattern="^[0-9a-f]{10}$", description="From the profile.")]
ME = "/editions/{slug:edition}/me"


@router.get(ME, auth=TAKES_PART, response=MeShape, operation_id="get_me")
def get_me(request: HttpRequest, response: HttpResponse, edition: EditionName) -> Any:
    """Who the caller is in an edition, with what they need and offer."""
    told = _profile(request, acting(request))
    tag(response, told)
    return told


@router.patch(
    ME, auth=ACTS, response={200: MeShape}, operation_id="change_me", openapi_extra=MATCHED
)
def change_me(
    request: HttpRequest, response: HttpResponse, edition: EditionName, body: ProfileSent
) -> Any:
    """Change what the caller says of themselves."""
    me = acting(request)

    def do() -> Any:
        now = _still(request, me)
        given = body.dict(exclude_unset=True)
        values = {
            "about": as_dict(now.about),
            "markets": now.markets,
            "languages": now.languages,
            "max_meetings": now.max_meetings,
            "max_meetings_per_day": now.max_meetings_per_day,
        }
        empty: dict[str, Any] = {"about": {}, "markets": [], "languages": []}
        for name, value in given.items():
            values[name] = empty.get(name) if value is None else value
        with refusing(domain.ProfileError, status=422):
            domain.set_profile(me, **values)
        return _profile(request, _again(request, me))

    return once(request, 200, do, response=response, tagged=True)


@router.post(
    ME + "/profile/{side}",
    auth=ACTS,
    response={201: MeShape},
    operation_id="add_interest",
    openapi_extra=KEYED,
)
def add_interest(
    request: HttpRequest,
    response: HttpResponse,
    edition: EditionName,
    side: SideName,
    body: InterestSent,
) -> Any:
    """Add a need or an offer; the list of whom to meet is made anew."""
    me = acting(request)

    def do() -> Any:
        with refusing(domain.ProfileError, status=422):
            domain.add_interests(me, side, [_interest(body)])
        return _profile(request, _again(request, me))

    return once(
        request, 201, do, response=response, tagged=True, and_then=lambda: make_first_list(me)
    )


@router.put(
    ME + "/profile/{side}/{key}",
    auth=ACTS,
    response={200: MeShape},
    operation_id="change_interest",
    openapi_extra=MATCHED,
)
def change_interest(
    request: HttpRequest,
    response: HttpResponse,
    edition: EditionName,
    side: SideName,
    key: Key,
    body: InterestSent,
) -> Any:
    """Put another need or offer in the place of one."""
    me = acting(request)

    def do() -> Any:
        _still(request, me)
        _there(me, side, key)
        with refusing(domain.ProfileError, status=422):
            domain.change_interest(me, side, key, _interest(body))
        return _profile(request, _again(request, me))

    return once(
        request, 200, do, response=response, tagged=True, and_then=lambda: make_first_list(me)
    )


@router.delete(
    ME + "/profile/{side}/{key}",
    auth=ACTS,
    response={200: MeShape},
    operation_id="remove_interest",
    openapi_extra=MATCHED,
)
def remove_interest(
    request: HttpRequest, response: HttpResponse, edition: EditionName, side: SideName, key: Key
) -> Any:
    """Take a need or an offer off the profile."""
    me = acting(request)

    def do() -> Any:
        _still(request, me)
        _there(me, side, key)
        with refusing(domain.ProfileError):
            domain.remove_interest(me, side, key)
        return _profile(request, _again(request, me))

    return once(
        request, 200, do, response=response, tagged=True, and_then=lambda: make_first_list(me)
    )


@router.get(ME + "/hours", auth=TAKES_PART, response=list[HourShape], operation_id="list_hours")
def list_hours(request: HttpRequest, edition: EditionName) -> Any:
    """Every slot, and whether the caller can meet in it."""
    return _hours(acting(request))


@router.patch(
    ME + "/hours",
    auth=ACTS,
    response={200: list[HourShape]},
    operation_id="change_hours",
    openapi_extra=KEYED,
)
def change_hours(
    request: HttpRequest, response: HttpResponse, edition: EditionName, body: HoursSent
) -> Any:
    """Close slots and open others; the next schedule follows it."""
    me = acting(request)

    def do() -> Any:
        known = {hour.slot.number: hour.span for hour in meetings.hours(me)}
        calendars.set_hours(
            me,
            close=[known[number] for number in body.close if number in known],
            open_=[known[n] for n in body.open if n in known and n not in body.close],
        )
        return _hours(me)

    return once(request, 200, do, response=response)


def _hours(me: Participation) -> list[dict[str, Any]]:
    return [
        {
            "slot": slot_shape(hour.slot),
            "open": hour.open,
            "meetings": [one.request for one in hour.appointments],
        }
        for hour in meetings.hours(me)
    ]


def _interest(body: InterestSent) -> Interest:
    return Interest(
        body.code,
        {str(spoken): text for spoken, text in body.text.items()},
        list(body.markets),
        body.deal,
    )


def _still(request: HttpRequest, me: Participation) -> Participation:
    """Lock the profile and see that it is the one that the caller means."""
    now = domain.lock(me)
    demand(request, _profile(request, _letters(now, me))["version"])
    return now


def _letters(now: Participation, me: Participation) -> Participation:
    now.pavilion, now.edition = me.pavilion, me.edition
    return now


def _again(request: Any, me: Participation) -> Participation:
    found = participation(request.edition, me.public_id)
    assert found is not None
    return found


def _there(me: Participation, side: str, key: str) -> None:
    if key not in dict(domain.interests_of(me, side)):
        raise Problem(404, f"There is nothing with this key among the {side}.")


def _profile(request: Any, one: Participation) -> dict[str, Any]:
    """Return the caller's own participation; two queries."""
    letters = {one.pavilion.pk: one.pavilion.letter} if one.pavilion else {}
    told = {
        **participant_shape(one, letters),
        "needs": interests("needs", [one.pk])[one.pk],
        "offers": interests("offers", [one.pk])[one.pk],
        "tables": one.tables,
        "max_meetings": one.max_meetings,
        "max_meetings_per_day": one.max_meetings_per_day,
        "is_acting": bool(request.acting_for),
    }
    return versioned(told)
