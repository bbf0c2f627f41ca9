"""Handing over all the time: threads, one that keeps them, and what is tidied beside them."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable

import structlog
from django.db import DatabaseError, InterfaceError, connection
from django.db.models import Value
from django.utils import timezone

from emporion.core import processes, seen
from emporion.core.clock import Now
from emporion.core.models import OutboxRow
from emporion.core.outbox import lanes
from emporion.core.outbox.handing import LEASE, State, deliver_next
from emporion.core.outbox.lanes import LIVE

IsOver = Callable[[], bool]
log = structlog.get_logger(__name__)
# Handed over at the same time, each by a thread with its own connection.
THREADS = 3
# Seconds between two looks at an empty outbox, and after something failed.
INTERVAL = 0.5
PAUSE = 1.0
# Seconds between two looks of the keeper.
LOOK = 5.0
KEPT = dt.timedelta(days=30)
# Rows deleted at a look, in one statement; with more to delete the next look goes on.
PORTION = 1000
# Seconds that those who hand over are given to end: mail has 20 at most (`core.outgoing`).
ENDS = 22.0
TIDY_EVERY = 3600.0
# Seconds between two looks for marked rows that nobody freed, and portions marked at a look.
FREE_EVERY = 60.0
ROUNDS = 100


def keep_draining(is_over: IsOver, threads: int = THREADS) -> None:
    """Hand rows over until `is_over`: then nothing is taken any more, and what is on its way is
    waited for, as a row that is left in the middle leaves a second time."""
    keeper = Keeper(threads, is_over)
    while not is_over():
        keeper.look()
        _rest(LOOK, is_over)
    keeper.end()
    connection.close()


class Keeper:
    """Keeps so many threads that hand rows over: one that has ended is begun again.

    That they all lived is noted in the data folder, for whoever watches the machine.
    """

    def __init__(self, threads: int, is_over: IsOver = lambda: False) -> None:
        self.is_over = is_over
        self.drainers: list[threading.Thread | None] = [None] * threads
        self._tidied = -TIDY_EVERY
        self._freed = -FREE_EVERY

    def look(self) -> None:
        """Begin what has ended again and tidy up; raises nothing that a later look could mend."""
        try:
            self._keep()
            free_dead()
            for _round in range(ROUNDS):
                if lanes.mark_behind() < lanes.PORTION:
                    break
            if time.monotonic() - self._freed > FREE_EVERY:
                lanes.free_first()
                self._freed = time.monotonic()
            if time.monotonic() - self._tidied > TIDY_EVERY and forget_done() < PORTION:
                self._tidied = time.monotonic()
        except Exception as error:
            _say(error)

    def end(self) -> None:
        """Wait for what is being handed over, for `ENDS` seconds in all."""
        until = time.monotonic() + ENDS
        for drainer in self.drainers:
            if drainer is not None:
                drainer.join(max(0.0, until - time.monotonic()))

    def _keep(self) -> None:
        for number, drainer in enumerate(self.drainers):
            if drainer is not None and drainer.is_alive():
                continue
            if drainer is not None:
                log.error("outbox.drainer_ended", thread=drainer.name)
            begun = threading.Thread(
                target=_loop, args=[self.is_over], name=f"outbox-{number}", daemon=True
            )
            begun.start()
            self.drainers[number] = begun
        seen.note(seen.OUTBOX)


def free_dead() -> int:
    """Let rows be taken at once that a process held which is known to be gone; return how many.

    Else they, and their lanes, would wait for the end of the lease. One query where all live.
    """
    held = OutboxRow.objects.filter(state__in=LIVE, state=State.SENDING, lease_until__gte=Now())
    dead = [row for row in held if processes.is_running(row.process) is False]
    for row in dead:
        held.filter(pk=row.pk, lease=row.lease).update(lease_until=Now() - Value(LEASE))
    return len(dead)


def forget_done() -> int:
    """Delete rows that were handed over a month ago, a portion at most; return how many."""
    old = OutboxRow.objects.filter(state=State.DONE, ended_at__lt=timezone.now() - KEPT)
    portion = list(old.order_by("pk").values_list("pk", flat=True)[:PORTION])
    return old.filter(pk__in=portion).delete()[0] if portion else 0


def _loop(is_over: IsOver) -> None:
    while not is_over():
        try:
            while not is_over() and deliver_next():
                pass
            _rest(INTERVAL, is_over)
        except Exception as error:
            _say(error)
            time.sleep(PAUSE)
    connection.close()


def _rest(seconds: float, is_over: IsOver) -> None:
    until = time.monotonic() + seconds
    while not is_over() and time.monotonic() < until:
        time.sleep(min(INTERVAL, seconds))


def _say(error: Exception) -> None:
    """Tell the log of a failure, with all that is known where it is none of the database's."""
    if isinstance(error, (DatabaseError, InterfaceError)):
        log.warning("outbox.database", error=type(error).__name__)
    else:
        log.exception("outbox.failed_to_drain")
    connection.close()
