"""Reads about editions and who takes part."""

from __future__ import annotations

from django.db.models import Prefetch, QuerySet

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
from emporion.edition.queries.acting import (
    ACTING,
    acting_people,
    acts,
    acts_for,
    delegation_by_id,
    delegations_of,
    demonstration_cast,
    invites_for,
    invites_of,
    is_organiser,
    lead_of,
    lead_people,
    leads_of,
    member_for,
    objecting,
    officers_in,
    participation_of,
    people_long_gone,
    people_standing,
    person_of,
    posts_for,
    posts_offered,
    staff_acts_for,
    staff_pavilions,
    staff_role,
    standing,
    team_of,
)
from emporion.edition.queries.finding import called, search_scope
from emporion.edition.queries.rows import (
    HOSTS,
    MEETS,
    Limits,
    ParticipationRow,
    calendars,
    calendars_of,
    host_keys,
    interested,
    interests,
    interests_of,
    languages_of,
    limits,
    participation_rows,
    returning,
    spread_keys,
)
from emporion.edition.rules import missing

# What other capabilities may name; they never write to it.
__all__ = [
    "ACTING",
    "HOSTS",
    "MEETS",
    "Delegate",
    "Delegation",
    "Edition",
    "Limits",
    "Need",
    "Offer",
    "Participation",
    "ParticipationRow",
    "Pavilion",
    "PavilionMinutes",
    "acting_people",
    "acts",
    "acts_for",
    "all_drafts",
    "calendars",
    "calendars_of",
    "called",
    "countries_of",
    "delegation_by_id",
    "delegations",
    "delegations_of",
    "demonstration_cast",
    "edition_by_slug",
    "every_edition",
    "host_keys",
    "interested",
    "interests",
    "interests_of",
    "invites_for",
    "invites_of",
    "is_organiser",
    "languages_of",
    "lead_of",
    "lead_people",
    "leads_of",
    "limits",
    "list_draft",
    "list_drafts",
    "member_for",
    "members_of",
    "missing",
    "missing_walks",
    "need_codes",
    "objecting",
    "officers_in",
    "participation",
    "participation_of",
    "participation_rows",
    "participations_by_id",
    "participations_by_pk",
    "participations_of_list",
    "pavilions",
    "people_long_gone",
    "people_standing",
    "person_of",
    "posts_for",
    "posts_offered",
    "profile",
    "returning",
    "saved_views",
    "search_scope",
    "spread_keys",
    "staff_acts_for",
    "staff_pavilions",
    "staff_role",
    "standing",
    "team_of",
    "walking_minutes",
]


def edition_by_slug(slug: str) -> Edition | None:
    """Return the edition with its expo, None if there is none. One query, no scope needed."""
    with scopes_disabled():
        return Edition.objects.select_related("expo").filter(slug=slug).first()


def every_edition() -> list[Edition]:
    """Return all editions of all expos, newest first; for the door of the house only."""
    with scopes_disabled():
        return list(Edition.objects.select_related("expo").order_by("-starts", "slug"))


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


def all_drafts(edition: Edition) -> QuerySet[ListDraft, ListDraft]:
    """Return the lists that are looked at and not taken in yet; no query yet."""
    return ListDraft.objects.filter(edition=edition, batch="")


def list_drafts(edition: Edition) -> list[ListDraft]:
    """Return the lists that are looked at and not taken in yet, newest first; one query."""
    return list(all_drafts(edition).order_by("-sent_at"))


def list_draft(edition: Edition, public_id: str) -> ListDraft | None:
    """Return one list that was sent, None if there is none. One query."""
    return ListDraft.objects.filter(edition=edition, public_id=public_id).first()


def saved_views(edition: Edition, owner: str) -> list[SavedView]:
    """Return the choices of participants that somebody kept, by name; one query."""
    return list(SavedView.objects.filter(edition=edition, owner=owner))


def countries_of(edition: Edition) -> list[str]:
    """Return the codes of the countries that somebody in an edition is from; one query."""
    rows = Participation.objects.filter(edition=edition).exclude(country="").order_by()
    return sorted(rows.values_list("country", flat=True).distinct())
