"""What the worker does for the import pages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from emporion.accounts.queries import users_by_id
from emporion.core import jobs
from emporion.core.tabular.report import TableError
from emporion.core.tenancy import scope
from emporion.edition import queries as editions
from emporion.edition.domain import batches, drafts
from emporion.edition.queries import Edition
from emporion.portal.interfaces.desk import looking, taking

REFUSALS = (TableError, batches.BatchError, taking.Refused)


@contextmanager
def _for(running: jobs.Running, slug: str, language: str = "") -> Iterator[Edition]:
    """The edition, inside its scope, in `language` or that of whoever started the job."""
    edition = editions.edition_by_slug(slug)
    if edition is None:
        raise jobs.JobError(gettext_noop("The edition was removed."))
    owners = users_by_id([running.job.owner.removeprefix("user:")])
    spoken = language or (owners[0].language if owners else "en")
    with scope(expo=edition.expo), override(spoken):
        try:
            yield edition
        except batches.Busy as error:
            # Of a command on another machine nobody here knows whether it lives: then a person has
            # to say so, and is told when the attempts are over.
            unknown = batches.is_running(error.batch) is None
            later = jobs.TryLater if unknown else jobs.NotItsTurn
            raise later(str(error)) from error
        except REFUSALS as error:
            raise jobs.JobError(str(error)) from error


@jobs.kind(drafts.LOOK, gives_way=True)
def look(
    running: jobs.Running, *, edition: str, draft: str, language: str, doubles: bool
) -> dict[str, Any]:
    """Look at a list that was sent; what is found stands on its page."""
    with _for(running, edition, language) as found:
        kept = editions.list_draft(found, draft)
        if kept is None:
            raise jobs.JobError(_("The list was thrown away."))
        looking.look(
            found, kept, doubles=doubles, tell=lambda step: running.tell(step=step, now=True)
        )
    return {}


@jobs.kind(drafts.TAKE)
def take(running: jobs.Running, *, edition: str, draft: str) -> dict[str, Any]:
    """Take in a list that was looked at; all or nothing, so it cannot be stopped half way."""
    with _for(running, edition) as found:
        kept = editions.list_draft(found, draft)
        if kept is None:
            raise jobs.JobError(_("The list was thrown away."))
        running.tell(step="checking", now=True)
        batch = taking.take_in(
            found, kept, lambda done, total: _tell(running, "writing", done, total)
        )
    return {"batch": batch.public_id}


@jobs.kind(drafts.UNDO)
def undo(running: jobs.Running, *, edition: str, batch: str, with_requests: bool) -> dict[str, Any]:
    """Take an import back; begun again it goes on where it was stopped."""
    with _for(running, edition) as found:
        kept = batches.batches(found).filter(public_id=batch).first()
        if kept is None:
            raise jobs.JobError(_("There is no import with this address."))
        if running.job.attempt > 1 and kept.state == batches.State.UNDONE:
            # The worker died, and the next import went on with it before we did.
            return {}
        total = kept.changes.count()
        running.tell(step="undoing", now=True)
        count = taking.undo(
            found,
            kept,
            with_requests=with_requests,
            on_progress=lambda done: _tell(running, "undoing", done, total),
        )
    return {"count": count}


def _tell(running: jobs.Running, step: str, done: int, total: int) -> None:
    running.tell(step=step, done=done, total=total)
