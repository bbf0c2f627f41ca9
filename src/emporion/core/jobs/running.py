"""A job while a worker does it: its signs of life, and how it ends."""

from __future__ import annotations

import re
import time
from contextvars import ContextVar
from typing import Any

import structlog
from django.db import transaction
from django.utils import timezone

from emporion.core import journal
from emporion.core.beating import Heart
from emporion.core.health import passes
from emporion.core.jobs import lease
from emporion.core.jobs.kinds import JobError, NotItsTurn, TryLater, gives_way, work_of
from emporion.core.models import JobRecord

log = structlog.get_logger(__name__)
State = JobRecord.State
# Seconds between two signs of life; pages ask once a second.
EVERY = 0.5
A_STEP = re.compile(r"(?=.{1,40}\Z)[a-z]+( [a-z]+)*")
_leaving = False


def leave() -> None:
    """This worker is to end: what gives way is left at its next sign of life, the rest is done."""
    global _leaving
    _leaving = True


class Leaving(Exception):
    """The worker is to end, and another one begins the job again."""


class Running:
    """What a kind's function is given: it tells how far it is, and learns when to stop."""

    def __init__(self, job: JobRecord) -> None:
        self.job = job
        self.stopping = False
        self.heart: Heart | None = None
        self._written = 0.0

    @property
    def ending(self) -> str:
        """The state in which the job ends when its work returns now."""
        return State.STOPPED if self.stopping else State.DONE

    def tell(
        self,
        *,
        step: str | None = None,
        done: float | None = None,
        total: float | None = None,
        said: dict[str, Any] | None = None,
        now: bool = False,
    ) -> bool:
        """Say how far the job is; return False when somebody asked it to stop.

        `step` is one of our own few words for what is done (`A_STEP`): staff of every role read it,
        so it quotes nothing of what the work is about; ValueError for anything else. What is said
        of that goes into `said` and the result, for those who may know it.

        Written at most every `EVERY` seconds (`now`: at once), never inside a transaction of the
        work: pages would not see it. Raises LeaseLost when the job is somebody else's by now, and
        Leaving where its kind gives way to a worker that is to end.
        """
        job = self.job
        if step is not None:
            if not A_STEP.fullmatch(step):
                raise ValueError("A step is a few small letters, which say nothing of anybody.")
            now = now or step != job.step
            job.step = step
        if total is not None:
            job.total = max(0, int(total))
        if done is not None:
            job.done = max(0, min(int(done), job.total) if job.total else int(done))
        if said is not None:
            job.said = said
        if now or time.monotonic() - self._written >= EVERY:
            self._write()
            if _leaving and not self.stopping and gives_way(job.kind):
                raise Leaving(job.public_id)
        return not self.stopping

    def _write(self) -> None:
        self._written = time.monotonic()
        job, seen = self.job, timezone.now()
        ours = lease.held(job)
        ours.update(step=job.step, done=job.done, total=job.total, said=job.said, seen_at=seen)
        asked = ours.values_list("stop_asked_at", flat=True).first()
        if (self.heart is not None and self.heart.lost) or not ours.exists():
            raise lease.LeaseLost(job.public_id)
        self.stopping = self.stopping or asked is not None


_running: ContextVar[Running | None] = ContextVar("running", default=None)


def current() -> JobRecord | None:
    """Return the job that this thread does."""
    running = _running.get()
    return None if running is None else running.job


def done_with(result: dict[str, Any] | None = None) -> None:
    """Say in the caller's transaction that with it the work is done; outside of a job, nothing.

    What a job does and that it is done are then committed together: whatever dies, it is neither
    lost nor done twice. Raises LeaseLost when the job is somebody else's by now, and RuntimeError
    outside of a transaction.
    """
    running = _running.get()
    if running is None:
        return
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("A job is done inside the transaction that does its work.")
    if not _end(running.job, running.ending, result or {}, ""):
        raise lease.LeaseLost(running.job.public_id)


def perform(public_id: str) -> JobRecord | None:
    """Do one job to the end of an attempt and return its row; None when it does not wait."""
    job = lease.take(public_id)
    return None if job is None else carry_out(job)


def carry_out(job: JobRecord, *, beating: bool = False) -> JobRecord:
    """Do a job that was taken, `beating` where it may take longer than its lease; return its row.

    A JobError's sentence is kept for people, and ends it, unless it says to wait (`NotItsTurn`,
    `TryLater`); after any other failure it is tried again
    (`kinds.ATTEMPTS`), and for a day where the database was gone or a disk full. Of that only the
    kind is kept: the log has the rest. Where the database does not even take how the attempt
    ended, that is owed to it (`lease.settle`), and its error raised.
    """
    running, heart = Running(job), lease.heart_of(job) if beating else None
    running.heart = heart
    token = _running.set(running)
    if heart is not None:
        heart.start()
    try:
        _attempt(running)
    except Exception as error:
        if passes(error):
            lease.owe(job, type(error).__name__)
        raise
    finally:
        _running.reset(token)
        if heart is not None:
            heart.end()
    job.refresh_from_db()
    return job


def _attempt(running: Running) -> None:
    """Do the work of a job and write how it ended; raises what writing that says."""
    job = running.job
    try:
        with lease.fenced(job), journal.acting(job.owner, tenant=job.tenant):
            result = work_of(job.kind)(running, **job.arguments) or {}
        _end(job, running.ending, result, "")
    except lease.LeaseLost:
        log.warning("job.lease_lost", job=job.public_id, kind=job.kind, attempt=job.attempt)
    except Leaving:
        log.info("job.left", job=job.public_id, kind=job.kind)
        lease.leave(job)
    except NotItsTurn as error:
        lease.wait_for_turn(job, str(error)[:400])
    except TryLater as error:
        lease.try_again(job, type(error).__name__, str(error)[:400])
    except JobError as error:
        if error.why is not None:
            job.said = {**job.said, "why": error.why}
        _end(job, State.FAILED, {}, str(error)[:400])
    except Exception as error:
        log.exception("job.failed", job=job.public_id, kind=job.kind, attempt=job.attempt)
        again = lease.wait_for_room if passes(error) else lease.try_again
        again(job, type(error).__name__)
    except BaseException as error:
        lease.try_again(job, type(error).__name__)
        raise


def _end(job: JobRecord, state: str, result: dict[str, Any], reason: str) -> bool:
    """End a job that runs under our lease; False for one that does not, which stays as it is."""
    now = timezone.now()
    return bool(
        lease.held(job)
        .filter(state=State.RUNNING)
        .update(
            state=state,
            result=result,
            reason=reason,
            cause="",
            ended_at=now,
            seen_at=now,
            step=job.step,
            done=job.done,
            total=job.total,
            said=job.said,
        )
    )
