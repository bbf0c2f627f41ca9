"""Who takes part, as lists of programs tell it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet

from emporion.core.translated import as_dict
from emporion.edition.domain.enrolment import Interest
from emporion.edition.domain.profile import key_of
from emporion.edition.queries import HOSTS, Delegate, Edition, Need, Offer, Participation, pavilions


def participants(
    edition: Edition,
    *,
    roles: Collection[str] = (),
    pavilion: str | None = None,
    country: str | None = None,
    made_up: bool | None = None,
    source: str | None = None,
    external_id: str | None = None,
) -> QuerySet[Participation, Participation]:
    """Return who takes part, narrowed by what is given; no query yet."""
    found = Participation.objects.filter(edition=edition)
    narrowed: dict[str, Any] = {
        "pavilion__letter": pavilion,
        "country": country,
        "is_made_up": made_up,
        "source": source,
        "external_id": external_id,
    }
    if roles:
        found = found.filter(role__in=list(roles))
    return found.filter(**{name: value for name, value in narrowed.items() if value is not None})


def exhibiting() -> Collection[str]:
    """Return the roles of those with a stand, whom anybody may know of."""
    return HOSTS


def letters(edition: Edition) -> dict[int, str]:
    """Return {primary key: letter} of the pavilions; one query."""
    return {pavilion.pk: pavilion.letter for pavilion in pavilions(edition)}


def interests(side: str, keys: Collection[int]) -> dict[int, list[dict[str, Any]]]:
    """Return {participation: its needs or offers in their order}; one query for all."""
    model: Any = {"needs": Need, "offers": Offer}[side]
    found: dict[int, list[dict[str, Any]]] = {key: [] for key in keys}
    rows = model.objects.filter(participation__in=list(keys)).order_by("pk")
    for key, code, text, markets, deal in rows.values_list(
        "participation_id", "code", "text", "markets", "deal_type"
    ):
        texts = as_dict(text)
        made = Interest(code, texts, markets, deal)
        found[key].append(
            {"key": key_of(made), "code": code, "text": texts, "markets": markets, "deal": deal}
        )
    return found


def people(keys: Collection[int]) -> dict[int, list[dict[str, Any]]]:
    """Return {participation: who acts for it, first the lead}; one query for all."""
    found: dict[int, list[dict[str, Any]]] = {key: [] for key in keys}
    rows = Delegate.objects.filter(participation__in=list(keys)).select_related("person")
    for row in rows.order_by("-is_lead", "pk"):
        person = row.person
        found[row.participation_id].append(
            {
                "id": person.public_id,
                "name": person.name,
                "job_title": person.job_title,
                "email": person.email,
                "phone": person.phone,
                "language": person.language,
                "is_lead": row.is_lead,
            }
        )
    return found
