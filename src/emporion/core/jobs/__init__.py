"""Work that a page starts and a worker does: whose it is, how far, how it ended.

    @kind("schedule.run")
    def compute(running: Running, *, edition: str) -> dict[str, object]:
        for number in range(10):
            if not running.tell(done=number, total=10):
                break                                  # somebody asked it to stop
        return {"meetings": 12}

    job = enqueue("schedule.run", {"edition": "model"}, tenant=..., owner=..., subject="model")

A kind is registered where its function stands (`interfaces/tasks.py` of a capability, loaded when
the apps are ready); domains only name it. `JobRecord` is the queue and what people are shown.

A job whose worker dies is begun again by another, and of all attempts one has its effect: nothing
that was begun under a lease that was lost is committed (`core.jobs.lease`), and the transaction
that ends the work says so in itself (`done_with`). What a kind commits before must allow to be
begun again.
"""

from emporion.core.jobs.kinds import JobError, NotItsTurn, TryLater, at_start, kind
from emporion.core.jobs.lease import WORKER, LeaseLost, is_dead, reclaim
from emporion.core.jobs.queue import (
    ask_to_stop,
    begin_again,
    enqueue,
    failed,
    latest,
    waiting_before,
)
from emporion.core.jobs.running import Running, done_with, perform
from emporion.core.jobs.writing import is_writing, this_writer
from emporion.core.models import JobRecord

__all__ = [
    "WORKER",
    "JobError",
    "JobRecord",
    "LeaseLost",
    "NotItsTurn",
    "Running",
    "TryLater",
    "ask_to_stop",
    "at_start",
    "begin_again",
    "done_with",
    "enqueue",
    "failed",
    "is_dead",
    "is_writing",
    "kind",
    "latest",
    "perform",
    "reclaim",
    "this_writer",
    "waiting_before",
]
