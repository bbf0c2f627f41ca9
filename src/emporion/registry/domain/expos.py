"""Expos and those who run them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from django.db import transaction

from emporion.accounts.domain import posts, second_factor
from emporion.core import journal
from emporion.registry.domain import roles
from emporion.registry.models import Expo, Organiser

if TYPE_CHECKING:
    from emporion.accounts.models import User


class LastOwner(ValueError):
    """The last owner of an expo would go: nobody could bring one back."""


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


def make_organiser(
    expo: Expo, user: User, role: str | None = None, pavilions: Sequence[str] | None = None
) -> bool:
    """Let `user` run `expo` in a role (an owner, if none is said); return whether they are new.

    Somebody who is there already gets the role that is said. `pavilions` are the letters that a
    pavilion manager is held to; without any they see nobody. Raises ValueError for no role that
    there is, and where the last owner would get another one: nobody could change that back.
    """
    if role is not None and role not in roles.ROLES:
        raise ValueError(f"{role!r} is no role. There are: {', '.join(roles.ROLES)}.")
    letters = sorted(set(pavilions or ())) if role == roles.PAVILION_MANAGER else []
    with transaction.atomic():
        Expo.objects.select_for_update().get(pk=expo.pk)
        staff = Organiser._base_manager.filter(expo=expo)
        found = staff.filter(user=user).first()
        if found is not None:
            if role is None or (found.role == role and found.pavilions == letters):
                return False
            if role != roles.OWNER:
                _keep_an_owner(expo, found)
            found.role, found.pavilions = role, letters
            found.save(update_fields=["role", "pavilions"])
            journal.record(
                "organiser.role",
                "user",
                user.public_id,
                fields=[role, *letters],
                tenant=expo.public_id,
            )
            return False
        made = Organiser(expo=expo, user=user, role=role or roles.OWNER, pavilions=letters)
        made.save(force_insert=True)
        if second_factor.is_asked_of(user):
            second_factor.due(user)
        journal.record("organiser.add", "user", user.public_id, tenant=expo.public_id)
    return True


def remove_organiser(expo: Expo, public_id: str) -> bool:
    """Let the user with this public id run `expo` no more; say whether they did.

    From their next page on they are not of the staff. Raises LastOwner.
    """
    with transaction.atomic():
        Expo.objects.select_for_update().get(pk=expo.pk)
        staff = Organiser._base_manager.filter(expo=expo, user__public_id=public_id)
        found = staff.select_related("user").first()
        if found is None:
            return False
        _keep_an_owner(expo, found)
        found.delete()
        second_factor.asks_no_more(found.user)
        journal.record("organiser.remove", "user", public_id, tenant=expo.public_id)
    return True


@posts.post
def _runs_an_expo(user: User) -> bool:
    return Organiser._base_manager.filter(user=user).exists()


def _keep_an_owner(expo: Expo, leaving: Organiser) -> None:
    owners = Organiser._base_manager.filter(expo=expo, role=roles.OWNER, user__is_active=True)
    if leaving.role == roles.OWNER and not owners.exclude(pk=leaving.pk).exists():
        raise LastOwner(f"{leaving.user} is the last owner of {expo.slug}. Name another first.")
