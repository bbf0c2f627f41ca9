"""Pins: what every later schedule must grant, in one slot or in any."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from emporion.core import journal
from emporion.meetings import rules
from emporion.meetings.models import MeetingRequest, Pin, Slot


class PinError(ValueError):
    """A pin that cannot be; the text says why."""


def pin(request: MeetingRequest, slot: Slot | None, actor: str) -> Pin:
    """Pin a request to `slot`, or to any slot; a later pin replaces an earlier one.

    Published releases stay as they are: a pin speaks to the next computation. Raises PinError for
    a request that is declined or withdrawn, and for a slot of another edition.
    """
    if slot is not None and slot.edition_id != request.edition_id:
        raise PinError(_("This slot belongs to another edition."))
    with transaction.atomic():
        locked = MeetingRequest.objects.select_for_update().get(pk=request.pk)
        if locked.state not in rules.LIVE:
            raise PinError(_("A request that is declined or withdrawn cannot be pinned."))
        made, _new = Pin.objects.update_or_create(
            request=locked,
            defaults={"slot": slot, "pinned_at": timezone.now(), "pinned_by": actor},
        )
        journal.record("request.pin", "request", locked.public_id, fields=["pin"])
    return made


def unpin(request: MeetingRequest) -> bool:
    """Take a pin away; return whether there was one."""
    with transaction.atomic():
        MeetingRequest.objects.select_for_update().get(pk=request.pk)
        gone, _each = Pin.objects.filter(request=request).delete()
        if gone:
            journal.record("request.unpin", "request", request.public_id, fields=["pin"])
    return bool(gone)
