"""Being forgotten: asked for by the person, done by an organiser, a command or the retention."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from emporion.accounts.domain import close_account, refuse_shared
from emporion.accounts.queries import User
from emporion.core import journal, privacy
from emporion.core.text.clean import clean_text
from emporion.registry.domain.events import account_closing, person_erased, person_traced
from emporion.registry.models import ErasureRequest, Organiser, Person

State = ErasureRequest.State
LONGEST_REASON = 200


class ErasureError(ValueError):
    """An erasure that cannot be asked for or done; the text says why and what to do."""


@dataclass(frozen=True)
class Erasure:
    """What an erasure did: {label of a table: rows}, and where words of the person are left."""

    rows: dict[str, int]
    left: list[privacy.Mention] = field(default_factory=list)


def trace(people: Sequence[Person], *, tenant: str = "") -> privacy.Owner:
    """Return all that belongs to somebody who is known as `people`, their accounts included.

    What an account wrote is of every expo, or of the one with the public id `tenant`.
    """
    owner = privacy.Owner(tenant=tenant)
    with transaction.atomic():
        for person in people:
            owner.own("person", [person.pk])
            owner.objects.add(("person", person.public_id))
            owner.name(person.name, person.name_latin, person.email, person.phone)
            user = person.user
            if user is not None:
                _own_account(owner, user)
            person_traced.emit(person=person, owner=owner)
    return owner


def trace_account(user: User) -> privacy.Owner:
    """Return all that belongs to an account, with the people it is known as, in whatever expo."""
    owner = trace(list(Person._base_manager.filter(user=user, erased_at=None)))
    _own_account(owner, user)
    return owner


def note_account_export(user: User) -> None:
    """Write down that somebody was given what is known of their account."""
    with transaction.atomic():
        journal.record("user.export", "user", user.public_id)


def keeps_account(user: User) -> list[Person]:
    """Return as whom an account is still known somewhere: there the erasure is asked for."""
    found = Person._base_manager.filter(user=user, erased_at=None).select_related("expo")
    return list(found.order_by("pk"))


def erase_account(user: User) -> dict[str, int]:
    """Close and forget an account that is known as nobody; return {label of a table: rows}.

    Its user does it; nobody has to be asked, because nothing of a fair is its own. What it looks
    after or is offered goes with it. Raises NotOpen, and ErasureError for somebody who runs an
    expo or is known in one.
    """
    refuse_shared(user)
    with transaction.atomic(), journal.acting(user.actor):
        if keeps_account(user):
            raise ErasureError(_("You are known in a fair. Ask to be erased there first."))
        if user.is_staff or Organiser._base_manager.filter(user=user).exists():
            raise ErasureError(_("You run an expo. Let an owner take your role back first."))
        owner = privacy.Owner()
        _own_account(owner, user)
        close_account(user)
        return privacy.erase(owner)


def _own_account(owner: privacy.Owner, user: User) -> None:
    owner.own("user", [user.pk])
    owner.own("actor", [user.actor])
    owner.objects.add(("user", user.public_id))
    owner.name(user.name, user.email, user.phone)


def note_export(people: Sequence[Person]) -> None:
    """Write down that somebody was given what is known of them."""
    with transaction.atomic():
        journal.record("person.export", "person", [person.public_id for person in people])


def ask_for_erasure(person: Person) -> ErasureRequest:
    """Keep the wish of a person to be forgotten; the one that is open if there is one.

    Raises ErasureError for somebody who runs the expo, and who is erased already.
    """
    _refuse(person)
    with transaction.atomic():
        Person._base_manager.select_for_update().get(pk=person.pk)
        found = open_request(person)
        if found is None:
            found = ErasureRequest._base_manager.create(person=person, asked_at=timezone.now())
            journal.record("erasure.ask", "person", person.public_id)
    return found


def withdraw_erasure(person: Person) -> bool:
    """Take the wish back; say whether there was an open one."""
    return _end(person, State.WITHDRAWN, "", "erasure.withdraw")


def decline_erasure(person: Person, reason: str) -> bool:
    """Say why somebody cannot be forgotten yet; say whether there was an open wish."""
    return _end(person, State.DECLINED, _reason(reason), "erasure.decline")


def open_request(person: Person) -> ErasureRequest | None:
    """Return the open wish of a person; one query."""
    return ErasureRequest._base_manager.filter(person=person, state=State.OPEN).first()


def erase_person(
    person: Person, reason: str, *, look: bool = True, everywhere: bool = False
) -> Erasure:
    """Forget a person: everything the register says, in one transaction; cannot be undone.

    What the record of a firm or of the schedule needs stays under the person's public id. The
    account they sign in with is closed, its sessions end, unless somebody of another expo signs in
    with it as well. Raises ErasureError for somebody who runs the expo, who is erased already, and
    without a reason. What others wrote may name the person: `Erasure.left` says where in their
    expo, with `look`; `everywhere` looks into all expos, for whoever keeps the machine.
    """
    why = _reason(reason)
    _refuse(person)
    with transaction.atomic():
        locked = Person._base_manager.select_for_update().get(pk=person.pk)
        _refuse(locked)
        user, tenant = locked.user, locked.expo.public_id
        stays = user is not None and not _closes(locked)
        # An account that goes takes along what it wrote anywhere; one that stays is needed
        # elsewhere, and what it wrote there is not this expo's to erase.
        owner = trace([locked], tenant=tenant if stays else "")
        owner.tenant = tenant
        if user is not None and stays:
            _leave_account(owner, locked, user)
        elif user is not None:
            close_account(user)
        person_erased.emit(person=locked, owner=owner)
        rows = privacy.erase(owner)
        now = timezone.now()
        Person._base_manager.filter(pk=locked.pk).update(erased_at=now)
        _end(locked, State.DONE, why, "")
        journal.record("person.erase", "person", locked.public_id, fields=sorted(rows))
    person.refresh_from_db()
    expo = None if everywhere else person.expo
    return Erasure(rows, privacy.mentions(owner.long_words(), expo=expo) if look else [])


def _leave_account(owner: privacy.Owner, person: Person, user: User) -> None:
    """Take what an account that stays open is out of `owner`, but for its rows in this expo.

    All of it, where somebody else of the expo signs in with it: nothing says whose a row is then.
    """
    owner.objects.discard(("user", user.public_id))
    same = Person._base_manager.filter(expo=person.expo_id, user=user, erased_at=None)
    if same.exclude(pk=person.pk).exists():
        for kind in ("user", "actor"):
            owner.keys.pop(kind, None)
    else:
        owner.within = person.expo


def _end(person: Person, state: State, reason: str, action: str) -> bool:
    with transaction.atomic():
        found = (
            ErasureRequest._base_manager.select_for_update()
            .filter(person=person, state=State.OPEN)
            .first()
        )
        if found is None and state is State.DONE:
            found = ErasureRequest(person=person, asked_at=timezone.now())
        if found is None:
            return False
        found.state, found.reason, found.ended_at = state, reason, timezone.now()
        found.ended_by = journal.actor()
        found.save()
        if action:
            journal.record(action, "person", person.public_id)
    return True


def _refuse(person: Person) -> None:
    if person.erased_at is not None:
        raise ErasureError(_("This person was erased already."))
    user = person.user_id
    if user and Organiser._base_manager.filter(expo=person.expo_id, user=user).exists():
        raise ErasureError(_("This person runs the expo. Let somebody else run it first."))


def _closes(person: Person) -> bool:
    """Whether nobody else signs in with the person's account, here or in another expo."""
    others = Person._base_manager.filter(user=person.user_id, erased_at=None).exclude(pk=person.pk)
    runs = Organiser._base_manager.filter(user=person.user_id)
    needs: list[str] = []
    account_closing.emit(person=person, needs=needs)
    runs_all = person.user is not None and (person.user.is_superuser or person.user.is_staff)
    return not needs and not runs_all and not others.exists() and not runs.exists()


def _reason(text: str) -> str:
    why = clean_text(text, max_length=LONGEST_REASON)
    if not why.strip():
        raise ErasureError(_("Say why: the reason is kept with the deed."))
    return why
