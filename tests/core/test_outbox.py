"""The outbox: written with what it tells of, handed over in order, at least once, with one key."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from emporion.core import outbox
from emporion.core.models import OutboxRow
from emporion.core.outbox import carriers, draining, handing, rows
from emporion.core.processes import this_process
from tests.racing import hold_after, race

pytestmark = pytest.mark.django_db(transaction=True)
Row = OutboxRow
SECOND = dt.timedelta(seconds=1)


@pytest.fixture
def handed(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, Any]]]:
    """What was handed over: (key, payload's `n`)."""
    monkeypatch.setattr(carriers, "_carriers", {})
    monkeypatch.setattr(handing, "PAUSES", (0, 0))
    taken: list[tuple[str, Any]] = []

    @outbox.carrier("test")
    def deliver(row: Row) -> None:
        taken.append((row.key, row.payload.get("n")))

    yield taken


def put(n: int = 1, lane: str = "a", **values: Any) -> Row:
    with transaction.atomic():
        return outbox.put("test", {"n": n}, lane=lane, **values)


def replace_carrier(deliver: Callable[[Row], Any]) -> None:
    carriers._carriers["test"] = deliver


def states() -> list[tuple[str, int, str]]:
    return list(Row.objects.order_by("pk").values_list("state", "attempt", "cause"))


def test_row_is_handed_over_once_and_noted(handed: list[Any]) -> None:
    row = put(7)
    assert (outbox.drain(), outbox.drain()) == (1, 0)
    assert handed == [(row.key, 7)]
    assert states() == [("done", 1, "")]


def test_rolled_back_row_never_leaves_and_one_outside_of_a_transaction_is_refused(
    handed: list[Any],
) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        outbox.put("test", {}, lane="a")
        raise ZeroDivisionError
    with pytest.raises(RuntimeError):
        outbox.put("test", {}, lane="a")
    assert (outbox.drain(), handed) == (0, [])


def test_second_row_with_one_key_is_the_first(handed: list[Any]) -> None:
    assert put(1, key="k").pk == put(2, key="k").pk
    outbox.drain()
    put(3, key="k")
    outbox.drain()
    assert handed == [("k", 1)]


def test_rows_about_one_thing_are_one_until_it_is_tried(handed: list[Any]) -> None:
    first = put(1, merge="m")
    put(2, merge="m")
    outbox.drain()
    second = put(3, merge="m")
    put(4, merge="m")
    outbox.drain()
    assert handed == [(first.key, 2), (second.key, 4)]


def test_lane_keeps_its_order_and_stops_nobody_else(handed: list[Any]) -> None:
    put(1, "a"), put(2, "a"), put(3, "b"), put(4, "a")
    failed: list[int] = []

    def deliver(row: Row) -> None:
        if row.payload["n"] == 1 and len(failed) < 2:
            failed.append(1)
            raise OSError("gone")
        handed.append(row.payload["n"])

    replace_carrier(deliver)
    outbox.drain()
    assert [n for n in handed if n != 3] == [1, 2, 4]
    assert states()[0] == ("done", 3, "")


def test_row_that_fails_too_often_is_dead_and_those_behind_it_leave(handed: list[Any]) -> None:
    def deliver(row: Row) -> None:
        if row.payload["n"] == 1:
            raise OSError("li@example.org is unknown")
        handed.append(row.payload["n"])

    replace_carrier(deliver)
    row = put(1)
    put(2)
    outbox.drain()
    # Of a failure only its kind is kept.
    assert (states(), handed) == ([("dead", 3, "OSError"), ("done", 1, "")], [2])
    assert outbox.replay(row) is True
    replace_carrier(lambda r: handed.append(r.key))
    outbox.drain()
    assert handed == [2, row.key]


def test_pause_grows_with_every_attempt(handed: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert handing.PAUSES == (5, 30, 120, 300, 900, 1800, 3600, 7200, 10_800, 14_400, 25_200)
    # As the organisers' pages say.
    assert dt.timedelta(hours=17) < sum(handing.PAUSES) * SECOND < dt.timedelta(hours=18)
    monkeypatch.setattr(carriers, "_carriers", {"test": lambda row: 1 / 0})
    put()
    outbox.drain()
    row = Row.objects.get()
    assert (row.state, round((row.next_at - timezone.now()).total_seconds())) == ("waiting", 5)


def test_undeliverable_row_is_dead_at_once(handed: list[Any]) -> None:
    def deliver(row: Row) -> None:
        raise outbox.Undeliverable("no such carrier")

    replace_carrier(deliver)
    put()
    with transaction.atomic():
        outbox.put("nobody's", {}, lane="b")
    outbox.drain()
    assert states() == [
        ("dead", 1, "no such carrier"),
        ("dead", 1, "nothing here hands over nobody's"),
    ]


def test_postponed_row_waits_and_that_is_no_attempt(handed: list[Any]) -> None:
    until = timezone.now() + 60 * SECOND

    def deliver(row: Row) -> None:
        raise outbox.Postponed(until)

    replace_carrier(deliver)
    put()
    outbox.drain()
    assert states() == [("waiting", 0, "")]
    assert Row.objects.get().next_at == until


def test_row_of_a_dead_drainer_is_handed_over_again_with_its_key(handed: list[Any]) -> None:
    class Killed(BaseException):
        pass

    def deliver(row: Row) -> None:
        handed.append((row.key, row.attempt))
        if row.attempt == 1:
            raise Killed

    replace_carrier(deliver)
    row = put()
    with pytest.raises(Killed):
        outbox.drain()
    # It is still held: nobody else takes it, until the lease has ended.
    assert outbox.drain() == 0
    Row.objects.update(lease_until=timezone.now() - SECOND)
    assert outbox.drain() == 1
    assert handed == [(row.key, 1), (row.key, 2)]


def test_row_whose_process_always_dies_is_given_up_and_its_lane_goes_on(
    handed: list[Any],
) -> None:
    put(1), put(2)
    first = Row.objects.filter(payload__n=1)
    ended = timezone.now() - SECOND
    first.update(state="sending", lease=3, lease_until=ended, attempt=len(handing.PAUSES) + 1)
    assert outbox.drain() == 1
    assert states() == [
        ("dead", 3, "the process ended while it handed this over"),
        ("done", 1, ""),
    ]
    assert [n for _, n in handed] == [2]


def test_drainer_that_lost_its_row_notes_nothing(handed: list[Any]) -> None:
    def deliver(row: Row) -> Callable[[], None]:
        Row.objects.update(lease=row.lease + 1)
        return lambda: handed.append("noted")

    replace_carrier(deliver)
    put()
    outbox.drain()
    assert (handed, states()[0][0]) == ([], "sending")


def test_two_drainers_hand_nothing_over_twice_and_keep_each_lane_in_order(
    handed: list[Any],
) -> None:
    for n in range(24):
        put(n, lane="abc"[n % 3])

    def run() -> None:
        try:
            while Row.objects.exclude(state="done").exists():
                outbox.drain()
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    numbers = [n for _, n in handed]
    assert sorted(numbers) == list(range(24))
    for lane in range(3):
        assert [n for n in numbers if n % 3 == lane] == list(range(lane, 24, 3))


def test_rows_handed_over_a_month_ago_are_forgotten(handed: list[Any]) -> None:
    put(1), put(2)
    outbox.drain()
    Row.objects.filter(payload__n=1).update(ended_at=timezone.now() - dt.timedelta(days=31))
    assert (outbox.forget_done(), Row.objects.count()) == (1, 1)


def test_row_of_a_process_that_is_gone_is_free_at_once(handed: list[Any]) -> None:
    row = put(5)
    later = timezone.now() + 60 * SECOND
    Row.objects.update(state="sending", lease=3, lease_until=later, process=this_process())
    assert (draining.free_dead(), outbox.drain()) == (0, 0)
    Row.objects.update(process=f"{this_process().rsplit(':', 2)[0]}:1:0")
    assert (draining.free_dead(), outbox.drain()) == (1, 1)
    assert handed == [(row.key, 5)]


def put_about(n: int, lane: str = "a") -> None:
    with transaction.atomic():
        outbox.put("test", {"n": n}, lane=lane, merge="m")


def test_two_at_once_about_one_thing_are_one_row(
    handed: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Both have looked for a row that waits, and found none, before the first writes its own.
    hold_after(monkeypatch, rows, "_waiting")
    assert race(None, [lambda: put_about(1), lambda: put_about(2)]) == ["done", "done"]
    outbox.drain()
    assert len(handed) == 1


def test_row_put_off_gives_way_to_a_newer_one_about_the_same(handed: list[Any]) -> None:
    def deliver(row: Row) -> None:
        if row.payload["n"] == 1:
            put_about(2, "b")
            raise outbox.Postponed(timezone.now() + 60 * SECOND)
        handed.append(row.payload["n"])

    replace_carrier(deliver)
    put_about(1)
    assert (outbox.drain(), handed) == (2, [2])
    assert states() == [("done", 1, "a newer one says it"), ("done", 1, "")]
