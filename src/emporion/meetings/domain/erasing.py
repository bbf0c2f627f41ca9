"""What of the meetings belongs to a person: the requests that they wrote as a user."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from emporion.core.events import on
from emporion.core.models import JournalEntry
from emporion.core.privacy import Owner
from emporion.meetings.models import MeetingRequest
from emporion.registry.domain.events import person_traced


@on(person_traced)
def trace(person: Any, owner: Owner) -> None:
    """Add the requests that the person's user asked last, and those of theirs alone.

    Of the owner's expo where one is named: a user can ask in several.
    """
    actors = owner.keys.get("actor", ())
    asked = JournalEntry.objects.filter(action="request.ask")
    ids = asked.filter(actor__in=actors).values("object_id")
    # A request that was withdrawn can be asked again by a colleague: the last one wrote it.
    last = dict(asked.filter(object_id__in=ids).order_by("pk").values_list("object_id", "actor"))
    wrote = [public_id for public_id, actor in last.items() if actor in actors]
    mine = Q(public_id__in=wrote) | Q(asker__in=owner.keys.get("alone", ()))
    found = MeetingRequest._base_manager.filter(mine)
    if owner.tenant:
        found = found.filter(edition__expo__public_id=owner.tenant)
    rows = list(found.values_list("pk", "public_id"))
    owner.own("written", [pk for pk, _ in rows])
    owner.objects |= {("request", public_id) for _, public_id in rows}
