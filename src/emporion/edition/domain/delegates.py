"""Let somebody sign in for a participant: who of its people they are, and the link to the user."""

from __future__ import annotations

from django.db import transaction

from emporion.accounts.queries import User, as_phone
from emporion.core import journal
from emporion.core.text.addresses import as_email
from emporion.core.text.clean import clean_text
from emporion.edition.domain.changing import add_delegates
from emporion.edition.models import Delegate, Participation
from emporion.registry import domain as registry
from emporion.registry.queries import Person


class DelegateError(ValueError):
    """It cannot be told who of the participant's people this is; the text says how to mend it."""


def choose_person(
    participation: Participation,
    *,
    email: str | None = None,
    phone: str | None = None,
    name: str = "",
    user: User | None = None,
) -> Person | None:
    """Return who of the people of an expo signs in for `participation`; None: a new one, `name`.

    In this order: who signs in as `user` for it already; the one of its delegates called `name`;
    the delegate on the list with this address or number; who `user` is elsewhere in the expo; and
    without a name the delegate who acts first, or the participant itself if it is a person, as
    long as nobody else signs in as them and the list has no other address for them.
    Raises DelegateError where nobody is left. At most three queries.
    """
    name = clean_text(name, max_length=200)
    people = _people(participation)
    if user is not None:
        for person in people:
            if person.user_id == user.pk:
                return person
    if name:
        named = [person for person in people if person.name.casefold() == name.casefold()]
        free = [person for person in named if person.user_id is None]
        if named and not free:
            raise DelegateError(f"Somebody else signs in as {named[0].name} already.")
        if free:
            return free[0]
    else:
        for person in people:
            if person.user_id is None and _has(person, email, phone):
                return person
    elsewhere = _elsewhere(participation, user)
    if elsewhere is not None or name:
        return elsewhere
    if not people:
        raise DelegateError("Nobody acts for it yet. Add --name with the name of the person.")
    first = people[0]
    if first.user_id is not None:
        raise DelegateError(
            f"Somebody else signs in as {first.name} already. "
            "Add --name with the name of this person."
        )
    if (email and first.email) or (phone and first.phone):
        raise DelegateError(
            f"The list has {first.email if email else first.phone} for "
            f"{first.name}, who acts for it. Add --name with the name of this "
            f"person; --name {first.name!r} if it is the same."
        )
    return first


def let_sign_in(participation: Participation, user: User, name: str = "") -> tuple[Person, bool]:
    """Link `user` to a person who acts for `participation`; return them, and if that is new.

    Makes the person (called `name`) and the delegate where they are missing. Who it is, is chosen
    by `choose_person`. Raises DelegateError, and BadText for a name that cannot be stored; then
    nothing is changed.
    """
    with transaction.atomic():
        Participation._base_manager.select_for_update().get(pk=participation.pk)
        person = choose_person(
            participation, email=user.email, phone=user.phone, name=name, user=user
        )
        if person is None:
            row = registry.NewPerson(
                clean_text(name, max_length=200),
                organisation_id=participation.organisation_id,
                email=user.email,
                phone=user.phone,
                language=user.language,
            )
            person = registry.create_person(participation.edition.expo, row)
        acts = Delegate._base_manager.filter(participation=participation, person=person).exists()
        if not acts:
            add_delegates(participation.edition, [(participation.pk, person.pk)])
        is_linked = person.user_id == user.pk
        if not is_linked:
            registry.link_user(person, user)
            journal.record("participation.sign_in", "participation", participation.public_id)
    return person, not (acts and is_linked)


def _people(participation: Participation) -> list[Person]:
    """Return its people, who acts first first; a participant that is a person comes last."""
    delegates = (
        Delegate._base_manager.select_related("person")
        .filter(participation=participation)
        .order_by("-is_lead", "pk")
    )
    people = [delegate.person for delegate in delegates]
    own = participation.person
    return people if own is None or own in people else [*people, own]


def _has(person: Person, email: str | None, phone: str | None) -> bool:
    same_email = bool(email) and as_email(person.email or "") == as_email(str(email))
    return same_email or (bool(phone) and as_phone(person.phone or "") == phone)


def _elsewhere(participation: Participation, user: User | None) -> Person | None:
    if user is None:
        return None
    people = Person._base_manager.filter(expo_id=participation.edition.expo_id, user=user)
    return people.order_by("pk").first()
