"""Officers of delegations: who acts for all members of one, each act in the journal as such."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from emporion.accounts.domain import posts, second_factor
from emporion.accounts.queries import User
from emporion.core import journal
from emporion.edition.models import Delegation, Edition, Officer, Participation


class OfficerError(ValueError):
    """Somebody who may not act for a participant; the text says why."""


@transaction.atomic
def appoint_officer(delegation: Delegation, user: User) -> bool:
    """Let `user` act for every member of `delegation`; say whether that is new."""
    _, is_new = Officer._base_manager.get_or_create(
        delegation=delegation, user=user, defaults={"appointed_at": timezone.now()}
    )
    if is_new:
        if second_factor.is_asked_of(user):
            second_factor.due(user)
        journal.record("officer.appoint", "delegation", [delegation.public_id, user.public_id])
    return is_new


@transaction.atomic
def dismiss_officer(delegation: Delegation, user: User) -> bool:
    """Take the right back, from the next page on; say whether `user` had it."""
    gone, _ = Officer._base_manager.filter(delegation=delegation, user=user).delete()
    if gone:
        second_factor.asks_no_more(user)
        journal.record("officer.dismiss", "delegation", [delegation.public_id, user.public_id])
    return bool(gone)


@transaction.atomic
def begin_acting(edition: Edition, user: User, public_id: str) -> Participation:
    """Note that `user` acts for a member from now on, and return the member.

    Raises OfficerError for somebody who is in no delegation that `user` is an officer of.
    """
    member = (
        Participation.objects.select_for_update(of=("self",))
        .select_related("delegation__body")
        .filter(edition=edition, public_id=public_id, delegation__officers__user=user)
        .first()
    )
    if member is None:
        raise OfficerError(_("You act for the members of your own delegation only."))
    with journal.acting(user.actor, tenant=edition.expo.public_id, on_behalf=behalf(member)):
        journal.record("officer.begin", "participation", member.public_id)
    return member


@posts.post
def _is_officer(user: User) -> bool:
    return Officer._base_manager.filter(user=user).exists()


def behalf(member: Participation) -> str:
    """How the journal names the one on whose behalf somebody acts."""
    return f"participation:{member.public_id}"
