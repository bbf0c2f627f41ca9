"""Requests and meetings as plain rows, for lists that programs go through page by page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.db.models import Q, QuerySet

from emporion.edition.queries import Edition, Participation
from emporion.meetings.models import Meeting, MeetingRequest, Refusal, Release

_SIDES = tuple(
    f"{side}__{name}" for side in ("asker", "counterpart") for name in ("public_id", "display_name")
)
REQUEST = (
    "pk", "public_id", "state", "message", "weight", "is_mandatory", "decline_reason", "asked_at",
    "answered_at", *_SIDES,
)  # fmt: skip
REFUSAL = (
    "pk", "reason", "request__public_id",
    *(f"request__{name}" for name in _SIDES),
)  # fmt: skip
MEETING = (
    "pk", "request__public_id", "request__state", "slot__number", "slot__date", "slot__starts",
    "slot__minutes", "table",
    *(f"{s}__{n}" for s in ("host", "guest") for n in ("public_id", "display_name")),
)  # fmt: skip


def requests_of_edition(edition: Edition, states: Collection[str] = ()) -> QuerySet[Any, Any]:
    """Return the requests of an edition as rows of `REQUEST`; no query yet."""
    found = MeetingRequest.objects.filter(edition=edition)
    if states:
        found = found.filter(state__in=list(states))
    rows: QuerySet[Any, Any] = found.values(*REQUEST)
    return rows


def requests_of(
    participation: Participation, box: str | None = None, states: Collection[str] = ()
) -> QuerySet[MeetingRequest, MeetingRequest]:
    """Return what a participation "received" (but not what was withdrawn), "sent", or both."""
    sent = Q(asker=participation)
    received = Q(counterpart=participation) & ~Q(state=MeetingRequest.State.WITHDRAWN)
    which = {"sent": sent, "received": received}.get(box or "", sent | received)
    found = MeetingRequest.objects.filter(which).select_related("asker", "counterpart")
    return found.filter(state__in=list(states)) if states else found


def meetings_of_release(release: Release | None, day: dt.date | None = None) -> QuerySet[Any, Any]:
    """Return the meetings of a release as rows of `MEETING`, none of none; no query yet.

    With a `day` only those of this date at the fair.
    """
    found = Meeting.objects.none()
    if release is not None:
        # The edition is named although the release tells it: with one edition for certain, a
        # database reads a page along the index, and does not sort the whole release for it.
        found = Meeting.objects.filter(release=release, release__edition=release.edition_id)
    if day is not None:
        found = found.filter(slot__date=day)
    rows: QuerySet[Any, Any] = found.values(*MEETING)
    return rows


def refusals_of_release(release: Release, reason: str = "") -> QuerySet[Any, Any]:
    """Return the requests that a release could not grant as rows of `REFUSAL`; no query yet."""
    found = Refusal.objects.filter(release=release)
    if reason:
        found = found.filter(reason=reason)
    rows: QuerySet[Any, Any] = found.values(*REFUSAL)
    return rows
