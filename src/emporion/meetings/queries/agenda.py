"""What somebody does when, in the release that is public."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from emporion.edition.queries import Edition, Participation
from emporion.meetings import rules
from emporion.meetings.models import Meeting, MeetingRequest, Release, Slot


@dataclass(frozen=True)
class Appointment:
    """One meeting as one side sees it: when, with whom, at whose place, at which table."""

    meeting: int
    request: str
    slot: Slot
    counterpart: Participation
    host: Participation
    hosting: bool
    table: int
    message: str
    # The request has its answer; until then the meeting stands, and both sides should know.
    answered: bool = True
    # When one side declined or withdrew after the release was computed; None: it takes place.
    cancelled_at: dt.datetime | None = None

    @property
    def date(self) -> dt.date:
        return self.slot.date

    @property
    def starts(self) -> dt.time:
        return self.slot.starts

    @property
    def ends(self) -> dt.time:
        begins = dt.datetime.combine(self.slot.date, self.slot.starts)
        return (begins + dt.timedelta(minutes=self.slot.minutes)).time()


def held_by(participation: Participation) -> Q:
    """Return the condition for the meetings of a participation.

    A meeting joins one with a stand and one who comes to it (`rules.may_meet`), so one column
    tells; asking for either of two costs a walk through the whole release.
    """
    return Q(host=participation) if participation.hosts else Q(guest=participation)


def agenda(
    participation: Participation, date: dt.date | None = None, *, cancelled: bool = False
) -> list[Appointment]:
    """Return the meetings of a participation in the published release, in time order.

    `date` narrows to one day. Meetings whose request was declined or withdrawn do not take place
    and are left out, unless `cancelled` asks for them. One query, with both sides and their
    pavilions.
    """
    found = (
        Meeting.objects.filter(
            held_by(participation),
            release__edition=participation.edition_id,
            release__state=Release.State.PUBLISHED,
        )
        .select_related("slot", "request", "host__pavilion", "guest__pavilion")
        .order_by("slot__number", "table", "pk")
    )
    if not cancelled:
        found = found.filter(request__state__in=rules.LIVE)
    if date is not None:
        found = found.filter(slot__date=date)
    return [_seen_by(participation, meeting) for meeting in found]


def with_meetings(release: Release) -> list[int]:
    """Return who has a meeting in a release that takes place: keys, by name; one query."""
    held = Meeting.objects.filter(release=release, request__state__in=rules.LIVE)
    found = Participation.objects.filter(
        Q(pk__in=held.values("host")) | Q(pk__in=held.values("guest")),
        edition=release.edition_id,
    )
    return list(found.order_by("sort_key", "pk").values_list("pk", flat=True))


def agendas(
    edition: Edition, participations: Sequence[Participation], release: Release | None = None
) -> dict[int, list[Appointment]]:
    """Return {primary key: meetings that take place, in time order} for many; two queries.

    Of the published release, or of `release`: who asks in several goes names it, so that all are of
    one and the same.
    """
    which = (
        Q(release__edition=edition, release__state=Release.State.PUBLISHED)
        if release is None
        else Q(release=release)
    )
    mine = {participation.pk: participation for participation in participations}
    found: dict[int, list[Appointment]] = {key: [] for key in mine}
    for side in ("host", "guest"):
        keys = [key for key, one in mine.items() if one.hosts == (side == "host")]
        meetings = (
            Meeting.objects.filter(which, **{f"{side}__in": keys}, request__state__in=rules.LIVE)
            .select_related("slot", "request", "host__pavilion", "guest__pavilion")
            .order_by("slot__number", "table", "pk")
        )
        for meeting in meetings:
            key = getattr(meeting, f"{side}_id")
            found[key].append(_seen_by(mine[key], meeting))
    return found


def days_met(participation: Participation) -> list[tuple[dt.date, int]]:
    """Return (date, primary key of the counterpart) of every meeting, in time order; one query."""
    other = "guest_id" if participation.hosts else "host_id"
    found = Meeting.objects.filter(
        held_by(participation),
        request__state__in=rules.LIVE,
        release__edition=participation.edition_id,
        release__state=Release.State.PUBLISHED,
    )
    return list(found.order_by("slot__number", "table", "pk").values_list("slot__date", other))


def meeting_count(participation: Participation) -> int:
    """Return how many meetings of a participation take place as published; one query."""
    return Meeting.objects.filter(
        held_by(participation),
        request__state__in=rules.LIVE,
        release__edition=participation.edition_id,
        release__state=Release.State.PUBLISHED,
    ).count()


def _seen_by(participation: Participation, meeting: Meeting) -> Appointment:
    hosting = meeting.host_id == participation.pk
    return Appointment(
        meeting=meeting.pk,
        request=meeting.request.public_id,
        slot=meeting.slot,
        counterpart=meeting.guest if hosting else meeting.host,
        host=meeting.host,
        hosting=hosting,
        table=meeting.table,
        message=meeting.request.message,
        answered=meeting.request.state != MeetingRequest.State.OPEN,
        cancelled_at=None
        if meeting.request.state in rules.LIVE
        else meeting.request.answered_at or meeting.request.asked_at,
    )


def slots(edition: Edition) -> list[Slot]:
    """Return the slots of an edition in time order; one query."""
    return list(Slot.objects.filter(edition=edition))


def meeting_days(edition: Edition) -> list[dt.date]:
    """Return the dates that have slots; one query."""
    return list(
        Slot.objects.filter(edition=edition)
        .order_by("date")
        .values_list("date", flat=True)
        .distinct()
    )


def published_release(edition: Edition) -> Release | None:
    """Return the release whose meetings people see; None before the first. One query."""
    return (
        Release.objects.filter(edition=edition, state=Release.State.PUBLISHED)
        .defer("certificate", "figures")
        .first()
    )


def without_meeting(
    edition: Edition, found: QuerySet[Participation, Participation]
) -> QuerySet[Participation, Participation]:
    """Narrow participants to those who have no meeting in the published release."""
    public = Meeting.objects.filter(
        release__edition=edition, release__state=Release.State.PUBLISHED
    )
    return found.exclude(pk__in=public.values("host")).exclude(pk__in=public.values("guest"))


def published_count(edition: Edition) -> int:
    """Return how many meetings are set; one query."""
    release = published_release(edition)
    return release.meeting_count if release else 0
