"""Reads about organisations, people and bodies."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from emporion.registry.models import Body, Organisation

# Re-exported: other capabilities name the tenant and people by these.
from emporion.registry.models import Expo as Expo
from emporion.registry.models import Person as Person


def expo_by_slug(slug: str) -> Expo | None:
    """Return the expo, None if there is none. An expo is the tenant itself: no scope needed."""
    return Expo.objects.filter(slug=slug).first()


def organisation_keys(
    expo: Expo, *, source: str | None = None, public_ids: Iterable[str] = ()
) -> dict[str, int]:
    """Return {id: primary key} of organisations: external ids of a source, else public ids."""
    return _keys(Organisation.objects.filter(expo=expo), source, public_ids)


def person_keys(
    expo: Expo, *, source: str | None = None, public_ids: Iterable[str] = ()
) -> dict[str, int]:
    """Return {id: primary key} of people: external ids of a source, else public ids."""
    return _keys(Person.objects.filter(expo=expo), source, public_ids)


def _keys(rows: Any, source: str | None, public_ids: Iterable[str]) -> dict[str, int]:
    if source is not None:
        found = rows.filter(source=source).exclude(external_id="")
        return dict(found.values_list("external_id", "pk"))
    return dict(rows.filter(public_id__in=list(public_ids)).values_list("public_id", "pk"))


def bodies(expo: Expo) -> list[Body]:
    """Return all bodies of the expo, guest countries first, then in the order they were made."""
    rank = {kind: n for n, kind in enumerate(Body.Kind.values)}
    return sorted(Body.objects.filter(expo=expo).order_by("pk"), key=lambda b: rank[b.kind])


def expo_slugs() -> list[str]:
    """Return the short names of all expos; one query, no scope needed."""
    return list(Expo.objects.order_by("slug").values_list("slug", flat=True))
