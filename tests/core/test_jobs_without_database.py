"""A database that goes away while a job is done, and while the end of its attempt is written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.functions import Now

from emporion.core import jobs, journal
from emporion.core.jobs import kinds, lease, running, worker
from emporion.core.jobs.worker import JobWorker, work
from emporion.core.models import JobRecord, JournalEntry
from emporion.core.processes import this_process

pytestmark = pytest.mark.django_db(transaction=True)
ELSEWHERE = "other-host:1:0"
DEAD = f"{this_process().rsplit(':', 2)[0]}:1:0"


class Gone:
    """While it refuses `calls` more, no thread of this process reaches the database."""

    calls = 0

    def __call__(self, plain: Callable[..., Any]) -> Callable[..., Any]:
        def refused(*given: Any, **named: Any) -> Any:
            if self.calls:
                self.calls -= 1
                raise OperationalError("connection refused")
            return plain(*given, **named)

        return refused


@pytest.fixture
def gone(monkeypatch: pytest.MonkeyPatch) -> Gone:
    found = Gone()
    monkeypatch.setattr(BaseDatabaseWrapper, "cursor", found(BaseDatabaseWrapper.cursor))
    return found


@pytest.fixture(autouse=True)
def _kinds_of_this_test(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_kinds", "_attempts"):
        monkeypatch.setattr(kinds, name, {})
    monkeypatch.setattr(kinds, "_give_way", set())
    monkeypatch.setattr(kinds, "_warm", [])
    monkeypatch.setattr(running, "_leaving", False)
    monkeypatch.setattr(lease, "_owed", {})
    monkeypatch.setattr(lease, "ROOM", dt.timedelta(0))
    monkeypatch.setattr(worker, "PAUSE", 0.0)


def put() -> JobRecord:
    return jobs.enqueue("test.effect", {}, tenant="t1", owner="user:li", subject="model")


def state(job: JobRecord) -> tuple[str, int, str]:
    job.refresh_from_db()
    return job.state, job.attempt, job.cause


def ask() -> None:
    JobRecord.objects.count()


def try_later() -> None:
    raise jobs.TryLater("Another import is writing.")


def leave() -> None:
    raise running.Leaving


@pytest.mark.parametrize("end", [ask, lambda: None, try_later, leave])
@pytest.mark.parametrize("calls", [3, 8])
def test_attempt_whose_end_cannot_be_written_does_not_count(
    gone: Gone, end: Callable[[], None], calls: int
) -> None:
    begun: list[int] = []

    @jobs.kind("test.effect", attempts=1)
    def in_the_middle(told: jobs.Running) -> None:
        begun.append(told.job.attempt)
        if len(begun) < 5:
            gone.calls = calls
            end()
        with transaction.atomic():
            journal.record("test.effect", "effect", "one")
            jobs.done_with()

    job = put()
    work(batch=True)
    assert (begun, state(job)) == ([1] * 5, ("done", 1, ""))
    assert JournalEntry.objects.filter(action="test.effect").count() == 1


def test_attempt_that_another_worker_took_over_is_not_given_back() -> None:
    job = lease.take(put().public_id)
    assert job is not None
    lease.owe(job, "OperationalError")
    JobRecord.objects.filter(pk=job.pk).update(process=DEAD)
    assert jobs.reclaim() == 1
    assert lease.take(job.public_id) is not None
    lease.settle()
    assert (state(job), lease._owed) == (("running", 2, ""), {})


def test_attempt_that_was_done_after_all_is_not_given_back() -> None:
    """The commit came through, and the answer to it did not."""
    job = lease.take(put().public_id)
    assert job is not None
    JobRecord.objects.filter(pk=job.pk).update(state="done")
    lease.owe(job, "OperationalError")
    lease.settle()
    assert state(job) == ("done", 1, "")


def look_as_a_worker(gone: Gone) -> None:
    gone.calls = 1
    JobWorker(batch=True).run()


def start_a_matching(gone: Gone) -> None:
    """What a page does, which saw nothing of the outage."""
    jobs.reclaim()


def ask_for_another(gone: Gone) -> None:
    """What an import does about the one before it."""
    for job in JobRecord.objects.filter(process=ELSEWHERE):
        assert jobs.is_writing(f"job/{job.public_id}/{job.lease}") is True


@pytest.mark.parametrize("look", [look_as_a_worker, start_a_matching, ask_for_another])
def test_lease_that_ended_while_the_database_was_gone_is_its_owner_s_to_renew_first(
    gone: Gone, monkeypatch: pytest.MonkeyPatch, look: Callable[[Gone], None]
) -> None:
    held, dead = (lease.take(put().public_id) for _ in range(2))
    assert held is not None and dead is not None
    past = Now() - dt.timedelta(seconds=1)
    JobRecord.objects.filter(pk=held.pk).update(process=ELSEWHERE, lease_until=past)
    JobRecord.objects.filter(pk=dead.pk).update(process=DEAD, lease_until=past)
    monkeypatch.setattr(kinds, "_kinds", {"test.effect": lambda told: None})
    look(gone)
    look(gone)
    JobWorker(batch=True).run()
    assert (state(held), state(dead)) == (("running", 1, lease.LATE), ("done", 2, ""))
    assert lease.renew(held)
    assert state(held) == ("running", 1, "")
    # Where nobody renews it, others take it over in the end.
    monkeypatch.setattr(lease, "GRACE", dt.timedelta(seconds=-1))
    JobRecord.objects.filter(pk=held.pk).update(lease_until=past)
    look_as_a_worker(gone)
    JobWorker(batch=True).run()
    assert state(held) == ("done", 2, "")


@pytest.mark.parametrize(
    ("patience", "left", "owed"), [(10.0, ("waiting", 0, "OperationalError"), 0), (0.0, None, 1)]
)
def test_worker_that_leaves_gives_back_what_it_owes_before(
    gone: Gone,
    monkeypatch: pytest.MonkeyPatch,
    patience: float,
    left: tuple[str, int, str] | None,
    owed: int,
) -> None:
    made: list[JobWorker] = []

    class Kept(JobWorker):
        def __init__(self, **words: Any) -> None:
            super().__init__(**words)
            made.append(self)

    @jobs.kind("test.effect", attempts=1)
    def told_to_leave(told: jobs.Running) -> None:
        made[0].give_way()
        gone.calls = 8
        ask()

    monkeypatch.setattr(worker, "JobWorker", Kept)
    monkeypatch.setattr(worker, "OWED", patience)
    job = put()
    work(batch=True)
    gone.calls = 0
    assert (state(job), lease.owes()) == (left or ("running", 1, ""), owed)
