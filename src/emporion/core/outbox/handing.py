"""Handing rows over: taken under a lease, in the order of their lanes, tried again with pauses.

The lease is that of `core.jobs.lease` in small: it is renewed as long as a carrier works, and a
process that dies after it handed a row over and before that is noted leaves a row that is handed
over again, with the same key.
"""

from __future__ import annotations

import datetime as dt

import structlog
from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet, Value
from django.utils import timezone

from emporion.core import processes
from emporion.core.beating import Heart
from emporion.core.clock import Now
from emporion.core.models import OutboxRow
from emporion.core.outbox import lanes
from emporion.core.outbox.carriers import Postponed, Undeliverable, Unwanted, deliver_of
from emporion.core.outbox.lanes import LIVE

log = structlog.get_logger(__name__)
State = OutboxRow.State
LEASE = dt.timedelta(seconds=60)
# Seconds between two renewals: two may fail before the lease ends.
BEAT = 20.0
# Seconds after which a carrier that still works is taken for one that hangs.
LONGEST = 600.0
# Seconds after each failed attempt; then the row is dead, within 18 hours. Four carriers may fail
# three times each before a message is given up (`messaging.domain.sending`).
PAUSES = (5, 30, 120, 300, 900, 1800, 3600, 7200, 10_800, 14_400, 25_200)
WORKER = "the process ended while it handed this over"
NEWER = "a newer one says it"


def deliver_next() -> bool:
    """Hand over the next row that is due; False when there is none. Raises nothing of a carrier."""
    row = _take()
    if row is None:
        return False
    heart = Heart(lambda: _renew(row), every=BEAT, name=row.key, most=LONGEST)
    heart.start()
    try:
        finish = deliver_of(row.kind)(row)
    except Postponed as later:
        _postpone(row, later.until)
    except Unwanted as error:
        _end(row, State.DONE, str(error)[:200])
    except Undeliverable as error:
        log.warning("outbox.undeliverable", key=row.key, kind=row.kind, why=str(error))
        _end(row, State.DEAD, str(error)[:200])
    except Exception as error:
        _try_again(row, error)
    else:
        with transaction.atomic():
            if _end(row, State.DONE) and finish:
                finish()
    finally:
        heart.end()
    return True


def drain() -> int:
    """Hand over what is due now, one after the other; return how many rows that were."""
    count = 0
    while deliver_next():
        count += 1
    return count


def due() -> QuerySet[OutboxRow]:
    """Return the rows that may be taken now, the first one first."""
    ready = Q(state=State.WAITING) | Q(state=State.SENDING, lease_until__lt=Now())
    live = OutboxRow.objects.filter(ready, next_at__lte=Now(), state__in=LIVE, is_behind=False)
    return live.filter(pk=lanes.first_of_lane()).order_by("next_at", "pk")


def _take() -> OutboxRow | None:
    """Take the first row of a lane that is due; without one, a single read.

    A row whose last attempt ended with its process is given up here: nobody else lived to do so.
    """
    wanted = due()
    while wanted.exists():
        with transaction.atomic():
            row = wanted.select_for_update(skip_locked=True, of=("self",)).first()
            if row is None:
                return None
            ours = OutboxRow.objects.filter(pk=row.pk)
            if row.state == State.SENDING and row.attempt > len(PAUSES):
                log.error("outbox.dead", key=row.key, kind=row.kind, error=WORKER)
                ours.update(
                    state=State.DEAD,
                    cause=WORKER,
                    lease=F("lease") + 1,
                    lease_until=None,
                    ended_at=timezone.now(),
                )
                lanes.free_next(row.lane)
                continue
            ours.update(
                state=State.SENDING,
                attempt=F("attempt") + 1,
                lease=F("lease") + 1,
                lease_until=Now() + Value(LEASE),
                process=processes.this_process(),
            )
            row.refresh_from_db()
        return row
    return None


def _renew(row: OutboxRow) -> bool:
    """Make the lease of a row that is being handed over last `LEASE` from now; False if lost."""
    return bool(_ours(row).update(lease_until=Now() + Value(LEASE)))


def _postpone(row: OutboxRow, until: dt.datetime) -> None:
    """Put a row off; it is over where a newer row about the same waits by now."""
    try:
        with transaction.atomic():
            _settle(row, attempt=F("attempt") - 1, state=State.WAITING, next_at=until)
    except IntegrityError:
        _end(row, State.DONE, NEWER)


def _try_again(row: OutboxRow, error: Exception) -> None:
    # The kind of the failure only: its text may name a person.
    cause = type(error).__name__
    if row.attempt > len(PAUSES):
        log.error("outbox.dead", key=row.key, kind=row.kind, error=cause)
        _end(row, State.DEAD, cause)
        return
    log.warning("outbox.failed", key=row.key, kind=row.kind, attempt=row.attempt, error=cause)
    pause = dt.timedelta(seconds=PAUSES[row.attempt - 1])
    _settle(row, state=State.WAITING, cause=cause, next_at=Now() + Value(pause))


def _end(row: OutboxRow, state: State, cause: str = "") -> bool:
    """Note that a row is over, and let the next of its lane go; False as `_settle`."""
    with transaction.atomic():
        ended = _settle(row, state=state, cause=cause, ended_at=timezone.now())
        if ended:
            lanes.free_next(row.lane)
    return ended


def _settle(row: OutboxRow, **values: object) -> bool:
    """Note how an attempt ended; False when another process has taken the row since."""
    return bool(_ours(row).update(lease_until=None, **values))


def _ours(row: OutboxRow) -> QuerySet[OutboxRow]:
    return OutboxRow.objects.filter(pk=row.pk, lease=row.lease, state=State.SENDING)
