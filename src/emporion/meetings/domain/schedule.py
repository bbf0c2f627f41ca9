"""A computed schedule becomes a draft release: written in chunks, shown by one flip."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from django.db import IntegrityError, transaction
from django.utils import timezone

from emporion.core import bulk, jobs, journal
from emporion.edition.queries import Edition
from emporion.engines import scheduling
from emporion.meetings.domain.against import against_public
from emporion.meetings.domain.computing import DEFAULT_SECONDS, Computed, Progress, compute, packed
from emporion.meetings.domain.market import ScheduleError
from emporion.meetings.domain.repairing import compute_repair
from emporion.meetings.domain.service import Name
from emporion.meetings.models import (
    ChangeReason,
    Meeting,
    Refusal,
    Release,
    ReleaseInstance,
    ReleaseTold,
)
from emporion.meetings.queries.changes import difference

__all__ = [
    "DEFAULT_SECONDS",
    "compute_release",
    "keep",
    "packed",
    "remove_unfinished",
    "repair_release",
]


def compute_release(
    edition: Edition,
    *,
    seed: int = 1,
    time_limit: float | None = None,
    work_limit: int | None = None,
    walking: bool = True,
    service: Name = "value",
    on_progress: Progress | None = None,
) -> Release:
    """Compute a schedule of all live requests of `edition` and keep it as a draft release.

    Stops after `time_limit` seconds of search or `work_limit` steps (neither: DEFAULT_SECONDS).
    The same requests, seed and steps give the same meetings. The result is checked by code that
    shares nothing with the solver; a schedule with a violation is never kept. Rows are written in
    chunks while the release is in the state `writing`, which nobody sees; one short transaction
    then makes it a draft. What a killed computation left is removed first.

    `computed_at` is the moment before the requests were read: what is asked or answered later, even
    while the solver works, came after this release.

    Raises ScheduleError: no slots, no requests, minutes on foot missing, requests that contradict
    each other, a participant or request removed while the solver worked.
    """
    remove_unfinished(edition)
    computed = compute(
        edition,
        seed=seed,
        time_limit=time_limit,
        work_limit=work_limit,
        walking=walking,
        service=service,
        on_progress=on_progress,
    )
    return keep(edition, computed)


def repair_release(
    edition: Edition,
    *,
    as_of: str = "",
    notice: int = 1,
    moves: int = 1,
    seed: int = 1,
    time_limit: float | None = None,
    work_limit: int | None = None,
    walking: bool = True,
    on_progress: Progress | None = None,
) -> Release:
    """Repair the release that is public (`repairing.compute_repair`) and keep it as a draft.

    Raises ScheduleError as both do.
    """
    remove_unfinished(edition)
    computed = compute_repair(
        edition,
        as_of=as_of,
        notice=notice,
        moves=moves,
        seed=seed,
        time_limit=time_limit,
        work_limit=work_limit,
        walking=walking,
        on_progress=on_progress,
    )
    return keep(edition, computed)


def keep(
    edition: Edition, computed: Computed, and_then: Callable[[Release], None] | None = None
) -> Release:
    """Write a computed schedule as a draft release and return it.

    `and_then` is called with it in the transaction that makes it a draft.
    Raises ScheduleError when a participant, a request or a slot in it is gone; then nothing is left
    behind.
    """
    release = _begin(edition, computed.seed)
    release.computed_at = computed.read_at
    try:
        _write(release, computed)
        _finish(release, computed, and_then)
    except Exception as error:
        _remove(release)
        if isinstance(error, IntegrityError):
            raise ScheduleError("gone") from error
        raise
    return release


def remove_unfinished(edition: Edition) -> int:
    """Remove releases that a killed computation left behind; return how many.

    One that is still written, or was begun less than an hour ago by a command on another machine,
    is left alone.
    """
    left = [
        release
        for release in Release.objects.filter(edition=edition, state=Release.State.WRITING)
        if not _is_written(release)
    ]
    for release in left:
        _remove(release)
    return len(left)


def _is_written(release: Release) -> bool:
    running = jobs.is_writing(str(release.figures.get("process", "")))
    if running is None:
        return (timezone.now() - release.computed_at).total_seconds() < 3600
    return running


def _begin(edition: Edition, seed: int) -> Release:
    with transaction.atomic():
        # Two computations at once get two numbers.
        Edition.objects.select_for_update().get(pk=edition.pk)
        last = Release.objects.filter(edition=edition).order_by("-number").first()
        return Release.objects.create(
            edition=edition,
            number=last.number + 1 if last else 1,
            seed=seed,
            computed_at=timezone.now(),
            figures={"process": jobs.this_writer()},
        )


def _write(release: Release, computed: Computed) -> None:
    """Write meetings, refusals and why a repair changed meetings, a chunk a transaction."""
    rows = np.column_stack([np.full(len(computed.meetings), release.pk), computed.meetings])
    _load(Meeting, ("release", "request", "slot", "host", "guest", "table"), rows.tolist())
    _load(
        Refusal,
        ("release", "request", "reason"),
        [
            (release.pk, request, scheduling.REASONS[reason])
            for request, reason in zip(
                computed.refused.tolist(), computed.reason.tolist(), strict=True
            )
        ],
    )
    _load(
        ChangeReason,
        ("release", "request", "reason"),
        [(release.pk, request, reason) for request, reason in computed.changed.items()],
    )


def _load(model: type[Any], columns: tuple[str, ...], rows: list[Any]) -> None:
    for part in bulk.chunks(rows):
        with transaction.atomic():
            bulk.load_rows(model, columns, part)


def _finish(
    release: Release, computed: Computed, and_then: Callable[[Release], None] | None
) -> None:
    release.state = Release.State.DRAFT
    release.steps, release.seconds = computed.steps, computed.seconds
    release.value, release.bound, release.greedy = computed.value, computed.bound, computed.greedy
    release.meeting_count = len(computed.meetings)
    release.request_count = computed.request_count
    release.violations = 0
    release.instance_digest, release.digest = computed.instance_digest, computed.digest
    release.certificate = computed.certificate
    changes = against_public(release.edition, computed.meetings)
    # Of a repair they say how the change is counted.
    release.figures = dict(computed.figures)
    release.figures["change"] = _change(release)
    release.figures["told"] = None if changes is None else len(changes.people)
    with transaction.atomic():
        still = Release.objects.select_for_update().filter(
            pk=release.pk, state=Release.State.WRITING
        )
        if not still.exists():
            raise ScheduleError("replaced")
        ReleaseInstance.objects.create(release=release, content=computed.content)
        if changes is not None:
            ReleaseTold.objects.create(
                release=release, earlier=changes.earlier, rows=changes.people.tolist()
            )
        release.save()
        journal.record(
            "release.compute",
            "release",
            f"{release.edition.slug}/{release.number}",
            fields=["state"],
        )
        if and_then is not None:
            and_then(release)


def _change(release: Release) -> dict[str, Any] | None:
    """Count what a publish would change for people, once: the release page shows it often."""
    public = Release.objects.filter(
        edition_id=release.edition_id, state=Release.State.PUBLISHED
    ).first()
    return None if public is None else difference(public, release).as_json()


def _remove(release: Release) -> None:
    """Remove a release that never became a draft, a chunk a transaction."""
    for model in (Meeting, Refusal, ChangeReason):
        for keys in _key_chunks(model, release):
            with transaction.atomic():
                model.objects.filter(pk__in=keys)._raw_delete(using="default")
    Release.objects.filter(pk=release.pk, state=Release.State.WRITING).delete()


def _key_chunks(model: Any, release: Release) -> Iterator[list[int]]:
    while keys := list(
        model.objects.filter(release=release).order_by("pk").values_list("pk", flat=True)[:500]
    ):
        yield keys
