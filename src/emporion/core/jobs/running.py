"""A job while a worker does it: its signs of life, and how it ends."""

from __future__ import annotations

import time
from typing import Any

import structlog
from django.db import transaction
from django.utils import timezone

from emporion.core import journal, processes
from emporion.core.jobs.kinds import JobError, work_of
from emporion.core.models import JobRecord

log = structlog.get_logger(__name__)
State = JobRecord.State
# Seconds between two signs of life; pages ask once a second.
EVERY = 0.5
_leaving = False


def leave() -> None:
    """This worker is to end: whatever it does stops at its next sign of life."""
    global _leaving
    _leaving = True


class Running:
    """What a kind's function is given: it tells how far it is, and learns when to stop."""

    def __init__(self, job: JobRecord) -> None:
        self.job = job
        self.stopping = False
        self._written = 0.0

    def tell(
        self,
        *,
        step: str | None = None,
        done: float | None = None,
        total: float | None = None,
        said: dict[str, Any] | None = None,
        now: bool = False,
    ) -> bool:
        """Say how far the job is; return False when it is to stop.

        Written at most every `EVERY` seconds (`now`: at once), never inside a transaction of the
        work: pages would not see it.
        """
        job = self.job
        if step is not None:
            now = now or step != job.step
            job.step = step[:40]
        if total is not None:
            job.total = max(0, int(total))
        if done is not None:
            job.done = max(0, min(int(done), job.total) if job.total else int(done))
        if said is not None:
            job.said = said
        if now or time.monotonic() - self._written >= EVERY:
            self._write()
        return not self.stopping

    def _write(self) -> None:
        self._written = time.monotonic()
        job, seen = self.job, timezone.now()
        JobRecord.objects.filter(pk=job.pk).update(
            step=job.step, done=job.done, total=job.total, said=job.said, seen_at=seen
        )
        asked = JobRecord.objects.filter(pk=job.pk).values_list("stop_asked_at", flat=True).first()
        self.stopping = self.stopping or asked is not None or _leaving


def perform(public_id: str) -> JobRecord | None:
    """Do one job to its end and return its row; None when it is not there to be done.

    Claimed by one update, so two workers never do the same job. A JobError's sentence is kept for
    people; of any other failure only that it happened: the log has the rest.
    """
    claimed = JobRecord.objects.filter(public_id=public_id, state=State.WAITING).update(
        state=State.RUNNING,
        attempt=1,
        process=processes.this_process(),
        started_at=timezone.now(),
        seen_at=timezone.now(),
    )
    if not claimed:
        return None
    job = JobRecord.objects.get(public_id=public_id)
    running = Running(job)
    state, result, reason = State.DONE, {}, ""
    try:
        with journal.acting(job.owner, tenant=job.tenant):
            result = work_of(job.kind)(running, **job.arguments) or {}
        if running.stopping:
            state = State.STOPPED
    except JobError as error:
        state, reason = State.FAILED, str(error)[:400]
    except BaseException as error:
        _end(job, State.FAILED, {}, "")
        if not isinstance(error, Exception):
            raise
        log.exception("job.failed", job=job.public_id, kind=job.kind)
        return job
    _end(job, state, result, reason)
    return job


def _end(job: JobRecord, state: str, result: dict[str, Any], reason: str) -> None:
    job.state, job.result, job.reason, job.ended_at = state, result, reason, timezone.now()
    with transaction.atomic():
        JobRecord.objects.filter(pk=job.pk, state=State.RUNNING).update(
            state=state,
            result=result,
            reason=reason,
            ended_at=job.ended_at,
            seen_at=job.ended_at,
            step=job.step,
            done=job.done,
            total=job.total,
            said=job.said,
        )
