"""Work that a page starts and a worker does: whose it is, how far, how it ended.

    @kind("schedule.run")
    def compute(running: Running, *, edition: str) -> dict[str, object]:
        for number in range(10):
            if not running.tell(done=number, total=10):
                break                                  # somebody asked it to stop
        return {"meetings": 12}

    job = enqueue("schedule.run", {"edition": "model"}, tenant=..., owner=..., subject="model")

A kind is registered where its function stands (`interfaces/tasks.py` of a capability, loaded when
the apps are ready); domains only name it. The queue is django-tasks' table; who is shown what reads
`JobRecord`. Each job is done at most once: a worker that dies leaves one that says so.
"""

from emporion.core.jobs.kinds import JobError, at_start, kind
from emporion.core.jobs.queue import (
    ask_to_stop,
    enqueue,
    give_up_dead,
    is_dead,
    latest,
    waiting_before,
)
from emporion.core.jobs.running import Running, perform
from emporion.core.models import JobRecord

__all__ = [
    "JobError",
    "JobRecord",
    "Running",
    "ask_to_stop",
    "at_start",
    "enqueue",
    "give_up_dead",
    "is_dead",
    "kind",
    "latest",
    "perform",
    "waiting_before",
]
