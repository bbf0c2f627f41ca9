"""Expos and those who run them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.db import transaction

from emporion.core import journal
from emporion.registry.domain import roles
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


def make_organiser(expo: Expo, user: User, role: str | None = None) -> bool:
    """Let `user` run `expo` in a role (an owner, if none is said); return whether they are new.

    Somebody who is there already gets the role that is said. Raises ValueError for no role that
    there is, and where the last owner would get another one: nobody could change that back.
    """
    if role is not None and role not in roles.ROLES:
        raise ValueError(f"{role!r} is no role. There are: {', '.join(roles.ROLES)}.")
    with transaction.atomic():
        Expo.objects.select_for_update().get(pk=expo.pk)
        staff = Organiser._base_manager.filter(expo=expo)
        found = staff.filter(user=user).first()
        if found is not None:
            if role is None or found.role == role:
                return False
            if not staff.filter(role=roles.OWNER).exclude(pk=found.pk).exists():
                raise ValueError(f"{user} is the last owner of {expo.slug}. Name another first.")
            found.role = role
            found.save(update_fields=["role"])
            journal.record(
                "organiser.role", "user", user.public_id, fields=[role], tenant=expo.public_id
            )
            return False
        Organiser(expo=expo, user=user, role=role or roles.OWNER).save(force_insert=True)
        journal.record("organiser.add", "user", user.public_id, tenant=expo.public_id)
    return True
