"""Runs and pins as the schedule desk shows them."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet

from emporion.core.jobs import JobRecord
from emporion.core.tenancy import scopes_disabled
from emporion.edition.queries import Edition
from emporion.meetings.models import MeetingRequest, Pin, ScheduleRun

RUNS_SHOWN = 12


def runs(edition: Edition, limit: int = RUNS_SHOWN) -> list[tuple[ScheduleRun, JobRecord | None]]:
    """Return the newest runs with their jobs; two queries."""
    return with_jobs(all_runs(edition).order_by("-number")[:limit])


def all_runs(edition: Edition) -> QuerySet[ScheduleRun, ScheduleRun]:
    """Return the runs of an edition, each with its release; no query yet."""
    return (
        ScheduleRun.objects.filter(edition=edition)
        .select_related("release")
        .defer("release__certificate", "release__figures")
    )


def with_jobs(runs: Iterable[ScheduleRun]) -> list[tuple[ScheduleRun, JobRecord | None]]:
    """Return runs with their jobs; one query, and one for the runs where that is due."""
    found = list(runs)
    jobs = JobRecord.objects.filter(public_id__in=[run.job for run in found])
    by_id = {job.public_id: job for job in jobs}
    return [(run, by_id.get(run.job)) for run in found]


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


def all_pins(edition: Edition) -> QuerySet[Pin, Pin]:
    """Return what is pinned, with both sides of each; no query yet."""
    return Pin.objects.filter(request__edition=edition).select_related(
        "slot", "request__asker__pavilion", "request__counterpart__pavilion"
    )


def pins(edition: Edition) -> list[Pin]:
    """Return what is pinned, newest first; two queries.

    There are few pins and many requests: asked for at once, a database without statistics goes
    through all requests. So the pins of every expo are read first, and those of others dropped.
    """
    with scopes_disabled():
        every = list(Pin.objects.select_related("slot").order_by("-pinned_at", "-pk"))
    requests = (
        MeetingRequest.objects.filter(edition=edition)
        .select_related("asker__pavilion", "counterpart__pavilion")
        .in_bulk([pin.request_id for pin in every])
    )
    found = [pin for pin in every if pin.request_id in requests]
    for pin in found:
        pin.request = requests[pin.request_id]
    return found
