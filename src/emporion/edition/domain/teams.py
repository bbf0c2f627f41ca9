"""A team: the people who act for one participation. Those who lead it ask others to join.

Whoever leads asks, takes off, and says who leads; everybody may leave. One who leads and can sign
in always stays: a team without one could not be mended. Who joins has the hours of who acts first,
so that nobody's joining opens hours that were closed. They are a person of their own and never one
of the list with the same name, who may act for others as well.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from emporion.accounts.domain import tries
from emporion.accounts.queries import User
from emporion.core import journal
from emporion.core.text.clean import clean_text
from emporion.edition.domain.changing import add_delegates
from emporion.edition.models import Delegate, Participation, TeamInvite
from emporion.registry import domain as registry
from emporion.registry.queries import Person

GOOD_FOR = timedelta(days=14)
# People of one team, with those who are asked; and how many one user asks in a quarter of an hour.
MOST, ASKED = 25, 10


class TeamError(ValueError):
    """Something that cannot be done to a team; the text says why."""


def ask(participation: Participation, by: User, user: User, name: str, is_lead: bool) -> TeamInvite:
    """Ask `user` to act for `participation`; asked again, the time begins anew.

    Raises TeamError, TooManyTries, and BadText for a name that cannot be stored.
    """
    name = clean_text(name, max_length=200)
    if not name:
        raise TeamError(_("Write the name of whom you ask."))
    now = timezone.now()
    tries.count({tries.key("team", by.public_id): ASKED}, now)
    with transaction.atomic():
        _leading(participation, by)
        team = Delegate.objects.filter(participation=participation)
        if team.filter(person__user=user).exists():
            raise TeamError(_("They are in your team already."))
        others = TeamInvite.objects.filter(participation=participation).exclude(user=user)
        if team.count() + others.count() >= MOST:
            raise TeamError(_("A team has %(most)d people at most.") % {"most": MOST})
        invite, _is_new = TeamInvite.objects.update_or_create(
            participation=participation,
            user=user,
            defaults={
                "name": name,
                "is_lead": is_lead,
                "made_at": now,
                "expires_at": now + GOOD_FOR,
            },
        )
        _record("team.ask", participation, user)
    return invite


def withdraw(participation: Participation, by: User, public_id: str) -> bool:
    """Ask somebody no more; say whether they were asked. Raises TeamError."""
    with transaction.atomic():
        _leading(participation, by)
        found = TeamInvite.objects.filter(participation=participation, public_id=public_id)
        invite = found.select_related("user").first()
        if invite is not None:
            invite.delete()
            _record("team.withdraw", participation, invite.user)
    return invite is not None


def join(user: User, public_id: str) -> Participation:
    """Act for who asked `user`, from now on. Raises TeamError."""
    with transaction.atomic():
        invite = _own(user, public_id)
        participation = invite.participation
        _locked(participation)
        elsewhere = Delegate.objects.filter(
            participation__edition=participation.edition, person__user=user
        ).select_related("participation")
        if (one := elsewhere.first()) is not None:
            raise TeamError(
                _("You act for %(name)s in this edition already. Leave that team first.")
                % {"name": one.participation}
            )
        first = (
            Delegate.objects.filter(participation=participation).order_by("-is_lead", "pk").first()
        )
        person = _person(participation, user, invite.name)
        add_delegates(participation.edition, [(participation.pk, person.pk)])
        delegate = Delegate.objects.get(participation=participation, person=person)
        delegate.is_lead = invite.is_lead
        if first is not None:
            delegate.days, delegate.blocked = first.days, first.blocked
        delegate.save(update_fields=["is_lead", "days", "blocked"])
        invite.delete()
        _record("team.join", participation, user)
    return participation


def decline(user: User, public_id: str) -> None:
    """Do not join. Raises TeamError."""
    with transaction.atomic():
        invite = _own(user, public_id)
        invite.delete()
        _record("team.decline", invite.participation, user)


def leave(participation: Participation, by: User, person: str) -> None:
    """Let a person (public id) act for `participation` no more: oneself, or another whom one leads.

    They are out from the next page on; their personal link opens nothing. Raises TeamError.
    """
    with transaction.atomic():
        _locked(participation)
        delegate = _member(participation, person)
        if delegate.person.user_id != by.pk:
            _leading(participation, by)
        _keep_a_lead(participation, delegate)
        delegate.delete()
        _record("team.leave", participation, delegate.person)


def let_lead(participation: Participation, by: User, person: str, is_lead: bool) -> None:
    """Let a person (public id) lead the team, or no more. Raises TeamError."""
    with transaction.atomic():
        _leading(participation, by)
        delegate = _member(participation, person)
        if not is_lead:
            _keep_a_lead(participation, delegate)
        delegate.is_lead = is_lead
        delegate.save(update_fields=["is_lead"])
        _record("team.change", participation, delegate.person)


def _person(participation: Participation, user: User, name: str) -> Person:
    """Return who `user` is in the expo; a new person for whoever is nobody there yet."""
    known = Person._base_manager.filter(expo_id=participation.edition.expo_id, user=user)
    person = known.order_by("pk").first()
    if person is None:
        row = registry.NewPerson(
            name,
            organisation_id=participation.organisation_id,
            email=user.email,
            phone=user.phone,
            language=user.language,
        )
        person = registry.create_person(participation.edition.expo, row)
        registry.link_user(person, user)
    return person


def _locked(participation: Participation) -> None:
    Participation.objects.select_for_update(of=("self",)).get(pk=participation.pk)


def _leading(participation: Participation, by: User) -> None:
    """Lock the team and make sure that `by` leads it."""
    _locked(participation)
    leads = Delegate.objects.filter(participation=participation, person__user=by, is_lead=True)
    if not leads.exists():
        raise TeamError(_("Only who leads the team does this."))


def _own(user: User, public_id: str) -> TeamInvite:
    invite = (
        TeamInvite.objects.select_for_update(of=("self",))
        .select_related("participation__edition__expo")
        .filter(user=user, public_id=public_id, expires_at__gt=timezone.now())
        .first()
    )
    if invite is None:
        raise TeamError(_("You are not asked any more. Ask the team to do it again."))
    return invite


def _member(participation: Participation, person: str) -> Delegate:
    found = Delegate.objects.select_related("person").filter(
        participation=participation, person__public_id=person
    )
    delegate = found.first()
    if delegate is None:
        raise TeamError(_("They are not in the team."))
    return delegate


def _keep_a_lead(participation: Participation, going: Delegate) -> None:
    others = Delegate.objects.filter(
        participation=participation, is_lead=True, person__user__is_active=True
    ).exclude(pk=going.pk)
    if not others.exists():
        raise TeamError(_("Nobody else who can sign in leads the team. Let somebody lead first."))


def _record(action: str, participation: Participation, whom: object) -> None:
    journal.record(
        action,
        "participation",
        participation.public_id,
        fields=[str(getattr(whom, "public_id", ""))],
    )
