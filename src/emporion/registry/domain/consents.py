"""Allowing and refusing a use of one's data: each word is a row, the last one counts."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from emporion.core import journal
from emporion.registry.models import Consent, Person
from emporion.registry.rules import PURPOSES


def say(person: Person, purpose: str, given: bool, *, language: str = "en") -> Consent:
    """Keep what a person says about a use, in the wording of today; nothing new for the same word.

    Raises KeyError for a purpose that there is not.
    """
    version = PURPOSES[purpose].version
    with transaction.atomic():
        Person._base_manager.select_for_update().get(pk=person.pk)
        current = Consent._base_manager.filter(person=person, purpose=purpose, is_current=True)
        last = current.first()
        if last is not None and (last.is_given, last.version) == (given, version):
            return last
        current.update(is_current=False)
        made = Consent._base_manager.create(
            person=person,
            purpose=purpose,
            is_given=given,
            version=version,
            language=language[:10],
            at=timezone.now(),
        )
        journal.record(
            f"consent.{'give' if given else 'withdraw'}",
            "person",
            person.public_id,
            fields=[f"{purpose} {version}"],
        )
    return made
