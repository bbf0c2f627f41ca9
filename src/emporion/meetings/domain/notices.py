"""Read marks of notices."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from emporion.accounts.queries import User
from emporion.core import journal
from emporion.edition.queries import Participation
from emporion.meetings.models import NoticesRead


@transaction.atomic
def mark_read(participation: Participation, user: User, until: dt.datetime) -> bool:
    """Note that `user` has read what changed for `participation` up to `until`, at most now.

    Only forwards; says whether anything changed.
    """
    until = min(until, timezone.now())
    row, is_new = NoticesRead.objects.select_for_update().get_or_create(
        participation=participation, user=user, defaults={"until": until}
    )
    if not is_new and row.until >= until:
        return False
    row.until = until
    row.save(update_fields=["until"])
    journal.record("notices.read", "participation", participation.public_id, fields=["until"])
    return True
