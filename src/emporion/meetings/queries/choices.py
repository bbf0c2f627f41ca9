"""Requests as choices of people: plain rows, many at once."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection
from typing import NamedTuple

from django.db.models import Count, Q, QuerySet

from emporion.edition.queries import Edition, Participation
from emporion.meetings.models import Meeting, MeetingRequest, Release

# Both agreed, or the organiser wants it: two who will meet.
AGREED = Q(state=MeetingRequest.State.ACCEPTED) | Q(
    state=MeetingRequest.State.OPEN, is_mandatory=True
)


class Choice(NamedTuple):
    """A request: who asked whom, and what came of it; `by_rule`: a standing rule answered."""

    asker_id: int
    counterpart_id: int
    state: str
    is_mandatory: bool
    asked_at: dt.datetime
    answered_at: dt.datetime | None
    by_rule: bool


def choices(edition: Edition, only: Collection[int] | None = None) -> list[Choice]:
    """Return the requests of an edition that were not withdrawn, oldest first; one query.

    `only` narrows to those with one of these participations (primary keys) on a side.
    """
    rows = MeetingRequest.objects.filter(edition=edition).exclude(
        state=MeetingRequest.State.WITHDRAWN
    )
    if only is not None:
        rows = rows.filter(Q(asker__in=only) | Q(counterpart__in=only))
    found = rows.order_by("pk").values_list(
        "asker_id",
        "counterpart_id",
        "state",
        "is_mandatory",
        "asked_at",
        "answered_at",
        "rule_answer",
    )
    return [Choice(*row[:6], row[6] is not None) for row in found.iterator(chunk_size=5000)]


def will_meet(participation: Participation) -> set[int]:
    """Return primary keys of those with whom a meeting is agreed or must be held; one query."""
    me = participation.pk
    either = Q(asker=me) | Q(counterpart=me)
    pairs = MeetingRequest.objects.filter(AGREED, either).values_list("asker", "counterpart")
    return {other for pair in pairs for other in pair} - {me}


def settled(edition: Edition, only: Collection[int] | None = None) -> Counter[int]:
    """Return {participation: meetings of theirs that are settled}; three queries.

    Those of the published schedule. Before there is one, each request that was accepted or must be
    held counts: far more are accepted than can be held, so that after it they would count nobody's
    meetings.
    """
    rows: QuerySet[Meeting] | QuerySet[MeetingRequest]
    release = Release.objects.filter(edition=edition, state=Release.State.PUBLISHED).first()
    if release is not None:
        rows, sides = Meeting.objects.filter(release=release), ("host_id", "guest_id")
    else:
        rows = MeetingRequest.objects.filter(AGREED, edition=edition)
        sides = "asker_id", "counterpart_id"
    found: Counter[int] = Counter()
    for side in sides:
        mine = rows if only is None else rows.filter(**{f"{side}__in": only})
        for key, count in mine.order_by().values_list(side).annotate(n=Count("pk")):
            found[key] += count
    return found


def held(edition: Edition) -> dict[str, int]:
    """Return what the published release made of requests; one query.

    `meetings` is how many it holds, `kept` how many of them were accepted by the other side.
    """
    rows = Meeting.objects.filter(
        release__edition=edition, release__state=Release.State.PUBLISHED
    ).values_list("request__state", flat=True)
    states = list(rows)
    return {"meetings": len(states), "kept": states.count(MeetingRequest.State.ACCEPTED)}


def partners(participation: Participation, limit: int) -> list[Participation]:
    """Return those who asked `participation` or were asked by it, by name; one query."""
    either = Q(requests_made__counterpart=participation) | Q(requests_received__asker=participation)
    found = Participation.objects.filter(either).select_related("pavilion").distinct()
    return list(found.order_by("sort_key", "pk")[:limit])
