"""Set a password: by the old one, or by a code that has just let its user in."""

from __future__ import annotations

from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.http import HttpRequest

from emporion.accounts.domain import sessions, telling
from emporion.accounts.domain.shared import NotOpen
from emporion.accounts.domain.sign_in import try_password
from emporion.accounts.domain.tokens import end_tokens
from emporion.accounts.models import User
from emporion.core import journal


class WrongPassword(ValueError):
    """The old password is not the one."""


def needs_old_password(request: HttpRequest, user: User) -> bool:
    """Whether the old one is asked for: not of who has none, or has just come in by a code."""
    return user.has_usable_password() and not sessions.came_by_code(request)


def set_password(
    request: HttpRequest, user: User, new: str, *, old: str = "", address: str = ""
) -> None:
    """Give `user` a new password; end their other sessions and all their tokens.

    Raises NotOpen, WrongPassword, TooManyTries (tries count as those of the sign-in do), and
    ValidationError with what is wrong with the new one.
    """
    if user.is_demonstration or not (user.email or user.phone):
        raise NotOpen
    if needs_old_password(request, user):
        if try_password(request, user.email or user.phone or "", old, address) != user:
            raise WrongPassword
    elif not sessions.is_fresh(request):
        raise WrongPassword
    validate_password(new, user)
    # The hash takes longer than a lock may be held.
    user.set_password(new)
    with transaction.atomic(), journal.acting(user.actor):
        User.objects.select_for_update().get(pk=user.pk)
        user.save(update_fields=["password"])
        telling.record(user, "user.set_password", ["password"])
        sessions.end_others(user, request.session.session_key)
        # Whoever knew the old one may have made them.
        end_tokens(user)
    # Under a new key; sessions that are not noted end with the old hash.
    before = request.session.session_key
    update_session_auth_hash(request, user)
    sessions.moved(before, request.session.session_key)
