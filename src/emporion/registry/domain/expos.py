"""Expos and those who run them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.db import transaction

from emporion.core import journal
from emporion.registry.models import Expo, Organiser

if TYPE_CHECKING:
    from emporion.accounts.models import User


def create_expo(slug: str, name: Mapping[str, str] | str, *, public_id: str = "") -> Expo:
    """Make a series of fairs, which is a tenant.

    Raises IntegrityError when the slug is taken.
    """
    expo = Expo(slug=slug, name=name)
    if public_id:
        expo.public_id = public_id
    with transaction.atomic():
        expo.save(force_insert=True)
        journal.record(
            "expo.create", "expo", expo.public_id, fields=["slug", "name"], tenant=expo.public_id
        )
    return expo


def make_organiser(expo: Expo, user: User) -> bool:
    """Let `user` run `expo`; return whether that is new."""
    with transaction.atomic():
        Expo.objects.select_for_update().get(pk=expo.pk)
        if Organiser._base_manager.filter(expo=expo, user=user).exists():
            return False
        Organiser(expo=expo, user=user).save(force_insert=True)
        journal.record("organiser.add", "user", user.public_id, tenant=expo.public_id)
    return True
