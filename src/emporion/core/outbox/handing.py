"""Handing rows over: taken under a lease, in the order of their lanes, tried again with pauses.

The lease is that of `core.jobs.lease` in small: it is renewed as long as a carrier works, and a
process that dies after it handed a row over and before that is noted leaves a row that is handed
over again, with the same key.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import structlog
from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Now
from django.utils import timezone

from emporion.core import processes
from emporion.core.beating import Heart
from emporion.core.models import OutboxRow
from emporion.core.outbox.carriers import Postponed, Undeliverable, Unwanted, deliver_of

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


class _Written(Value):
    """A word that stands in the statement itself: SQLite takes an index of some rows only then."""

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        return f"'{self.value}'", ()


# As the indexes of the rows that are not over yet say it, word for word.
LIVE = (_Written(State.WAITING.value), _Written(State.SENDING.value))


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
    ahead = OutboxRow.objects.filter(lane=OuterRef("lane"), pk__lt=OuterRef("pk"), state__in=LIVE)
    ready = Q(state=State.WAITING) | Q(state=State.SENDING, lease_until__lt=Now())
    live = OutboxRow.objects.filter(ready, next_at__lte=Now(), state__in=LIVE)
    return live.filter(~Exists(ahead)).order_by("next_at", "pk")


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
        _settle(row, state=State.DONE, cause=NEWER, ended_at=timezone.now())


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
    return bool(_ours(row).update(lease_until=None, **values))


def _ours(row: OutboxRow) -> QuerySet[OutboxRow]:
    return OutboxRow.objects.filter(pk=row.pk, lease=row.lease, state=State.SENDING)
