"""Putting a job into the queue, asking it to stop, finding it, and clearing up after the dead."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils import timezone
from django_tasks_db.compat import TaskResultStatus
from django_tasks_db.models import DBTaskResult

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


def latest(
    tenant: str, kind: str | tuple[str, ...], subject: str = "", *, limit: int = 1
) -> list[JobRecord]:
    """Return the newest jobs of some kinds about a subject, the dead ones as they stand; one
    query."""
    kinds = (kind,) if isinstance(kind, str) else kind
    found = JobRecord.objects.filter(tenant=tenant, kind__in=kinds)
    if subject:
        found = found.filter(subject=subject)
    return list(found.order_by("-asked_at", "-pk")[:limit])


def waiting_before(job: JobRecord) -> int:
    """Return how many jobs will be done before one that waits."""
    live = JobRecord.objects.filter(state__in=(State.WAITING, State.RUNNING))
    return live.filter(asked_at__lt=job.asked_at).exclude(pk=job.pk).count()


def is_dead(job: JobRecord) -> bool:
    """Whether a running job has lost its worker."""
    return job.state == State.RUNNING and _is_gone(job.process, job.seen_at or job.started_at)


def _is_gone(process: str, last: dt.datetime | None) -> bool:
    alive = processes.is_running(process)
    if alive is None:
        return last is None or timezone.now() - last > SILENT
    return not alive


def give_up_dead() -> int:
    """Clear up after workers that died; return how many jobs that were.

    What one was doing is marked as failed. What one had taken out of the queue and not begun goes
    back, once the worker is known to be dead: nothing of it was done. Workers call this at their
    start, after each job and every few seconds between; two queries when there is nothing to do.
    """
    dead = [job.pk for job in JobRecord.objects.filter(state=State.RUNNING) if is_dead(job)]
    given_up = 0
    if dead:
        given_up = JobRecord.objects.filter(pk__in=dead, state=State.RUNNING).update(
            state=State.FAILED, ended_at=timezone.now(), reason=""
        )
    return given_up + _put_back()


def _put_back() -> int:
    waiting = set(JobRecord.objects.filter(state=State.WAITING).values_list("public_id", flat=True))
    if not waiting:
        return 0
    put_back = 0
    for taken in DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING):
        if not waiting.intersection(taken.args_kwargs["args"]):
            continue
        if not _is_gone(taken.worker_ids[-1], taken.started_at):
            continue
        # Put back by somebody else and taken again, it has another beginning.
        put_back += DBTaskResult.objects.filter(
            pk=taken.pk, status=TaskResultStatus.RUNNING, started_at=taken.started_at
        ).update(status=TaskResultStatus.READY, started_at=None)
    return put_back
