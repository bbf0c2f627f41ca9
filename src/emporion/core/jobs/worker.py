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

from django.db import OperationalError
from django_tasks_db.management.commands.db_worker import Worker

from emporion.core.jobs import running
from emporion.core.jobs.kinds import warm_up
from emporion.core.jobs.queue import give_up_dead

# Seconds between two looks at an empty queue.
INTERVAL = 0.4
# Seconds that a job may take to end by itself when the worker is to leave.
PATIENCE = 15


class JobWorker(Worker):
    """django-tasks' worker, which ends a running job cleanly instead of waiting for its end."""

    def __init__(self, *, batch: bool = False) -> None:
        super().__init__(
            queue_names=["*"],
            interval=INTERVAL,
            batch=batch,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=f"{os.getpid()}",
            excluded_queue_names=[],
        )

    def shutdown(self, signum: int, frame: FrameType | None) -> None:
        """Leave: at once when idle, else after the job's next sign of life."""
        running.leave()
        super().shutdown(signum, frame)


def work(*, batch: bool = False, beside: int | None = None) -> None:
    """Do jobs until told to leave; `batch`: until the queue is empty.

    `beside` is the process that this worker belongs to: when it has gone, the worker leaves.
    """
    # Where another process is writing, the next worker looks again.
    with contextlib.suppress(OperationalError):
        give_up_dead()
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
