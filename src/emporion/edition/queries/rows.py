"""Reads of many at once, as plain rows: what engines and lists take."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

from django.db.models import Count, Q

from emporion.edition.models import Delegate, Edition, Need, Offer, Participation

HOSTS = frozenset({Participation.Role.EXHIBITOR, Participation.Role.CO_EXHIBITOR})
MEETS = HOSTS | {
    Participation.Role.BUYER,
    Participation.Role.INVESTOR,
    Participation.Role.ADOPTER,
}


class ParticipationRow(NamedTuple):
    """A participation as engines read it: no object, many at once."""

    pk: int
    public_id: str
    role: str
    tables: int
    max_meetings: int | None
    max_meetings_per_day: int | None
    country: str
    markets: list[str]
    languages: list[str]
    size: str
    pavilion: str
    organisation: int | None = None

    @property
    def hosts(self) -> bool:
        """Meetings are held at their place."""
        return self.role in HOSTS


def participation_rows(
    edition: Edition, only: Collection[int] | None = None
) -> list[ParticipationRow]:
    """Return everybody in an edition who may meet others, by public id; one query.

    `only` narrows to these primary keys.
    """
    found = Participation.objects.filter(edition=edition, role__in=MEETS)
    if only is not None:
        found = found.filter(pk__in=only)
    rows = found.order_by("public_id").values_list(
        "pk",
        "public_id",
        "role",
        "tables",
        "max_meetings",
        "max_meetings_per_day",
        "country",
        "markets",
        "languages",
        "organisation__size",
        "pavilion__letter",
        "organisation_id",
    )
    return [ParticipationRow(*row[:9], row[9] or "", row[10] or "", row[11]) for row in rows]


def host_keys(edition: Edition) -> list[int]:
    """Return primary keys of those at whose place meetings are held; one query."""
    found = Participation.objects.filter(edition=edition, role__in=HOSTS)
    return list(found.order_by("pk").values_list("pk", flat=True))


def spread_keys(
    edition: Edition, most: int, sides: Collection[bool] = (True, False)
) -> tuple[list[int], int]:
    """Return primary keys of at most `most` of each side, evenly spread, and of how many they are.

    `sides` are hosts (True) and guests (False).  One query.
    """
    found = Participation.objects.filter(edition=edition, role__in=MEETS).order_by("pk")
    people: dict[bool, list[int]] = {side: [] for side in sides}
    for key, role in found.values_list("pk", "role"):
        if (side := role in HOSTS) in people:
            people[side].append(key)
    every = sum(map(len, people.values()))
    spread = [side[:: max(1, -(-len(side) // most))] for side in people.values()]
    return [key for side in spread for key in side], every


def returning(edition: Edition) -> set[int]:
    """Return primary keys of those who took part in an earlier edition of the expo; one query.

    It is the organisation that returns; somebody without one returns as a person.
    """
    earlier = Participation.objects.filter(edition__expo=edition.expo_id).filter(
        edition__starts__lt=edition.starts
    )
    firms = earlier.filter(organisation__isnull=False).values("organisation")
    alone = earlier.filter(organisation__isnull=True).values("person")
    again = Q(organisation__in=firms) | Q(organisation__isnull=True, person__in=alone)
    found = Participation.objects.filter(again, edition=edition)
    return set(found.values_list("pk", flat=True))


def interests(edition: Edition, only: Collection[int] | None = None) -> tuple[Any, Any]:
    """Return needs and offers as rows (participation, code, text, deal type, markets).

    Two queries; `only` narrows to participations with these primary keys.
    """
    wanted = {"participation__edition": edition} if only is None else {"participation__in": only}
    needs, offers = (
        model.objects.filter(**wanted)
        .order_by("pk")
        .values_list("participation_id", "code", "text", "deal_type", "markets")
        for model in (Need, Offer)
    )
    return needs, offers


class Limits(NamedTuple):
    """What a schedule must know of one participation; `letter` is its pavilion's, "" for none."""

    pk: int
    public_id: str
    hosts: bool
    tables: int
    max_meetings: int | None
    max_meetings_per_day: int | None
    letter: str


def limits(edition: Edition) -> list[Limits]:
    """Return the limits of every participation by public id; one query, plain rows."""
    rows = Participation.objects.filter(edition=edition).values_list(
        "pk",
        "public_id",
        "role",
        "tables",
        "max_meetings",
        "max_meetings_per_day",
        "pavilion__letter",
    )
    found = [
        Limits(p, i, role in HOSTS, t, m, d, letter or "")
        for p, i, role, t, m, d, letter in rows.iterator(chunk_size=5000)
    ]
    # By code point, here and not in SQL: the same order whatever the database's collation.
    return sorted(found, key=lambda limit: limit.public_id)


def calendars(edition: Edition) -> list[tuple[int, list[str] | None, list[list[str]]]]:
    """Return (participation, days, blocked) of every delegate; one query, plain rows."""
    rows = Delegate.objects.filter(participation__edition=edition)
    return list(rows.values_list("participation_id", "days", "blocked"))


def interested(edition: Edition, codes: Collection[str], *, hosts: bool, limit: int) -> list[int]:
    """Return primary keys of those who have a stand and offer, or have none and need, `codes`.

    Those with the most of the codes first; one query.
    """
    model, roles = (Offer, HOSTS) if hosts else (Need, MEETS - HOSTS)
    found = model.objects.filter(
        participation__edition=edition, participation__role__in=roles, code__in=codes
    )
    return list(
        found.values_list("participation_id", flat=True)
        .annotate(fitting=Count("code", distinct=True))
        .order_by("-fitting", "participation_id")[:limit]
    )


def calendars_of(
    participations: list[int],
) -> list[tuple[int, list[str] | None, list[list[str]]]]:
    """Return the same of some participations (primary keys); one query."""
    rows = Delegate.objects.filter(participation__in=participations)
    return list(rows.values_list("participation_id", "days", "blocked"))


def interests_of(participations: list[int]) -> dict[int, tuple[list[str], list[str]]]:
    """Return {participation: codes needed, codes offered}, each once; two queries for all."""
    found: dict[int, tuple[list[str], list[str]]] = {key: ([], []) for key in participations}
    needs, offers = (
        model.objects.filter(participation__in=participations)
        .exclude(code="")
        .order_by("pk")
        .values_list("participation_id", "code")
        for model in (Need, Offer)
    )
    for side, rows in enumerate((needs, offers)):
        for key, code in rows:
            if code not in found[key][side]:
                found[key][side].append(code)
    return found


def languages_of(participations: list[int]) -> dict[int, str]:
    """Return {participation: language of who acts first for it}; one query."""
    rows = (
        Delegate.objects.filter(participation__in=participations)
        .order_by("is_lead", "-pk")
        .values_list("participation_id", "person__language")
    )
    return dict(rows)
