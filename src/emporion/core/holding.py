"""What a place that was brought back holds back: messages and jobs that waited at that moment.

A backup that is restored to be tried stands beside the fair itself. A worker there would tell real
people a second time, and other systems as well. So what waits is put aside until somebody says that
this place is the fair; what is written from then on leaves as always, and stands behind none of it.
What must not happen a second time is dropped before, one by one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Case, Exists, F, Model, OuterRef, Q, QuerySet, Value, When
from django.utils import timezone

from emporion.core import jobs, journal
from emporion.core.models import JobRecord, OutboxRow
from emporion.core.outbox.handing import NEWER

HELD, DROPPED = "held", "dropped by a person"
# Never, as the databases can say it.
NEVER = dt.datetime(9000, 1, 1, tzinfo=dt.UTC)
# Without these nothing is put off; tables of an older version may lack what else `hold` writes.
NEEDED = frozenset({"state", "attempt", "cause", "next_at"})


@dataclass(frozen=True)
class Held:
    """How many rows of the outbox, and how many jobs."""

    outbox: int
    jobs: int

    def __bool__(self) -> bool:
        return bool(self.outbox or self.jobs)

    def __str__(self) -> str:
        return f"{self.outbox} of the outbox and {self.jobs} jobs"


@dataclass(frozen=True)
class OneHeld:
    """A row of the outbox or a job that is held, the `key` by which it is dropped, and when it was
    written.

    `whom` is the lane of a row or what a job is about, in public ids; `payload` what a row holds.
    """

    key: str
    kind: str
    at: dt.datetime
    whom: str
    payload: Mapping[str, Any]


class NotHere(ValueError):
    """Nothing of this key is held; the text is the key."""


class NotHeld(ValueError):
    """Tables are of a version in which nothing could be put off; the text names one."""


def hold(tables: Mapping[str, Collection[str]]) -> None:
    """Put off what waits or was under way in these tables, in the caller's transaction.

    `tables` says which columns each has; those of an older version lack some. Who had begun it is
    no process of this place: it is begun anew when it is let go on. Raises NotHeld.
    """
    away = {
        "state": "waiting",
        "attempt": 0,
        "cause": HELD,
        "next_at": NEVER,
        "process": "",
        "lease": F("lease") + 1,
        "lease_until": None,
    }
    work, outbox = JobRecord._meta.db_table, OutboxRow._meta.db_table
    for table in (work, outbox):
        if table in tables and NEEDED - set(tables[table]):
            raise NotHeld(table)
    if work in tables:
        known = {name: value for name, value in away.items() if name in tables[work]}
        JobRecord.objects.filter(state__in=("waiting", "running")).update(**known)
    if outbox in tables:
        # Of several about one thing that wait only one was never tried; this makes all such.
        never = Q(state="waiting", attempt=0)
        merge = Case(When(never, then=F("merge")), default=Value(""))
        known = {name: value for name, value in away.items() if name in tables[outbox]}
        out = {**known, "state": OutboxRow.State.HELD}
        OutboxRow.objects.filter(state__in=("waiting", "sending")).update(merge=merge, **out)


def hold_here() -> Held:
    """Put off what waits or was under way in this place, and return how much is held.

    For a database that was brought back to a moment without `restore`. No worker may be at work:
    what one hands over meanwhile would be handed over once more when it is let go on.
    """
    models = (JobRecord, OutboxRow)
    with transaction.atomic():
        before = held()
        hold({m._meta.db_table: _columns(m) for m in models})
        done = held()
        if done != before:
            fields = [f"outbox={done.outbox}", f"jobs={done.jobs}"]
            journal.record("held.hold", "held", "restored", fields=fields)
    return done


def _columns(model: type[Model]) -> list[str]:
    return [field.column for field in model._meta.concrete_fields if field.column]


def held() -> Held:
    """Return how much is held."""
    return Held(_outbox().count(), _jobs().count())


def each_held() -> Iterator[OneHeld]:
    """Return what is held, rows of the outbox first, in the order in which it was written."""
    for row in _outbox().order_by("pk").iterator():
        yield OneHeld(row.key, row.kind, row.made_at, row.lane, row.payload)
    for job in _jobs().order_by("pk").iterator():
        yield OneHeld(job.public_id, job.kind, job.asked_at, job.subject, {})


def drop(keys: Sequence[str]) -> Held:
    """Drop what is held under these keys (of rows of the outbox, public ids of jobs), and return
    how much that was.

    A row stays, as one that is over: written again under its key it does not leave either. Raises
    NotHere where one of them is not held, and drops none then.
    """
    now = timezone.now()
    with transaction.atomic():
        rows = list(_outbox().filter(key__in=keys).select_for_update().order_by("pk"))
        work = list(_jobs().filter(public_id__in=keys).select_for_update().order_by("pk"))
        there = {row.key for row in rows} | {job.public_id for job in work}
        for key in keys:
            if key not in there:
                raise NotHere(key)
        OutboxRow.objects.filter(pk__in=[row.pk for row in rows]).update(
            state=OutboxRow.State.DONE, cause=DROPPED, next_at=now, ended_at=now
        )
        for row in rows:
            told = [row.kind, row.lane]
            journal.record("held.drop", "held", row.key, fields=told, tenant=row.tenant)
        for job in work:
            jobs.ask_to_stop(job)
            journal.record("held.drop", "job", job.public_id, fields=[job.kind], tenant=job.tenant)
    return Held(len(rows), len(work))


def release() -> Held:
    """Let what is held go on, and return how much that was.

    What was written about the same meanwhile and waits says it in its stead.
    """
    states, now = OutboxRow.State, timezone.now()
    with transaction.atomic():
        work = _jobs().update(cause="", next_at=None, begun_at=None)
        newer = OutboxRow.objects.filter(
            kind=OuterRef("kind"), merge=OuterRef("merge"), state=states.WAITING, attempt=0
        )
        said = _outbox().filter(~Q(merge=""), Exists(newer))
        over = said.update(state=states.DONE, cause=NEWER, next_at=now, ended_at=now)
        go_on = {"state": states.WAITING, "cause": "", "next_at": now, "is_behind": False}
        done = Held(over + _outbox().update(**go_on), work)
        if done:
            fields = [f"outbox={done.outbox}", f"jobs={done.jobs}"]
            journal.record("held.release", "held", "restored", fields=fields)
    return done


def _outbox() -> QuerySet[OutboxRow]:
    return OutboxRow.objects.filter(state=OutboxRow.State.HELD)


def _jobs() -> QuerySet[JobRecord]:
    return JobRecord.objects.filter(state="waiting", cause=HELD)
