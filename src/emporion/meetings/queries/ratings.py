"""What people thought of meetings. Only for themselves and for the learning: no page of others."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable

from django.db.models import Q
from django.utils import timezone

from emporion.edition.queries import Edition, Participation
from emporion.meetings import rules
from emporion.meetings.models import Meeting, MeetingRating, MeetingRequest, Release
from emporion.meetings.queries.agenda import held_by


def own_ratings(rater: Participation, requests: Iterable[str]) -> dict[str, int]:
    """Return {public id of the request: value} of what `rater` said; one query."""
    found = MeetingRating.objects.filter(rater=rater, request__public_id__in=list(requests))
    return dict(found.values_list("request__public_id", "value"))


def meeting_of(participation: Participation, request: MeetingRequest) -> Meeting | None:
    """Return the published meeting of a request if the participation is in it; one query."""
    found = Meeting.objects.filter(
        held_by(participation), request=request, release__state=Release.State.PUBLISHED
    )
    return found.select_related("slot").first()


def rated(
    edition: Edition, only: Collection[int] | None = None
) -> list[tuple[int, int, int, dt.datetime]]:
    """Return (rater, the other, value, when), primary keys, of an edition's ratings; one query.

    `only` narrows to those with one of these participations on a side.
    """
    rows = MeetingRating.objects.filter(request__edition=edition)
    if only is not None:
        rows = rows.filter(Q(request__asker__in=only) | Q(request__counterpart__in=only))
    return [
        (rater, counterpart if rater == asker else asker, value, at)
        for rater, asker, counterpart, value, at in rows.order_by("pk").values_list(
            "rater_id", "request__asker_id", "request__counterpart_id", "value", "rated_at"
        )
    ]


def met(edition: Edition, only: Collection[int] | None = None) -> list[tuple[int, int]]:
    """Return (host, guest) primary keys of the published meetings that are over; one query."""
    now = timezone.now().astimezone(edition.tz)
    rows = Meeting.objects.filter(
        release__edition=edition,
        release__state=Release.State.PUBLISHED,
        request__state__in=rules.LIVE,
        slot__date__lte=now.date(),
    ).select_related("slot")
    if only is not None:
        rows = rows.filter(Q(host__in=only) | Q(guest__in=only))
    if now.date() > edition.ends:
        return list(rows.values_list("host_id", "guest_id"))
    return [(one.host_id, one.guest_id) for one in rows if rules.has_ended(one.slot, now)]
