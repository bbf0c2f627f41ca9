"""Imports taken back: what was killed in the middle, what failed, what somebody undoes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from emporion.core.command_name import command
from emporion.core.models import ImportBatch
from emporion.edition.domain import batches, restoring
from emporion.edition.queries import Edition
from emporion.meetings.domain import lists as request_lists
from emporion.portal.interfaces import reporting
from emporion.portal.interfaces.reporting import Refused

READERS = {**request_lists.READERS, **restoring.READERS}
# Of these something may hang on what an import brought.
HELD_ON_TO = ("request", "participation")
# Of what was changed since, so many are named.
MOST_NAMED = 20


def mend(edition: Edition, report: reporting.Report, *, dry_run: bool = False) -> None:
    """Undo an import that was killed in the middle; refuse while another is writing."""
    batch = batches.unfinished(edition)
    if batch is None:
        return
    running = batches.is_running(batch)
    name = f"Import {batch.public_id} ({batch.subject} from {batch.file_name})"
    if running:
        raise batches.Busy(
            f"{name} is still writing into {edition.slug!r} (process {batch.process}). "
            "Try again when it has ended.",
            batch,
        )
    if running is None:
        raise batches.Busy(
            f"{name} was begun on another machine ({batch.process}) and has not ended. If it is "
            f"dead, undo it: {command()} import recover --edition {edition.slug}",
            batch,
        )
    if dry_run:
        report.say(f"{name} was killed in the middle; the next import undoes it first.")
        return
    undo(edition, batch, report)
    report.say(f"{name} was killed in the middle; everything it had written is undone.")


def undo(
    edition: Edition,
    batch: ImportBatch,
    report: reporting.Report,
    *,
    with_requests: bool = False,
    on_progress: Callable[[int], None] | None = None,
    and_then: Callable[[int], None] | None = None,
) -> int:
    """Undo a batch; refuse where meeting requests hang on what it brought, unless told.

    What a release that is or was public tells of stays in any case: people went by it. What people
    changed after the import stays as they saved it, and is named.
    """
    kept: list[batches.Kept] = []
    _check_loss(edition, batch, with_requests)
    with reporting.bar("Undo", batch.changes.count()) as progress:

        def told(done: int) -> None:
            progress(done)
            if on_progress is not None:
                on_progress(done)

        done = batches.undo(
            edition,
            batch,
            _restorers(edition, batch),
            readers=READERS,
            guard=_guard(edition, batch, with_requests),
            on_kept=kept.append,
            on_progress=told,
            and_then=and_then,
        )
    _say_kept(report, kept)
    return done


def _restorers(edition: Edition, batch: ImportBatch) -> dict[str, batches.Restorer]:
    return {**request_lists.RESTORERS, **restoring.restorers(edition, batch)}


def _say_kept(report: reporting.Report, kept: Sequence[batches.Kept]) -> None:
    if not kept:
        return
    report.say(f"Changed after the import and left as it is by now ({len(kept)}):")
    report.lines([f"  {kind} {one}: {', '.join(names)}" for kind, one, names in kept[:MOST_NAMED]])
    if len(kept) > MOST_NAMED:
        report.say(f"  and {len(kept) - MOST_NAMED} more")


def _guard(edition: Edition, batch: ImportBatch, with_requests: bool = False) -> batches.Guard:
    """Say what may not be removed; asked in the transaction that would remove it.

    Much may have been asked since the check before the undoing.
    """

    def guard(kind: str, made: Sequence[str]) -> None:
        if kind == "participation":
            request_lists.hold_requests(edition, made)
        _refuse_loss(edition, batch, kind, made, with_requests)

    return guard


def _check_loss(edition: Edition, batch: ImportBatch, with_requests: bool = False) -> None:
    """Raise Refused before anything is touched; long lists are read without holding a lock."""
    for kind in HELD_ON_TO:
        _refuse_loss(edition, batch, kind, batches.created_ids(batch, kind), with_requests)


def _refuse_loss(
    edition: Edition, batch: ImportBatch, kind: str, made: Sequence[str], with_requests: bool
) -> None:
    if kind not in HELD_ON_TO or not made:
        return
    requests = made
    if kind == "participation":
        requests = request_lists.requests_of(edition, made)
        if requests and not with_requests:
            raise Refused(
                f"{len(requests)} meeting requests hang on participants that import "
                f"{batch.public_id} brought; undoing it would remove them as well. If that is "
                f"meant: {_undoing(edition, batch)} --with-requests"
            )
    releases = request_lists.public_releases(edition, requests)
    if releases:
        raise Refused(
            f"Import {batch.public_id} stays: release {', '.join(map(str, releases))} of the "
            "schedule, which is or was public, tells of requests that would be removed. "
            "Withdraw or decline them instead."
        )


def _undoing(edition: Edition, batch: ImportBatch) -> str:
    """Return the command that undoes a batch."""
    if batch.state == ImportBatch.State.DONE:
        return f"{command()} import undo {batch.public_id}"
    return f"{command()} import recover --edition {edition.slug}"


class Undoing:
    """While a batch is written: whatever goes wrong, nothing of it stays."""

    def __init__(self, edition: Edition, batch: ImportBatch, report: reporting.Report) -> None:
        self.edition, self.batch, self.report = edition, batch, report

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if error is None:
            return
        guard = _guard(self.edition, self.batch)
        kept: list[batches.Kept] = []
        try:
            _check_loss(self.edition, self.batch)
            batches.undo(
                self.edition,
                self.batch,
                _restorers(self.edition, self.batch),
                readers=READERS,
                guard=guard,
                on_kept=kept.append,
            )
        except Refused as refused:
            # The reason of the failure follows; what people did meanwhile is not thrown away.
            self.report.say(f"The import failed and is not undone. {refused}")
        else:
            self.report.say("The import failed; everything it had written is undone.")
            _say_kept(self.report, kept)
