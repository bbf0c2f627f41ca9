"""Posts at a fair: roles of its staff and officers of its delegations, offered and taken.

Whom the expo knows already has a post at once. Anybody else is offered it, under the name and
address that the owner wrote, and takes it on a page of their own: until then nothing tells whose
account has that address, nor whether there was one. The roles of the demonstration, which everybody
shares, give nobody a post: behind an address there is somebody real.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from emporion.accounts.domain import refuse_shared, tries, user_of_address
from emporion.accounts.queries import User, as_identifier
from emporion.core import journal
from emporion.core.text.clean import clean_text
from emporion.edition.domain.officers import appoint_officer, dismiss_officer
from emporion.edition.models import Delegation, Edition, Officer, PostOffer
from emporion.registry import domain as registry
from emporion.registry.domain import roles
from emporion.registry.queries import runs_or_is_known

GOOD_FOR = timedelta(days=30)
# How many posts one user gives in a quarter of an hour.
GIVEN = 50


class PostError(ValueError):
    """A post that cannot be given or taken; the text says why."""


def give_role(
    edition: Edition,
    by: User,
    identifier: str,
    name: str,
    role: str,
    pavilions: Sequence[str] = (),
    *,
    language: str = "en",
) -> PostOffer | None:
    """Give a role of the staff to whoever has an address; return the offer, None if it is given.

    Raises NotOpen, TooManyTries, ValidationError for what is no address, BadText, LastOwner, and
    PostError for a role that there is not and a pavilion manager without pavilions.
    """
    if role not in roles.ROLES:
        raise PostError(_("There is no such role."))
    letters = sorted(set(pavilions)) if role == roles.PAVILION_MANAGER else []
    if role == roles.PAVILION_MANAGER and not letters:
        raise PostError(_("Choose the pavilions that they run."))
    with _giving(by):
        user = user_of_address(identifier, name, language)
        if _is_known(edition, user):
            registry.make_organiser(edition.expo, user, role, letters)
            return None
        return _offer(edition, user, identifier, name, role=role, pavilions=letters)


def name_officer(
    delegation: Delegation, by: User, identifier: str, name: str, *, language: str = "en"
) -> PostOffer | None:
    """Let whoever has an address act for a delegation; return the offer, None if they do now.

    Raises NotOpen, TooManyTries, ValidationError for what is no address, and BadText.
    """
    edition = delegation.edition
    with _giving(by):
        user = user_of_address(identifier, name, language)
        if _is_known(edition, user):
            appoint_officer(delegation, user)
            return None
        return _offer(edition, user, identifier, name, delegation=delegation)


def take_role_back(edition: Edition, by: User, public_id: str) -> bool:
    """Take the role of a user back; say whether they had one. Raises NotOpen, LastOwner."""
    refuse_shared(by)
    return registry.remove_organiser(edition.expo, public_id)


def dismiss(delegation: Delegation, by: User, public_id: str) -> bool:
    """Let a user act for a delegation no more; say whether they did. Raises NotOpen."""
    refuse_shared(by)
    found = Officer.objects.filter(delegation=delegation, user__public_id=public_id)
    officer = found.select_related("user").first()
    return officer is not None and dismiss_officer(delegation, officer.user)


def withdraw(edition: Edition, by: User, public_id: str) -> bool:
    """Offer a post no more; say whether it was offered. Raises NotOpen."""
    refuse_shared(by)
    with transaction.atomic():
        found = PostOffer.objects.select_for_update().filter(expo=edition.expo, public_id=public_id)
        offer = found.first()
        if offer is not None:
            _record("post.withdraw", offer)
            offer.delete()
    return offer is not None


def take(user: User, public_id: str) -> PostOffer:
    """Take a post that is offered to `user`, from now on. Raises PostError, LastOwner."""
    with transaction.atomic():
        offer = _own(user, public_id)
        if offer.delegation is not None:
            appoint_officer(offer.delegation, user)
        else:
            registry.make_organiser(offer.expo, user, offer.role, offer.pavilions)
        _record("post.take", offer)
        offer.delete()
    return offer


def decline(user: User, public_id: str) -> None:
    """Do not take a post. Raises PostError."""
    with transaction.atomic():
        offer = _own(user, public_id)
        _record("post.decline", offer)
        offer.delete()


def _giving(by: User) -> transaction.Atomic:
    """Count who gives, and open the transaction of the giving."""
    refuse_shared(by)
    tries.count({tries.key("post", by.public_id): GIVEN}, timezone.now())
    return transaction.atomic()


def _is_known(edition: Edition, user: User) -> bool:
    officers = Officer.objects.filter(delegation__edition__expo=edition.expo, user=user)
    return runs_or_is_known(edition.expo, user) or officers.exists()


def _offer(
    edition: Edition,
    user: User,
    identifier: str,
    name: str,
    *,
    role: str = "",
    pavilions: Sequence[str] = (),
    delegation: Delegation | None = None,
) -> PostOffer:
    now = timezone.now()
    # Two offers at once to one address shall be one.
    User.objects.select_for_update().get(pk=user.pk)
    offer, _is_new = PostOffer.objects.update_or_create(
        expo=edition.expo,
        delegation=delegation,
        # By the address and not by the user: two addresses of one account stay two.
        address=as_identifier(identifier),
        defaults={
            "user": user,
            "name": clean_text(name, max_length=200),
            "role": role,
            "pavilions": list(pavilions),
            "made_at": now,
            "expires_at": now + GOOD_FOR,
        },
    )
    _record("post.offer", offer)
    return offer


def _own(user: User, public_id: str) -> PostOffer:
    found = PostOffer.objects.select_for_update(of=("self",)).filter(
        user=user, public_id=public_id, expires_at__gt=timezone.now()
    )
    offer = found.select_related("expo", "delegation").first()
    if offer is None:
        raise PostError(_("This is not offered to you, or not any more."))
    return offer


def _record(action: str, offer: PostOffer) -> None:
    """Note it under the offer's own name: the user's would tell whose address it is."""
    journal.record(action, "post", offer.public_id, fields=[offer.role or "officer"])
