"""Reads about editions and who takes part."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from django.db.models import Count, Prefetch, Q

from emporion.core.tenancy import scopes_disabled
from emporion.edition.models import (
    Delegate,
    Delegation,
    Edition,
    ListDraft,
    Need,
    Offer,
    Participation,
    Pavilion,
    PavilionMinutes,
    SavedView,
)
from emporion.edition.rules import missing

# What other capabilities may name; they never write to it.
__all__ = [
    "Delegate",
    "Delegation",
    "Edition",
    "Need",
    "Offer",
    "Participation",
    "Pavilion",
    "PavilionMinutes",
    "missing",
]

# In the session: {public id of an edition: public id of the member an officer acts for}.
ACTING = "acting"
HOSTS = frozenset({Participation.Role.EXHIBITOR, Participation.Role.CO_EXHIBITOR})
MEETS = HOSTS | {
    Participation.Role.BUYER,
    Participation.Role.INVESTOR,
    Participation.Role.ADOPTER,
}


def edition_by_slug(slug: str) -> Edition | None:
    """Return the edition with its expo, None if there is none. One query, no scope needed."""
    with scopes_disabled():
        return Edition.objects.select_related("expo").filter(slug=slug).first()


def every_edition() -> list[Edition]:
    """Return all editions of all expos, newest first; for the door of the house only."""
    with scopes_disabled():
        return list(Edition.objects.select_related("expo").order_by("-starts", "slug"))


def participation_of(edition: Edition, user: Any) -> Participation | None:
    """Return the participation that `user` acts for in `edition`: the first they are lead of.

    One query. The edition is compared here, so that the database goes from the person to their few
    participations, and not through all of the edition's.
    """
    if not user.is_authenticated:
        return None
    found = (
        Participation.objects.select_related("pavilion", "organisation")
        .filter(delegates__person__user=user)
        .order_by("-delegates__is_lead", "pk")
    )
    mine = next((one for one in found if one.edition_id == edition.pk), None)
    if mine is not None:
        # Else whoever asks for it would read it again.
        mine.edition = edition
    return mine


def demonstration_cast(edition: Edition, users: Sequence[Any]) -> list[Participation]:
    """Return the participations of the demonstration's `users` in `edition`, exhibitor first.

    Two queries: from the few users to their participations; the other way round reads all 15,000.
    """
    if not edition.is_demonstration:
        return []
    acts = Delegate.objects.filter(person__user__in=[user.pk for user in users])
    keys = set(acts.values_list("participation", flat=True))
    found = Participation.objects.select_related("pavilion", "organisation").in_bulk(keys)
    here = (one for one in found.values() if one.edition_id == edition.pk)
    return sorted(here, key=lambda one: (one.role, one.pk), reverse=True)


def acts_for(user: str, participation: Participation) -> bool:
    """Whether the user with this public id may sign in and acts for `participation`; one query."""
    return Delegate.objects.filter(
        participation=participation, person__user__public_id=user, person__user__is_active=True
    ).exists()


def acts(person: int, participation: Participation) -> bool:
    """Whether a person (primary key) acts for `participation`; one query.

    Who never signs in acts all the same; whose account was closed does not.
    """
    found = Delegate.objects.filter(participation=participation, person=person)
    return found.exclude(person__user__is_active=False).exists()


def person_of(participation: Participation, user: Any) -> Any:
    """Return who `user` is among those who act for `participation`; one query.

    None for everybody else, also for an officer who acts for it.
    """
    found = Delegate.objects.select_related("person").filter(
        participation=participation, person__user=user
    )
    first = found.order_by("-is_lead", "pk").first()
    return first.person if first else None


def is_organiser(edition: Edition, user: Any) -> bool:
    """Whether `user` runs the expo of `edition`."""
    return user.is_authenticated and edition.expo.organisers.filter(user=user).exists()


def delegations_of(edition: Edition, user: Any) -> list[Delegation]:
    """Return the delegations that `user` acts for as an officer; one query."""
    if not user.is_authenticated:
        return []
    found = Delegation.objects.filter(edition=edition, officers__user=user)
    return list(found.select_related("body").order_by("pk"))


def member_for(edition: Edition, user: Any, public_id: str) -> Participation | None:
    """Return a participation if `user` is an officer of its delegation, else None; one query."""
    return (
        Participation.objects.select_related("pavilion", "organisation", "delegation__body")
        .filter(edition=edition, public_id=public_id, delegation__officers__user=user)
        .first()
    )


def delegations(edition: Edition) -> list[Delegation]:
    """Return every delegation of an edition with its body; one query."""
    return list(Delegation.objects.filter(edition=edition).select_related("body").order_by("pk"))


def members_of(delegation: Delegation, offset: int, limit: int) -> tuple[int, list[Participation]]:
    """Return how many a delegation has, and `limit` of them by name; two queries."""
    found = Participation.objects.filter(delegation=delegation)
    rows = found.select_related("pavilion", "organisation").order_by("sort_key", "pk")
    return found.count(), list(rows[offset : offset + limit])


def participations_by_pk(keys: list[int]) -> dict[int, Participation]:
    """Return {primary key: participation} with pavilion and organisation; one query."""
    found = Participation.objects.select_related("pavilion", "organisation").filter(pk__in=keys)
    return {participation.pk: participation for participation in found}


def participation(edition: Edition, public_id: str) -> Participation | None:
    """Return one participation of an edition, None if there is none. One query."""
    return (
        Participation.objects.select_related("pavilion", "organisation")
        .filter(edition=edition, public_id=public_id)
        .first()
    )


def participations_of_list(edition: Edition, external_id: str) -> list[Participation]:
    """Return those with this id in a list they came with: ids of two lists, or roles, may agree."""
    found = Participation.objects.select_related("pavilion", "organisation").filter(
        edition=edition, external_id=external_id
    )
    return list(found.order_by("pk")) if external_id else []


def need_codes(participation: Participation) -> list[str]:
    """Return the taxonomy codes that a participation looks for, without repeats."""
    return list(dict.fromkeys(n.code for n in participation.needs.order_by("pk") if n.code))


def search_scope(edition: Edition) -> str:
    """Return the scope under which an edition's documents stand in the search index.

    Kinds: "exhibitor" and "organisation" (other participations that are organisations) with the
    participation's public id as object id; "offer" with "<public id>.<n>", n counting that
    participation's offers from 0 in the order of their primary keys. Facets of all three:
    pavilion (letter), country, group (top code of the taxonomy), role.
    """
    return edition.public_id


def participations_by_id(
    edition: Edition, public_ids: list[str], *, lines: bool = False
) -> dict[str, Participation]:
    """Return {public id: participation} for showing; two queries, one more with offers."""
    found = Participation.objects.select_related("pavilion", "organisation").filter(
        edition=edition, public_id__in=public_ids
    )
    if lines:
        found = found.prefetch_related(Prefetch("offers", Offer.objects.order_by("pk")))
    return {participation.public_id: participation for participation in found}


def pavilions(edition: Edition) -> list[Pavilion]:
    """Return the pavilions of an edition by letter; one query."""
    return list(Pavilion.objects.filter(edition=edition))


def walking_minutes(edition: Edition) -> dict[tuple[str, str], int]:
    """Return {(letter from, letter to): minutes on foot} as far as they are entered; one query."""
    rows = PavilionMinutes.objects.filter(origin__edition=edition).values_list(
        "origin__letter", "target__letter", "minutes"
    )
    return {(origin, target): minutes for origin, target, minutes in rows}


def missing_walks(edition: Edition) -> list[tuple[str, str]]:
    """Return the pairs of pavilions whose minutes are not entered; two queries."""
    letters, known = [p.letter for p in pavilions(edition)], walking_minutes(edition)
    return [(a, b) for a in letters for b in letters if a != b and (a, b) not in known]


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
    """Return needs and offers as rows (participation, code, text, deal type); two queries.

    `only` narrows to participations with these primary keys.
    """
    wanted = {"participation__edition": edition} if only is None else {"participation__in": only}
    needs, offers = (
        model.objects.filter(**wanted)
        .order_by("pk")
        .values_list("participation_id", "code", "text", "deal_type")
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


def lead_of(participation: int) -> Any:
    """Return the person who acts first for a participation (primary key); one query."""
    return (
        Delegate.objects.select_related("person")
        .filter(participation=participation)
        .order_by("-is_lead", "pk")[0]
        .person
    )


def leads_of(participations: list[int]) -> dict[int, tuple[str, Any]]:
    """Return {participation: name of who acts first for it, name of its firm}; one query."""
    rows = (
        Delegate.objects.filter(participation__in=participations)
        .order_by("is_lead", "-pk")
        .values_list("participation_id", "person__name", "participation__organisation__name")
    )
    # The last one of each stays: the lead, and of several the first entered.
    return {key: (person, firm) for key, person, firm in rows}


def languages_of(participations: list[int]) -> dict[int, str]:
    """Return {participation: language of who acts first for it}; one query."""
    rows = (
        Delegate.objects.filter(participation__in=participations)
        .order_by("is_lead", "-pk")
        .values_list("participation_id", "person__language")
    )
    return dict(rows)


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


def profile(participation: Participation) -> tuple[list[str], list[str], list[str]]:
    """Return the codes needed, the codes offered, and the markets wanted; two queries."""
    offers = participation.offers.order_by("pk").values_list("code", "markets")
    needs = participation.needs.order_by("pk").values_list("code", "markets")
    markets = [*participation.markets, *(m for _, each in (*needs, *offers) for m in each)]
    return (
        list(dict.fromkeys(code for code, _ in needs if code)),
        list(dict.fromkeys(code for code, _ in offers if code)),
        list(dict.fromkeys(markets)),
    )


def list_drafts(edition: Edition) -> list[ListDraft]:
    """Return the lists that are looked at and not taken in yet, newest first; one query."""
    return list(ListDraft.objects.filter(edition=edition, batch="").order_by("-sent_at"))


def list_draft(edition: Edition, public_id: str) -> ListDraft | None:
    """Return one list that was sent, None if there is none. One query."""
    return ListDraft.objects.filter(edition=edition, public_id=public_id).first()


def saved_views(edition: Edition, owner: str) -> list[SavedView]:
    """Return the choices of participants that somebody kept, by name; one query."""
    return list(SavedView.objects.filter(edition=edition, owner=owner))


def acting_people(edition: Edition, people: list[int]) -> dict[int, list[Participation]]:
    """Return {primary key of a person: for whom they act in an edition}; one query."""
    found: dict[int, list[Participation]] = {}
    rows = Delegate.objects.filter(
        participation__edition=edition, person__in=people
    ).select_related("participation__pavilion")
    for row in rows.order_by("-is_lead", "pk"):
        found.setdefault(row.person_id, []).append(row.participation)
    return found


def countries_of(edition: Edition) -> list[str]:
    """Return the codes of the countries that somebody in an edition is from; one query."""
    rows = Participation.objects.filter(edition=edition).exclude(country="").order_by()
    return sorted(rows.values_list("country", flat=True).distinct())
