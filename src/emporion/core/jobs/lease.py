"""Who may do a job: a lease that ends, a heartbeat that renews it, a number that fences.

A worker that takes a job gets the next number of its lease. It renews the lease while it lives; one
that has ended and is not renewed when that is seen (`LATE`), or belongs to a process that is known
to be gone, is taken back and the number goes up. Nothing that was begun under an older number can
be committed: `fenced` looks at the number as the last statement of every transaction, on PostgreSQL
under a lock of the job's row, so that a commit comes wholly before the lease is taken back or not
at all. This is the fencing token of M. Kleppmann, "How to do distributed locking" (2016), with the
database as the store that checks it.

All ends of leases are compared with the clock of the database.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from django.db import connection, transaction
from django.db.models import BooleanField, Case, F, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from emporion.core import processes
from emporion.core.beating import Heart
from emporion.core.clock import Now
from emporion.core.jobs.kinds import attempts_of
from emporion.core.models import JobRecord

log = structlog.get_logger(__name__)
State = JobRecord.State
LENGTH = dt.timedelta(seconds=30)
# Seconds between two renewals: five may fail before the lease ends.
BEAT = 5.0
# So long who lives has to renew a lease of which somebody saw that it has ended: the database may
# have been gone, or their machine may have stood still. Two beats.
GRACE = dt.timedelta(seconds=10)
# For so long after it was first begun, a job is not held to account for what is below it; and so
# long it waits then.
PATIENT = dt.timedelta(days=1)
ROOM = dt.timedelta(seconds=10)
# So long a job waits that is behind another one, before it looks again.
TURN = dt.timedelta(seconds=5)
WORKER, BEHIND = "worker", "behind"
# What a job under way bears from the moment at which its lease was seen to have ended.
LATE = "late"
WRITES = frozenset({"INSERT", "UPDATE", "DELETE"})
# Attempts of this process whose end could not be written, by job and lease: with the cause.
_owed: dict[tuple[int, int], tuple[JobRecord, str]] = {}


class LeaseLost(Exception):
    """The job is somebody else's by now: nothing of this attempt may be committed."""


def back_off(attempt: int) -> dt.timedelta:
    """Return how long a job waits after its `attempt`-th failure: 2, 8, 32, ... at most 300 s."""
    return dt.timedelta(seconds=min(300, 2 * 4 ** (attempt - 1)))


def due() -> QuerySet[JobRecord]:
    """Return the jobs that may be taken now, the oldest first."""
    waiting = JobRecord.objects.filter(state=State.WAITING)
    return waiting.filter(Q(next_at__isnull=True) | Q(next_at__lte=Now())).order_by("pk")


def take(public_id: str = "", kinds: Collection[str] | None = None) -> JobRecord | None:
    """Take the oldest job that is due (of some kinds), or the one named; None when there is none.

    Of two workers that ask at once each gets another job. Without one, a single read.
    """
    wanted = due() if kinds is None else due().filter(kind__in=kinds)
    if public_id:
        wanted = JobRecord.objects.filter(state=State.WAITING, public_id=public_id)
    if not wanted.exists():
        return None
    with transaction.atomic():
        job = wanted.select_for_update(skip_locked=True).first()
        if job is None:
            return None
        now = timezone.now()
        JobRecord.objects.filter(pk=job.pk).update(
            state=State.RUNNING,
            attempt=F("attempt") + 1,
            lease=F("lease") + 1,
            lease_until=Now() + Value(LENGTH),
            process=processes.this_process(),
            started_at=now,
            begun_at=Coalesce("begun_at", Value(now)),
            seen_at=now,
            next_at=None,
            cause="",
        )
        job.refresh_from_db()
    return job


def held(job: JobRecord) -> QuerySet[JobRecord]:
    """Return the row of `job` as long as the lease under which it was taken holds, else nothing."""
    return JobRecord.objects.filter(pk=job.pk, lease=job.lease)


def renew(job: JobRecord) -> bool:
    """Make the lease last `LENGTH` from now; False when it is somebody else's."""
    return bool(held(job).update(lease_until=Now() + Value(LENGTH), cause=""))


