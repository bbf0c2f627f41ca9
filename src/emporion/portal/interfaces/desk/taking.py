"""Taking in a list that was looked at, and taking it back; each can run in a job.

Both take ids or stored things and a callback for progress, and no request of a browser.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from emporion.core import jobs
from emporion.core.models import ImportBatch
from emporion.core.progress import Job
from emporion.edition.domain import batches, drafts, intake, writing
from emporion.edition.queries import Edition
from emporion.meetings.domain import lists as request_lists
from emporion.portal.interfaces import reporting, taking_back
from emporion.portal.interfaces.desk.examining import Examined, examine

Refused = reporting.Refused


def take_in(
    edition: Edition, draft: Any, on_progress: Callable[[int, int], None] | None = None
) -> ImportBatch:
    """Take in a draft as one batch, all or nothing; return the batch.

    Raises Refused when rows fail and are not left out, when a needed column is missing, or when the
    draft was taken in before; Busy while another import of the edition writes; TableError.
    """
    if draft.batch:
        raise Refused(_("This list was taken in already."))
    quiet = reporting.Report(io.StringIO())
    taking_back.mend(edition, quiet)
    batch = batches.claim(edition, draft.subject, draft.source, draft.file_name, draft.digest)
    try:
        found = examine(edition, draft, look_for_doubles=False)
        _refuse(bool(found.missing), 0 if draft.leaves_out_bad_rows else len(found.failed))
    except BaseException:
        # Nothing is written yet: as if it had not been begun.
        batch.delete()
        raise

    def taken() -> None:
        # With the last row: taken in by a job that died right after it, a list would else be taken
        # in again.
        drafts.mark_taken(draft, batch.public_id)
        jobs.done_with({"batch": batch.public_id})

    with taking_back.Undoing(edition, batch, quiet):
        _write(edition, batch, found, on_progress)
        batches.finish(edition, batch, found.counts(), and_then=taken)
    return batch


def check_ready(draft: Any) -> None:
    """Raise Refused when the last look at a draft found what forbids taking it in."""
    failed = 0 if draft.leaves_out_bad_rows else draft.report.get("failed", 0)
    _refuse(bool(draft.report.get("missing")), failed)


def _refuse(missing: bool, failed: int) -> None:
    if missing:
        raise Refused(_("A column that is needed is not chosen yet; nothing was written."))
    if failed:
        raise Refused(
            ngettext(
                "%(count)d row fails, so nothing was written. Mend the list, or leave the row out.",
                "%(count)d rows fail, so nothing was written. Mend the list, or leave these rows "
                "out.",
                failed,
            )
            % {"count": failed}
        )


def _write(
    edition: Edition,
    batch: ImportBatch,
    found: Examined,
    on_progress: Callable[[int, int], None] | None,
) -> None:
    difference = found.difference
    assert difference is not None
    total = len(difference.new) + len(difference.changed)
    with Job(f"import {edition.slug}", ["Write"]).step("Write", total=total) as step:

        def told(done: int) -> None:
            step.reach(done)
            if on_progress is not None:
                on_progress(done, total)

        if isinstance(difference, intake.Difference):
            writing.make_pavilions(edition, batch, found.checked.halls.new)
            writing.write(edition, batch, difference, on_progress=told)
        else:
            request_lists.write(edition, batch, difference, on_progress=told)


def hanging(edition: Edition, batch: ImportBatch) -> tuple[int, list[int]]:
    """Return how many requests hang on what a batch brought, and the public releases they stand in.

    With requests the undo must be told so; with a public release there is none.
    """
    made = batches.created_ids(batch, "participation")
    own = batches.created_ids(batch, "request")
    hang = request_lists.requests_of(edition, made) if made else []
    return len(hang), request_lists.public_releases(edition, [*hang, *own])


def check_undo(edition: Edition, batch: ImportBatch, with_requests: bool) -> None:
    """Raise Refused where requests hang on a batch and it is not said that they may go, or where a
    public release tells of them."""
    requests, releases = hanging(edition, batch)
    if releases:
        raise Refused(
            _(
                "This import stays: a schedule that is or was public tells of meetings or requests "
                "that would go. Withdraw or decline these instead."
            )
        )
    if requests and not with_requests:
        raise Refused(
            ngettext(
                "%(count)d meeting request hangs on participants of this import; say that it may "
                "go as well.",
                "%(count)d meeting requests hang on participants of this import; say that they may "
                "go as well.",
                requests,
            )
            % {"count": requests}
        )


def undo(
    edition: Edition,
    batch: ImportBatch,
    *,
    with_requests: bool = False,
    on_progress: Callable[[int], None] | None = None,
) -> int:
    """Put everything back to what it was before `batch`; return how many objects.

    Raises what `check_undo` raises, and BatchError for a batch that is undone, or under later ones.
    """
    check_undo(edition, batch, with_requests)
    quiet = reporting.Report(io.StringIO())
    return taking_back.undo(
        edition,
        batch,
        quiet,
        with_requests=with_requests,
        on_progress=on_progress,
        and_then=lambda count: jobs.done_with({"count": count}),
    )
