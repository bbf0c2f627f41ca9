"""What the worker does for the schedule desk."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_noop

from emporion.core import jobs
from emporion.core.tenancy import scope, scopes_disabled
from emporion.edition import queries as editions
from emporion.meetings.domain import messages, runs
from emporion.meetings.domain.computing import load_solver
from emporion.meetings.domain.market import ScheduleError
from emporion.meetings.models import ScheduleRun

jobs.at_start(load_solver)
# Steps of the clock that the job counts in.
A_SECOND = 10


def _found(public_id: str) -> ScheduleRun:
    with scopes_disabled():
        run = ScheduleRun.objects.select_related("edition__expo").filter(public_id=public_id)
        found = run.first()
    if found is None:
        raise jobs.JobError(gettext_noop("The run was removed."))
    return found


@jobs.kind(runs.COMPUTE, gives_way=True)
def compute(running: jobs.Running, *, run: str) -> dict[str, Any]:
    """Compute a run; its value and bound climb in the job's row while it searches."""
    found = _found(run)
    seconds = float(found.options["seconds"])
    total = int(seconds * A_SECOND)
    said: dict[str, Any] = {}

    def phase(told: dict[str, Any]) -> None:
        said.update({k: v for k, v in told.items() if k != "phase" and v is not None})
        running.tell(step=told["phase"], total=total, said=dict(said), now=True)

    def progress(told: dict[str, Any]) -> bool:
        said.update({k: told.get(k) for k in ("weight", "bound", "share", "steps", "seconds")})
        done = float(told.get("seconds") or 0) * A_SECOND
        return running.tell(step="searching", done=done, total=total, said=dict(said))

    with scope(expo=found.edition.expo):
        try:
            release = runs.compute_run(found, progress, phase)
        except ScheduleError as error:
            raise jobs.JobError(str(error), error.why) from error
    return {"release": release.number if release else None}


@jobs.kind(runs.KEEP)
def keep(running: jobs.Running, *, run: str) -> dict[str, Any]:
    """Make a release of a computed run."""
    found = _found(run)
    running.tell(step="writing", now=True)
    with scope(expo=found.edition.expo):
        try:
            release = runs.keep_run(found)
        except ScheduleError as error:
            raise jobs.JobError(str(error), error.why) from error
    return {"release": release.number}


@jobs.kind(messages.TELL, gives_way=True)
def tell(running: jobs.Running, *, edition: str, release: int) -> dict[str, Any]:
    """Put a message into the outbox for everybody whose day a published release changes."""
    found = editions.edition_by_slug(edition)
    if found is None:
        raise jobs.JobError(gettext_noop("The edition was removed."))
    with scope(expo=found.expo):
        count = messages.tell_people(
            found, release, lambda done, total: running.tell(done=done, total=total)
        )
    return {"told": count}
