"""The worker: takes one job after the other out of the queue.

`emporion worker` runs one alone; `emporion serve` has one kept beside itself
(`project/keeping.py`).
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from types import FrameType
from typing import Any

from django.db import OperationalError, close_old_connections
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult
from django_tasks_db.utils import exclusive_transaction, is_locked_database_exception

from emporion.core import processes
from emporion.core.jobs import running
from emporion.core.jobs.kinds import warm_up
from emporion.core.jobs.queue import give_up_dead

# Seconds between two looks at an empty queue.
INTERVAL = 0.4
# Seconds between two looks for workers that died.
DEAD_EVERY = 5.0
# Seconds that a job may take to end by itself when the worker is to leave.
PATIENCE = 15


class JobWorker(Worker):
    """django-tasks' worker with a loop of our own.

    It ends a running job cleanly instead of waiting for its end, clears up after workers that died,
    and takes a lock only when something waits: on SQLite, theirs stops every writer at each look at
    an empty queue.
    """

    def __init__(self, *, batch: bool = False) -> None:
        super().__init__(
            queue_names=["*"],
            interval=INTERVAL,
            batch=batch,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            # Whoever finds what it has taken can tell whether it is still there.
            worker_id=processes.this_process(),
            excluded_queue_names=[],
        )
        self._looked = -DEAD_EVERY

    def run(self) -> None:
        """Do one job after the other; with `batch` until none waits, else until told to leave."""
        while self.running:
            close_old_connections()
            self._clear_up()
            taken, busy = self._take()
            if taken is not None:
                self.run_task(taken)
                self._looked = -DEAD_EVERY
            elif self.batch and not busy:
                return
            close_old_connections()
            if self.running and taken is None:
                time.sleep(self.interval)

    def _ready(self) -> Any:
        return DBTaskResult.objects.ready().filter(backend_name=self.backend_name)

    def _take(self) -> tuple[DBTaskResult[..., Any] | None, bool]:
        """Take the next job out of the queue; tell also whether another process held the lock."""
        try:
            if not self._ready().exists():
                return None, False
            with exclusive_transaction():
                taken = self._ready().get_locked()
                if taken is not None:
                    taken.claim(self.worker_id)
        except OperationalError as error:
            if not is_locked_database_exception(error):
                raise
            return None, True
        return taken, False

    def _clear_up(self) -> None:
        if time.monotonic() - self._looked < DEAD_EVERY:
            return
        self._looked = time.monotonic()
        # Where another process is writing, the next look does it.
        with contextlib.suppress(OperationalError):
            give_up_dead()

    def shutdown(self, signum: int, frame: FrameType | None) -> None:
        """Leave: at once when idle, else after the job's next sign of life."""
        running.leave()
        super().shutdown(signum, frame)


def work(*, batch: bool = False, beside: int | None = None) -> None:
    """Do jobs until told to leave; `batch`: until the queue is empty.

    `beside` is the process that this worker belongs to: when it has gone, the worker leaves.
    """
    worker = JobWorker(batch=batch)
    if threading.current_thread() is threading.main_thread():
        worker.configure_signals()
    if beside is not None:
        threading.Thread(target=_watch, args=(beside,), daemon=True).start()
    warm_up()
    worker.run()


def _watch(beside: int) -> None:
    while os.getppid() == beside:
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(PATIENCE)
    os.kill(os.getpid(), signal.SIGKILL)
