"""Handing rows over: taken under a lease, in the order of their lanes, tried again with pauses.

The lease is that of `core.jobs.lease` in small: a process that dies after it handed a row over and
before that is noted leaves a row that is handed over again, with the same key.
"""

from __future__ import annotations

import datetime as dt
import threading
import time

import structlog
from django.db import DatabaseError, InterfaceError, connection, transaction
from django.db.models import Exists, F, OuterRef, Q, Value
from django.db.models.functions import Now
from django.utils import timezone

from emporion.core import processes
from emporion.core.models import OutboxRow
from emporion.core.outbox.carriers import Postponed, Undeliverable, Unwanted, deliver_of

log = structlog.get_logger(__name__)
State = OutboxRow.State
# A carrier must have given up before: their time limits are well below.
LEASE = dt.timedelta(seconds=60)
# Seconds after each failed attempt; then the row is dead.
PAUSES = (5, 30, 300, 1800, 7200, 18_000, 36_000)
# Handed over at the same time, each by a thread with its own connection.
THREADS = 3
# Seconds between two looks at an empty outbox, and after the database did not answer.
INTERVAL = 0.5
PAUSE = 1.0
KEPT = dt.timedelta(days=30)
TIDY_EVERY = 3600.0
FREE_EVERY = 5.0


def deliver_next() -> bool:
    """Hand over the next row that is due; False when there is none. Raises nothing of a carrier."""
    row = _take()
    if row is None:
        return False
    try:
        finish = deliver_of(row.kind)(row)
    except Postponed as later:
        _settle(row, attempt=F("attempt") - 1, state=State.WAITING, next_at=later.until)
    except Unwanted as error:
        _settle(row, state=State.DONE, cause=str(error)[:200], ended_at=timezone.now())
    except Undeliverable as error:
        log.warning("outbox.undeliverable", key=row.key, kind=row.kind, why=str(error))
        _settle(row, state=State.DEAD, cause=str(error)[:200], ended_at=timezone.now())
    except Exception as error:
        _try_again(row, error)
    else:
        with transaction.atomic():
            if _settle(row, state=State.DONE, cause="", ended_at=timezone.now()) and finish:
                finish()
    return True


def drain() -> int:
    """Hand over what is due now, one after the other; return how many rows that were."""
    count = 0
    while deliver_next():
        count += 1
    return count


def keep_draining(threads: int = THREADS) -> None:
    """Hand rows over until the process ends."""
    for number in range(threads - 1):
        threading.Thread(target=_loop, name=f"outbox-{number}", daemon=True).start()
    _loop(tidies=True)


def free_dead() -> int:
    """Let rows be taken at once that a process held which is known to be gone; return how many.

    Else they, and their lanes, would wait for the end of the lease. One query where all live.
    """
    held = OutboxRow.objects.filter(state=State.SENDING, lease_until__gte=Now())
    dead = [row for row in held if processes.is_running(row.process) is False]
    for row in dead:
        held.filter(pk=row.pk, lease=row.lease).update(lease_until=Now() - Value(LEASE))
    return len(dead)


def forget_done() -> int:
    """Delete rows that were handed over a month ago; return how many."""
    old = OutboxRow.objects.filter(state=State.DONE, ended_at__lt=timezone.now() - KEPT)
    return old.filter(pk__in=list(old.values_list("pk", flat=True)[:1000])).delete()[0]


def _loop(tidies: bool = False) -> None:
    tidied = freed = -TIDY_EVERY
    while True:
        try:
            if tidies and time.monotonic() - freed > FREE_EVERY:
                free_dead()
                freed = time.monotonic()
            if tidies and time.monotonic() - tidied > TIDY_EVERY:
                forget_done()
                tidied = time.monotonic()
            while deliver_next():
                pass
            time.sleep(INTERVAL)
        except (DatabaseError, InterfaceError) as error:
            log.warning("outbox.database", error=type(error).__name__)
            connection.close()
            time.sleep(PAUSE)


def _take() -> OutboxRow | None:
    """Take the first row of a lane that is due; without one, a single read."""
    ahead = OutboxRow.objects.filter(
        lane=OuterRef("lane"), pk__lt=OuterRef("pk"), state__in=(State.WAITING, State.SENDING)
    )
    due = Q(state=State.WAITING, next_at__lte=Now()) | Q(
        state=State.SENDING, next_at__lte=Now(), lease_until__lt=Now()
    )
    wanted = OutboxRow.objects.filter(due, ~Exists(ahead)).order_by("next_at", "pk")
    if not wanted.exists():
        return None
    with transaction.atomic():
        row = wanted.select_for_update(skip_locked=True, of=("self",)).first()
        if row is None:
            return None
        OutboxRow.objects.filter(pk=row.pk).update(
            state=State.SENDING,
            attempt=F("attempt") + 1,
            lease=F("lease") + 1,
            lease_until=Now() + Value(LEASE),
            process=processes.this_process(),
        )
        row.refresh_from_db()
    return row


def _try_again(row: OutboxRow, error: Exception) -> None:
    # The kind of the failure only: its text may name a person.
    cause = type(error).__name__
    if row.attempt > len(PAUSES):
        log.error("outbox.dead", key=row.key, kind=row.kind, error=cause)
        _settle(row, state=State.DEAD, cause=cause, ended_at=timezone.now())
        return
    log.warning("outbox.failed", key=row.key, kind=row.kind, attempt=row.attempt, error=cause)
    pause = dt.timedelta(seconds=PAUSES[row.attempt - 1])
    _settle(row, state=State.WAITING, cause=cause, next_at=Now() + Value(pause))


def _settle(row: OutboxRow, **values: object) -> bool:
    """Note how an attempt ended; False when another process has taken the row since."""
    ours = OutboxRow.objects.filter(pk=row.pk, lease=row.lease, state=State.SENDING)
    return bool(ours.update(lease_until=None, **values))
