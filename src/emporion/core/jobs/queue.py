"""Putting a job into the queue, asking it to stop, finding it, and clearing up after the dead."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils import timezone

from emporion.core import processes
from emporion.core.models import JobRecord

State = JobRecord.State
# A worker of another machine cannot be asked; without a sign of life for so long it is dead.
SILENT = dt.timedelta(minutes=2)


def enqueue(
    kind: str, arguments: dict[str, Any], *, tenant: str, owner: str, subject: str = ""
) -> JobRecord:
    """Put a job into the queue and return its row; both are written, or neither.

    `arguments` are plain JSON and reach the kind's function by name. `owner` is an actor as the
    journal names it; what the job records is put down to it.
    """
    from emporion.core.jobs.tasks import run_job

    with transaction.atomic():
        job = JobRecord.objects.create(
            kind=kind,
            arguments=arguments,
            tenant=tenant,
            owner=owner,
            subject=subject,
            asked_at=timezone.now(),
        )
        run_job.enqueue(job.public_id)
    return job


def ask_to_stop(job: JobRecord) -> JobRecord:
    """Ask a job to stop: one that waits never begins, one that runs ends at its next sign of life.

    A job that has ended stays as it is.
    """
    with transaction.atomic():
        locked = JobRecord.objects.select_for_update().get(pk=job.pk)
        now = timezone.now()
        if locked.state == State.WAITING:
            locked.state, locked.ended_at = State.STOPPED, now
        if locked.is_live or locked.state == State.STOPPED:
            locked.stop_asked_at = locked.stop_asked_at or now
            locked.save(update_fields=["state", "ended_at", "stop_asked_at"])
    return locked


def latest(tenant: str, kind: str, subject: str = "", *, limit: int = 1) -> list[JobRecord]:
    """Return the newest jobs of a kind about a subject; one query, one more for each dead one."""
    found = JobRecord.objects.filter(tenant=tenant, kind=kind)
    if subject:
        found = found.filter(subject=subject)
    return list(found.order_by("-asked_at", "-pk")[:limit])


def waiting_before(job: JobRecord) -> int:
    """Return how many jobs will be done before one that waits."""
    live = JobRecord.objects.filter(state__in=(State.WAITING, State.RUNNING))
    return live.filter(asked_at__lt=job.asked_at).exclude(pk=job.pk).count()


def is_dead(job: JobRecord) -> bool:
    """Whether a running job has lost its worker."""
    if job.state != State.RUNNING:
        return False
    alive = processes.is_running(job.process)
    if alive is None:
        last = job.seen_at or job.started_at
        return last is None or timezone.now() - last > SILENT
    return not alive


def give_up_dead() -> int:
    """Mark the jobs whose worker died as failed; return how many. Workers call it between jobs."""
    dead = [job.pk for job in JobRecord.objects.filter(state=State.RUNNING) if is_dead(job)]
    if not dead:
        return 0
    return JobRecord.objects.filter(pk__in=dead, state=State.RUNNING).update(
        state=State.FAILED, ended_at=timezone.now(), reason=""
    )
