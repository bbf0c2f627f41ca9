"""How an installation is at this moment: what `emporion status` and the metrics tell."""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import dataclass, field

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.db.models import Count
from django.utils import timezone

from emporion import __version__
from emporion.core import holding, seen
from emporion.core.jobs import lease
from emporion.core.models import JobRecord, JournalEntry
from emporion.core.models import OutboxRow as Row
from emporion.core.outbox import handing, lanes
from emporion.core.places import places
from emporion.core.postgresql import patience
from emporion.core.sealing.models import JournalSeal

BACKUPS = "backups"
DAY = dt.timedelta(days=1)


@dataclass
class Condition:
    """Figures of one moment; None: nobody knows (no database, no worker or backup here yet)."""

    version: str = __version__
    database: str = ""
    answers: bool = False
    # Jobs that wait and run, and those that failed within a day.
    jobs: dict[str, int] = field(default_factory=dict)
    # Seconds for which the oldest job that is due has waited; 0 when none is.
    waits: float | None = None
    unsealed: int | None = None
    seals: int | None = None
    # Rows of the outbox by kind: those that wait (or are just handed over), and those given up.
    outbox_waiting: dict[str, int] = field(default_factory=dict)
    outbox_dead: dict[str, int] = field(default_factory=dict)
    # Seconds for which the first row that is due has waited; 0 when none is.
    outbox_waits: float | None = None
    # Rows of the outbox and jobs that are held since a backup was restored.
    held: int = 0
    worker_age: float | None = None
    outbox_age: float | None = None
    # Since a worker began; it hands over once it has loaded what it works with.
    begun_age: float | None = None
    # Of the threads for what somebody waits for, as a code to sign in.
    prompt_age: float | None = None
    backup_age: float | None = None
    disk_free: int = 0


def look() -> Condition:
    """Return how it is now: eleven small queries."""
    found = Condition(database=connection.vendor)
    found.worker_age = seen.age(seen.WORKER)
    found.outbox_age = seen.age(seen.OUTBOX)
    found.begun_age = seen.age(seen.BEGUN)
    found.prompt_age = seen.age(seen.PROMPT)
    folder = settings.DATA_DIR / BACKUPS
    ages = [seen.age_of(path) for path in folder.glob("*.backup")] if folder.is_dir() else []
    found.backup_age = min((age for age in ages if age is not None), default=None)
    if settings.DATA_DIR.is_dir():
        found.disk_free = shutil.disk_usage(settings.DATA_DIR).free
    try:
        with places.taken(), patience.at_most(patience.OF_PROBES):
            _of_database(found)
        found.answers = True
    except (DatabaseError, InterfaceError):
        connection.close()
    return found


def _of_database(found: Condition) -> None:
    now, states = timezone.now(), JobRecord.State
    live = JobRecord.objects.filter(state__in=[states.WAITING, states.RUNNING])
    counts = dict(live.values_list("state").annotate(Count("pk")).order_by())
    failed = JobRecord.objects.filter(state=states.FAILED, ended_at__gte=now - DAY).count()
    found.jobs = {
        "waiting": counts.get("waiting", 0), "running": counts.get("running", 0), "failed": failed,
    }  # fmt: skip
    oldest = lease.due().values_list("asked_at", "next_at").first()
    found.waits = max(0.0, (now - (oldest[1] or oldest[0])).total_seconds()) if oldest else 0.0
    found.outbox_waiting, found.outbox_dead = (
        dict(rows.values_list("kind").annotate(Count("pk")).order_by("kind"))
        for rows in (
            Row.objects.filter(state__in=lanes.LIVE),
            Row.objects.filter(state=Row.State.DEAD),
        )
    )
    since = handing.due().values_list("next_at", flat=True).first()
    found.outbox_waits = max(0.0, (now - since).total_seconds()) if since else 0.0
    waits = holding.held()
    found.held = waits.outbox + waits.jobs
    last = JournalSeal.objects.order_by("-number").values_list("number", "last_id").first()
    found.seals, done = last or (0, 0)
    found.unsealed = JournalEntry.objects.filter(pk__gt=done).count()
