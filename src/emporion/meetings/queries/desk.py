"""Runs and pins as the schedule desk shows them."""

from __future__ import annotations

from emporion.core.jobs import JobRecord
from emporion.edition.queries import Edition
from emporion.meetings.models import Pin, ReleaseTold, ScheduleRun

RUNS_SHOWN = 12


def runs(edition: Edition, limit: int = RUNS_SHOWN) -> list[tuple[ScheduleRun, JobRecord | None]]:
    """Return the newest runs with their jobs; two queries."""
    found = list(
        ScheduleRun.objects.filter(edition=edition)
        .select_related("release")
        .defer("release__certificate", "release__figures")
        .order_by("-number")[:limit]
    )
    jobs = {job.public_id: job for job in JobRecord.objects.filter(
        public_id__in=[run.job for run in found])}  # fmt: skip
    return [(run, jobs.get(run.job)) for run in found]


def run(edition: Edition, public_id: str) -> tuple[ScheduleRun, JobRecord | None] | None:
    """Return one run with its job, None if there is none; two queries."""
    found = (
        ScheduleRun.objects.filter(edition=edition, public_id=public_id)
        .select_related("release", "edition__expo")
        .defer("release__certificate", "release__figures")
        .first()
    )
    if found is None:
        return None
    return found, JobRecord.objects.filter(public_id=found.job).first()


def pins(edition: Edition) -> list[Pin]:
    """Return what is pinned, newest first; one query."""
    return list(
        Pin.objects.filter(request__edition=edition)
        .select_related("request__asker__pavilion", "request__counterpart__pavilion", "slot")
        .order_by("-pinned_at", "-pk")
    )


def told(release_id: int) -> ReleaseTold | None:
    """Return whose day a release changes, None where nobody counted; one query."""
    return ReleaseTold.objects.filter(release=release_id).first()
