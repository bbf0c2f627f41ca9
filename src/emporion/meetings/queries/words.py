"""What states and reasons are called, in the reader's language."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from emporion.meetings.models import MeetingRequest

State = MeetingRequest.State

REFUSALS = {
    "no_common_slot": (
        gettext_lazy("No free time in common"),
        gettext_lazy("the two calendars never meet"),
    ),
    "quota": (
        gettext_lazy("Own limit reached"),
        gettext_lazy("as many meetings as one of the two set"),
    ),
    "outweighed": (
        gettext_lazy("A more wanted meeting had the place"),
        gettext_lazy("by what both sides asked and answered"),
    ),
    "no_table": (gettext_lazy("Tables full"), gettext_lazy("no table left in a common hour")),
    "walking": (
        gettext_lazy("Walk too long"),
        gettext_lazy("no order of the day leaves the minutes"),
    ),
    "excluded": (gettext_lazy("Not wanted by one side"), gettext_lazy("somebody said: not for me")),
}
CHANGES = {
    "asked_since": gettext_lazy("asked since"),
    "accepted_since": gettext_lazy("accepted since"),
    "room_found": gettext_lazy("a place was found"),
    "declined": gettext_lazy("declined"),
    "withdrawn": gettext_lazy("withdrawn"),
    "open": gettext_lazy("no longer placed"),
    "accepted": gettext_lazy("no longer placed"),
    "": gettext_lazy("another time for both"),
}
DECLINES = {
    "no_fit": gettext_lazy("Not what we do"),
    "no_time": gettext_lazy("No time"),
    "already_in_touch": gettext_lazy("We are in touch already"),
    "other": gettext_lazy("Another reason"),
}


def state_word(request: MeetingRequest, me: int) -> str:
    """Return what a request is to participation `me` (primary key), as a word on a button."""
    if request.state == State.OPEN:
        return _("Requested") if request.asker_id == me else _("They asked you")
    return {
        State.ACCEPTED: _("Accepted"),
        State.DECLINED: _("Declined"),
        State.WITHDRAWN: _("Withdrawn"),
    }[State(request.state)]


def refusal_word(reason: str) -> str:
    """Return why a request was not granted; a reason we do not know stays as it is."""
    return str(REFUSALS[reason][0]) if reason in REFUSALS else reason


def change_word(reason: str) -> str:
    """Return why a meeting came, moved or went."""
    return str(CHANGES[reason]) if reason in CHANGES else refusal_word(reason)
