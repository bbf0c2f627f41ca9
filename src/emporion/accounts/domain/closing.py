"""Closing an account: nobody signs in with it any more, and whoever did is out."""

from __future__ import annotations

from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone

from emporion.accounts.models import User
from emporion.core import journal


def close_account(user: User) -> int:
    """Close an account and end its sessions; return how many there were.

    The row stays under its public id, because the journal names it. Reads every live session: they
    do not say whose they are.
    """
    with transaction.atomic():
        locked = User.objects.select_for_update().get(pk=user.pk)
        locked.is_active = locked.is_demonstration = False
        locked.set_unusable_password()
        locked.save(update_fields=["is_active", "is_demonstration", "password"])
        ended = end_sessions(locked)
        journal.record("user.close", "user", locked.public_id, fields=["is_active", "password"])
    return ended


def end_sessions(user: User) -> int:
    """Delete the live sessions of a user; return how many there were."""
    live = Session.objects.filter(expire_date__gt=timezone.now())
    gone = [
        session.pk
        for session in live.iterator(500)
        if session.get_decoded().get("_auth_user_id") == str(user.pk)
    ]
    return Session.objects.filter(pk__in=gone).delete()[0]
