"""What programs were answered and is kept for a day: an erasure forgets what names the person."""

from __future__ import annotations

from typing import Any

from django.db.models import TextField
from django.db.models.functions import Cast

from emporion.api.domain import idempotency
from emporion.api.models import IdempotencyKey
from emporion.core.events import on
from emporion.core.privacy import Owner, likely, names
from emporion.registry.domain.events import person_erased


@on(person_erased)
def erase(person: Any, owner: Owner) -> None:
    """Forget the answers of the expo, and of none, in which a word of the person stands."""
    if not owner.words:
        return
    rows = IdempotencyKey.objects.filter(tenant__in=("", person.expo.public_id))
    found = rows.annotate(as_text=Cast("answer", TextField()))
    said = found.filter(likely("as_text", owner.words)).values_list("pk", "answer")
    idempotency.forget([pk for pk, answer in said if names(answer, owner.words)])
