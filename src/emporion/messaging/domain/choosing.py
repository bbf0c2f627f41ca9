"""What people choose about messages, on their page or by the link in a mail.

The link is a signature over person and kind of message. It says nothing else, opens nothing else,
and does not end: a mail that is found years later can still be stopped (RFC 8058).
"""

from __future__ import annotations

from collections.abc import Collection

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from emporion.core import journal
from emporion.core.tenancy import scopes_disabled
from emporion.messaging.domain import templates
from emporion.messaging.models import Choice
from emporion.messaging.rules import Hours, hours, is_refused
from emporion.registry.queries import Person

# The page "What changed" tells the same by itself and disturbs nobody: it is not chosen.
WAYS = ("mail", "sms", "wechat", "whatsapp")
_signer = Signer(salt="emporion.messaging.stop")


class ChoiceError(ValueError):
    """What cannot be chosen; the text says why."""


def fair_hours() -> Hours:
    """Return the quiet hours of those who chose none of their own."""
    return hours(settings.MESSAGING["quiet"])


def wants(choice: Choice, kind: str, way: str) -> bool:
    """Whether somebody who chose so is told a kind of message by a way."""
    return not is_refused(choice.refused, kind) and not is_refused(choice.refused, kind, way)


def choose(
    person: Person, *, refused: Collection[str], quiet: str = "", language: str = ""
) -> Choice:
    """Keep what a person chose; `refused` are kinds, or "kind:way".

    `quiet` is "" (the fair's hours), "-" (none) or "22:00-07:00". What is necessary cannot be
    refused. Raises ChoiceError.
    """
    free = [one.name for one in templates.every() if not one.necessary]
    known = {*free, *(f"{kind}:{way}" for kind in free for way in WAYS)}
    if unknown := sorted(set(refused) - known):
        raise ChoiceError(f"{unknown[0]} cannot be refused.")
    if language and language not in dict(settings.LANGUAGES):
        raise ChoiceError("This language is not spoken here.")
    try:
        own = hours("" if quiet == "-" else quiet)
    except ValueError:
        raise ChoiceError("Hours are written as 22:00-07:00.") from None
    said = f"{own[0]:%H:%M}-{own[1]:%H:%M}" if own else "-" if quiet else ""
    values = {"refused": sorted(refused), "quiet": said, "language": language}
    with transaction.atomic():
        choice = _locked(person)
        changed = [name for name, value in values.items() if getattr(choice, name) != value]
        if not changed:
            return choice
        for name in changed:
            setattr(choice, name, values[name])
        choice.changed_at = timezone.now()
        choice.save()
        _record(person, "message.choose", changed)
    return choice


def stop(person: Person, kind: str) -> bool:
    """Send a person no more messages of one kind, by any way; False where that was so already."""
    with transaction.atomic():
        choice = _locked(person)
        if kind in choice.refused:
            return False
        choice.refused = sorted({*choice.refused, kind})
        choice.changed_at = timezone.now()
        choice.save()
        _record(person, "message.stop", [kind])
    return True


def take_back(person: Person, kind: str) -> bool:
    """Send a person messages of one kind again; False where they were not stopped."""
    with transaction.atomic():
        choice = _locked(person)
        if kind not in choice.refused:
            return False
        choice.refused = [one for one in choice.refused if one != kind]
        choice.changed_at = timezone.now()
        choice.save()
        _record(person, "message.choose", ["refused"])
    return True


def choice_of(person: Person) -> Choice:
    """Return what a person chose, an empty choice if nothing yet; one query."""
    return Choice._base_manager.filter(person=person).first() or Choice(person=person)


def has_stopped(person: Person, kind: str) -> bool:
    """Whether a person gets messages of a kind by no way; one query."""
    return kind in choice_of(person).refused


def stop_address(person: Person, kind: str) -> str:
    """Return the address at which messages of a kind are stopped, in the active language."""
    token = _signer.sign(f"{person.public_id}.{kind}")
    return f"{settings.PUBLIC_ADDRESS}{reverse('messaging:stop', args=[token])}"


def of_token(token: str) -> tuple[Person, str] | None:
    """Return the person and the kind of message of a link; None for one that was never made."""
    try:
        public_id, _dot, kind = _signer.unsign(token).partition(".")
    except BadSignature:
        return None
    with scopes_disabled():
        found = Person.objects.filter(public_id=public_id, erased_at=None)
        person = found.select_related("expo").first()
    return (person, kind) if person is not None else None


def _locked(person: Person) -> Choice:
    # The person's row is there already: two first choices at once wait for each other.
    Person._base_manager.select_for_update().get(pk=person.pk)
    return choice_of(person)


def _record(person: Person, action: str, fields: list[str]) -> None:
    tenant = person.expo.public_id
    journal.record(action, "person", person.public_id, fields=fields, tenant=tenant)
