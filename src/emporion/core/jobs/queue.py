"""Putting a job into the queue, asking it to stop, finding it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils import timezone

from emporion.core import journal
from emporion.core.jobs import lease
from emporion.core.models import JobRecord

State = JobRecord.State


def enqueue(
    kind: str,
    arguments: dict[str, Any],
    *,
    tenant: str,
    owner: str,
    subject: str = "",
    after: dt.datetime | None = None,
) -> JobRecord:
    """Put a job into the queue and return its row, in the caller's transaction if there is one.

    `arguments` are plain JSON and reach the kind's function by name. `owner` is an actor as the
    journal names it; what the job records is put down to it. It does not begin before `after`.
    """
    return JobRecord.objects.create(
        kind=kind,
        arguments=arguments,
        tenant=tenant,
        owner=owner,
        subject=subject,
        asked_at=timezone.now(),
        next_at=after,
    )


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


def failed(tenant: str, since: dt.datetime, *, limit: int = 50) -> list[JobRecord]:
    """Return a tenant's jobs that failed for good and ended since then, newest first; one query."""
    found = JobRecord.objects.filter(tenant=tenant, state=State.FAILED, ended_at__gte=since)
    return list(found.order_by("-ended_at", "-pk")[:limit])


def begin_again(job: JobRecord) -> bool:
    """Have a job that failed for good begun again; False for one that has not.

    As after a worker that died: what it committed before stands, and its lease is a new one.
    """
    with transaction.atomic():
        locked = JobRecord.objects.select_for_update().get(pk=job.pk)
        if locked.state != State.FAILED:
            return False
        locked.state, locked.attempt, locked.cause, locked.reason = State.WAITING, 0, "", ""
        locked.next_at = locked.ended_at = locked.stop_asked_at = locked.begun_at = None
        locked.save()
        journal.record("job.begin_again", "job", locked.public_id, tenant=locked.tenant)
    return True


def waiting_before(job: JobRecord) -> int:
    """Return how many jobs are done before one that waits: those under way, and older ones that are
    due. What is put off until later is not waited for."""
    under_way = JobRecord.objects.filter(state=State.RUNNING).exclude(pk=job.pk)
    return under_way.count() + lease.due().filter(pk__lt=job.pk).count()
