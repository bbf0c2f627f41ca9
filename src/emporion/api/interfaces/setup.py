"""Setting up an edition, as the desk does it: what it is, pavilions, walking minutes, slots."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import Http404, HttpResponse
from ninja import Router

from emporion.api.interfaces.editions import router as told
from emporion.api.interfaces.gates import SETS_UP, STAFF_READS
from emporion.api.interfaces.problems import Problem
from emporion.api.interfaces.shapes.edition import (
    EditionShape,
    PavilionShape,
    edition_shape,
)
from emporion.api.interfaces.shapes.setup import (
    EditionChange,
    EditionSent,
    Letter,
    PavilionSent,
    SlotsSent,
    SlotTold,
    WalkingSent,
    WalkShape,
    slot_told,
)
from emporion.api.interfaces.shapes.wire import EditionName
from emporion.api.interfaces.writing import KEYED, MATCHED, demand, once, refusing, version
from emporion.core.translated import as_dict
from emporion.edition import queries as editions
from emporion.edition.domain import pavilions as halls
from emporion.edition.domain.editions import EditionError, change_edition, create_edition
from emporion.edition.domain.walking import WalkingError, set_walking_minutes
from emporion.edition.queries import Edition
from emporion.meetings import queries as meetings
from emporion.meetings.domain import slots as domain

router = Router(tags=["setting up"])
HERE = "/editions/{slug:edition}"
TEXTS = ("title", "subtitle", "place")


# One address has one router: the edition is read at this one.
@told.patch(
    HERE,
    auth=SETS_UP,
    response={200: EditionShape},
    operation_id="change_edition",
    openapi_extra=MATCHED,
)
def change(request: Any, response: HttpResponse, edition: EditionName, body: EditionChange) -> Any:
    """Change what an edition is called, when and where it is; no dates once there is a schedule."""
    here: Edition = request.edition
    given = {k: v for k, v in body.dict(exclude_unset=True).items() if v is not None}

    def do() -> Any:
        def guard() -> None:
            now = editions.edition_by_slug(here.slug)
            assert now is not None
            demand(request, version(edition_shape(now)))
            domain.check_dates(here, values["starts"], values["ends"])

        values = {name: as_dict(getattr(here, name)) for name in TEXTS} | {
            name: getattr(here, name) for name in ("starts", "ends", "zone", "languages")
        }
        values |= {name: _told(v) if name in TEXTS else v for name, v in given.items()}
        with refusing(EditionError, domain.SlotError):
            change_edition(here, **values, guard=guard)
        return edition_shape(here)

    return once(request, 200, do, response=response, tagged=True)


@router.post(
    HERE + "/further",
    auth=SETS_UP,
    response={201: EditionShape},
    operation_id="create_edition",
    openapi_extra=KEYED,
)
def create(request: Any, response: HttpResponse, edition: EditionName, body: EditionSent) -> Any:
    """Make a further edition of the same expo; its set-up begins then."""

    def do() -> Any:
        with refusing(EditionError):
            made = create_edition(
                request.edition.expo,
                body.name,
                title=_told(body.title),
                subtitle=_told(body.subtitle),
                place=_told(body.place),
                starts=body.starts,
                ends=body.ends,
                zone=body.zone,
                languages=list(body.languages),
            )
        return edition_shape(made)

    return once(request, 201, do, response=response)


@router.put(
    HERE + "/pavilions/{letter}",
    auth=SETS_UP,
    response={200: list[PavilionShape]},
    operation_id="set_pavilion",
    openapi_extra=KEYED,
)
def set_pavilion(
    request: Any, response: HttpResponse, edition: EditionName, letter: Letter, body: PavilionSent
) -> Any:
    """Make a pavilion of this letter, or change its names and its way from the gate."""
    here: Edition = request.edition

    def do() -> Any:
        with refusing(EditionError):
            if letter in _letters(here):
                halls.change_pavilion(here, letter, _told(body.name), body.gate_minutes)
            else:
                new = halls.NewPavilion(letter, _told(body.name), body.gate_minutes)
                halls.add_pavilions(here, [new])
        return _pavilions(here)

    return once(request, 200, do, response=response)


@router.delete(
    HERE + "/pavilions/{letter}",
    auth=SETS_UP,
    response={200: list[PavilionShape]},
    operation_id="remove_pavilion",
    openapi_extra=KEYED,
)
def remove_pavilion(
    request: Any, response: HttpResponse, edition: EditionName, letter: Letter
) -> Any:
    """Remove a pavilion in which nobody stands."""
    here: Edition = request.edition

    def do() -> Any:
        if letter not in _letters(here):
            raise Http404("There is no pavilion of this letter.")
        if not halls.remove_pavilions(here, [letter]):
            raise Problem(
                409, "Somebody stands in this pavilion.", mend="Move them to another one first."
            )
        return _pavilions(here)

    return once(request, 200, do, response=response)


@router.get(
    HERE + "/walking",
    auth=STAFF_READS,
    response=list[WalkShape],
    by_alias=True,
    operation_id="list_walking",
)
def list_walking(request: Any, edition: EditionName) -> Any:
    """The minutes on foot between pavilions, pairs without any left out."""
    return _walking(request.edition)


@router.put(
    HERE + "/walking",
    auth=SETS_UP,
    response={200: list[WalkShape]},
    by_alias=True,
    operation_id="set_walking",
    openapi_extra=KEYED,
)
def set_walking(
    request: Any, response: HttpResponse, edition: EditionName, body: WalkingSent
) -> Any:
    """Replace the whole table of minutes."""
    here: Edition = request.edition
    minutes = {(one.from_, one.to): one.minutes for one in body.minutes}

    def do() -> Any:
        lost = editions.walking_minutes(here).keys() - minutes.keys()
        if lost and not body.less:
            raise Problem(
                409,
                f"{len(lost)} pairs would lose their minutes.",
                mend="Send them as well, or say `less`.",
            )
        with refusing(WalkingError, status=422):
            set_walking_minutes(here, minutes)
        return _walking(here)

    return once(request, 200, do, response=response)


@router.get(HERE + "/slots", auth=STAFF_READS, response=list[SlotTold], operation_id="list_slots")
def list_slots(request: Any, edition: EditionName) -> Any:
    """The times of meetings in their order."""
    return [slot_told(slot) for slot in meetings.slots(request.edition)]


@router.put(
    HERE + "/slots",
    auth=SETS_UP,
    response={200: list[SlotTold]},
    operation_id="set_slots",
    openapi_extra=KEYED,
)
def set_slots(request: Any, response: HttpResponse, edition: EditionName, body: SlotsSent) -> Any:
    """Replace all slots, as long as no release holds meetings in them."""
    spans = [
        domain.Span(one.date, dt.time.fromisoformat(one.starts), one.minutes) for one in body.slots
    ]

    def do() -> Any:
        with refusing(domain.SlotError):
            domain.set_slots(request.edition, spans)
        return [slot_told(slot) for slot in meetings.slots(request.edition)]

    return once(request, 200, do, response=response)


def _told(texts: Any) -> dict[str, str]:
    return {str(language): text for language, text in texts.items() if text}


def _letters(here: Edition) -> set[str]:
    return {one.letter for one in editions.pavilions(here)}


def _pavilions(here: Edition) -> list[dict[str, Any]]:
    return [
        {"letter": one.letter, "name": as_dict(one.name), "gate_minutes": one.gate_minutes}
        for one in editions.pavilions(here)
    ]


def _walking(here: Edition) -> list[dict[str, Any]]:
    return [
        {"from": a, "to": b, "minutes": minutes}
        for (a, b), minutes in sorted(editions.walking_minutes(here).items())
    ]
