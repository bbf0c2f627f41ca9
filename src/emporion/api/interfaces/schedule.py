"""Schedules: releases and meetings read, drafts computed, a release published; jobs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from django.http import Http404, HttpResponse
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from emporion.api.interfaces.cursors import REPLACED, page
from emporion.api.interfaces.gates import PUBLISHES, READS_MEETINGS, SCHEDULES, STAFF_READS
from emporion.api.interfaces.noting import note_requests
from emporion.api.interfaces.shapes.market import MeetingShape, meeting_row
from emporion.api.interfaces.shapes.wire import (
    EditionName,
    Listing,
    Paging,
    PublicId,
    Sent,
    listing,
)
from emporion.api.interfaces.writing import KEYED, once, refusing
from emporion.core.jobs import JobRecord
from emporion.design.running import why_failed
from emporion.edition.queries import Edition
from emporion.meetings import queries as meetings
from emporion.meetings.domain import releases, runs
from emporion.meetings.domain.computing import DEFAULT_SECONDS
from emporion.meetings.domain.repairing import MOST, REPAIR_SECONDS
from emporion.meetings.domain.service import Name
from emporion.meetings.queries import programs
from emporion.meetings.queries import releases as queries
from emporion.portal.queries.work import knows_outcome, reasons
from emporion.registry.domain import roles

router = Router(tags=["schedules"])
HERE = "/editions/{slug:edition}"
Number = Annotated[int, Field(ge=1, le=2**31 - 1)]


class ReleaseShape(Schema):
    """One numbered schedule."""

    number: int
    state: Literal["draft", "published", "superseded"]
    meetings: int
    requests: int
    value: float = Field(description="Weight reached.")
    bound: float = Field(description="The most that is possible, proven.")
    repairs: int | None = Field(description="The number of the schedule of which it is a repair.")
    violations: int | None = Field(description="Broken rules, by a checker of its own.")
    seed: int
    digest: str
    computed_at: dt.datetime
    published_at: dt.datetime | None


class Publish(Sent):
    """What was public when the decision was made: another one forbids it."""

    seen: Number | None


class Draft(Sent):
    """What a computation may be told.

    With `repair` the public schedule is changed as little as the incidents demand; `service` does
    not count then.
    """

    seconds: Annotated[int, Field(ge=1, le=runs.LONGEST_SECONDS)] | None = Field(
        None,
        description=f"Of search; null: {DEFAULT_SECONDS:g}, of a repair {REPAIR_SECONDS:g}.",
    )
    seed: int = Field(1, ge=0, le=2**31 - 1)
    walking: bool = Field(True, description="Everybody gets the minutes to walk.")
    service: Name = Field(
        "value", description="Who comes first: nobody, or every guest with one meeting, or with a "
        "quarter or half of what they ask for."
    )  # fmt: skip

    repair: bool = Field(False, description="Change the public schedule, instead of a new one.")
    as_of: Annotated[int, Field(ge=1, le=32767)] | None = Field(
        None, description="Of a repair: the number of the slot that is running; null: none yet."
    )
    notice: int = Field(
        1, ge=0, le=MOST, description="Of a repair: slots that people are told ahead; 0 is as 1."
    )
    moves: int = Field(
        1, ge=0, le=MOST, description="Of a repair: moved meetings that a guest accepts."
    )

    def options(self) -> runs.Options:
        """Return what a run takes."""
        named = "" if self.as_of is None else meetings.slot_name(self.as_of)
        usual = REPAIR_SECONDS if self.repair else DEFAULT_SECONDS
        told = {"as_of": named, "seconds": self.seconds or usual}
        return runs.Options(**{**self.dict(), **told})


class JobShape(Schema):
    """Work that a worker does."""

    id: PublicId
    kind: str
    state: Literal["waiting", "running", "done", "stopped", "failed"]
    step: str
    done: int
    total: int
    result: dict[str, Any]
    reason: str = Field(
        description="Why it ended without its effect, in the language asked for; of lists only for "
        "whose role takes them in, with names of pairs only for whose role knows who meets whom."
    )
    asked_at: dt.datetime
    ended_at: dt.datetime | None


@router.get(
    HERE + "/releases",
    auth=STAFF_READS,
    response=list[ReleaseShape],
    operation_id="list_releases",
)
def list_releases(request: Any, edition: EditionName) -> Any:
    """All schedules, newest first."""
    return [_release(one) for one in queries.releases(request.edition)]


@router.get(
    HERE + "/releases/{int:number}",
    auth=STAFF_READS,
    response=ReleaseShape,
    operation_id="get_release",
)
def get_release(request: Any, edition: EditionName, number: Number) -> Any:
    """One schedule."""
    found = queries.release(request.edition, number)
    if found is None:
        raise Http404("There is no release of this number.")
    return _release(found)


@router.get(
    HERE + "/meetings",
    auth=READS_MEETINGS,
    response=Listing[MeetingShape],
    operation_id="list_meetings",
    openapi_extra=REPLACED,
)
def list_meetings(
    request: Any, response: HttpResponse, edition: EditionName, paging: Query[Paging]
) -> Any:
    """The meetings of the published schedule; none before the first.

    A cursor goes through one schedule: once another is published it is 410, and a reader begins
    anew instead of holding halves of two. Who works at the gate reads the meetings of the day that
    it is at the fair. Each page is written down.
    """
    here: Edition = request.edition
    release = meetings.published_release(here)
    day = None
    if not roles.may(str(request.staff_role), roles.REQUESTS):
        day = timezone.now().astimezone(here.tz).date()
    found = programs.meetings_of_release(release, day)
    of = f"{release.number}/{day or ''}" if release else ""
    rows, after = page(request, response, found, limit=paging.limit, cursor=paging.cursor, of=of)
    note_requests(request, [row["request__public_id"] for row in rows], "meetings")
    return listing([meeting_row(row) for row in rows], after)


@router.post(
    HERE + "/releases/{int:number}/publish",
    auth=PUBLISHES,
    response={200: ReleaseShape},
    operation_id="publish_release",
    openapi_extra=KEYED,
)
def publish_release(
    request: Any, response: HttpResponse, edition: EditionName, number: Number, body: Publish
) -> Any:
    """Make a draft the schedule that people see."""
    if queries.release(request.edition, number) is None:
        raise Http404("There is no release of this number.")

    def do() -> Any:
        with refusing(releases.PublishConflict):
            made = releases.publish(request.edition, number, request.user.actor, seen=body.seen)
        return _release(made)

    return once(request, 200, do, response=response)


@router.post(
    HERE + "/drafts",
    auth=SCHEDULES,
    response={202: JobShape},
    operation_id="compute_draft",
    openapi_extra=KEYED,
)
def compute_draft(request: Any, response: HttpResponse, edition: EditionName, body: Draft) -> Any:
    """Have a draft computed; the job's result names the release."""

    def do() -> Any:
        with refusing(runs.RunError):
            run = runs.start_run(request.edition, body.options(), request.user.actor, trial=False)
        return job_shape(JobRecord.objects.get(public_id=run.job))

    return once(request, 202, do, response=response)


