"""Support sees what a participant sees: for a reason, for half an hour, and changes nothing.

Whoever looks stays who they are: their account, their second factor and their tokens are their own,
and of the other side they have the pages of one edition, without what opens pages later (personal
links, calendar addresses). The journal names both, with the reason.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from emporion.accounts.domain import tries
from emporion.accounts.queries import User
from emporion.core import journal
from emporion.core.text.clean import BadText, clean_text
from emporion.edition import queries
from emporion.edition.domain.officers import behalf
from emporion.edition.models import Edition, Participation

LASTS = timedelta(minutes=30)
# Letters that a reason has at least, and participants whom one person of support looks at in a
# quarter of an hour: nobody goes through all of them.
REASON, LONGEST, LIMIT = 10, 300, 20


class SeeingError(ValueError):
    """Somebody cannot be looked at, or the reason is none; the text says why."""


def begin_seeing(edition: Edition, user: User, public_id: str, reason: str) -> Participation:
    """Note that `user` sees what a participant sees from now on, and why; return the participant.

    Raises SeeingError without a reason, for a participant that is not there, and for one for whom
    somebody of the staff acts; TooManyTries.
    """
    try:
        reason = clean_text(reason, max_length=LONGEST)
    except BadText as error:
        raise SeeingError(str(error)) from error
    if len(reason) < REASON:
        raise SeeingError(_("Say why, in a few words: the journal keeps it."))
    tries.count({tries.key("seeing", user.public_id): LIMIT}, timezone.now())
    with transaction.atomic():
        seen = (
            Participation.objects.select_for_update(of=("self",))
            .filter(edition=edition, public_id=public_id)
            .first()
        )
        if seen is None:
            raise SeeingError(_("There is no such participant in this edition."))
        if queries.staff_acts_for(seen):
            raise SeeingError(_("Somebody of the staff acts for this participant."))
        with journal.acting(user.actor, tenant=edition.expo.public_id, on_behalf=behalf(seen)):
            journal.record(
                "support.begin", "participation", seen.public_id, values={"reason": reason}
            )
    return seen


@transaction.atomic
def end_seeing(edition: Edition, user: User, public_id: str) -> None:
    """Note that `user` has stopped before the time was over."""
    on_behalf = f"participation:{public_id}"
    with journal.acting(user.actor, tenant=edition.expo.public_id, on_behalf=on_behalf):
        journal.record("support.end", "participation", public_id)
