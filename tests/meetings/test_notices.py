"""What changed for me: from requests, answers and publications, with read marks."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from emporion.meetings.domain import notices as domain
from emporion.meetings.models import NoticesRead
from emporion.meetings.queries.notices import new_count, notices
from tests.factories import (
    make_participation,
    make_release,
    make_request,
    make_slots,
    make_user,
)
from tests.portal.fairs import address, page, statements, user_of

NOW = timezone.now()
# Read in UTC they lie before the first day there is, and after the last.
EDGES = ("0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59")


@pytest.fixture
def me(edition):
    return make_participation(edition, "buyer", user=make_user())


def at(request, minutes, answered=None):
    request.asked_at = NOW - dt.timedelta(minutes=minutes)
    if answered is not None:
        request.answered_at = NOW - dt.timedelta(minutes=answered)
    request.save()
    return request


def told(me):
    shown = notices(me, user_of(me))
    for until in [None, *(notice.at for notice in shown)]:
        reader = make_user()
        if until:
            domain.mark_read(me, reader, until)
        assert new_count(me, reader) == sum(notice.is_new for notice in notices(me, reader))
    return [
        (notice.kind, str(notice.other.display_name) if notice.other else "") for notice in shown
    ]


def test_requests_and_answers_newest_first_and_nobody_elses(edition, me):
    names = ["Asks", "Accepts", "Declines", "Withdraws", "Silent"]
    asks, accepts, declines, withdraws, silent = (
        make_participation(edition, name=name) for name in names
    )
    at(make_request(asks, me), 50)
    at(make_request(me, accepts, "accepted"), 60, 40)
    at(make_request(me, declines, "declined"), 60, 30)
    at(make_request(withdraws, me, "withdrawn"), 60, 20)
    at(make_request(me, silent), 60)
    make_request(make_participation(edition, "buyer"), asks, "accepted")
    assert told(me) == [
        ("withdrawn", "Withdraws"),
        ("declined", "Declines"),
        ("accepted", "Accepts"),
        ("asked", "Asks"),
    ]


def test_a_new_publication_tells_what_moved_came_and_went(edition, me):
    slots = make_slots(edition)
    hosts = [make_participation(edition, name=n) for n in ("Stays", "Moves", "Comes", "Goes")]
    stays, moves, comes, goes = (make_request(me, host) for host in hosts)
    stranger = make_request(make_participation(edition, "buyer"), make_participation(edition))
    first = [(stays, slots[0]), (moves, slots[1]), (goes, slots[2]), (stranger, slots[0])]
    make_release(edition, first, state="superseded", published_at=NOW - dt.timedelta(hours=2))
    make_release(
        edition,
        [(stays, slots[0]), (moves, slots[3]), (comes, slots[1]), (stranger, slots[3])],
        state="published",
        published_at=NOW - dt.timedelta(hours=1),
    )
    assert sorted(told(me)) == [
        ("added", "Comes"), ("moved", "Moves"), ("published", ""), ("removed", "Goes")]  # fmt: skip
    moved = next(n for n in notices(me, user_of(me)) if n.kind == "moved")
    assert (moved.before, moved.after) == (slots[1], slots[3])
    assert next(n for n in notices(me, user_of(me)) if n.kind == "published").count == 3


def test_no_more_are_counted_than_shown(edition, me):
    for n in range(4):
        at(make_request(make_participation(edition), me), n)
    assert new_count(me, user_of(me), limit=3) == len(notices(me, user_of(me), limit=3)) == 3


def test_read_marks_go_forward_and_are_ones_own(edition, me):
    other = make_user()
    at(make_request(make_participation(edition), me), 30)
    at(make_request(make_participation(edition), me), 10)
    assert [n.is_new for n in notices(me, other)] == [True, True]
    middle = NOW - dt.timedelta(minutes=20)
    assert domain.mark_read(me, other, middle)
    assert not domain.mark_read(me, other, middle - dt.timedelta(hours=1))
    assert [n.is_new for n in notices(me, other)] == [True, False]
    assert [n.is_new for n in notices(me, user_of(me))] == [True, True]
    domain.mark_read(me, other, NOW + dt.timedelta(days=99))
    assert NoticesRead.objects.get(user=other).until <= timezone.now()


def test_page_shows_and_marks(edition, me, signed_in):
    where = address("meetings:notices", edition)
    assert Client().get(where).status_code == 302
    assert signed_in(make_user()).get(where).status_code == 403
    client = signed_in(user_of(me))
    assert "Nothing yet" in client.get(where).content.decode()
    at(make_request(make_participation(edition, name="<b>Evil"), me), 10)
    shown = client.get(where)
    assert len(page(shown).select(".notice-new")) == 1
    assert "<b>Evil" not in shown.content.decode()
    assert NoticesRead.objects.count() == 0
    mark = address("meetings:notices_read", edition)
    assert client.get(mark).status_code == 405
    for nonsense in ("", "x" * 9999, "2023-99-99T00:00", "\x00", *EDGES):
        assert client.post(mark, {"until": nonsense}).status_code == 302
    assert NoticesRead.objects.count() == 0
    client.post(mark, {"until": page(shown).select_one("input[name=until]")["value"]})
    assert page(client.get(where)).select(".notice-new") == []
    # What comes afterwards is new again.
    make_request(make_participation(edition), me)
    assert len(page(client.get(where)).select(".notice-new")) == 1


def test_number_of_statements_is_fixed(edition, me, signed_in):
    slots = make_slots(edition)
    counts = []
    for n in range(2):
        rows = [make_request(make_participation(edition), me, "accepted") for _ in range(4)]
        make_release(edition, list(zip(rows, slots[n * 4 :], strict=False)), state="superseded",
                     published_at=NOW)  # fmt: skip
        counts.append(statements(signed_in(user_of(me)), address("meetings:notices", edition)))
    assert counts == [12, 12]
