"""Reads about editions and who takes part."""

from __future__ import annotations

from typing import Any

from emporion.core.tenancy import scopes_disabled
from emporion.edition.models import Edition, Participation


def edition_by_slug(slug: str) -> Edition | None:
    """Return the edition with its expo, None if there is none. One query, no scope needed."""
    with scopes_disabled():
        return Edition.objects.select_related("expo").filter(slug=slug).first()


def every_edition() -> list[Edition]:
    """Return all editions of all expos, newest first; for the door of the house only."""
    with scopes_disabled():
        return list(Edition.objects.select_related("expo").order_by("-starts", "slug"))


def participation_of(edition: Edition, user: Any) -> Participation | None:
    """Return the participation that `user` acts for in `edition`: the first they are lead of."""
    if not user.is_authenticated:
        return None
    return (
        Participation.objects.select_related("pavilion", "organisation")
        .filter(edition=edition, delegates__person__user=user)
        .order_by("-delegates__is_lead", "pk")
        .first()
    )


def is_organiser(edition: Edition, user: Any) -> bool:
    """Whether `user` runs the expo of `edition`."""
    return user.is_authenticated and edition.expo.organisers.filter(user=user).exists()


def participations_by_pk(keys: list[int]) -> dict[int, Participation]:
    """Return {primary key: participation} with pavilion and organisation; one query."""
    found = Participation.objects.select_related("pavilion", "organisation").filter(pk__in=keys)
    return {participation.pk: participation for participation in found}
