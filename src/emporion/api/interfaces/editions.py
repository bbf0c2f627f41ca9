"""Editions, pavilions, exhibitors, participations: reads."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from emporion.api.interfaces.cursors import page
from emporion.api.interfaces.gates import READ, READS_CONTACTS
from emporion.api.interfaces.noting import counting
from emporion.api.interfaces.shapes.edition import (
    EditionShape,
    Expand,
    ParticipantShape,
    ParticipationShape,
    PavilionShape,
    Role,
    edition_shape,
    participant_shape,
    participation_shape,
)
from emporion.api.interfaces.shapes.wire import (
    PLAIN,
    EditionName,
    Listing,
    Paging,
    PublicId,
    listing,
)
from emporion.api.interfaces.writing import tag
from emporion.api.queries import participants as queries
from emporion.core.translated import as_dict
from emporion.edition import queries as editions
from emporion.registry import domain as registry

router = Router(tags=["editions"])


class ExhibitorFilters(Schema):
    """What narrows a list of exhibitors, and what rows tell besides."""

    pavilion: str | None = Field(None, max_length=4, pattern="^[A-Za-z0-9]+$")
    country: str | None = Field(None, pattern="^[A-Z]{2}$")
    expand: list[Expand] = Field([], max_length=3)


class ParticipationFilters(ExhibitorFilters):
    """The same for everybody who takes part."""

    role: list[Role] = Field([], max_length=7)
    made_up: bool | None = None
    source: str | None = Field(None, max_length=60, pattern=PLAIN)
    external_id: str | None = Field(None, max_length=120, pattern=PLAIN)


@router.get("/editions", auth=READ, response=list[EditionShape], operation_id="list_editions")
def list_editions(request: HttpRequest) -> Any:
    """All editions of all expos, newest first."""
    return [edition_shape(edition) for edition in editions.every_edition()]


@router.get(
    "/editions/{slug:edition}", auth=READ, response=EditionShape, operation_id="get_edition"
)
def get_edition(request: Any, response: HttpResponse, edition: EditionName) -> Any:
    """One edition."""
    told = edition_shape(request.edition)
    tag(response, told)
    return told


@router.get(
    "/editions/{slug:edition}/pavilions",
    auth=READ,
    response=list[PavilionShape],
    operation_id="list_pavilions",
)
def list_pavilions(request: Any, edition: EditionName) -> Any:
    """The pavilions by letter."""
    return [
        {"letter": one.letter, "name": as_dict(one.name), "gate_minutes": one.gate_minutes}
        for one in editions.pavilions(request.edition)
    ]


@router.get(
    "/editions/{slug:edition}/exhibitors",
    auth=READ,
    response=Listing[ParticipantShape],
    operation_id="list_exhibitors",
)
def list_exhibitors(
    request: Any,
    response: HttpResponse,
    edition: EditionName,
    paging: Query[Paging],
    filters: Query[ExhibitorFilters],
) -> Any:
    """Who exhibits: what anybody may know."""
    found = queries.participants(
        request.edition,
        roles=queries.exhibiting(),
        pavilion=filters.pavilion,
        country=filters.country,
    )
    rows, after = page(request, response, found, limit=paging.limit, cursor=paging.cursor)
    letters = queries.letters(request.edition)
    shown = [participant_shape(one, letters) for one in rows]
    _expand(rows, shown, [side for side in filters.expand if side != "people"])
    return listing(shown, after)


@router.get(
    "/editions/{slug:edition}/exhibitors/{slug:id}",
    auth=READ,
    response=ParticipantShape,
    operation_id="get_exhibitor",
)
def get_exhibitor(request: Any, edition: EditionName, id: PublicId) -> Any:
    """One exhibitor with what it needs and offers."""
    one = editions.participation(request.edition, id)
    if one is None or not one.hosts:
        raise Http404("There is no exhibitor with this id.")
    return _whole([one], participant_shape, ["needs", "offers"])[0]


@router.get(
    "/editions/{slug:edition}/participations",
    auth=READS_CONTACTS,
    response=Listing[ParticipationShape],
    operation_id="list_participations",
)
def list_participations(
    request: Any,
    response: HttpResponse,
    edition: EditionName,
    paging: Query[Paging],
    filters: Query[ParticipationFilters],
) -> Any:
    """Everybody who takes part, for the organiser."""
    found = queries.participants(
        request.edition,
        roles=filters.role,
        pavilion=filters.pavilion,
        country=filters.country,
        made_up=filters.made_up,
        source=filters.source,
        external_id=filters.external_id,
    )
    rows, after = page(request, response, found, limit=paging.limit, cursor=paging.cursor)
    letters = queries.letters(request.edition)
    shown = [participation_shape(one, letters) for one in rows]
    _expand(rows, shown, filters.expand)
    _note_people(request, shown)
    return listing(shown, after)


@router.get(
    "/editions/{slug:edition}/participations/{slug:id}",
    auth=READS_CONTACTS,
    response=ParticipationShape,
    operation_id="get_participation",
)
def get_participation(request: Any, edition: EditionName, id: PublicId) -> Any:
    """One participant with what it needs and offers and who acts for it, for the organiser."""
    one = editions.participation(request.edition, id)
    if one is None:
        raise Http404("There is nobody with this id.")
    shown = _whole([one], participation_shape, ["needs", "offers", "people"])
    _note_people(request, shown)
    return shown[0]


def _note_people(request: Any, shown: list[dict[str, Any]]) -> None:
    """Write down whose contact data is read, and refuse who reads more than work needs."""
    people = [one["id"] for row in shown for one in row.get("people", ())]
    with counting(registry.PAGES_WITHIN, "Too much contact data was read."):
        registry.note_page_out(request.edition.expo, request.user.actor, people)


def _whole(rows: list[Any], shape: Any, parts: list[str]) -> list[dict[str, Any]]:
    letters = {one.pavilion.pk: one.pavilion.letter for one in rows if one.pavilion}
    shown = [shape(one, letters) for one in rows]
    _expand(rows, shown, parts)
    return shown


def _expand(rows: list[Any], shown: list[dict[str, Any]], parts: list[Any]) -> None:
    """Add needs, offers or people to rows that are shown; a query for each part."""
    keys = [one.pk for one in rows]
    for part in dict.fromkeys(parts):
        found = queries.people(keys) if part == "people" else queries.interests(part, keys)
        for key, row in zip(keys, shown, strict=True):
            row[part] = found[key]
