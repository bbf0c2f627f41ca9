"""Reads about who acts for whom: people for what takes part, officers for members, organisers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any

from django.db.models import Max, Q
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from emporion.edition.models import (
    Delegate,
    Delegation,
    Edition,
    Officer,
    Participation,
    PostOffer,
    TeamInvite,
)
from emporion.registry.domain import roles

# In the session: {public id of an edition: public id of the member an officer acts for}.
ACTING = "acting"


def participation_of(edition: Edition, user: Any) -> Participation | None:
    """Return the participation that `user` acts for in `edition`: the first they are lead of.

    One query. The edition is compared here, so that the database goes from the person to their few
    participations, and not through all of the edition's.
    """
    if not user.is_authenticated:
        return None
    found = (
        Participation.objects.select_related("pavilion", "organisation")
        .filter(delegates__person__user=user)
        .order_by("-delegates__is_lead", "pk")
    )
    mine = next((one for one in found if one.edition_id == edition.pk), None)
    if mine is not None:
        # Else whoever asks for it would read it again.
        mine.edition = edition
    return mine


def demonstration_cast(edition: Edition, users: Sequence[Any]) -> list[Participation]:
    """Return the participations of the demonstration's `users` in `edition`, exhibitor first.

    Two queries: from the few users to their participations; the other way round reads all 15,000.
    """
    if not edition.is_demonstration:
        return []
    acts = Delegate.objects.filter(person__user__in=[user.pk for user in users])
    keys = set(acts.values_list("participation", flat=True))
    found = Participation.objects.select_related("pavilion", "organisation").in_bulk(keys)
    here = (one for one in found.values() if one.edition_id == edition.pk)
    return sorted(here, key=lambda one: (one.role, one.pk), reverse=True)


def acts_for(user: str, participation: Participation) -> bool:
    """Whether the user with this public id may sign in and acts for `participation`; one query."""
    return Delegate.objects.filter(
        participation=participation, person__user__public_id=user, person__user__is_active=True
    ).exists()


def staff_acts_for(participation: Participation) -> bool:
    """Whether somebody who runs an expo, whichever, acts for `participation`; one query."""
    found = Delegate.objects.filter(participation=participation)
    return found.filter(
        Q(person__user__organises__isnull=False)
        | Q(person__user__is_staff=True)
        | Q(person__user__is_superuser=True)
    ).exists()


def acts(person: int, participation: Participation) -> bool:
    """Whether a person (primary key) acts for `participation`; one query.

    Who never signs in acts all the same; whose account was closed does not.
    """
    found = Delegate.objects.filter(participation=participation, person=person)
    return found.exclude(person__user__is_active=False).exists()


def person_of(participation: Participation, user: Any) -> Any:
    """Return who `user` is among those who act for `participation`; one query.

    None for everybody else, also for an officer who acts for it.
    """
    found = Delegate.objects.select_related("person").filter(
        participation=participation, person__user=user
    )
    first = found.order_by("-is_lead", "pk").first()
    return first.person if first else None


def is_organiser(edition: Edition, user: Any) -> bool:
    """Whether `user` is of the staff of the expo of `edition`; one query."""
    return bool(staff_role(edition, user))


def staff_role(edition: Edition, user: Any) -> str:
    """Return the role in which `user` runs the expo of `edition`, "" if they do not; one query."""
    if not user.is_authenticated:
        return ""
    roles = edition.expo.organisers.filter(user=user).values_list("role", flat=True)
    return roles.first() or ""


def staff_pavilions(edition: Edition, user: Any) -> frozenset[str] | None:
    """Return the letters of the pavilions that `user` is held to, None for no such limit.

    One query. A pavilion manager to whom none was given is held to none.
    """
    row = edition.expo.organisers.filter(user=user).values_list("role", "pavilions").first()
    if row is None or row[0] != roles.PAVILION_MANAGER:
        return None
    return frozenset(row[1])


def people_standing(edition: Edition, letters: Collection[str]) -> Any:
    """Return a query of the keys of people who act for those who stand in these pavilions."""
    found = Delegate.objects.filter(
        participation__edition=edition, participation__pavilion__letter__in=letters
    )
    return found.values("person")


def standing(edition: Edition, public_ids: Sequence[str], letters: Collection[str]) -> bool:
    """Whether all of these participants stand in these pavilions; one query."""
    wanted = set(public_ids)
    found = Participation.objects.filter(
        edition=edition, public_id__in=wanted, pavilion__letter__in=letters
    )
    return found.count() == len(wanted)


def delegations_of(edition: Edition, user: Any) -> list[Delegation]:
    """Return the delegations that `user` acts for as an officer; one query."""
    if not user.is_authenticated:
        return []
    found = Delegation.objects.filter(edition=edition, officers__user=user)
    return list(found.select_related("body").order_by("pk"))


def member_for(edition: Edition, user: Any, public_id: str) -> Participation | None:
    """Return a participation if `user` is an officer of its delegation, else None; one query."""
    return (
        Participation.objects.select_related("pavilion", "organisation", "delegation__body")
        .filter(edition=edition, public_id=public_id, delegation__officers__user=user)
        .first()
    )


def team_of(participation: Participation) -> list[Delegate]:
    """Return who acts for a participation, who leads first; one query."""
    found = Delegate.objects.filter(participation=participation).select_related("person")
    return list(found.order_by("-is_lead", "pk"))


def invites_of(participation: Participation) -> list[TeamInvite]:
    """Return who is asked to join a team and may still; one query."""
    found = TeamInvite.objects.filter(participation=participation, expires_at__gt=timezone.now())
    return list(found.order_by("pk"))


def invites_for(edition: Edition, user: Any) -> list[TeamInvite]:
    """Return the teams of an edition that ask `user` to join; one query."""
    found = TeamInvite.objects.filter(
        participation__edition=edition, user=user, expires_at__gt=timezone.now()
    )
    return list(found.select_related("participation").order_by("pk"))


def posts_offered(expo: Any, *, to_officers: bool) -> list[PostOffer]:
    """Return the posts of the staff, or of officers, that are offered in an expo; one query."""
    found = PostOffer.objects.filter(expo=expo, expires_at__gt=timezone.now())
    return list(
        found.filter(delegation__isnull=not to_officers)
        .select_related("delegation__body")
        .order_by("pk")
    )


def posts_for(expo: Any, user: Any) -> list[PostOffer]:
    """Return what is offered to `user` in an expo; one query, none for a visitor."""
    if not user.is_authenticated:
        return []
    found = PostOffer.objects.filter(expo=expo, user=user, expires_at__gt=timezone.now())
    return list(found.select_related("delegation__body").order_by("pk"))


def officers_in(edition: Edition) -> list[Officer]:
    """Return who acts for the delegations of an edition, with user and body; one query."""
    found = Officer.objects.filter(delegation__edition=edition)
    return list(found.select_related("user", "delegation__body").order_by("delegation", "pk"))


def delegation_by_id(edition: Edition, public_id: str) -> Delegation | None:
    """Return a delegation of an edition, None if there is none; one query."""
    found = Delegation.objects.filter(edition=edition, public_id=public_id)
    return found.select_related("edition__expo", "body").first()


def acting_people(edition: Edition, people: list[int]) -> dict[int, list[Participation]]:
    """Return {primary key of a person: for whom they act in an edition}; one query."""
    found: dict[int, list[Participation]] = {}
    rows = Delegate.objects.filter(
        participation__edition=edition, person__in=people
    ).select_related("participation__pavilion")
    for row in rows.order_by("-is_lead", "pk"):
        found.setdefault(row.person_id, []).append(row.participation)
    return found


def lead_of(participation: int) -> Any:
    """Return the person who acts first for a participation (primary key); one query."""
    return (
        Delegate.objects.select_related("person")
        .filter(participation=participation)
        .order_by("-is_lead", "pk")[0]
        .person
    )


def lead_people(participations: list[int]) -> list[tuple[Participation, Any]]:
    """Return each participation with the person who acts first for it, with user and expo; one
    query. Who has nobody is left out."""
    rows = Delegate.objects.filter(participation__in=participations).select_related(
        "participation", "person__user", "person__expo"
    )
    first: dict[int, tuple[Participation, Any]] = {}
    for row in rows.order_by("-is_lead", "pk"):
        first.setdefault(row.participation_id, (row.participation, row.person))
    return [first[key] for key in participations if key in first]


def leads_of(participations: list[int]) -> dict[int, tuple[str, Any]]:
    """Return {participation: name of who acts first for it, name of its firm}; one query."""
    rows = (
        Delegate.objects.filter(participation__in=participations)
        .order_by("is_lead", "-pk")
        .values_list("participation_id", "person__name", "participation__organisation__name")
    )
    # The last one of each stays: the lead, and of several the first entered.
    return {key: (person, firm) for key, person, firm in rows}


def people_long_gone(ended_before: dt.date, limit: int) -> list[Any]:
    """Return people of all expos whose last edition ended before a day; one query, no scope needed.

    Who takes part nowhere and acts for nobody is not among them: nothing tells since when. Nor are
    made-up people, who are nobody.
    """
    Person = Delegate._meta.get_field("person").related_model
    found = Person._base_manager.filter(erased_at=None, is_made_up=False).annotate(
        last=Greatest(
            Coalesce(Max("delegates__participation__edition__ends"), dt.date.min),
            Coalesce(Max("participations__edition__ends"), dt.date.min),
        )
    )
    past = found.filter(last__gt=dt.date.min, last__lt=ended_before)
    return list(past.select_related("expo", "user").order_by("pk")[:limit])


def objecting(edition: Edition, purpose: str) -> set[int]:
    """Return the participations (primary keys) of whom one who acts refuses a use; one query."""
    found = Delegate.objects.filter(
        participation__edition=edition,
        person__consents__purpose=purpose,
        person__consents__is_current=True,
        person__consents__is_given=False,
    )
    return set(found.values_list("participation_id", flat=True))
