"""Who exhibits: by name, by pavilion, by delegation. Only what anybody may read."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple

from django.db.models import Count, Q

from emporion.core.text.sortkey import sort_key
from emporion.core.translated import best
from emporion.edition.queries import Edition, Participation
from emporion.registry.countries import country_name

EXHIBITING = (Participation.Role.EXHIBITOR, Participation.Role.CO_EXHIBITOR)
# The heading of names that begin with neither a Latin nor an Arabic letter nor a digit.
ELSE = "…"
DIGITS = "0–9"


class Listed(NamedTuple):
    """An exhibitor in a list: `key` sorts it, `head` is the letter under which it stands."""

    public_id: str
    language: str
    name: str
    country: str
    letter: str
    number: str
    key: str

    @property
    def head(self) -> str:
        first = self.key[:1]
        if first.isdigit():
            return DIGITS
        return first.upper() if first.isalpha() else ELSE


class Company(NamedTuple):
    """A delegation in a list of delegations."""

    public_id: str
    name: str
    kind: str
    country: str
    exhibitors: int
    guests: int


@lru_cache(maxsize=20_000)
def _key(name: str) -> str:
    """The sort key of a name, kept: reading Han aloud takes half a millisecond a name."""
    return sort_key(name)


def listed(
    edition: Edition, language: str, *, pavilion: str = "", delegation: int | None = None
) -> list[Listed]:
    """Return exhibitors by name as a reader of `language` sees it; one query.

    Han stands at its pinyin. `pavilion` (a letter) or `delegation` (a primary key) narrows.
    O(n log n) for n exhibitors.
    """
    found = Participation.objects.filter(edition=edition, role__in=EXHIBITING)
    if pavilion:
        found = found.filter(pavilion__letter=pavilion)
    if delegation is not None:
        found = found.filter(delegation=delegation)
    rows = found.values_list(
        "public_id", "display_name", "country", "pavilion__letter", "stand"
    ).order_by("sort_key", "pk")
    made = []
    for public_id, texts, country, letter, stand in rows.iterator(chunk_size=2000):
        spoken, name = best(texts, language)
        number = stand.removeprefix(f"{letter} ") if letter else stand
        made.append(
            Listed(
                public_id,
                spoken,
                name,
                country_name(country, language),
                letter or "",
                number,
                _key(name),
            )
        )
    return sorted(made, key=lambda one: one.key)


def by_letter(rows: Iterable[Listed]) -> list[tuple[str, list[Listed]]]:
    """Return rows under the letters they begin with, as they come; what has none comes last."""
    heads: dict[str, list[Listed]] = {}
    for row in rows:
        heads.setdefault(row.head, []).append(row)
    return sorted(heads.items(), key=lambda head: head[0] == ELSE)


def by_pavilion(rows: Iterable[Listed]) -> dict[str, list[Listed]]:
    """Return rows under their pavilion's letter, "" for those without one."""
    halls: dict[str, list[Listed]] = {}
    for row in rows:
        halls.setdefault(row.letter, []).append(row)
    return dict(sorted(halls.items(), key=lambda hall: (not hall[0], hall[0])))


def countries(rows: Iterable[Listed]) -> list[tuple[str, int]]:
    """Return (country, exhibitors), most first, then by name."""
    count: dict[str, int] = {}
    for row in rows:
        if row.country:
            count[row.country] = count.get(row.country, 0) + 1
    return sorted(count.items(), key=lambda one: (-one[1], sort_key(one[0])))


def _delegations(edition: Edition) -> Any:
    exhibits = Q(participations__role__in=EXHIBITING)
    return edition.delegations.select_related("body").annotate(
        exhibitors=Count("participations", filter=exhibits),
        guests=Count("participations", filter=~exhibits),
    )


def delegations(edition: Edition, language: str, pavilion: str = "") -> list[Company]:
    """Return the delegations by name; one query.

    With `pavilion` (a letter) those that exhibit there, counted there.
    """
    found = _delegations(edition)
    if pavilion:
        here = Q(participations__role__in=EXHIBITING, participations__pavilion__letter=pavilion)
        found = (
            edition.delegations.select_related("body")
            .annotate(exhibitors=Count("participations", filter=here))
            .filter(exhibitors__gt=0)
        )
    rows = [
        Company(
            one.public_id,
            best(one.body.name, language)[1],
            one.body.kind,
            country_name(one.body.country, language),
            one.exhibitors,
            getattr(one, "guests", 0),
        )
        for one in found
    ]
    return sorted(rows, key=lambda one: sort_key(one.name))


def delegation(edition: Edition, public_id: str) -> Any:
    """Return a delegation with its body and how many exhibit and how many come; or None."""
    return _delegations(edition).filter(public_id=public_id).first()


def delegation_ids(edition: Edition) -> list[str]:
    """Return the public ids of all delegations; one query."""
    return list(edition.delegations.order_by("pk").values_list("public_id", flat=True))


def exhibitor_count(edition: Edition) -> int:
    """Return how many exhibit; one query."""
    return Participation.objects.filter(edition=edition, role__in=EXHIBITING).count()


def exhibitor_ids(edition: Edition, start: int, count: int) -> list[str]:
    """Return the public ids of `count` exhibitors from the `start`-th, as they came in."""
    found = Participation.objects.filter(edition=edition, role__in=EXHIBITING).order_by("pk")
    return list(found.values_list("public_id", flat=True)[start : start + count])
