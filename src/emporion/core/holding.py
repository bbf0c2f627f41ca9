"""What a restored backup holds back: messages and jobs that waited when it was made.

A backup that is restored to be tried stands beside the fair itself. A worker there would tell real
people a second time, and other systems as well. So what waits is put off until somebody says that
this place is the fair; what is written from then on leaves as always.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Case, F, Q, QuerySet, Value, When
from django.utils import timezone

from emporion.core import journal
from emporion.core.models import JobRecord, OutboxRow
from emporion.core.outbox.handing import LIVE

HELD = "held"
# Never, as the databases can say it.
NEVER = dt.datetime(9000, 1, 1, tzinfo=dt.UTC)
# What `hold` writes; tables of an older version may lack some.
COLUMNS = frozenset({"state", "attempt", "cause", "next_at", "process", "lease", "lease_until"})


@dataclass(frozen=True)
class Held:
    """How many rows of the outbox, and how many jobs."""

    outbox: int
    jobs: int

    def __bool__(self) -> bool:
        return bool(self.outbox or self.jobs)

    def __str__(self) -> str:
        return f"{self.outbox} of the outbox and {self.jobs} jobs"


def hold(tables: Collection[str]) -> None:
    """Put off what waits or was under way in these tables, in the caller's transaction.

    Who had begun it is no process of this place: it is begun anew when it is let go on.
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
    if JobRecord._meta.db_table in tables:
        JobRecord.objects.filter(state__in=("waiting", "running")).update(**away)
    if OutboxRow._meta.db_table in tables:
        # Of several about one thing that wait only one was never tried; this makes all such.
        never = Q(state="waiting", attempt=0)
        merge = Case(When(never, then=F("merge")), default=Value(""))
        OutboxRow.objects.filter(state__in=("waiting", "sending")).update(merge=merge, **away)


def held() -> Held:
    """Return how much is held."""
    return Held(_outbox().count(), _jobs().count())


def release() -> Held:
    """Let what is held go on, and return how much that was."""
    with transaction.atomic():
        jobs = _jobs().update(cause="", next_at=None)
        done = Held(_outbox().update(cause="", next_at=timezone.now()), jobs)
        if done:
            fields = [f"outbox={done.outbox}", f"jobs={done.jobs}"]
            journal.record("held.release", "held", "restored", fields=fields)
    return done


def _outbox() -> QuerySet[OutboxRow]:
    return OutboxRow.objects.filter(state__in=LIVE, state="waiting", cause=HELD)


def _jobs() -> QuerySet[JobRecord]:
    return JobRecord.objects.filter(state="waiting", cause=HELD)
