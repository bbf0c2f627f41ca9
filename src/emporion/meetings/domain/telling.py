"""What requests and answers tell the matching: who wanted whom, and who said yes or no."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.utils import timezone

from emporion.edition.queries import Edition
from emporion.matchmaking.domain.told import (
    Deed,
    Told,
    register,
    register_calendar,
    register_count,
)
from emporion.meetings.models import MeetingRequest
from emporion.meetings.queries.choices import choices, held, settled
from emporion.meetings.queries.ratings import met, rated

State = MeetingRequest.State
ANSWERS: dict[str, str] = {State.ACCEPTED: "accept", State.DECLINED: "decline"}


@register
def requests_told(edition: Edition, only: Collection[int] | None = None) -> Told:
    """Return requests that somebody chose to make, and answers that somebody gave; two queries.

    Left out: what the organiser made mandatory, and what a standing rule accepted by itself.  Two
    of whom one declined are not suggested to each other again; nor are two who will meet, because
    they agreed to or because the organiser wants it.
    """
    found = Told()
    asked = accepted = declined = 0
    for row in choices(edition, only):
        if row.state == State.ACCEPTED or (row.is_mandatory and row.state == State.OPEN):
            found.agreed.append((row.asker_id, row.counterpart_id))
        if row.is_mandatory:
            continue
        found.deeds.append(Deed(row.asker_id, row.counterpart_id, "request", row.asked_at))
        asked += 1
        answer = ANSWERS.get(row.state)
        accepted += answer == "accept"
        declined += answer == "decline"
        if answer == "decline":
            found.apart.append((row.asker_id, row.counterpart_id))
        if answer and not row.by_rule:
            found.deeds.append(Deed(row.counterpart_id, row.asker_id, answer, row.answered_at))
    if only is None:
        found.counts = {
            "asked": asked,
            "accepted": accepted,
            "declined": declined,
            **held(edition),
        }
    return found


@register
def meetings_told(edition: Edition, only: Collection[int] | None = None) -> Told:
    """Return who has met, and what each side said of it afterwards.

    Two queries, and none before the fair.
    """
    if timezone.now().astimezone(edition.tz).date() < edition.starts:
        return Told()
    said = rated(edition, only)
    return Told(
        deeds=[Deed(rater, other, "rating", at, value) for rater, other, value, at in said],
        # Nobody has met at a fair that is made up: its lists stay comparable, whatever its dates.
        met=[] if edition.is_demonstration else met(edition, only),
    )


@register_calendar
def calendars_told(edition: Edition, only: Collection[int] | None = None) -> Mapping[int, int]:
    """Return how many meetings of each are settled; three queries."""
    return settled(edition, only)


@register_count
def answers_told(edition: Edition) -> int:
    """Return how many answers `requests_told` tells, without reading them; one query."""
    answered = MeetingRequest.objects.filter(
        edition=edition, state__in=list(ANSWERS), is_mandatory=False, rule_answer__isnull=True
    )
    return answered.count()
