"""Who writes something that is nobody's before its last row: an import, a matching, a release.

In a job that is its lease, which says on every machine whether the work still goes on; without one
it is the process, of which only its own machine knows.
"""

from __future__ import annotations

from emporion.core import processes
from emporion.core.jobs import lease
from emporion.core.jobs.running import current
from emporion.core.models import JobRecord

# No name of a host has a slash.
_JOB = "job/"


def this_writer() -> str:
    """Name the lease of the job that this thread does, or this process where it does none."""
    job = current()
    return processes.this_process() if job is None else f"{_JOB}{job.public_id}/{job.lease}"


def is_writing(name: str) -> bool | None:
    """Whether a writer of this name is still at work; None for a process of another machine.

    A lease that has ended, or whose worker is known to be gone, is taken back first: after that
    nothing can be committed under it any more (`lease.fenced`).
    """
    if not name.startswith(_JOB):
        return processes.is_running(name)
    public_id, number = name.removeprefix(_JOB).rsplit("/", 1)
    lease.reclaim()
    held = JobRecord.objects.filter(public_id=public_id, lease=int(number))
    return held.filter(state=JobRecord.State.RUNNING).exists()
