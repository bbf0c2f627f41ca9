"""The worker: takes one job after the other out of the queue.

What somebody waits for at a page (`kind(prompt=True)`, as a code to sign in) has threads of its own
and waits neither for a job of minutes nor for one carrier that is slow.

`emporion worker` runs one alone; `emporion serve` has one kept beside itself
(`project/keeping.py`).
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable, Collection
from types import FrameType

import structlog
from django.db import InterfaceError, OperationalError, close_old_connections, connection
from django.db.models import QuerySet

from emporion.core import seen
from emporion.core.jobs import lease, running
from emporion.core.jobs.kinds import prompt_kinds, warm_up
from emporion.core.jobs.lanes import Lanes
from emporion.core.models import JobRecord

log = structlog.get_logger(__name__)
# Seconds between two looks at an empty queue.
INTERVAL = 0.4
# Seconds between two looks for leases that have ended.
RECLAIM_EVERY = 5.0
# Seconds until the database is asked again when it did not answer, and for which a worker that is
# to leave still asks it to take what it is owed.
PAUSE, OWED = 1.0, 10.0
# Seconds that what is being handed over may take to end when the worker is to leave.
PATIENCE = 25
# Seconds that the worker is given for that and for its job when what it belongs to has gone.
GIVEN = 60.0
# Seconds until a second SIGTERM means now. Whoever ends a service tells all of its processes at
# once, and what keeps the worker beside a server (`project/keeping.py`) then tells it once more.
INSISTS = 10.0


class JobWorker:
    """Does one job after the other; takes a lock only when something waits: on SQLite a look at an
    empty queue would else stop every writer."""

    def __init__(self, *, batch: bool = False, kinds: Collection[str] | None = None) -> None:
        self.batch, self.kinds = batch, kinds
        self.running = True
        self._looked = -RECLAIM_EVERY
        self._told: float | None = None

    def keep_on(self) -> None:
        """Work until told to leave, whatever fails: as a lane (`lanes`)."""
        while self.running:
            try:
                self.run()
            except Exception:
                log.exception("worker.lane_broken")
                connection.close()
                time.sleep(PAUSE)

    def run(self) -> None:
        """Work until told to leave; with `batch` until no job is due or waits to be tried again.

        A database that is gone, or in which another process writes for too long, is asked again.
        """
        while self.running:
            close_old_connections()
            try:
                busy = self._look()
            except (OperationalError, InterfaceError) as error:
                log.warning("worker.database", error=type(error).__name__)
                connection.close()
                time.sleep(PAUSE)
                continue
            finally:
                close_old_connections()
            if self.running and not busy:
                if self.batch and not _begun_again().exists():
                    return
                time.sleep(INTERVAL)

    def _look(self) -> bool:
        """Do the next job, if one is due; say whether there was one."""
        lease.settle()
        if time.monotonic() - self._looked >= RECLAIM_EVERY:
            lease.reclaim()
            self._looked = time.monotonic()
        job = lease.take(kinds=self.kinds)
        if job is None:
            return False
        running.carry_out(job, beating=True)
        self._looked = -RECLAIM_EVERY
        return True

    def leave(self, signum: int, frame: FrameType | None) -> None:
        """Leave (`give_way`); told once more: now.

        From a terminal (SIGINT) that is so at once, from elsewhere only after `INSISTS` seconds.
        """
        told, now = self._told, time.monotonic()
        self.give_way()
        if signum == signal.SIGINT:
            signal.signal(signum, signal.SIG_DFL)
        if told is None:
            self._told = now
        elif now - told >= INSISTS:
            signal.signal(signum, signal.SIG_DFL)
            os.kill(os.getpid(), signum)

    def give_way(self) -> None:
        """Leave: at once when idle, at the job's next sign of life, or when it is done, if it does
        not give way."""
        running.leave()
        self.running = False


def _begun_again() -> QuerySet[JobRecord]:
    """Return the jobs that wait for another attempt; what is put off until later is left alone."""
    return JobRecord.objects.filter(state="waiting", attempt__gt=0)


def work(
    *,
    batch: bool = False,
    beside: int | None = None,
    also: Callable[[Callable[[], bool]], object] | None = None,
) -> None:
    """Do jobs until told to leave; `batch`: until the queue is empty.

    `beside` is the process that this worker belongs to: when it has gone, the worker leaves. `also`
    is what the worker has done beside its jobs, in a thread of its own; it is given what says that
    it is to end, and is waited for.
    """
    worker = JobWorker(batch=batch)
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, worker.leave)
        signal.signal(signal.SIGINT, worker.leave)
    if beside is not None:
        threading.Thread(target=_watch, args=(worker, beside), daemon=True).start()
    lanes = Lanes(lambda: JobWorker(kinds=prompt_kinds()))
    if not batch:
        # Before anything is loaded, which takes a while: people wait at the door already.
        lanes.begin()
        with contextlib.suppress(OSError):
            seen.note(seen.BEGUN)
    ready_to_work(worker)
    beside_jobs = None
    if also is not None:
        is_over = [lambda: not worker.running]
        beside_jobs = threading.Thread(target=also, args=is_over, name="beside-jobs", daemon=True)
        beside_jobs.start()
    try:
        worker.run()
    finally:
        worker.running = False
        lanes.end()
        settle_up()
        if beside_jobs is not None:
            beside_jobs.join(PATIENCE)


def settle_up() -> None:
    """Give back what is owed before the process ends, and nobody remembers it: the database that
    did not take it may be back within `OWED` seconds."""
    ends = time.monotonic() + OWED
    while lease.owes():
        try:
            lease.settle()
        except (OperationalError, InterfaceError) as error:
            connection.close()
            if time.monotonic() >= ends:
                log.error("worker.owes", jobs=lease.owes(), error=type(error).__name__)
                return
            time.sleep(PAUSE)


def ready_to_work(worker: JobWorker) -> None:
    """Load what jobs need, which asks the database: one that is gone is waited for.

    A batch does not wait: somebody looks at it, and is told.
    """
    while worker.running:
        try:
            return warm_up()
        except (OperationalError, InterfaceError) as error:
            if worker.batch:
                raise
            log.warning("worker.database", error=type(error).__name__)
            connection.close()
            time.sleep(PAUSE)


def _watch(worker: JobWorker, beside: int) -> None:
    while os.getppid() == beside:
        time.sleep(0.5)
    worker.give_way()
    time.sleep(GIVEN)
    os.kill(os.getpid(), signal.SIGKILL)
