"""The difference of two releases, against a slow and obvious count in Python."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

from django.utils import timezone

from emporion.meetings.models import MeetingRequest
from emporion.meetings.queries import changes as queries
from emporion.meetings.queries.changes import difference
from tests.factories import (
    make_participation,
    make_pavilions,
    make_release,
    make_request,
    make_slots,
)


def market(edition: Any, pairs: int) -> tuple[list[Any], list[Any]]:
    hosts = [make_participation(edition, pavilion=p) for p in make_pavilions(edition).values()]
    guests = [make_participation(edition, "buyer") for _ in range(pairs)]
    requests = [make_request(guest, hosts[n % 2]) for n, guest in enumerate(guests)]
    return requests, make_slots(edition, a_day=20)


def test_difference_counts_each_kind_with_its_reason(edition):
    requests, slots = market(edition, 7)
    earlier = make_release(
        edition,
        [(requests[n], slots[n]) for n in range(5)],
        state="published",
        computed_at=timezone.now() - dt.timedelta(hours=2),
    )
    MeetingRequest.objects.filter(pk=requests[4].pk).update(state="declined")
    now = timezone.now()
    hour_ago, day_ago = now - dt.timedelta(hours=1), now - dt.timedelta(days=1)
    MeetingRequest.objects.update(asked_at=day_ago)
    MeetingRequest.objects.filter(pk=requests[5].pk).update(asked_at=hour_ago)
    MeetingRequest.objects.filter(pk=requests[6].pk).update(state="accepted", answered_at=hour_ago)
    later = make_release(
        edition,
        [
            (requests[0], slots[0]),
            (requests[1], slots[9]),
            (requests[5], slots[5]),
            (requests[6], slots[6]),
        ],
        [(requests[2], "walking"), (requests[3], "outweighed")],
    )
    found = difference(earlier, later)
    assert (found.kept, found.moved, found.added, found.removed, found.total) == (1, 1, 2, 3, 6)
    assert found.reasons == {
        "accepted_since": 1,
        "asked_since": 1,
        "declined": 1,
        "outweighed": 1,
        "walking": 1,
    }
    assert [(c.kind, c.reason) for c in queries.changes(earlier, later, found)] == [
        ("moved", ""),
        ("removed", "walking"),
        ("removed", "outweighed"),
        ("removed", "declined"),
        ("added", "asked_since"),
        ("added", "accepted_since"),
    ]
    assert [c.reason for c in queries.changes(earlier, later, found, kind="added")] == [
        "asked_since",
        "accepted_since",
    ]


def test_difference_of_nothing_is_nothing(edition):
    found = difference(make_release(edition), make_release(edition))
    assert (found.kept, found.total, found.reasons) == (0, 0, {})


def test_difference_agrees_with_a_slow_count(edition, django_assert_num_queries):
    requests, slots = market(edition, 16)
    draw = random.Random(7)

    def some(state: str) -> tuple[Any, dict[int, Any]]:
        free = {0: slots[:], 1: slots[:]}
        held = {}
        for number, request in enumerate(requests):
            if draw.random() < 0.7:
                of_host = free[number % 2]
                held[request.pk] = (request, of_host.pop(draw.randrange(min(3, len(of_host)))))
        return make_release(edition, list(held.values()), state=state), held

    (earlier, before), (later, after) = some("superseded"), some("draft")
    with django_assert_num_queries(1):
        found = difference(earlier, later)
    both = before.keys() & after.keys()
    moved = {r for r in both if before[r][1] != after[r][1]}
    assert (found.kept, found.moved) == (len(both) - len(moved), len(moved))
    assert (found.added, found.removed) == (
        len(after.keys() - before.keys()),
        len(before.keys() - after.keys()),
    )
    assert found.reasons == {
        reason: count
        for reason, count in [("room_found", found.added), ("open", found.removed)]
        if count
    }
    with django_assert_num_queries(3):
        every = queries.changes(earlier, later, found)
        for change in every:
            str(change.host.pavilion), str(change.guest.display_name)
    assert [c.request.pk for c in queries.changes(earlier, later, found, offset=2, limit=3)] == [
        c.request.pk for c in every[2:5]
    ]
    expected = {
        (r, before[r][1].pk if r in before else None, after[r][1].pk if r in after else None)
        for r in moved | (before.keys() ^ after.keys())
    }
    assert {
        (c.request.pk, c.before and c.before.pk, c.after and c.after.pk) for c in every
    } == expected
    soonest = [min(s.number for s in (c.before, c.after) if s) for c in every]
    assert soonest == sorted(soonest)


def test_a_draft_that_an_undo_made_smaller_is_compared_anew(edition):
    requests, slots = market(edition, 4)
    earlier = make_release(edition, [(requests[0], slots[0])], state="published")
    later = make_release(edition, [(one, slots[n]) for n, one in enumerate(requests)])
    later.figures = {"change": difference(earlier, later).as_json()}
    later.save()
    assert queries.known_difference(earlier, later).added == 3
    # As the cascade of an undo does it.
    requests[3].delete()
    found = queries.known_difference(earlier, later)
    assert (found.kept, found.moved, found.added, found.removed) == (1, 0, 2, 0)
    assert len(queries.changes(earlier, later, found)) == 2
