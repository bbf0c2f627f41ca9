"""What changed for somebody, read from the requests and releases themselves.

No row is written for a notice: a publish would have to write one for each of 76,000 meetings. What
is new is told by the moment up to which the reader has read.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from django.db.models import QuerySet

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


def notices(
    me: Participation, user: Any, limit: int = SHOWN, *, named: bool = True
) -> list[Notice]:
    """Return what changed for `me`, newest first, marked new from where `user` has read.

    Without `named` nobody and no slot is named, for a page that only counts: reading sixty
    counterparts with their texts takes longer than the rest of it. Seven queries, whatever the
    number of rows.
    """
    until = read_until(me, user)
    found = [
        *_received(me, limit, named),
        *_withdrawn(me, limit, named),
        *_answered(me, limit, named),
        *_moved(me, named),
    ]
    found.sort(key=lambda notice: notice.at, reverse=True)
    return [replace(notice, is_new=until is None or notice.at > until) for notice in found[:limit]]


def read_until(me: Participation, user: Any) -> dt.datetime | None:
    """Return up to when `user` has read what changed for `me`; None: nothing yet. One query."""
    read = NoticesRead.objects.filter(participation=me, user=user)
    return read.values_list("until", flat=True).first()


def _received(me: Participation, limit: int, named: bool) -> Iterator[Notice]:
    received = MeetingRequest.objects.filter(counterpart=me).exclude(state=State.WITHDRAWN)
    asked = list(_read(received, named, "asker").order_by("-asked_at", "-pk")[:limit])
    by_rule = set(
        RuleAnswer.objects.filter(request__in=asked, request__state=State.ACCEPTED).values_list(
            "request_id", flat=True
        )
    )
    for each in asked:
        kind = "by_rule" if each.pk in by_rule else "asked"
        yield Notice(each.asked_at, kind, each.asker if named else None)


def _withdrawn(me: Participation, limit: int, named: bool) -> Iterator[Notice]:
    gone = MeetingRequest.objects.filter(
        counterpart=me, state=State.WITHDRAWN, answered_at__isnull=False
    )
    for each in _read(gone, named, "asker").order_by("-answered_at", "-pk")[:limit]:
        other = each.asker if named else None
        yield Notice(each.answered_at or each.asked_at, "withdrawn", other)


def _answered(me: Participation, limit: int, named: bool) -> Iterator[Notice]:
    answered = MeetingRequest.objects.filter(
        asker=me, state__in=(State.ACCEPTED, State.DECLINED), answered_at__isnull=False
    )
    for each in _read(answered, named, "counterpart").order_by("-answered_at", "-pk")[:limit]:
        other = each.counterpart if named else None
        yield Notice(each.answered_at or each.asked_at, str(each.state), other)


def _read(rows: QuerySet[Any], named: bool, *sides: str) -> QuerySet[Any]:
    return rows.select_related(*sides) if named else rows


def _moved(me: Participation, named: bool) -> Iterator[Notice]:
    """What the last publications changed against the ones before them; two queries."""
    releases = list(
        Release.objects.filter(edition=me.edition_id, published_at__isnull=False)
        .only("pk", "published_at")
        .order_by("-published_at")[:RELEASES]
    )[::-1]
    held: dict[int, dict[int, Meeting]] = {release.pk: {} for release in releases}
    # What one publication changed bears one moment; without an order each reading has another.
    rows = Meeting.objects.filter(held_by(me), release__in=list(held)).order_by("pk")
    for meeting in _read(rows.select_related("request"), named, "slot", "host", "guest"):
        held[meeting.release_id][meeting.request_id] = meeting
    if releases and len(releases) < RELEASES and held[releases[0].pk]:
        at = releases[0].published_at
        assert at is not None
        yield Notice(at, "published", count=len(held[releases[0].pk]))
    for earlier, later in pairwise(releases):
        before, after = held[earlier.pk], held[later.pk]
        at = later.published_at
        assert at is not None
        for request in {**before, **after}:
            old, new = before.get(request), after.get(request)
            either = new or old
            assert either is not None
            # Who declined or withdrew knows it, and the other side was told.
            if either.request.state not in rules.LIVE:
                continue
            kind = "added" if old is None else "removed" if new is None else "moved"
            if old is not None and new is not None and old.slot_id == new.slot_id:
                continue
            if not named:
                yield Notice(at, kind)
                continue
            other = either.guest if either.host_id == me.pk else either.host
            yield Notice(at, kind, other, old.slot if old else None, new.slot if new else None)
