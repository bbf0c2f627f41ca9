"""The search of an edition, as the page answers it."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.translation import get_language
from ninja import Query, Router

from emporion.api.interfaces.cursors import cut, opened
from emporion.api.interfaces.gates import READ
from emporion.api.interfaces.shapes.overview import SearchFilters, SearchShape, found_side
from emporion.api.interfaces.shapes.wire import EditionName, Paging
from emporion.core.translated import as_dict
from emporion.edition import queries as editions
from emporion.edition.queries import Edition, Participation
from emporion.portal.queries import searching

router = Router(tags=["editions"])


@router.get(
    "/editions/{slug:edition}/search", auth=READ, response=SearchShape, operation_id="search"
)
def search(
    request: Any,
    response: HttpResponse,
    edition: EditionName,
    paging: Query[Paging],
    filters: Query[SearchFilters],
) -> Any:
    """Exhibitors, offers and organisations that have the words, best first, with counts."""
    here: Edition = request.edition
    offset = opened(request, paging.cursor) if paging.cursor else 0
    found = searching.answer(
        here,
        searching.asked(filters.q),
        kind=filters.kind or "",
        facets={name: getattr(filters, name) for name in searching.FACETS},
        language=get_language() or "en",
        limit=paging.limit + 1,
        offset=offset,
    )
    hits = list(enumerate(found.hits, offset + 1))
    rows, after = cut(request, response, hits, limit=paging.limit, key_of=lambda hit: hit[0])
    keys = {_key(hit) for _place, hit in rows}
    people = editions.participations_by_id(here, sorted(keys), lines=True)
    # Somebody may have gone since the index was read.
    shown = [_hit(hit, people[_key(hit)]) for _place, hit in rows if _key(hit) in people]
    return {
        "items": shown,
        "next": after,
        "total": found.total,
        "kinds": {kind: found.kinds.get(kind, 0) for kind in searching.KINDS},
        "facets": {
            name: {value: count for value, count in found.facets.get(name, {}).items() if value}
            for name in searching.FACETS
        },
        "corrections": {word: list(used) for word, used in found.corrections.items()},
        "relaxed": found.relaxed,
    }


def _key(hit: Any) -> str:
    """Return the public id of whom a hit is about: an offer's is that and its number."""
    return str(hit.object_id.partition(".")[0])


def _hit(hit: Any, one: Participation) -> dict[str, Any]:
    offer = None
    if hit.kind == "offer":
        offers, number = list(one.offers.all()), int(hit.object_id.partition(".")[2])
        if number < len(offers):
            offer = {"code": offers[number].code, "text": as_dict(offers[number].text)}
    return {"kind": hit.kind, "participant": found_side(one), "offer": offer}
