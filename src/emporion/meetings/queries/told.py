"""Whose day a release changes, and by which release somebody was told of theirs."""

from __future__ import annotations

from typing import Any

from django.core.cache import cache

from emporion.edition.queries import Participation
from emporion.meetings.models import DayTold, Meeting, Release, ReleaseTold
from emporion.meetings.queries.changes import people_changed, still_there

# A participation, and how many of its meetings are moved, added and removed.
Row = list[int]


def told(earlier: Release, later: Release, there: int | None = None) -> list[Row]:
    """Return whose day `later` changes against `earlier`, most changes first.

    As it was counted when the draft was kept, where it still is so: another release may have been
    published since, or an import undone. Then it is counted once, and kept for an hour.
    `there`: what `still_there` said of `later`.
    """
    there = still_there(later) if there is None else there
    if there == later.meeting_count:
        kept = ReleaseTold.objects.filter(release=later.pk, earlier=earlier.number).first()
        if kept is not None:
            return list(kept.rows)
    key = f"meetings.told.{earlier.pk}.{later.pk}.{later.computed_at.timestamp()}.{there}"
    found: list[Row] | None = cache.get(key)
    if found is None:
        found = people_changed(earlier, later)
        cache.set(key, found, timeout=3600)
    return found


def told_count(earlier: Release, later: Release, there: int) -> int:
    """Return how many `told` returns; no query where it was counted when the draft was kept."""
    change, count = later.figures.get("change"), later.figures.get("told")
    is_of_earlier = change and change["earlier"] == earlier.number
    if count is not None and is_of_earlier and there == later.meeting_count:
        return int(count)
    return len(told(earlier, later, there))


def day_told(participation: Participation, person: Any) -> DayTold | None:
    """Return by which release somebody knows a day, None who was never told; one query."""
    return DayTold.objects.filter(participation=participation, person=person).first()


def day_in(participation: Participation, number: int) -> set[tuple[int, int]]:
    """Return (request, slot) of the meetings of one participation in a release; two queries."""
    found = Meeting.objects.filter(
        release__edition=participation.edition_id, release__number=number
    )
    sides = ({"host": participation}, {"guest": participation})
    return {row for side in sides for row in found.filter(**side).values_list("request", "slot")}
