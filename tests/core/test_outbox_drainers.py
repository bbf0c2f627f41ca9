"""What hands rows over all the time: it lives through failures, and does not fall behind."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, transaction
from django.utils import timezone

from emporion.core import outbox, seen
from emporion.core.models import OutboxRow
from emporion.core.outbox import carriers, draining, handing

pytestmark = pytest.mark.django_db(transaction=True)
SECOND = dt.timedelta(seconds=1)


@pytest.fixture(autouse=True)
def _place(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    settings.DATA_DIR = tmp_path
    monkeypatch.setattr(draining, "PAUSE", 0.01)
    monkeypatch.setattr(draining, "INTERVAL", 0.01)
    yield


class Ended(BaseException):
    """What ends a thread that only failures do not."""


def wait_until(condition: Any) -> None:
    until = time.monotonic() + 20
    while not condition() and time.monotonic() < until:
        time.sleep(0.01)
    assert condition()


def test_drainer_lives_through_failures_of_any_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    failures = [KeyError("a bug"), OperationalError("gone"), MemoryError(), Ended()]
    left = list(failures)

    def fail() -> bool:
        raise left.pop(0)

    monkeypatch.setattr(draining, "deliver_next", fail)
    with pytest.raises(Ended):
        draining._loop(lambda: False)
    assert left == []


def test_drainer_that_ended_is_begun_again_and_that_all_live_is_noted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun: list[str] = []

    def loop(is_over: Any) -> None:
        begun.append(threading.current_thread().name)

    monkeypatch.setattr(draining, "_loop", loop)
    keeper = draining.Keeper(2)
    assert seen.age(seen.OUTBOX) is None
    keeper.look()
    wait_until(lambda: not any(d and d.is_alive() for d in keeper.drainers))
    keeper.look()
    wait_until(lambda: len(begun) == 4)
    assert sorted(begun) == ["outbox-0", "outbox-0", "outbox-1", "outbox-1"]
    assert (seen.age(seen.OUTBOX) or 99) < 30


def test_keeper_lives_without_a_database_and_without_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draining, "_loop", lambda is_over: None)

    def fail(*words: Any) -> None:
        raise OSError("no room")

    keeper = draining.Keeper(1)
    for name in ("free_dead", "forget_done"):
        with monkeypatch.context() as patch:
            patch.setattr(draining, name, fail)
            keeper.look()
    monkeypatch.setattr(seen, "note", fail)
    keeper.look()


def test_what_is_being_handed_over_is_waited_for_and_nothing_else_is_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    taken, goes_on, over = threading.Event(), threading.Event(), threading.Event()
    keys: list[str] = []
    monkeypatch.setattr(carriers, "_carriers", {})

    @outbox.carrier("slow")
    def deliver(row: OutboxRow) -> None:
        keys.append(row.key)
        taken.set()
        goes_on.wait(20)

    for n in range(2):
        with transaction.atomic():
            outbox.put("slow", {}, lane="a", key=f"k{n}")
    drains = threading.Thread(target=outbox.keep_draining, args=[over.is_set, 2])
    drains.start()
    assert taken.wait(20)
    over.set()
    drains.join(0.3)
    # A server has it and has not said so: who ended now would leave it to be sent twice.
    assert drains.is_alive()
    goes_on.set()
    drains.join(20)
    states = list(OutboxRow.objects.order_by("pk").values_list("key", "state", "attempt"))
    assert (keys, states) == (["k0"], [("k0", "done", 1), ("k1", "waiting", 0)])


def put(n: int) -> None:
    now = timezone.now() - dt.timedelta(days=31)
    OutboxRow.objects.bulk_create(
        OutboxRow(key=f"k{i}", kind="test", lane="a", state="done", made_at=now, next_at=now,
                  ended_at=now) for i in range(n)
    )  # fmt: skip


def test_tidying_goes_on_at_the_next_look_until_nothing_old_is_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(draining, "_loop", lambda is_over: None)
    monkeypatch.setattr(draining, "PORTION", 10)
    put(25)
    keeper, left = draining.Keeper(1), []
    for _ in range(4):
        keeper.look()
        left.append(OutboxRow.objects.count())
    assert left == [15, 5, 0, 0]
    # An expo tells 200,000 times; a day's looks are to forget that much in an hour or so.
    assert 3600 / draining.LOOK * 1000 > 200_000
    put(1)
    keeper.look()
    assert OutboxRow.objects.count() == 1


def test_row_that_takes_longer_than_a_lease_is_handed_over_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(handing, "BEAT", 0.02)
    monkeypatch.setattr("emporion.core.outbox.carriers._carriers", {})
    handed: list[int] = []
    beats, plain = threading.Semaphore(0), handing._renew

    def renew(row: OutboxRow) -> bool:
        is_ours = plain(row)
        beats.release()
        return is_ours

    monkeypatch.setattr(handing, "_renew", renew)

    @outbox.carrier("test")
    def deliver(row: OutboxRow) -> None:
        handed.append(row.attempt)
        # As if the lease had just ended, again and again; of two beats one began after that.
        for _ in range(3):
            OutboxRow.objects.update(lease_until=timezone.now() - SECOND)
            while beats.acquire(blocking=False):
                pass
            assert [beats.acquire(timeout=20) for _beat in range(2)] == [True, True]
            assert not outbox.deliver_next()

    with transaction.atomic():
        outbox.put("test", {}, lane="a")
    assert outbox.deliver_next()
    assert (handed, OutboxRow.objects.get().state) == ([1], "done")
