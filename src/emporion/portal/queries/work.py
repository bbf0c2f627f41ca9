"""Which role of the staff may know what came of which job."""

from __future__ import annotations

from emporion.edition.domain import drafts
from emporion.matchmaking.domain import starting, vectors
from emporion.meetings.domain import runs
from emporion.meetings.domain.messages import TELL
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
