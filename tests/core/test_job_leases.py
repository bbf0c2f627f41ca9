"""Leases: a job whose worker dies is done by another, and of all attempts one has its effect.

The effect is a row of the journal: one transaction, like everything a job does.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.db.models.functions import Now
from django.utils import timezone
from django_tasks import task

from emporion.core import jobs, journal
from emporion.core.jobs import backend, kinds, lease, running
from emporion.core.jobs.worker import JobWorker, work
from emporion.core.models import JobRecord, JournalEntry, Progress
from emporion.core.processes import this_process

pytestmark = pytest.mark.django_db(transaction=True)
DEAD = f"{this_process().rsplit(':', 2)[0]}:1:0"
ELSEWHERE = "other-host:1:0"
SECOND = dt.timedelta(seconds=1)


@pytest.fixture(autouse=True)
def _kinds_of_this_test(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(kinds, "_kinds", {})
    monkeypatch.setattr(kinds, "_attempts", {})
    monkeypatch.setattr(kinds, "_give_way", set())
    monkeypatch.setattr(kinds, "_warm", [])
    monkeypatch.setattr(running, "EVERY", 0.0)
    monkeypatch.setattr(running, "_leaving", False)
    monkeypatch.setattr(lease, "back_off", lambda attempt: dt.timedelta(0))
    yield


def put(kind: str = "test.effect", **arguments: Any) -> JobRecord:
    return jobs.enqueue(kind, arguments, tenant="t1", owner="user:li", subject="model")


def effect() -> None:
    with transaction.atomic():
        journal.record("test.effect", "effect", "one")


def effects() -> int:
    return JournalEntry.objects.filter(action="test.effect").count()


def state(job: JobRecord) -> tuple[str, int, str]:
    job.refresh_from_db()
    return job.state, job.attempt, job.cause


def lose_the_lease(job: JobRecord) -> JobRecord | None:
    """What happens while a worker stands still: its lease ends and another takes the job."""
    JobRecord.objects.filter(pk=job.pk).update(lease_until=Now() - SECOND, process=ELSEWHERE)
    assert jobs.reclaim() == 0
    JobRecord.objects.filter(pk=job.pk).update(lease_until=Now() - SECOND)
    assert jobs.reclaim() == 1
    return lease.take(job.public_id)


def elsewhere(call: Any) -> Any:
    """Call something as another worker: on another connection, outside of our lease."""
    found: list[Any] = []

    def run() -> None:
        try:
            found.append(call())
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(20)
    return found[0]


def test_lease_has_an_end_and_a_number_that_only_goes_up() -> None:
    job = lease.take(put().public_id)
    assert job is not None and job.lease_until is not None
    assert (job.lease, job.attempt, job.process) == (1, 1, this_process())
    left = job.lease_until - timezone.now()
    assert lease.LENGTH - 5 * SECOND < left <= lease.LENGTH + SECOND
    again = elsewhere(lambda: lose_the_lease(job))
    assert (again.lease, again.attempt) == (3, 2)


def test_expired_lease_goes_back_into_the_queue_and_a_living_one_does_not() -> None:
    future, past = Now() + 60 * SECOND, Now() - SECOND
    now = timezone.now()
    for subject, process, until in (
        ("dead", DEAD, future),
        ("living", this_process(), future),
        ("stuck", this_process(), past),
        ("elsewhere, ended", ELSEWHERE, past),
        ("elsewhere, held", ELSEWHERE, future),
        ("of before there were leases", ELSEWHERE, None),
    ):
        JobRecord.objects.create(
            kind="k", tenant="t1", owner="o", subject=subject, state="running", process=process,
            asked_at=now, started_at=now, seen_at=now, attempt=1, lease_until=until,
        )  # fmt: skip
    # Who may live is called first, and has ten seconds for it.
    assert [jobs.reclaim() for _look in range(2)] == [1, 0]
    late = JobRecord.objects.filter(state="running", cause=lease.LATE)
    assert [job.subject for job in late.order_by("pk")] == [
        "stuck", "elsewhere, ended", "of before there were leases",
    ]  # fmt: skip
    left = [job.lease_until - timezone.now() for job in late if job.lease_until]
    assert [lease.GRACE - 5 * SECOND < each <= lease.GRACE + SECOND for each in left] == [True] * 3
    late.update(lease_until=past)
    assert jobs.reclaim() == 3
    assert dict(JobRecord.objects.values_list("subject", "state")) == {
        "dead": "waiting",
        "living": "running",
        "stuck": "waiting",
        "elsewhere, ended": "waiting",
        "elsewhere, held": "running",
        "of before there were leases": "waiting",
    }
    assert jobs.reclaim() == 0


def test_worker_that_lost_its_lease_cannot_commit() -> None:
    @jobs.kind("test.effect")
    def slow(told: jobs.Running) -> None:
        if told.job.attempt == 1:
            again = elsewhere(lambda: lose_the_lease(told.job))
            assert again is not None
        effect()

    first = put()
    jobs.perform(first.public_id)
    assert (effects(), state(first)) == (0, ("running", 2, ""))
    running.carry_out(first)
    assert (effects(), state(first)) == (1, ("done", 2, ""))


def test_without_the_fence_that_worker_has_its_effect_as_well(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The race is real: this is what the fence prevents."""
    from contextlib import nullcontext

    monkeypatch.setattr(lease, "fenced", lambda job: nullcontext())

    @jobs.kind("test.effect")
    def slow(told: jobs.Running) -> None:
        if told.job.attempt == 1:
            elsewhere(lambda: lose_the_lease(told.job))
        effect()

    job = put()
    jobs.perform(job.public_id)
    job.refresh_from_db()
    running.carry_out(job)
    assert effects() == 2


