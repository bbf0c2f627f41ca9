"""What changed for somebody, read from the requests and releases themselves.

No row is written for a notice: a publish would have to write one for each of 76,000 meetings. What
is new is told by the moment up to which the reader has read.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from django.db.models import Q

from emporion.edition.queries import Participation
from emporion.meetings import rules
from emporion.meetings.models import (
    Meeting,
    MeetingRequest,
    NoticesRead,
    Release,
    RuleAnswer,
    Slot,
)
from emporion.meetings.queries.agenda import held_by

SHOWN = 60
# So many publications back are compared.
RELEASES = 4
State = MeetingRequest.State


@dataclass(frozen=True)
class Notice:
    """One thing that changed: `kind` is asked, accepted, declined, withdrawn, by_rule, moved,
    added, removed or published; `count` are the meetings of a first publication."""

    at: dt.datetime
    kind: str
    other: Participation | None = None
    before: Slot | None = None
    after: Slot | None = None
    count: int = 0
    is_new: bool = False


def notices(me: Participation, user: Any, limit: int = SHOWN) -> list[Notice]:
    """Return what changed for `me`, newest first, marked new from where `user` has read.

    Seven queries, whatever the number of rows.
    """
    until = read_until(me, user)
    found = [
        *_received(me, limit),
        *_withdrawn(me, limit),
        *_answered(me, limit),
        *_moved(me),
    ]
    found.sort(key=lambda notice: notice.at, reverse=True)
    return [replace(notice, is_new=until is None or notice.at > until) for notice in found[:limit]]


def new_count(me: Participation, user: Any, limit: int = SHOWN) -> int:
    """Return how many of `notices` are new, without reading whom they name.

    Four queries, whatever the number of rows.
    """
    until = read_until(me, user)
    asked = Q(asked_at__gt=until) if until else Q()
    answered = Q(answered_at__gt=until) if until else Q(answered_at__isnull=False)
    of_requests = MeetingRequest.objects.filter(
        Q(counterpart=me) & ~Q(state=State.WITHDRAWN) & asked
        | Q(counterpart=me, state=State.WITHDRAWN) & answered
        | Q(asker=me, state__in=(State.ACCEPTED, State.DECLINED)) & answered
    ).count()
    releases = _publications(me)
    if until and not any(
        release.published_at and release.published_at > until for release in releases
    ):
        return min(limit, of_requests)
    rows = Meeting.objects.filter(held_by(me), release__in=releases)
    held: dict[int, dict[int, tuple[int, str]]] = {release.pk: {} for release in releases}
    for release, request, slot, state in rows.values_list(
        "release_id", "request_id", "slot_id", "request__state"
    ):
        held[release][request] = (slot, state)
    moved = sum(until is None or change.at > until for change in _changes(releases, held))
    return min(limit, of_requests + moved)


def read_until(me: Participation, user: Any) -> dt.datetime | None:
    """Return up to when `user` has read what changed for `me`; None: nothing yet. One query."""
    read = NoticesRead.objects.filter(participation=me, user=user)
    return read.values_list("until", flat=True).first()


def _received(me: Participation, limit: int) -> Iterator[Notice]:
    received = MeetingRequest.objects.filter(counterpart=me).exclude(state=State.WITHDRAWN)
    asked = list(received.select_related("asker").order_by("-asked_at", "-pk")[:limit])
    by_rule = set(
        RuleAnswer.objects.filter(request__in=asked, request__state=State.ACCEPTED).values_list(
            "request_id", flat=True
        )
    )
    for each in asked:
        yield Notice(each.asked_at, "by_rule" if each.pk in by_rule else "asked", each.asker)


def _withdrawn(me: Participation, limit: int) -> Iterator[Notice]:
    gone = MeetingRequest.objects.filter(
        counterpart=me, state=State.WITHDRAWN, answered_at__isnull=False
    )
    for each in gone.select_related("asker").order_by("-answered_at", "-pk")[:limit]:
        yield Notice(each.answered_at or each.asked_at, "withdrawn", each.asker)


def _answered(me: Participation, limit: int) -> Iterator[Notice]:
    answered = MeetingRequest.objects.filter(
        asker=me, state__in=(State.ACCEPTED, State.DECLINED), answered_at__isnull=False
    )
    for each in answered.select_related("counterpart").order_by("-answered_at", "-pk")[:limit]:
        yield Notice(each.answered_at or each.asked_at, str(each.state), each.counterpart)


def _moved(me: Participation) -> Iterator[Notice]:
    """What the last publications changed against the ones before them; two queries."""
    releases = _publications(me)
    meetings: dict[tuple[int, int], Meeting] = {}
    held: dict[int, dict[int, tuple[int, str]]] = {release.pk: {} for release in releases}
    # What one publication changed bears one moment; without an order each reading has another.
    rows = Meeting.objects.filter(held_by(me), release__in=releases).order_by("pk")
    for each in rows.select_related("request", "slot", "host", "guest"):
        meetings[each.release_id, each.request_id] = each
        held[each.release_id][each.request_id] = (each.slot_id, each.request.state)
    for change in _changes(releases, held):
        if change.kind == "published":
            yield Notice(change.at, change.kind, count=change.count)
            continue
        old = meetings.get((change.before, change.request))
        new = meetings.get((change.after, change.request))
        either = new or old
        assert either is not None
        other = either.guest if either.host_id == me.pk else either.host
        before, after = old.slot if old else None, new.slot if new else None
        yield Notice(change.at, change.kind, other, before, after)


@dataclass(frozen=True)
class _Change:
    """What a publication did to one request between two releases, or to all in a first one."""

    at: dt.datetime
    kind: str
    before: int = 0
    after: int = 0
    request: int = 0
    count: int = 0


def _publications(me: Participation) -> list[Release]:
    """The last releases published, oldest first; one query."""
    published = Release.objects.filter(edition=me.edition_id, published_at__isnull=False)
    return list(published.only("pk", "published_at").order_by("-published_at")[:RELEASES])[::-1]


def _changes(
    releases: Sequence[Release], held: Mapping[int, Mapping[int, tuple[int, str]]]
) -> Iterator[_Change]:
    """Compare releases, each with the one before; `held` has slot and state of each request."""
    if releases and len(releases) < RELEASES and held[releases[0].pk]:
        at = releases[0].published_at
        assert at is not None
        yield _Change(at, "published", count=len(held[releases[0].pk]))
    for earlier, later in pairwise(releases):
        before, after = held[earlier.pk], held[later.pk]
        at = later.published_at
        assert at is not None
        for request in {**before, **after}:
            old, new = before.get(request), after.get(request)
            # Who declined or withdrew knows it, and the other side was told.
            if (new or old or (0, ""))[1] not in rules.LIVE:
                continue
            if old is not None and new is not None and old[0] == new[0]:
                continue
            kind = "added" if old is None else "removed" if new is None else "moved"
            yield _Change(at, kind, earlier.pk, later.pk, request)
