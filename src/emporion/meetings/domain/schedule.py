"""From an edition to a draft release: read, solve, check by other code, keep."""

from __future__ import annotations

import gzip
import hashlib
import io
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from django.db import IntegrityError, transaction
from django.utils import timezone

from emporion.core import bulk, journal, processes
from emporion.edition.queries import Edition
from emporion.engines import scheduling
from emporion.meetings.domain.figures import figures
from emporion.meetings.domain.market import Market, ScheduleError, read_market
from emporion.meetings.models import Meeting, Refusal, Release, ReleaseInstance
from emporion.meetings.queries.changes import difference

# What the organiser gets who says nothing: past the steep part of the curve at a full-size fair.
DEFAULT_SECONDS = 20.0
Progress = Callable[[dict[str, Any]], Any]


def compute_release(
    edition: Edition,
    *,
    seed: int = 1,
    time_limit: float | None = None,
    work_limit: int | None = None,
    walking: bool = True,
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
    if time_limit is None and work_limit is None:
        time_limit = DEFAULT_SECONDS
    read_at = timezone.now()
    market = read_market(edition, walking=walking)
    content, instance_digest = packed(market.instance)
    solution = scheduling.solve(
        market.instance,
        seed=seed,
        time_limit=time_limit,
        work_limit=work_limit,
        on_progress=on_progress,
    )
    if solution.status == "infeasible":
        raise ScheduleError(
            "These requests contradict each other: " + "; ".join(solution.conflicts) + "."
        )
    violations = scheduling.check(market.instance, solution).violations
    if violations:
        raise ScheduleError(
            f"The checker found {len(violations)} violations, so nothing was kept. "
            f"The first: {violations[0]}"
        )
    baseline = scheduling.greedy(market.instance)
    release = _begin(edition, seed)
    release.computed_at = read_at
    try:
        _write(release, market, solution)
        found = figures(market, solution)
        _finish(release, market, solution, baseline, found, content, instance_digest)
    except Exception as error:
        _remove(release)
        if isinstance(error, IntegrityError):
            raise ScheduleError(
                "A participant, a request or a slot was removed during the computation; "
                "compute again."
            ) from error
        raise
    return release


def remove_unfinished(edition: Edition) -> int:
    """Remove releases that a killed computation left behind; return how many.

    One that is being written by a living process, or for less than an hour by a process of another
    machine, is left alone.
    """
    left = [
        release
        for release in Release.objects.filter(edition=edition, state=Release.State.WRITING)
        if not _is_written(release)
    ]
    for release in left:
        _remove(release)
    return len(left)


def packed(instance: scheduling.Instance) -> tuple[bytes, str]:
    """Return an instance as gzipped file content, and the digest of the file (not of the gzip)."""
    digest, target = hashlib.sha256(), io.BytesIO()
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder, "instance.json")
        scheduling.write_instance(plain, instance)
        # No time and no name in the gzip: the same instance gives the same bytes.
        with (
            plain.open("rb") as source,
            gzip.GzipFile(fileobj=target, mode="wb", compresslevel=3, mtime=0, filename="") as file,
        ):
            while piece := source.read(1 << 20):
                digest.update(piece)
                file.write(piece)
    return target.getvalue(), digest.hexdigest()


def _is_written(release: Release) -> bool:
    running = processes.is_running(str(release.figures.get("process", "")))
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
            figures={"process": processes.this_process()},
        )


def _write(release: Release, market: Market, solution: scheduling.Solution) -> None:
    """Write meetings and refusals, a chunk a transaction."""
    held = np.flatnonzero(solution.slot >= 0)
    slot, host = solution.slot[held], market.host[held]
    # Tables of one host in one slot are numbered in the order of the requests.
    order = np.lexsort((held, slot, host))
    cell = host[order].astype(np.int64) * len(market.slots) + slot[order]
    starts = np.flatnonzero(np.diff(cell, prepend=-1))
    table = np.arange(len(cell)) - np.repeat(starts, np.diff(starts, append=len(cell))) + 1
    rows = np.column_stack(
        [
            np.full(len(held), release.pk),
            market.requests[held][order],
            market.slot_keys[slot[order]],
            market.participants[host[order]],
            market.participants[market.guest[held][order]],
            table,
        ]
    ).astype(np.int64)
    _load(Meeting, ("release", "request", "slot", "host", "guest", "table"), rows.tolist())
    missed = np.flatnonzero(solution.slot < 0)
    # Heaviest first: pages then read them in the order of their keys.
    missed = missed[np.argsort(-market.instance.weight[missed], kind="stable")]
    _load(
        Refusal,
        ("release", "request", "reason"),
        [
            (release.pk, int(market.requests[r]), scheduling.REASONS[solution.reason[r]])
            for r in missed
        ],
    )


def _load(model: type[Any], columns: tuple[str, ...], rows: list[Any]) -> None:
    for part in bulk.chunks(rows):
        with transaction.atomic():
            bulk.load_rows(model, columns, part)


def _finish(
    release: Release,
    market: Market,
    solution: scheduling.Solution,
    baseline: scheduling.Solution,
    found: dict[str, Any],
    content: bytes,
    instance_digest: str,
) -> None:
    instance = market.instance
    release.state = Release.State.DRAFT
    release.steps = solution.steps or 0
    release.seconds = solution.seconds
    release.value = round(solution.weight * 1000)
    release.bound = round((solution.bound or 0) * 1000)
    release.greedy = round(baseline.weight * 1000)
    release.meeting_count = int((solution.slot >= 0).sum())
    release.request_count = len(solution.slot)
    release.violations = 0
    release.instance_digest = instance_digest
    held = np.flatnonzero(solution.slot >= 0).tolist()
    release.digest = scheduling.schedule_digest(
        (instance.request_ids[r], instance.slot_ids[int(solution.slot[r])]) for r in held
    )
    release.certificate = _certificate(instance, solution)
    release.figures = {
        **found,
        "status": solution.status,
        "bound_method": solution.bound_method,
        "change": _change(release),
    }
    with transaction.atomic():
        still = Release.objects.select_for_update().filter(
            pk=release.pk, state=Release.State.WRITING
        )
        if not still.exists():
            raise ScheduleError("Another computation removed this one; compute again.")
        ReleaseInstance.objects.create(release=release, content=content)
        release.save()
        journal.record(
            "release.compute",
            "release",
            f"{release.edition.slug}/{release.number}",
            fields=["state"],
        )


def _change(release: Release) -> dict[str, Any] | None:
    """Count what a publish would change for people, once: the release page shows it often."""
    public = Release.objects.filter(
        edition_id=release.edition_id, state=Release.State.PUBLISHED
    ).first()
    return None if public is None else difference(public, release).as_json()


def _certificate(instance: scheduling.Instance, solution: scheduling.Solution) -> dict[str, Any]:
    if solution.prices is None:
        return {}
    return {
        "kind": "prices",
        "prices": {
            instance.participant_ids[p]: float(solution.prices[p])
            for p in np.flatnonzero(~np.isnan(solution.prices))
        },
    }


def _remove(release: Release) -> None:
    """Remove a release that never became a draft, a chunk a transaction."""
    for model in (Meeting, Refusal):
        for keys in _key_chunks(model, release):
            with transaction.atomic():
                model.objects.filter(pk__in=keys)._raw_delete(using="default")
    Release.objects.filter(pk=release.pk, state=Release.State.WRITING).delete()


def _key_chunks(model: Any, release: Release) -> Iterator[list[int]]:
    while keys := list(
        model.objects.filter(release=release).order_by("pk").values_list("pk", flat=True)[:500]
    ):
        yield keys
