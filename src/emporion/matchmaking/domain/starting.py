"""Starting a match run as a job, and stopping it."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from emporion.core import jobs, journal
from emporion.edition.queries import Edition
from emporion.matchmaking.domain.runs import MatchError

MATCH = "match.run"


class Stopped(Exception):
    """Somebody asked a run to stop before its lists were written; nothing has changed."""


def start_match(
    edition: Edition, actor: str, *, seed: int = 0, equality: float = 0.0, explore: bool = True
) -> jobs.JobRecord:
    """Put a match run into the queue and return its job.

    Raises MatchError when one waits or runs already, or the seed or the equality is out of range.
    """
    if not 0 <= equality <= 1:
        raise MatchError(_("The knob goes from 0, most matches, to 1, most equal."))
    if not 0 <= seed < 2**31:
        raise MatchError(_("The seed is a whole number from 0 to 2147483647."))
    jobs.reclaim()
    with transaction.atomic():
        Edition.objects.select_for_update().get(pk=edition.pk)
        if any(job.is_live for job in jobs.latest(edition.expo.public_id, MATCH, edition.slug)):
            raise MatchError(_("A matching of this edition is under way. Wait for it, or stop it."))
        job = jobs.enqueue(
            MATCH,
            {"edition": edition.slug, "seed": seed, "equality": equality, "explore": explore},
            tenant=edition.expo.public_id,
            owner=actor,
            subject=edition.slug,
        )
        journal.record("match.start", "edition", edition.public_id)
    return job


def stop_match(edition: Edition) -> None:
    """Ask the match run that waits or runs to stop; the lists that are shown stay."""
    for job in jobs.latest(edition.expo.public_id, MATCH, edition.slug):
        if job.is_live:
            with transaction.atomic():
                jobs.ask_to_stop(job)
                journal.record("match.stop", "edition", edition.public_id)
