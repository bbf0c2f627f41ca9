"""Jobs: who owns them, how far they are, how they end."""

from __future__ import annotations

import datetime as dt
import signal
import threading
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from emporion.core import jobs, journal
from emporion.core.jobs import kinds, running, worker
from emporion.core.jobs.worker import JobWorker, work
from emporion.core.models import JobRecord, JournalEntry

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _kinds_of_this_test(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(kinds, "_kinds", {})
    monkeypatch.setattr(kinds, "_attempts", {})
    monkeypatch.setattr(kinds, "_give_way", set())
    monkeypatch.setattr(kinds, "_warm", [])
    monkeypatch.setattr(running, "EVERY", 0.0)
    monkeypatch.setattr(running, "_leaving", False)
    yield


def put(kind: str = "test.count", **arguments: Any) -> JobRecord:
    return jobs.enqueue(kind, arguments, tenant="t1", owner="user:li", subject="model")


@pytest.mark.django_db(transaction=True)
def test_job_is_done_by_the_worker_as_its_owner() -> None:
    seen: list[Any] = []

    @jobs.kind("test.count")
    def count(told: jobs.Running, *, upto: int) -> dict[str, Any]:
        for number in range(upto):
            assert told.tell(step="counting", done=number + 1, total=upto, said={"at": number})
            seen.append(JobRecord.objects.get(pk=told.job.pk).said)
        with transaction.atomic():
            journal.record("test.count", "count", "one")
        return {"counted": upto}

    job = put(upto=3)
    assert (job.state, JobRecord.objects.count()) == ("waiting", 1)
    work(batch=True)
    ended = JobRecord.objects.get(pk=job.pk)
    assert (ended.state, ended.result, ended.step, ended.done, ended.total, ended.attempt) == (
        "done", {"counted": 3}, "counting", 3, 3, 1,
    )  # fmt: skip
    assert seen == [{"at": 0}, {"at": 1}, {"at": 2}]
    entry = JournalEntry.objects.get()
    assert (entry.actor, entry.tenant) == ("user:li", "t1")


@pytest.mark.django_db(transaction=True)
def test_worker_loads_what_jobs_need_before_the_first_of_them() -> None:
    order: list[str] = []
    jobs.at_start(lambda: order.append("loaded"))
    jobs.kind("test.count")(lambda told: order.append("done"))
    put()
    work(batch=True)
    assert order == ["loaded", "done"]


def test_job_is_done_once_however_often_it_is_taken() -> None:
    done: list[int] = []
    jobs.kind("test.count")(lambda told: done.append(1))
    job = put()
    assert jobs.perform(job.public_id) is not None
    assert jobs.perform(job.public_id) is None
    assert done == [1]


def test_running_job_that_is_asked_to_stop_keeps_its_result() -> None:
    @jobs.kind("test.count")
    def count(told: jobs.Running) -> dict[str, Any]:
        number = 0
        while told.tell(done=number, total=100):
            number += 1
            if number == 5:
                jobs.ask_to_stop(told.job)
        return {"reached": number}

    ended = jobs.perform(put().public_id)
    assert ended is not None
    assert (ended.state, ended.result, ended.done) == ("stopped", {"reached": 5}, 5)


@pytest.mark.parametrize(
    "step", ["", "Aino Virtanen", "row 7", "reading aino@example.org", "读", "a  b", "a" * 41]
)
def test_step_that_could_quote_what_the_work_is_about_is_refused(step: str) -> None:
    """Staff of every role read it, whatever the job is about."""

    @jobs.kind("test.count")
    def count(told: jobs.Running) -> None:
        with pytest.raises(ValueError, match="small letters"):
            told.tell(step=step, now=True)

    ended = jobs.perform(put().public_id)
    assert ended is not None
    assert (ended.state, ended.step) == ("done", "")


@pytest.mark.django_db(transaction=True)
def test_waiting_job_that_is_asked_to_stop_never_begins() -> None:
    jobs.kind("test.count")(lambda told: pytest.fail("it began"))
    job = put()
    assert jobs.ask_to_stop(job).state == "stopped"
    work(batch=True)
    assert JobRecord.objects.get(pk=job.pk).state == "stopped"


def test_asking_twice_or_too_late_changes_nothing() -> None:
    jobs.kind("test.count")(lambda told: {"n": 1})
    job = put()
    jobs.perform(job.public_id)
    assert jobs.ask_to_stop(job).state == "done"
    assert JobRecord.objects.get(pk=job.pk).stop_asked_at is None


def test_failure_says_our_sentence_and_nothing_of_anybody_else() -> None:
    @jobs.kind("test.ours")
    def ours(told: jobs.Running) -> None:
        raise jobs.JobError("There are no slots; set them first.")

    @jobs.kind("test.theirs", attempts=1)
    def theirs(told: jobs.Running) -> None:
        raise OSError("/secret/path on host db-1")

    ended = [jobs.perform(put(kind).public_id) for kind in ("test.ours", "test.theirs")]
    assert [(job.state, job.reason) for job in ended if job] == [
        ("failed", "There are no slots; set them first."),
        ("failed", ""),
    ]


def test_unknown_kind_fails_with_a_sentence() -> None:
    ended = jobs.perform(put("test.gone").public_id)
    assert ended is not None
    assert (ended.state, ended.reason) == (
        "failed", "Nothing here does jobs of the kind test.gone.",
    )  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_look_at_an_empty_queue_takes_no_lock() -> None:
    with CaptureQueriesContext(connection) as asked:
        work(batch=True)
    assert {query["sql"].split()[0] for query in asked} == {"SELECT"}
    assert [query["sql"] for query in asked if "FOR UPDATE" in query["sql"]] == []


def test_rolled_back_start_leaves_no_job() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        put()
        raise ZeroDivisionError
    assert JobRecord.objects.count() == 0


def test_newest_job_of_a_subject_is_found_and_of_no_other_tenant() -> None:
    first, second = put(), put()
    jobs.enqueue("test.count", {}, tenant="t2", owner="user:other", subject="model")
    assert [j.pk for j in jobs.latest("t1", "test.count", "model", limit=5)] == [
        second.pk,
        first.pk,
    ]
    assert [jobs.waiting_before(j) for j in (first, second)] == [0, 1]


def test_job_put_off_until_later_is_not_before_another_and_one_under_way_is() -> None:
    later, under_way, last = put(), put(), put()
    JobRecord.objects.filter(pk=later.pk).update(next_at=timezone.now() + dt.timedelta(hours=1))
    assert jobs.waiting_before(last) == 1
    JobRecord.objects.filter(pk=under_way.pk).update(state="running")
    assert [jobs.waiting_before(job) for job in (later, last)] == [1, 1]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("gives_way", [True, False])
def test_worker_that_is_told_to_leave_gives_its_job_back_or_does_it_to_its_end(
    gives_way: bool,
) -> None:
    @jobs.kind("test.count", gives_way=gives_way)
    def count(told: jobs.Running) -> dict[str, Any]:
        number = 0
        while number < 10 and told.tell(done=number, total=10):
            number += 1
            if number == 3 and leaving.running:
                leaving.leave(signal.SIGUSR2, None)
        return {"reached": number}

    leaving = JobWorker(batch=True)
    job = put()
    leaving.run()
    ended = JobRecord.objects.get(pk=job.pk)
    assert (ended.state, ended.attempt, ended.cause, ended.result) == (
        ("waiting", 0, jobs.WORKER, {}) if gives_way else ("done", 1, "", {"reached": 10})
    )
    assert not leaving.running
    running._leaving = False
    again = jobs.perform(job.public_id) if gives_way else ended
    assert again is not None
    assert (again.state, again.attempt, again.result) == ("done", 1, {"reached": 10})


@pytest.mark.parametrize(("later", "now"), [(0.2, 0), (worker.INSISTS, 1)])
def test_worker_that_is_told_twice_leaves_now_only_where_somebody_insists(
    monkeypatch: pytest.MonkeyPatch, later: float, now: int
) -> None:
    times, killed = iter([100.0, 100.0 + later]), []
    monkeypatch.setattr(worker, "time", SimpleNamespace(monotonic=lambda: next(times)))
    monkeypatch.setattr(worker.os, "kill", lambda process, number: killed.append(number))
    leaving = JobWorker()
    leaving.leave(signal.SIGUSR2, None)
    leaving.leave(signal.SIGUSR2, None)
    assert (leaving.running, killed) == (False, [signal.SIGUSR2] * now)


@pytest.mark.django_db(transaction=True)
def test_worker_that_leaves_tells_what_it_does_beside_its_jobs_and_waits_for_it() -> None:
    ended: list[bool] = []

    def also(is_over: Callable[[], bool]) -> None:
        while not is_over():
            time.sleep(0.01)
        time.sleep(0.2)
        ended.append(True)

    def leave_at_once() -> None:
        try:
            work(batch=True, also=also)
        finally:
            connection.close()

    begun = threading.Thread(target=leave_at_once)
    begun.start()
    begun.join(20)
    assert ended == [True]


def test_job_that_somebody_stopped_is_stopped_also_while_its_worker_leaves() -> None:
    @jobs.kind("test.count", gives_way=True)
    def count(told: jobs.Running) -> None:
        jobs.ask_to_stop(job)
        running.leave()
        assert not told.tell(done=1)

    job = put()
    jobs.perform(job.public_id)
    job.refresh_from_db()
    assert (job.state, job.stop_asked_at is None) == ("stopped", False)


def test_worker_that_begins_while_the_database_is_gone_waits_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tried = []

    def load() -> None:
        tried.append(len(tried))
        if len(tried) < 3:
            raise OperationalError("gone")

    monkeypatch.setattr(worker, "warm_up", load)
    monkeypatch.setattr(worker, "PAUSE", 0)
    monkeypatch.setattr(worker.connection, "close", lambda: None)
    worker.ready_to_work(worker.JobWorker())
    assert tried == [0, 1, 2]
    with pytest.raises(OperationalError):
        tried.clear()
        worker.ready_to_work(worker.JobWorker(batch=True))
