"""Releases as the organiser sees them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Count, QuerySet

from emporion.edition.queries import Edition, Participation
from emporion.meetings import rules
from emporion.meetings.models import MeetingRequest, Refusal, Release

LIGHT = ("certificate",)


def releases(edition: Edition) -> list[Release]:
    """Return all releases that are whole, newest first; one query."""
    return list(
        Release.objects.filter(edition=edition)
        .exclude(state=Release.State.WRITING)
        .defer(*LIGHT)
        .order_by("-number")
    )


def release_count(edition: Edition) -> int:
    """Return how many releases are whole; one query."""
    whole = Release.objects.filter(edition=edition)
    return whole.exclude(state=Release.State.WRITING).count()


def release(edition: Edition, number: int) -> Release | None:
    """Return one whole release, None if there is none of that number; one query."""
    return (
        Release.objects.filter(edition=edition, number=number)
        .exclude(state=Release.State.WRITING)
        .defer(*LIGHT)
        .first()
    )


def published(edition: Edition) -> Release | None:
    """Return the release that is public, None before the first; one query."""
    return (
        Release.objects.filter(edition=edition, state=Release.State.PUBLISHED).defer(*LIGHT).first()
    )


def before(release: Release) -> Release | None:
    """Return the release to compare with: the public one, or for a public one the one before it."""
    found = Release.objects.filter(edition=release.edition_id).defer(*LIGHT)
    if release.state == Release.State.DRAFT:
        return found.filter(state=Release.State.PUBLISHED).first()
    return (
        found.filter(number__lt=release.number, published_at__isnull=False)
        .order_by("-number")
        .first()
    )


def changed_since(release: Release) -> tuple[int, int]:
    """Return how many requests changed since a release was computed, and meetings that are off.

    Changed: asked, answered or withdrawn later. Off: granted here, now declined or withdrawn.
    Three queries, each along an index of what happened when: a page asks this of 200,000 requests.
    """
    at = release.computed_at
    every = MeetingRequest.objects.filter(edition=release.edition_id)
    answered = every.filter(answered_at__gt=at)
    changed = every.filter(asked_at__gt=at).count() + answered.filter(asked_at__lte=at).count()
    off = answered.exclude(state__in=rules.LIVE).filter(meetings__release=release).count()
    return changed, off


def refused_by_reason(release: Release) -> dict[str, int]:
    """Return how many requests were refused for each reason, most first.

    As it was computed; of a draft as it is now: undoing an import takes requests out of drafts, and
    a list must not lead to pages that are empty. One query for a draft, else none.
    """
    found = release.figures.get("refusals", {})
    if release.published_at is None:
        rows = Refusal.objects.filter(release=release).order_by().values_list("reason")
        found = dict(rows.annotate(n=Count("pk")))
    # PostgreSQL keeps the keys of JSON in an order of its own.
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def refusals(release: Release, reason: str, start: int, stop: int) -> list[Refusal]:
    """Return the requests that a release could not grant from `start` to `stop`, heaviest first.

    They were written in that order. Two queries: the first finds the page in an index alone, so
    that neither database joins or sorts 140,000 rows to show fifty of them.
    """
    found = Refusal.objects.filter(release=release)
    if reason:
        found = found.filter(reason=reason)
    keys = list(found.order_by("pk").values_list("pk", flat=True)[start:stop])
    return list(
        Refusal.objects.filter(pk__in=keys)
        .select_related("request__asker__pavilion", "request__counterpart__pavilion")
        .order_by("pk")
    )


def refusal_rows(release: Release, reason: str = "", chunk: int = 1000) -> Iterator[Any]:
    """Yield (request, reason, state, weight, asker, counterpart) as plain rows for a file.

    A query for `chunk` rows at a time, each begun where the last ended: a slow reader holds neither
    memory nor a cursor. Call it within the tenant's scope; the rows may be read after it.
    """
    found = Refusal.objects.filter(release=release)
    if reason:
        found = found.filter(reason=reason)
    plain = found.order_by("pk").values_list(
        "pk",
        "request__public_id",
        "reason",
        "request__state",
        "request__weight",
        "request__asker__public_id",
        "request__asker__display_name",
        "request__counterpart__public_id",
        "request__counterpart__display_name",
    )
    return _by_chunks(plain, chunk)


def _by_chunks(plain: QuerySet[Refusal, Any], chunk: int) -> Iterator[Any]:
    last, count = 0, chunk
    while count == chunk:
        rows = list(plain.filter(pk__gt=last)[:chunk])
        yield from (row[1:] for row in rows)
        last, count = rows[-1][0] if rows else last, len(rows)


def unserved_keys(release: Release) -> tuple[int, list[int]]:
    """Return how many asked and have no meeting, and the first of them by primary key.

    As it was computed; of a draft without those whom the undoing of an import took away. One query
    for a draft, else none.
    """
    keys = list(release.figures.get("unserved_first", []))
    total = int(release.figures.get("unserved", 0))
    if release.published_at is None and keys:
        there = set(Participation.objects.filter(pk__in=keys).values_list("pk", flat=True))
        total -= sum(key not in there for key in keys)
        keys = [key for key in keys if key in there]
    return total, keys


def unserved(edition: Edition, keys: list[int]) -> list[Participation]:
    """Return the participations with these primary keys in this order; one query."""
    found = Participation.objects.filter(edition=edition).in_bulk(keys)
    return [found[key] for key in keys if key in found]
