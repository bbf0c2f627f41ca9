"""Import batches: one at a time for each edition, each with what it changed, each undoable.

A batch is `writing` from its claim to its last row. Whoever finds one whose process is gone knows
that it was killed in the middle and undoes it before anything else.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from emporion.core import bulk, jobs, journal
from emporion.core.models import ImportBatch, ImportChange
from emporion.edition.domain.enrolment import give_way
from emporion.edition.models import Edition

State = ImportBatch.State
# Objects of a kind undone in one transaction; much hangs on a participation.
PART, PARTS = 300, {"participation": 60}

Change = tuple[str, dict[str, Any] | None]
# Takes back changes of one kind: (edition, [(public id, what it was before)]) -> how many.
Restorer = Callable[[Edition, Sequence[Change]], int]
# Holds objects and says what they are: {public id: columns} -> {public id: {column: value}}.
Reader = Callable[[Edition, Mapping[str, Collection[str]]], dict[str, dict[str, Any]]]
# What was changed after the batch and stays so: (kind, public id, columns).
Kept = tuple[str, str, list[str]]
# Raises when objects of a kind that the batch made (public ids) must stay.
Guard = Callable[[str, Sequence[str]], None]


class BatchError(ValueError):
    """A batch that cannot be begun or undone; the text says why and what to do."""


class Busy(BatchError):
    """Another import of the edition is writing, or was killed; `batch` is it."""

    def __init__(self, text: str, batch: ImportBatch) -> None:
        super().__init__(text)
        self.batch = batch


def claim(edition: Edition, subject: str, source: str, file_name: str, digest: str) -> ImportBatch:
    """Begin a batch: from now on nobody else imports into `edition`. Raises Busy."""
    with transaction.atomic():
        # On PostgreSQL the row lock lets one claim through at a time; SQLite has one writer anyway.
        Edition._base_manager.select_for_update().get(pk=edition.pk)
        under_way = unfinished(edition)
        if under_way is not None:
            raise Busy(
                f"Import {under_way.public_id} ({under_way.subject} from {under_way.file_name}, "
                f"begun {under_way.started_at:%Y-%m-%d %H:%M} UTC by process {under_way.process}) "
                f"is still writing into {edition.slug!r}.",
                under_way,
            )
        return ImportBatch.objects.create(
            tenant=edition.expo.public_id,
            subject=subject,
            place=edition.slug,
            source=source[:60],
            file_name=file_name[:255],
            file_digest=digest,
            process=jobs.this_writer(),
            started_at=timezone.now(),
        )


def finish(
    edition: Edition,
    batch: ImportBatch,
    counts: Mapping[str, int],
    and_then: Callable[[], None] | None = None,
) -> None:
    """Say that everything is written, and call `and_then` in the transaction that says so."""
    with transaction.atomic():
        batch.state, batch.counts, batch.ended_at = State.DONE, dict(counts), timezone.now()
        batch.save(update_fields=["state", "counts", "ended_at"])
        journal.record(
            "import.finish",
            "import",
            batch.public_id,
            fields=[f"{name}={count}" for name, count in counts.items()],
            tenant=edition.expo.public_id,
        )
        if and_then is not None:
            and_then()


def note(
    batch: ImportBatch,
    kind: str,
    changes: Sequence[Change],
    after: Mapping[str, Mapping[str, Any]] | None = None,
) -> None:
    """Remember what objects were before this batch (None: they were not). In its transaction.

    `after[public id] = {column: value}` is what changed ones are by now.
    """
    left = {public_id: _digests(values) for public_id, values in (after or {}).items()}
    bulk.load_rows(
        ImportChange,
        ("batch", "object_kind", "object_id", "before", "after"),
        [(batch.pk, kind, public_id, before, left.get(public_id)) for public_id, before in changes],
    )


def note_again(
    batch: ImportBatch,
    kind: str,
    changes: Mapping[str, Mapping[str, Any]],
    after: Mapping[str, Mapping[str, Any]],
) -> None:
    """Remember what a batch changed of objects it had noted already; what was first holds."""
    noted = batch.changes.filter(object_kind=kind, object_id__in=list(changes))
    for change in noted.filter(before__isnull=False):
        change.before = {**changes[change.object_id], **(change.before or {})}
        change.after = {**(change.after or {}), **_digests(after[change.object_id])}
        change.save(update_fields=["before", "after"])


def unfinished(edition: Edition) -> ImportBatch | None:
    """Return the batch that is writing into `edition`, None if there is none."""
    return batches(edition).filter(state=State.WRITING).first()


def batches(edition: Edition) -> QuerySet[ImportBatch]:
    """Return the batches of `edition`, newest first."""
    return ImportBatch.objects.filter(tenant=edition.expo.public_id, place=edition.slug).order_by(
        "-pk"
    )


def batch_by_id(public_id: str) -> ImportBatch | None:
    """Return a batch of any edition."""
    return ImportBatch.objects.filter(public_id=public_id).first()


def created_ids(batch: ImportBatch, kind: str) -> list[str]:
    """Return the public ids of what the batch made and has not taken back."""
    return list(
        batch.changes.filter(object_kind=kind, before__isnull=True).values_list(
            "object_id", flat=True
        )
    )


def later_batches(edition: Edition, batch: ImportBatch) -> list[ImportBatch]:
    """Return younger batches that touched the same objects; they must be undone first."""
    own = batch.changes.values("object_id")
    return list(
        batches(edition)
        .filter(pk__gt=batch.pk, state=State.DONE, changes__object_id__in=own)
        .distinct()
    )


def undo(
    edition: Edition,
    batch: ImportBatch,
    restorers: Mapping[str, Restorer],
    *,
    readers: Mapping[str, Reader],
    guard: Guard | None = None,
    on_kept: Callable[[Kept], None] | None = None,
    on_progress: Callable[[int], None] | None = None,
    and_then: Callable[[int], None] | None = None,
) -> int:
    """Put everything back to what it was before `batch`; return how many objects.

    What people changed after the batch (`readers` say what is there) stays as they saved it, and
    `on_kept` is told. `restorers` names the kinds in the order in which they must be taken back.
    Works in short transactions; killed in the middle it can be begun again, because each removes
    its own notes. `guard` is asked in each transaction that removes what the batch made, `and_then`
    is called with the number of objects in the transaction that ends it. Raises BatchError for a
    batch that is undone already, or under later ones, and whatever the guard raises.
    """
    allow = guard or (lambda kind, made: None)
    with transaction.atomic():
        Edition._base_manager.select_for_update().get(pk=edition.pk)
        batch.refresh_from_db()
        if batch.state == State.UNDONE:
            raise BatchError(f"Import {batch.public_id} is undone already.")
        if batch.state == State.WRITING and is_running(batch) and not _is_mine(batch):
            raise Busy(f"Import {batch.public_id} is still being written.", batch)
        later = later_batches(edition, batch)
        if later:
            names = ", ".join(b.public_id for b in later)
            raise BatchError(f"Later imports changed the same entries; undo them first: {names}.")
        unknown = sorted(
            set(batch.changes.order_by().values_list("object_kind", flat=True).distinct())
            - set(restorers)
        )
        if unknown:
            raise BatchError(f"Nobody can take back changes of {unknown[0]!r}.")
        batch.state, batch.process = State.WRITING, jobs.this_writer()
        batch.save(update_fields=["state", "process"])
    done = stays = 0
    for kind, restore in restorers.items():
        while True:
            with transaction.atomic():
                noted = batch.changes.filter(object_kind=kind).order_by("-pk")
                part = list(noted[: PARTS.get(kind, PART)])
                if not part:
                    break
                allow(kind, [change.object_id for change in part if change.before is None])
                kept = _changed_since(edition, part, readers.get(kind))
                restore(edition, _without(part, kept))
                ImportChange.objects.filter(pk__in=[change.pk for change in part]).delete()
            give_way()
            done += len(part)
            for public_id, columns in kept.items():
                stays += 1
                if on_kept is not None:
                    on_kept((kind, public_id, sorted(columns)))
            if on_progress is not None:
                on_progress(done)
    with transaction.atomic():
        batch.state, batch.ended_at = State.UNDONE, timezone.now()
        if stays:
            batch.counts = {**batch.counts, "kept": stays}
        batch.save(update_fields=["state", "counts", "ended_at"])
        journal.record(
            "import.undo",
            "import",
            batch.public_id,
            fields=[f"kept={stays}"] if stays else [],
            tenant=edition.expo.public_id,
        )
        if and_then is not None:
            and_then(done)
    return done


def _changed_since(
    edition: Edition, part: Sequence[ImportChange], read: Reader | None
) -> dict[str, set[str]]:
    """Return {public id: columns} that do not hold any more what the batch left there."""
    left = {change.object_id: change.after for change in part if change.after}
    if read is None or not left:
        return {}
    there = read(edition, left)
    changed = {
        public_id: {name for name, now in _digests(values).items() if left[public_id][name] != now}
        for public_id, values in there.items()
    }
    return {public_id: columns for public_id, columns in changed.items() if columns}


def _without(part: Sequence[ImportChange], kept: Mapping[str, set[str]]) -> list[Change]:
    """Return what is to be put back: all but the columns that are kept."""
    wanted: list[Change] = []
    for change in part:
        stays, was = kept.get(change.object_id), change.before
        if stays and was is not None:
            was = {name: value for name, value in was.items() if name not in stays}
            if not was:
                continue
        wanted.append((change.object_id, was))
    return wanted


def _digests(values: Mapping[str, Any]) -> dict[str, str]:
    """Return {column: what its value is recognised by}: no copy, of which erasures had to know."""
    return {
        name: hashlib.sha256(
            json.dumps(value, ensure_ascii=False, sort_keys=True, default=str).encode()
        ).hexdigest()[:20]
        for name, value in values.items()
    }


def is_running(batch: ImportBatch) -> bool | None:
    """Whether `batch` is still written; None where only another machine knows."""
    return jobs.is_writing(batch.process)


def _is_mine(batch: ImportBatch) -> bool:
    return batch.process == jobs.this_writer()
