"""What the worker does for the matching page."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_noop

from emporion.core import jobs
from emporion.core.tenancy import scope
from emporion.edition import queries as editions
from emporion.matchmaking.domain import reading_texts, starting, vectors
from emporion.matchmaking.domain.runs import Busy, MatchError, run_match


@jobs.kind(starting.MATCH, gives_way=True)
def match(
    running: jobs.Running, *, edition: str, seed: int, equality: float = 0.0, explore: bool = True
) -> dict[str, Any]:
    """Compute everybody's list; each step of the engine is a sign of life.

    Stopping is not offered once lists are being written: half of them would be of no use.
    """
    found = editions.edition_by_slug(edition)
    if found is None:
        raise jobs.JobError(gettext_noop("The edition was removed."))

    def step(name: str) -> None:
        if not running.tell(step=name, now=True) and name != "writing":
            raise starting.Stopped

    with scope(expo=found.expo):
        try:
            run = run_match(found, seed=seed, equality=equality, explore=explore, on_progress=step)
        except starting.Stopped:
            return {}
        except Busy as error:
            raise jobs.TryLater(str(error)) from error
        except MatchError as error:
            raise jobs.JobError(str(error)) from error
    return {"run": run.number}


@jobs.kind(vectors.READ, gives_way=True)
def read(running: jobs.Running, *, edition: str, participation: str) -> dict[str, Any]:
    """Read an edition's new texts for their meaning; then make the list of who wrote one anew."""
    found = editions.edition_by_slug(edition)
    if found is None:
        raise jobs.JobError(gettext_noop("The edition was removed."))
    with scope(expo=found.expo):
        try:
            done = reading_texts.read_edition(
                found,
                participation,
                lambda so_far, total: running.tell(done=so_far, total=total),
            )
        except reading_texts.ReadingError as error:
            raise jobs.JobError(str(error)) from error
    return {"read": done}
