"""What waits for somebody at a fair, as the organiser sees it: requests and drafts."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet

from emporion.edition.queries import Edition, Participation
from emporion.meetings.models import Meeting, MeetingRequest, Release
from emporion.meetings.queries import releases

State = MeetingRequest.State


@dataclass(frozen=True)
class Funnel:
    """How many requests got how far: asked, answered, accepted by both, with a public meeting."""

    asked: int
    answered: int
    accepted: int
    scheduled: int
    unanswered: int
    # When the oldest of them was asked.
    oldest: dt.datetime | None
    # Live requests that the public schedule has no place for.
    refused: int
    # What was asked, answered or withdrawn since that schedule was computed.
    changed: int


def funnel(edition: Edition, public: Release | None) -> Funnel:
    """Count the requests of an edition along their way; at most six queries.

    No query joins meetings to their requests: there are 60,000 of them at a large fair.
    """
    found = MeetingRequest.objects.filter(edition=edition).order_by()
    states = dict(found.values_list("state").annotate(n=Count("*")))
    changed, off = releases.changed_since(public) if public else (0, 0)
    scheduled = Meeting.objects.filter(release=public).count() - off if public else 0
    return Funnel(
        asked=sum(states.values()),
        answered=states.get(State.ACCEPTED, 0) + states.get(State.DECLINED, 0),
        accepted=states.get(State.ACCEPTED, 0),
        scheduled=scheduled,
        unanswered=states.get(State.OPEN, 0),
        oldest=_oldest(found) if states.get(State.OPEN) else None,
        changed=changed,
        refused=sum(releases.refused_by_reason(public).values()) if public else 0,
    )


def _oldest(found: QuerySet[MeetingRequest]) -> dt.datetime | None:
    """Return when the oldest open one of some requests was asked; walks an index by time."""
    waiting = found.filter(state=State.OPEN).order_by("asked_at")
    return waiting.values_list("asked_at", flat=True).first()


def waiting_draft(edition: Edition) -> Release | None:
    """Return the newest draft that could be published, None without one; one query."""
    found = Release.objects.filter(edition=edition, state=Release.State.DRAFT)
    if edition.published_release is not None:
        found = found.filter(number__gt=edition.published_release)
    return found.defer("certificate", "figures").order_by("-number").first()


def owing(edition: Edition, start: int, stop: int) -> tuple[int, list[tuple[Any, int]]]:
    """Return how many owe answers, and those from `start` to `stop` with how many, most first.

    Two queries.
    """
    counted = list(
        MeetingRequest.objects.filter(edition=edition, state=State.OPEN)
        .order_by()
        .values_list("counterpart_id")
        .annotate(n=Count("*"))
    )
    counted.sort(key=lambda row: (-row[1], row[0]))
    rows = counted[start:stop]
    people = Participation.objects.select_related("pavilion").in_bulk([key for key, _n in rows])
    return len(counted), [(people[key], n) for key, n in rows if key in people]
