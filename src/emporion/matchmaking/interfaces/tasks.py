"""What the worker does for the matching page."""

from __future__ import annotations

from typing import Any

from emporion.core import jobs
from emporion.core.tenancy import scope
from emporion.edition import queries as editions
from emporion.matchmaking.domain import starting
from emporion.matchmaking.domain.runs import MatchError, run_match


@jobs.kind(starting.MATCH)
def match(running: jobs.Running, *, edition: str, seed: int) -> dict[str, Any]:
    """Compute everybody's list; each step of the engine is a sign of life.

    Stopping is not offered once lists are being written: half of them would be of no use.
    """
    found = editions.edition_by_slug(edition)
    if found is None:
        raise jobs.JobError("The edition was removed.")

    def step(name: str) -> None:
        if not running.tell(step=name, now=True) and name != "writing":
            raise starting.Stopped

    with scope(expo=found.expo):
        try:
            run = run_match(found, seed=seed, on_progress=step)
        except starting.Stopped:
            return {}
        except MatchError as error:
            raise jobs.JobError(str(error)) from error
    return {"run": run.number}
