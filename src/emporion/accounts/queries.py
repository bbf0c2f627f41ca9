"""Reads about users."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.sessions.models import Session
from django.utils import timezone

# Re-exported: other capabilities name the user, and read what they sign in with, by these.
from emporion.accounts.models import AccessToken as AccessToken
from emporion.accounts.models import OutsideAccount, Passkey, UserSession
from emporion.accounts.models import User as User
from emporion.accounts.rules import as_identifier as as_identifier
from emporion.accounts.rules import as_phone as as_phone
from emporion.core.text.addresses import as_email


def demonstration_users() -> list[User]:
    """Return the users that may be entered without a password, by role and name."""
    users = User.objects.filter(
        is_demonstration=True, is_active=True, is_staff=False, is_superuser=False
    )
    return sorted(users, key=lambda user: (user.demonstration_role, user.name, user.pk))


def demonstration_user_by_id(public_id: str) -> User | None:
    """Return one of `demonstration_users`, None if it is none of them."""
    return next((user for user in demonstration_users() if user.public_id == public_id), None)


def user_by_email(email: str) -> User | None:
    """Return the user with this address, in small or large letters; None if none has; one query."""
    return User.objects.filter(email=as_email(email)).first()


def user_by_phone(phone: str) -> User | None:
    """Return the user with this number, as `rules.as_phone` writes it; None if none has."""
    return User.objects.filter(phone=phone).first()


def has_real_users() -> bool:
    """Whether anybody can sign in who is not one of the demonstration's; one query."""
    return User.objects.filter(is_demonstration=False).exists()


def users_by_id(public_ids: Iterable[str]) -> list[User]:
    """Return the users with these public ids; one query, none for none."""
    wanted = list(public_ids)
    return list(User.objects.filter(public_id__in=wanted)) if wanted else []


def tokens_of(user: User) -> list[AccessToken]:
    """Return the tokens of a user that are not ended, newest first; one query."""
    return list(AccessToken.objects.filter(user=user, revoked_at=None))


def sessions_of(user: User) -> list[UserSession]:
    """Return the sessions of a user that can still be used, the last used first; two queries."""
    rows = list(UserSession.objects.filter(user=user).order_by("-seen_at", "-pk"))
    keys = [row.session_key for row in rows]
    alive = Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now())
    living = set(alive.values_list("session_key", flat=True))
    return [row for row in rows if row.session_key in living]


def passkeys_of(user: User) -> list[Passkey]:
    """Return the passkeys of a user, the oldest first; one query."""
    return list(Passkey.objects.filter(user=user).order_by("pk"))


def outside_accounts_of(user: User) -> list[OutsideAccount]:
    """Return the accounts elsewhere that let a user in, the oldest first; one query."""
    return list(OutsideAccount.objects.filter(user=user).order_by("pk"))


def active_user(key: int) -> User | None:
    """Return the user with this primary key, None for one who may not sign in; one query."""
    return User.objects.filter(pk=key, is_active=True).first()
