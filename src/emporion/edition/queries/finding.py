"""Finding who takes part: the scope of the search index, and whom somebody means by a name."""

from __future__ import annotations

import re

from django.db.models import Q, QuerySet

from emporion.core.searchindex.query import search
from emporion.core.text.fold import fold
from emporion.core.text.tokens import words
from emporion.core.translated import as_dict
from emporion.edition.models import Edition, Participation
from emporion.edition.queries.rows import MEETS

# The sign of a pavilion and a stand in it, with or without a space: "F 214", "f214a".
_STAND = re.compile(r"([A-Za-z]{1,4})\s*(\d\S*)")


def search_scope(edition: Edition) -> str:
    """Return the scope under which an edition's documents stand in the search index.

    Kinds: "exhibitor" and "organisation" (other participations that are organisations) with the
    participation's public id as object id; "offer" with "<public id>.<n>", n counting that
    participation's offers from 0 in the order of their primary keys. Facets of all three:
    pavilion (letter), country, group (top code of the taxonomy), role.
    """
    return edition.public_id


def called(edition: Edition, typed: str, limit: int) -> list[Participation]:
    """Return those of the market whom `typed` may mean, by name, `limit` at most.

    An id, a number in the list they came with, a stand or a whole name means those alone; else
    letters anywhere in a name; and where nobody has these, exhibitors whom the search finds, also
    under a name in another language or misspelt. At most two queries, and those of a search.
    """
    typed = " ".join(typed.split())
    if not words(typed):
        return []
    market = Participation.objects.filter(edition=edition, role__in=MEETS)
    if exact := _by_name(market.filter(_exactly(typed)), limit):
        return exact
    folded = fold(typed)
    # A key holds the name without accents, Han as pinyin, and behind it the name itself.
    letters = Q(sort_key__contains=folded) | Q(sort_key__contains=typed.casefold())
    if found := _by_name(market.filter(letters), limit):
        whole = [one for one in found if folded in map(fold, as_dict(one.display_name).values())]
        return whole or found
    hits = search(search_scope(edition), typed, kinds=["exhibitor"], limit=limit).hits
    return _by_name(market.filter(public_id__in=[hit.object_id for hit in hits]), limit)


def _by_name(found: QuerySet[Participation, Participation], limit: int) -> list[Participation]:
    return list(found.select_related("pavilion").order_by("sort_key", "pk")[:limit])


def _exactly(typed: str) -> Q:
    wanted = Q(public_id=typed) | Q(external_id=typed)
    if at := _STAND.fullmatch(typed):
        letter, number = at.groups()
        stand = Q(stand__iexact=number) | Q(stand__iexact=f"{letter} {number}")
        wanted |= Q(pavilion__letter__iexact=letter) & stand
    return wanted
