"""How several participations stand at once: for those who look after them."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from django.db.models import Count, Q

from emporion.edition.queries import Edition, Participation
from emporion.meetings import rules
from emporion.meetings.models import Meeting, MeetingRequest, Release


class Standing(NamedTuple):
    """What waits for somebody's answer, and how many meetings are set for them."""

    waiting: int = 0
    meetings: int = 0


def standings(edition: Edition, participations: Collection[int]) -> dict[int, Standing]:
    """Return {primary key: how they stand} for all of `participations`; three queries."""
    # From the few members to what they received: else SQLite reads all requests of the edition.
    waiting = dict(
        Participation.objects.filter(pk__in=participations)
        .values_list("pk")
        .annotate(
            number=Count(
                "requests_received", filter=Q(requests_received__state=MeetingRequest.State.OPEN)
            )
        )
        .order_by()
    )
    held: dict[int, int] = {}
    for side in ("host", "guest"):
        rows = Meeting.objects.filter(
            **{f"{side}__in": participations},
            request__state__in=rules.LIVE,
            release__edition=edition,
            release__state=Release.State.PUBLISHED,
        )
        for key, number in rows.values_list(side).annotate(number=Count("pk")).order_by():
            held[key] = held.get(key, 0) + number
    return {key: Standing(waiting.get(key, 0), held.get(key, 0)) for key in participations}
