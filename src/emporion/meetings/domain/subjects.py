"""What of requests, schedules and meetings can be taken out of an edition."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from emporion.core.tabular.subjects import (
    CHUNK,
    Asked,
    Column,
    Rows,
    Subject,
    english,
    subject,
    without_keys,
)
from emporion.edition.queries import participations_by_pk
from emporion.meetings.domain import giving_out
from emporion.meetings.models import (
    ChangeReason,
    Incident,
    Pin,
    Refusal,
    Release,
    ReleaseTold,
    ScheduleRun,
    Slot,
)
from emporion.registry.domain import roles


def thousandths(value: int) -> float:
    """Return what the engine counts in thousandths."""
    return value / 1000


# What a release and a run have in common.
_COMPUTED = (
    Column("Steps", "steps"),
    Column("Seconds", "seconds"),
    Column("Value", "value", thousandths),
    Column("Bound", "bound", thousandths),
    Column("Greedy", "greedy", thousandths),
    Column("Meetings", "meeting_count"),
    Column("Requests", "request_count"),
)
_FILES = (
    Column("Digest of the instance", "instance_digest"),
    Column("Digest", "digest"),
    Column("Figures", "figures", without_keys),
)


def of_release(asked: Asked, path: str = "release") -> dict[str, Any]:
    """Return what narrows to the schedule that is asked for, the published one if none is."""
    found: dict[str, Any] = {f"{path}__edition": asked.edition}
    if asked.release is None:
        return {**found, f"{path}__state": Release.State.PUBLISHED}
    return {**found, f"{path}__number": asked.release}


def _releases(asked: Asked) -> QuerySet[Any, Any]:
    return Release.objects.filter(edition=asked.edition).exclude(state=Release.State.WRITING)


_TOLD = ("release__number", "earlier", "rows")


def _told(asked: Asked) -> Rows:
    for number, earlier, counted in ReleaseTold.objects.filter(**of_release(asked)).values_list(
        *_TOLD
    ):
        for start in range(0, len(counted), CHUNK):
            part = counted[start : start + CHUNK]
            people = participations_by_pk([row[0] for row in part])
            for key, moved, added, removed in part:
                if key in people:
                    one = people[key]
                    name = english(one.display_name)
                    yield [number, earlier, one.public_id, name, moved, added, removed]


SUBJECTS: tuple[Subject, ...] = (
    Subject(
        # It has the columns that an import reads.
        "requests",
        ("meetings.MeetingRequest",),
        roles.REQUESTS,
        tuple(giving_out.request_header()),
        lambda asked: giving_out.request_rows(asked.edition),
        given=giving_out.REQUEST_PATHS,
    ),
    Subject(
        "meetings",
        ("meetings.Meeting",),
        roles.REQUESTS,
        giving_out.MEETINGS,
        lambda asked: giving_out.meeting_rows(asked.edition, of_release(asked)),
        of_release=True,
        given=giving_out.MEETING_PATHS,
    ),
    subject(
        "refusals",
        ["meetings.Refusal"],
        roles.REQUESTS,
        (
            Column("Release", "release__number"),
            Column("Request id", "request__public_id"),
            Column("Asker id", "request__asker__public_id"),
            Column("Asker", "request__asker__display_name", english),
            Column("Counterpart id", "request__counterpart__public_id"),
            Column("Counterpart", "request__counterpart__display_name", english),
            Column("Reason", "reason"),
        ),
        lambda asked: Refusal.objects.filter(**of_release(asked)),
        of_release=True,
    ),
    subject(
        "change-reasons",
        ["meetings.ChangeReason"],
        roles.REQUESTS,
        (
            Column("Release", "release__number"),
            Column("Request id", "request__public_id"),
            Column("Reason", "reason"),
        ),
        lambda asked: ChangeReason.objects.filter(**of_release(asked)),
        of_release=True,
    ),
    Subject(
        "told",
        ("meetings.ReleaseTold",),
        roles.LOOK,
        (
            "Release",
            "Earlier release",
            "Participant id",
            "Participant",
            "Moved",
            "Added",
            "Removed",
        ),
        _told,
        of_release=True,
        given=_TOLD,
    ),
    subject(
        "pins",
        ["meetings.Pin"],
        roles.REQUESTS,
        (
            Column("Request id", "request__public_id"),
            Column("Slot", "slot__number"),
            Column("Pinned at", "pinned_at"),
            Column("Pinned by", "pinned_by"),
        ),
        lambda asked: Pin.objects.filter(request__edition=asked.edition),
    ),
    subject(
        "incidents",
        ["meetings.Incident"],
        roles.LOOK,
        (
            Column("Id", "public_id"),
            Column("Kind", "kind"),
            Column("Participant id", "participation__public_id"),
            Column("Participant", "participation__display_name", english),
            Column("Pavilion", "letter"),
            Column("From slot", "first__number"),
            Column("To slot", "last__number"),
            Column("Told at", "told_at"),
            Column("Told by", "told_by"),
            Column("Taken back at", "taken_back_at"),
        ),
        lambda asked: Incident.objects.filter(edition=asked.edition),
    ),
    subject(
        "slots",
        ["meetings.Slot"],
        roles.LOOK,
        (
            Column("Number", "number"),
            Column("Date", "date"),
            Column("Starts", "starts"),
            Column("Minutes", "minutes"),
            Column("Session", "session"),
        ),
        lambda asked: Slot.objects.filter(edition=asked.edition),
    ),
    subject(
        "releases",
        ["meetings.Release"],
        roles.LOOK,
        (
            Column("Number", "number"),
            Column("State", "state"),
            Column("Seed", "seed"),
            *_COMPUTED,
            Column("Violations", "violations"),
            *_FILES,
            Column("Computed at", "computed_at"),
            Column("Published at", "published_at"),
            Column("Published by", "published_by"),
        ),
        _releases,
    ),
    subject(
        "runs",
        ["meetings.ScheduleRun"],
        roles.LOOK,
        (
            Column("Id", "public_id"),
            Column("Number", "number"),
            Column("State", "state"),
            Column("Trial", "is_trial"),
            Column("Options", "options"),
            Column("Job id", "job"),
            *_COMPUTED,
            *_FILES,
            Column("Release", "release__number"),
            Column("Started at", "started_at"),
            Column("Computed at", "computed_at"),
        ),
        lambda asked: ScheduleRun.objects.filter(edition=asked.edition),
    ),
)
