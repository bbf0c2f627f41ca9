"""Turning suggestions off and on again, for oneself and about oneself."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from emporion.core import journal
from emporion.edition.queries import Participation
from emporion.matchmaking.domain import vectors
from emporion.matchmaking.models import SuggestionsOff


@transaction.atomic
def turn_off(participation: Participation) -> bool:
    """Suggest nobody to `participation` and it to nobody, from now on; False if it was so already.

    Lists that are shown leave it out at once, runs from the next one on. Search, requests and
    meetings stay as they are.
    """
    _, made = SuggestionsOff.objects.get_or_create(
        participation=participation, defaults={"since": timezone.now()}
    )
    if made:
        journal.record("suggestions.off", "participation", participation.public_id)
    return made


@transaction.atomic
def turn_on(participation: Participation) -> bool:
    """Take `turn_off` back; say whether there was something to take back.

    A job makes their list anew: what they changed meanwhile asked for none.
    """
    gone, _ = SuggestionsOff.objects.filter(participation=participation).delete()
    if gone:
        journal.record("suggestions.on", "participation", participation.public_id)
        vectors.ask_for_list(participation)
    return bool(gone)
