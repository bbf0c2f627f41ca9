"""What has happened at the fair: told by the desk, and taken back.

Every schedule that is computed takes into account what stands; a release that is public does not
change by it.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from emporion.core import journal
from emporion.edition.queries import HOSTS, Edition, Participation
from emporion.meetings.models import Incident, Slot
from emporion.meetings.queries.incidents import standing

Kind = Incident.Kind


class IncidentError(ValueError):
    """Something that cannot have happened like this; the text says why and how to say it."""


def tell(
    edition: Edition,
    kind: str,
    *,
    participation: Participation | None = None,
    letter: str = "",
    first: Slot,
    last: Slot,
    actor: str,
) -> Incident:
    """Note that a participant, or the pavilion `letter`, cannot meet from `first` to `last`.

    `late` means there from the slot after `last`, `no_show` not come to the meetings of one slot.
    Nothing is moved by it: the next schedule or repair is. Raises IncidentError for an unknown
    kind, nobody or somebody of another edition, a pavilion without anybody who has a place in it,
    slots of another edition, out of order or removed meanwhile, and for what is told already.
    """
    if kind not in Kind.values:
        raise IncidentError(_("Nothing of the kind \u201c%s\u201d can be told.") % kind)
    if kind == Kind.CLOSED:
        participation = None
        _check_pavilion(edition, letter)
    else:
        letter = ""
        if participation is None or participation.edition_id != edition.pk:
            raise IncidentError(_("Nobody of this name takes part in this edition."))
    with transaction.atomic():
        # Of two who tell the same at once, one is told so.
        Edition.objects.select_for_update().get(pk=edition.pk)
        # Only now do the slots stay: until here they may have been set anew.
        _check_slots(edition, kind, first, last)
        same = {
            "kind": kind, "participation": participation, "letter": letter, "first": first,
            "last": last,
        }  # fmt: skip
        if _is_told(edition, same):
            raise IncidentError(_("This was told already, and counts until it is taken back."))
        made = Incident.objects.create(
            edition=edition, **same, told_at=timezone.now(), told_by=actor
        )
        journal.record(
            "incident.tell", "incident", made.public_id, fields=["kind", "first", "last"]
        )
    return made


def _is_told(edition: Edition, same: dict[str, Any]) -> bool:
    return standing(edition).filter(**same).exists()


def take_back(incident: Incident) -> bool:
    """Let an incident count no more; return whether it did until now."""
    with transaction.atomic():
        locked = Incident.objects.select_for_update().get(pk=incident.pk)
        if locked.taken_back_at is not None:
            return False
        locked.taken_back_at = timezone.now()
        locked.save(update_fields=["taken_back_at"])
        journal.record("incident.take_back", "incident", locked.public_id, fields=["taken_back_at"])
    return True


def as_events(edition: Edition) -> list[dict[str, Any]]:
    """Return what stands as events of `emporion-schedule-repair/1`, oldest first.

    By the names of the instance file: public ids of participants, slots "s01", letters of
    pavilions. A pavilion in which nobody has a place by now is left out. Two queries.
    """
    slots = list(Slot.objects.filter(edition=edition))
    events = []
    letters = _letters(edition)
    for one in standing(edition).order_by("told_at", "pk"):
        if one.kind == Kind.CLOSED:
            if one.letter not in letters:
                continue
            who: dict[str, Any] = {"place": one.letter}
        else:
            assert one.participation is not None
            who = {"participants": [one.participation.public_id]}
        events.append({"kind": one.kind, **who, **_when(one, slots)})
    return events


def _when(one: Incident, slots: list[Slot]) -> dict[str, str]:
    first, last = one.first.name, one.last.name
    if one.kind == Kind.NO_SHOW:
        return {"slot": first}
    if one.kind == Kind.LATE:
        after = next(slot for slot in slots if slot.number > one.last.number)
        return {"from": first, "until": after.name}
    return {"from": first, "to": last}


def _check_slots(edition: Edition, kind: str, first: Slot, last: Slot) -> None:
    if {first.edition_id, last.edition_id} != {edition.pk}:
        raise IncidentError(_("This slot belongs to another edition."))
    if Slot.objects.filter(pk__in={first.pk, last.pk}).count() != len({first.pk, last.pk}):
        raise IncidentError(_("The slots were set anew meanwhile. Choose the time again."))
    if last.number < first.number:
        raise IncidentError(_("The last time lies before the first. Change one of them."))
    if kind == Kind.NO_SHOW and first.pk != last.pk:
        raise IncidentError(
            _("Who has not come is missing at one time. For a longer time, say that they are away.")
        )
    later = Slot.objects.filter(edition=edition, number__gt=last.number)
    if kind == Kind.LATE and not later.exists():
        raise IncidentError(
            _("Nothing comes after this time: who is not there by then is away, and not late.")
        )


def _check_pavilion(edition: Edition, letter: str) -> None:
    if letter not in _letters(edition):
        raise IncidentError(
            _("Nobody has a place in a pavilion \u201c%s\u201d, so it cannot be closed.") % letter
        )


def _letters(edition: Edition) -> set[str]:
    """Return the letters of pavilions in which somebody has a place."""
    rows = Participation.objects.filter(edition=edition, role__in=HOSTS, pavilion__isnull=False)
    return set(rows.values_list("pavilion__letter", flat=True).distinct())