@contextmanager
def fenced(job: JobRecord) -> Iterator[None]:
    """Let this thread commit only while it holds the lease of `job`.

    A commit without it is a rollback and raises LeaseLost. One more statement a transaction. Of a
    statement outside of one the lease is looked at right before it, which leaves a moment between:
    what must happen once is written in a transaction.
    """
    plain = connection.commit

    def commit() -> None:
        # The lock makes whoever takes the lease back wait for this commit, and no longer.
        if not held(job).select_for_update(no_key=True).exists():
            connection.rollback()
            raise LeaseLost(job.public_id)
        plain()

    def execute(run: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        alone = not connection.in_atomic_block and sql.lstrip()[:6].upper() in WRITES
        if alone and not held(job).exists():
            raise LeaseLost(job.public_id)
        return run(sql, params, many, context)

    connection.commit = commit  # type: ignore[method-assign]
    try:
        with connection.execute_wrapper(execute):
            yield
    finally:
        connection.commit = plain  # type: ignore[method-assign]


def heart_of(job: JobRecord) -> Heart:
    """Return what renews the lease of a job every `BEAT` seconds, once it is started."""
    return Heart(lambda: renew(job), every=BEAT, name=job.public_id)


def try_again(job: JobRecord, cause: str, reason: str = "") -> bool:
    """Give a job that failed back to the queue; False where it was tried often enough: then it has
    failed for good. Nothing happens without the lease."""
    return _give_back(job, cause, reason, back_off(job.attempt))


def wait_for_room(job: JobRecord, cause: str) -> bool:
    """Give a job back that failed because the database was gone or a disk was full: no fault of it.

    Such an attempt does not count within `PATIENT` after the job was begun first; then it does. One
    may be asked for long before it is due.
    """
    if timezone.now() - (job.begun_at or job.asked_at) > PATIENT:
        return try_again(job, cause)
    values = {"attempt": F("attempt") - 1, "next_at": Now() + Value(ROOM), "reason": ""}
    return _released(job, cause, values)


def owe(job: JobRecord, cause: str) -> None:
    """Remember that a job is to be given back (`wait_for_room`) which the database did not take."""
    _owed[job.pk, job.lease] = job, cause


def settle() -> None:
    """Give back what `owe` remembered, as far as it is still ours; raises what the database says.

    Without it the lease would end, and the attempt count.
    """
    for key, (job, cause) in list(_owed.items()):
        wait_for_room(job, cause)
        _owed.pop(key, None)


def owes() -> int:
    """Return how many jobs this process still has to give back."""
    return len(_owed)


def wait_for_turn(job: JobRecord, reason: str) -> bool:
    """Give a job back before which other work goes; the attempt does not count, however often."""
    values = {"attempt": F("attempt") - 1, "next_at": Now() + Value(TURN), "reason": reason}
    return _released(job, BEHIND, values)


def leave(job: JobRecord) -> bool:
    """Give a job back whose worker is to leave: at once, and the attempt does not count."""
    return _released(job, WORKER, {"attempt": F("attempt") - 1, "next_at": None, "reason": ""})


def _give_back(job: JobRecord, cause: str, reason: str, pause: dt.timedelta | None) -> bool:
    still = held(job).filter(state=State.RUNNING)
    if job.attempt >= attempts_of(job.kind):
        still.update(
            state=State.FAILED,
            ended_at=timezone.now(),
            lease=F("lease") + 1,
            lease_until=None,
            cause=cause[:60],
            reason=reason,
        )
        return False
    again = {"next_at": None if pause is None else Now() + Value(pause), "reason": reason}
    _released(job, cause, again)
    return True


def _released(job: JobRecord, cause: str, again: dict[str, Any]) -> bool:
    """Let a job wait `again`, or stop where somebody asked it to and it did not come to that.

    False where it is not ours any more.
    """
    still = held(job).filter(state=State.RUNNING)
    waiting: dict[str, Any] = {"state": State.WAITING, **again}
    stopped: dict[str, Any] = {"state": State.STOPPED, "ended_at": timezone.now()}
    return any(
        still.filter(found).update(
            lease=F("lease") + 1, lease_until=None, process="", cause=cause[:60], **values
        )
        for found, values in ((Q(stop_asked_at__isnull=False), stopped), (Q(), waiting))
    )


def reclaim() -> int:
    """Take back leases that have ended, and those of processes that are gone; return how many.

    One that has ended lasts for `GRACE` once more, and is taken back if nobody renewed it by then:
    whoever looks, and whatever they know of what happened meanwhile. Such a job goes back into the
    queue: at once after its first attempt, later with a pause; one that was tried often enough has
    failed. Workers call this at their start, after each job and every few seconds between; one
    query when there is nothing to do.
    """
    taken_back = 0
    is_past = Q(lease_until__isnull=True) | Q(lease_until__lt=Now())
    running = JobRecord.objects.filter(state=State.RUNNING).annotate(
        has_ended=Case(When(is_past, then=True), default=False, output_field=BooleanField())
    )
    for job in running:
        if processes.is_running(job.process) is not False:
            if job.has_ended and job.cause != LATE:
                late = held(job).filter(is_past, state=State.RUNNING)
                late.update(cause=LATE, lease_until=Now() + Value(GRACE))
                continue
            if not job.has_ended:
                continue
        log.warning("job.reclaimed", job=job.public_id, kind=job.kind, attempt=job.attempt)
        pause = None if job.attempt <= 1 else back_off(job.attempt - 1)
        _give_back(job, WORKER, "", pause)
        taken_back += 1
    return taken_back


def is_dead(job: JobRecord) -> bool:
    """Whether a running job has lost its worker; it is taken back within seconds."""
    if job.state != State.RUNNING:
        return False
    alive = processes.is_running(job.process)
    if alive is None:
        ended = job.lease_until is None or job.lease_until < timezone.now()
        return ended or job.cause == LATE
    return not alive
