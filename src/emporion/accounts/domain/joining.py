"""Whose account an account elsewhere is: joined by the user's own wish, or by a checked address."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils import timezone

from emporion.accounts import queries
from emporion.accounts.domain import telling
from emporion.accounts.domain.outside import Proof
from emporion.accounts.domain.shared import NotOpen
from emporion.accounts.models import OutsideAccount, User
from emporion.core import journal


class Taken(ValueError):
    """The account elsewhere, or its place in this account, is taken already."""


def user_of(proof: Proof) -> User | None:
    """Return the user whom `proof` lets in, None for nobody.

    One who is joined already, else the one with the e-mail address that the issuer says it checked;
    that one is joined from now on, and later changes of the address mean nothing. Nobody is made.
    """
    now = timezone.now()
    with transaction.atomic():
        rows = OutsideAccount.objects.select_for_update(of=("self",)).select_related("user")
        row = rows.filter(
            provider=proof.provider, issuer=proof.issuer, subject=proof.subject
        ).first()
        if row is not None:
            if not row.user.is_active:
                return None
            row.used_at = now
            row.save(update_fields=["used_at"])
            return row.user
    user = queries.user_by_email(proof.email) if proof.email else None
    if user is None or not user.is_active or user.is_demonstration:
        return None
    try:
        join(user, proof)
    except Taken:
        # Another account of the same provider is joined: that one lets in, and not this.
        return None
    return user


def join(user: User, proof: Proof) -> OutsideAccount:
    """Let the account elsewhere in as `user` from now on.

    Raises Taken if it is somebody's, or `user` has one of the same provider; NotOpen for a role of
    the demonstration, which everybody shares.
    """
    if user.is_demonstration:
        raise NotOpen
    now = timezone.now()
    try:
        with transaction.atomic(), journal.acting(user.actor):
            row = OutsideAccount.objects.create(
                user=user,
                provider=proof.provider,
                issuer=proof.issuer,
                subject=proof.subject,
                made_at=now,
                used_at=now,
            )
            telling.record(user, "user.join", [proof.provider])
    except IntegrityError:
        raise Taken from None
    return row


def part(user: User, public_id: str) -> bool:
    """Let an account elsewhere in no more; say whether it was one of `user`."""
    with transaction.atomic(), journal.acting(user.actor):
        row = OutsideAccount.objects.filter(user=user, public_id=public_id).first()
        if row is not None:
            row.delete()
            telling.record(user, "user.part", [row.provider])
    return row is not None
