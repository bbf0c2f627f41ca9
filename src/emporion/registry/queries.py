"""Reads about organisations, people and bodies."""

from __future__ import annotations

from collections.abc import Iterable

from emporion.registry.models import Body, Expo, Organisation, Person


def expo_by_slug(slug: str) -> Expo | None:
    """Return the expo, None if there is none. An expo is the tenant itself: no scope needed."""
    return Expo.objects.filter(slug=slug).first()


def organisations_by_external_id(
    expo: Expo, source: str, ids: Iterable[str] | None = None
) -> dict[str, Organisation]:
    """Return the organisations that came from `source`, by their external id."""
    found = Organisation.objects.filter(expo=expo, source=source).exclude(external_id="")
    if ids is not None:
        wanted = set(ids)
        return {o.external_id: o for o in found if o.external_id in wanted}
    return {o.external_id: o for o in found}


def people_by_external_id(expo: Expo, source: str) -> dict[str, Person]:
    """Return the people who came from `source`, by their external id."""
    found = Person.objects.filter(expo=expo, source=source).exclude(external_id="")
    return {p.external_id: p for p in found}


def bodies(expo: Expo) -> list[Body]:
    """Return all bodies of the expo, guest countries first, then in the order they were made."""
    rank = {kind: n for n, kind in enumerate(Body.Kind.values)}
    return sorted(Body.objects.filter(expo=expo).order_by("pk"), key=lambda b: rank[b.kind])
