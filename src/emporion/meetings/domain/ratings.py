"""What somebody thought of a meeting: kept for the matching, and for themselves."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from emporion.core import journal
from emporion.edition.queries import Participation
from emporion.meetings import rules
from emporion.meetings.models import MeetingRating, MeetingRequest
from emporion.meetings.queries import ratings


class RatingError(ValueError):
    """A meeting that cannot be rated; the text says why."""


@transaction.atomic
def rate(rater: Participation, request: MeetingRequest, value: int) -> MeetingRating:
    """Keep what `rater` thought of the meeting of `request`, 1 to 5; a later word replaces it.

    It teaches what the side of `rater` wants in later lists, and is shown to nobody else.  Raises
    RatingError for another value, for who is on neither side, and for a meeting that is not in the
    published release, was called off or has not ended.
    """
    if value not in rules.RATINGS:
        raise RatingError(_("A meeting is rated from 1 to 5."))
    held = ratings.meeting_of(rater, request)
    if held is None or request.state not in rules.LIVE:
        raise RatingError(_("Only a meeting of your own that took place can be rated."))
    if not rules.has_ended(held.slot, timezone.now().astimezone(rater.edition.tz)):
        raise RatingError(_("A meeting can be rated when it is over."))
    made, _is_new = MeetingRating.objects.update_or_create(
        request=request, rater=rater, defaults={"value": value, "rated_at": timezone.now()}
    )
    # Not the request: the other side reads what happened to it.
    journal.record("meeting.rate", "participation", rater.public_id, fields=["value"])
    return made


@transaction.atomic
def take_back(rater: Participation, request: MeetingRequest) -> bool:
    """Forget what `rater` thought of a meeting; say whether there was anything."""
    gone, _rows = MeetingRating.objects.filter(request=request, rater=rater).delete()
    if gone:
        journal.record("meeting.unrate", "participation", rater.public_id)
    return bool(gone)
