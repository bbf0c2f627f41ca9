"""The address under which a calendar reads the agenda of a participation: told, opened, ended.

It stands for the sign-in, and is stored nowhere. One that was shown stays good when it is shown
again; what ends all of a user's at once is their number.
"""

from __future__ import annotations

from django.core import signing
from django.db import transaction
from django.db.models import F

from emporion.accounts.queries import User
from emporion.core import journal
from emporion.edition import queries as editions
from emporion.edition.queries import Edition, Participation
from emporion.meetings.models import CalendarAddress

SALT = "meetings.day"
# Whoever holds the address reads the calendar, so it does not live longer than the fair is of use.
SECONDS = 200 * 24 * 3600


def token(participation: Participation, user: User) -> str:
    """Return what the address carries: it opens this participation's calendar and nothing else.

    It opens it for `SECONDS`, as long as `user` can sign in, acts for the participation and does
    not end it. One query.
    """
    told: list[str | int] = [participation.public_id, user.public_id]
    ended = _ended(participation, user.public_id)
    # Those of before anything was ended carry no number, as they did when none could be.
    return signing.dumps([*told, ended] if ended else told, salt=SALT)


def opened(edition: Edition, text: str) -> Participation | None:
    """Return whose calendar a token opens; None if it is not ours, was ended or lost its right.

    Three queries.
    """
    try:
        found = signing.loads(text, salt=SALT, max_age=SECONDS)
    except signing.BadSignature:
        return None
    if not isinstance(found, list) or len(found) not in (2, 3):
        return None
    mine, user, number = (*found, 0)[:3]
    me = editions.participation(edition, str(mine))
    if me is None or not editions.acts_for(str(user), me):
        return None
    return me if number == _ended(me, str(user)) else None


def end_address(participation: Participation, user: User) -> None:
    """End every address that `user` was told for the calendar of `participation`, at once."""
    with transaction.atomic():
        Participation.objects.select_for_update().get(pk=participation.pk)
        row, _is_new = CalendarAddress.objects.get_or_create(participation=participation, user=user)
        CalendarAddress.objects.filter(pk=row.pk).update(ended=F("ended") + 1)
        journal.record("calendar.end", "participation", participation.public_id, fields=["ended"])


def _ended(participation: Participation, user: str) -> int:
    """Return how often the user with this public id ended what they were told."""
    rows = CalendarAddress.objects.filter(participation=participation, user__public_id=user)
    return rows.values_list("ended", flat=True).first() or 0
