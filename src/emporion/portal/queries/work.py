"""Which role of the staff may know what came of which job, and how its failure is told to them."""

from __future__ import annotations

from collections.abc import Sequence

from emporion.core.jobs import JobRecord
from emporion.design.running import why_failed
from emporion.edition.domain import drafts
from emporion.matchmaking.domain import starting, vectors
from emporion.meetings.domain import runs
from emporion.meetings.domain.messages import TELL
from emporion.meetings.queries import impossible
from emporion.registry.domain import roles

# By what a role reads the subject of a job: what came of it, and why it stopped, can quote that.
_READS: dict[str, str] = {
    runs.COMPUTE: roles.LOOK,
    runs.KEEP: roles.LOOK,
    starting.MATCH: roles.LOOK,
    vectors.READ: roles.LOOK,
    TELL: roles.LOOK,
    drafts.LOOK: roles.IMPORT,
    drafts.TAKE: roles.IMPORT,
    drafts.UNDO: roles.IMPORT,
}


def knows_outcome(role: str, kind: str) -> bool:
    """Whether staff in `role` may know what came of jobs of `kind`; an owner alone of others."""
    return roles.may(role, _READS.get(kind, ""))


def reasons(found: Sequence[JobRecord], role: str) -> dict[str, str]:
    """Return by public id why jobs ended without their effect, as staff in `role` may read it.

    "" where one did not, or the role may not know. Two queries where a schedule contradicts itself
    and the role may know who meets whom, else none.
    """
    failed = [job for job in found if job.reason and knows_outcome(role, job.kind)]
    whys = {
        job.public_id: job.said["why"]
        for job in failed
        if job.state == JobRecord.State.FAILED and "why" in job.said
    }
    names = impossible.known(whys.values()) if roles.may(role, roles.REQUESTS) else None
    told = {job.public_id: "" for job in found}
    for job in failed:
        why = whys.get(job.public_id)
        told[job.public_id] = why_failed(job) if why is None else str(impossible.told(why, names))
    return told