@pytest.mark.parametrize("inside", [True, False])
def test_what_is_written_outside_of_a_transaction_is_fenced_too(inside: bool) -> None:
    @jobs.kind("test.effect")
    def slow(told: jobs.Running) -> None:
        if inside:
            elsewhere(lambda: lose_the_lease(told.job))
        Progress.objects.create(job="j", step="s")

    jobs.perform(put().public_id)
    assert Progress.objects.count() == (0 if inside else 1)


def test_worker_that_dies_after_its_effect_does_not_have_it_twice() -> None:
    class Killed(BaseException):
        pass

    @jobs.kind("test.effect")
    def work_and_die(told: jobs.Running) -> None:
        with transaction.atomic():
            journal.record("test.effect", "effect", "one")
            jobs.done_with({"made": 1})
        raise Killed

    job = put()
    with pytest.raises(Killed):
        jobs.perform(job.public_id)
    work(batch=True)
    assert (effects(), state(job), job.result) == (1, ("done", 1, ""), {"made": 1})


def test_done_and_rolled_back_is_not_done() -> None:
    @jobs.kind("test.effect")
    def fails_once(told: jobs.Running) -> None:
        with transaction.atomic():
            journal.record("test.effect", "effect", "one")
            jobs.done_with()
            if told.job.attempt == 1:
                raise OSError("the disk is full")

    job = put()
    work(batch=True)
    assert (effects(), state(job)) == (1, ("done", 2, ""))


def test_done_with_outside_of_a_job_does_nothing_and_outside_of_a_transaction_is_refused() -> None:
    jobs.done_with({"n": 1})
    jobs.kind("test.effect", attempts=1)(lambda told: jobs.done_with())
    job = put()
    jobs.perform(job.public_id)
    assert state(job) == ("failed", 1, "RuntimeError")


def test_failure_is_tried_again_after_a_pause_and_given_up_in_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.undo()
    monkeypatch.setattr(kinds, "_kinds", {})
    jobs.kind("test.effect", attempts=3)(lambda told: 1 / 0)
    job = put()
    waits = []
    for _ in range(3):
        assert lease.due().count() == 1
        jobs.perform(job.public_id)
        job.refresh_from_db()
        if job.next_at is not None:
            waits.append(round((job.next_at - timezone.now()).total_seconds()))
            assert lease.due().count() == 0
            JobRecord.objects.filter(pk=job.pk).update(next_at=Now())
    assert waits == [2, 8]
    assert (state(job), job.reason) == (("failed", 3, "ZeroDivisionError"), "")
    assert [lease.back_off(n).total_seconds() for n in (1, 2, 3, 4, 5, 9)] == [
        2, 8, 32, 128, 300, 300,
    ]  # fmt: skip


@pytest.mark.parametrize(("days", "ends"), [(0, ("waiting", 0)), (2, ("failed", 1))])
def test_full_disk_is_no_fault_of_the_job_for_a_day(
    monkeypatch: pytest.MonkeyPatch, days: int, ends: tuple[str, int]
) -> None:
    def fail(told: Any) -> None:
        raise OperationalError("no room")

    monkeypatch.undo()
    monkeypatch.setattr(kinds, "_kinds", {})
    jobs.kind("test.effect", attempts=1)(fail)
    job = put()
    # Asked for long before it was due: what counts is since when it was tried.
    long_ago = timezone.now() - dt.timedelta(days=30)
    JobRecord.objects.update(asked_at=long_ago)
    jobs.perform(job.public_id)
    job.refresh_from_db()
    assert (job.state, job.attempt) == ("waiting", 0)
    JobRecord.objects.update(begun_at=timezone.now() - dt.timedelta(days=days), next_at=None)
    jobs.perform(job.public_id)
    job.refresh_from_db()
    assert (job.state, job.attempt, job.cause) == (*ends, "OperationalError")


def test_job_that_is_begun_again_by_a_person_has_its_day_anew() -> None:
    job = put()
    long_ago = timezone.now() - dt.timedelta(days=30)
    JobRecord.objects.update(state="failed", asked_at=long_ago, begun_at=long_ago)
    assert jobs.begin_again(job)
    taken = lease.take(job.public_id)
    assert taken is not None and taken.begun_at is not None
    assert timezone.now() - taken.begun_at < dt.timedelta(minutes=1)