@router.get(HERE + "/jobs/{slug:id}", auth=STAFF_READS, response=JobShape, operation_id="get_job")
def get_job(request: Any, edition: EditionName, id: PublicId) -> Any:
    """How far a job is."""
    found = JobRecord.objects.filter(tenant=request.edition.expo.public_id, public_id=id).first()
    if found is None:
        raise Http404("There is no job with this id.")
    return job_shape_for(request, found)


def job_shape_for(request: Any, job: JobRecord) -> dict[str, Any]:
    """Return a job without what came of it where the caller's role reads no such lists."""
    (told,) = job_shapes_for(request, [job])
    return told


def job_shapes_for(request: Any, found: Sequence[JobRecord]) -> list[dict[str, Any]]:
    """Return jobs as `job_shape_for` does each; two queries at most."""
    role = str(request.staff_role)
    why = reasons(found, role)
    return [
        {
            **job_shape(job),
            "reason": why[job.public_id],
            **({} if knows_outcome(role, job.kind) else {"result": {}}),
        }
        for job in found
    ]


def job_shape(job: JobRecord) -> dict[str, Any]:
    """Return a job as it goes over the wire."""
    return {
        "id": job.public_id,
        "kind": job.kind,
        "state": job.state,
        "step": job.step,
        "done": job.done,
        "total": job.total,
        "result": job.result,
        "reason": why_failed(job),
        "asked_at": job.asked_at,
        "ended_at": job.ended_at,
    }


def _release(one: Any) -> dict[str, Any]:
    return {
        "number": one.number,
        "state": one.state,
        "meetings": one.meeting_count,
        "requests": one.request_count,
        "value": one.value / 1000,
        "bound": one.bound / 1000,
        "repairs": one.figures.get("repair", {}).get("release"),
        "violations": one.violations,
        "seed": one.seed,
        "digest": one.digest,
        "computed_at": one.computed_at,
        "published_at": one.published_at,
    }
