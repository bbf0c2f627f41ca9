"""Which day somebody was told of."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from emporion.edition.queries import Participation
from emporion.meetings.models import DayTold
from emporion.registry.queries import Person


@transaction.atomic
def note_told(participation: Participation, person: Person, release: int, publish: int) -> None:
    """Note that `person` was told the day of `participation` in `release`.

    By the message that was written when `publish` became public; both are numbers of releases. The
    receipt of the message says the same to people: the journal gets no line.
    """
    DayTold.objects.update_or_create(
        participation=participation,
        person=person,
        defaults={"release": release, "publish": publish, "told_at": timezone.now()},
    )