def test_job_that_kills_every_worker_is_given_up() -> None:
    job = put()
    for _ in range(kinds.ATTEMPTS):
        taken = lease.take(job.public_id)
        assert taken is not None
        JobRecord.objects.filter(pk=job.pk).update(process=DEAD)
        jobs.reclaim()
    assert state(job) == ("failed", kinds.ATTEMPTS, lease.WORKER)


def test_dead_worker_s_job_that_somebody_stopped_is_not_begun_again() -> None:
    job = put()
    lease.take(job.public_id)
    jobs.ask_to_stop(job)
    JobRecord.objects.filter(pk=job.pk).update(process=DEAD)
    assert jobs.reclaim() == 1
    assert state(job) == ("stopped", 1, lease.WORKER)


def test_busy_job_tries_later_and_says_why_in_the_end() -> None:
    @jobs.kind("test.effect", attempts=2)
    def busy(told: jobs.Running) -> None:
        raise jobs.TryLater("Another import is writing.")

    job = put()
    jobs.perform(job.public_id)
    assert (state(job), job.reason) == (("waiting", 1, "TryLater"), "Another import is writing.")
    jobs.perform(job.public_id)
    assert (state(job), job.reason) == (("failed", 2, "TryLater"), "Another import is writing.")


def test_heart_makes_a_lease_outlast_its_length(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease, "BEAT", 0.02)
    beats, plain = threading.Semaphore(0), lease.renew

    def renew(job: JobRecord) -> bool:
        is_ours = plain(job)
        beats.release()
        return is_ours

    monkeypatch.setattr(lease, "renew", renew)

    @jobs.kind("test.effect")
    def long(told: jobs.Running) -> None:
        # As if the lease had just ended, again and again; of two beats one began after that.
        for _ in range(3):
            elsewhere(lambda: JobRecord.objects.filter(pk=told.job.pk).update(lease_until=Now()))
            while beats.acquire(blocking=False):
                pass
            assert [beats.acquire(timeout=20) for _beat in range(2)] == [True, True]
            left = JobRecord.objects.get(pk=told.job.pk).lease_until - timezone.now()
            assert lease.LENGTH - 20 * SECOND < left
            assert elsewhere(jobs.reclaim) == 0
        effect()

    job = put()
    work(batch=True)
    assert (effects(), state(job)) == (1, ("done", 1, ""))


def test_sign_of_life_of_a_worker_that_lost_its_lease_ends_it() -> None:
    after: list[bool] = []

    @jobs.kind("test.effect")
    def slow(told: jobs.Running) -> None:
        elsewhere(lambda: lose_the_lease(told.job))
        told.tell(done=1, total=2)
        after.append(True)

    job = put()
    jobs.perform(job.public_id)
    assert (after, state(job), job.done) == ([], ("running", 2, ""), 0)


def test_two_workers_never_take_the_same_job() -> None:
    jobs.kind("test.effect")(lambda told: effect())
    for _ in range(12):
        put()
    threads = [threading.Thread(target=_drain) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert effects() == 12
    assert set(JobRecord.objects.values_list("state", "attempt")) == {("done", 1)}


def _drain() -> None:
    try:
        JobWorker(batch=True).run()
    finally:
        connection.close()


def test_commit_waits_for_nobody_who_only_looks() -> None:
    """A lease that is renewed while a transaction is open does not stop that transaction."""

    @jobs.kind("test.effect")
    def open_long(told: jobs.Running) -> None:
        if connection.vendor == "sqlite":
            return
        with transaction.atomic():
            journal.record("test.effect", "effect", "one")
            assert elsewhere(lambda: lease.renew(told.job)) is True

    job = put()
    jobs.perform(job.public_id)
    assert state(job) == ("done", 1, "")


@task()
def add(a: int, b: int) -> int:
    return a + b


def test_task_of_django_tasks_is_a_job_with_a_lease() -> None:
    jobs.kind(backend.TASK)(backend.do_task)
    later = add.using(run_after=timezone.now() + 60 * SECOND).enqueue(1, 1)
    asked = add.enqueue(2, b=3)
    assert (asked.status, JobRecord.objects.count()) == ("READY", 2)
    assert JobWorker(batch=True)._look() is True
    assert JobWorker(batch=True)._look() is False
    asked.refresh()
    assert (asked.status, asked.return_value, asked.attempts) == ("SUCCESSFUL", 5, 1)
    assert add.get_result(later.id).status == "READY"


def test_worker_that_empties_the_queue_leaves_what_is_put_off_until_later() -> None:
    jobs.kind("test.effect")(lambda told: effect())
    put()
    later = jobs.enqueue(
        "test.effect", {}, tenant="t1", owner="user:li", after=timezone.now() + 600 * SECOND
    )
    work(batch=True)
    assert (effects(), state(later)) == (1, ("waiting", 0, ""))
