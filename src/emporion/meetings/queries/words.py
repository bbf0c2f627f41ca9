"""What states and reasons are called, in the reader's language."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from emporion.meetings.models import MeetingRequest

State = MeetingRequest.State

REFUSALS = {
    "no_common_slot": (
        gettext_lazy("No free time in common"),
        gettext_lazy("the two calendars never meet, or one of the two is away"),
    ),
    "quota": (
        gettext_lazy("Limit of one of the two reached"),
        gettext_lazy("one of them has as many meetings as they set themselves"),
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
# Whom a schedule serves first; see `domain.service`.
SERVICES = {
    "value": gettext_lazy("Nobody: the greatest value"),
    "everybody": gettext_lazy("Every guest who asks, with one meeting"),
    "quarter": gettext_lazy("Every guest, with a quarter of what they ask for"),
    "half": gettext_lazy("Every guest, with half of what they ask for"),
}
CHANGES = {
    "asked_since": gettext_lazy("asked since"),
    "accepted_since": gettext_lazy("accepted since"),
    "room_found": gettext_lazy("a place was found"),
    "declined": gettext_lazy("declined"),
    "withdrawn": gettext_lazy("withdrawn"),
    "open": gettext_lazy("no longer placed"),
    "accepted": gettext_lazy("no longer placed"),
    "": gettext_lazy("rearranged to make room"),
    # Of a repair, by the names of the engine.
    "absent": gettext_lazy("one of the two is away"),
    "closed": gettext_lazy("the pavilion is closed"),
    "later": gettext_lazy("held at another time instead"),
    "waiting_pair": gettext_lazy("waited, and takes a free place"),
    "pulled_forward": gettext_lazy("comes forward into a free place"),
    "refilled": gettext_lazy("waited, and takes the place of one that came forward"),
    "made_room": gettext_lazy("moved so that another can be held"),
    "pinned": gettext_lazy("pinned since"),
    "gave_way": gettext_lazy("gives way to one that is pinned or must be held"),
    "invalid": gettext_lazy("stood where it cannot be held"),
    "order": gettext_lazy("the meeting before it is no longer held"),
}
# What has happened, said of a participant or a pavilion.
INCIDENTS = {
    "absent": gettext_lazy("away"),
    "late": gettext_lazy("comes late"),
    "no_show": gettext_lazy("did not come"),
    "closed": gettext_lazy("closed"),
}
# By the words with which the engine names how a bound was proven.
METHODS = {
    "Lagrangian prices from the slot-free flow": gettext_lazy(
        "prices on each participant's time, from the matching without hours"
    ),
    "Lagrangian prices from the slot-free flow, with the walks of each calendar": gettext_lazy(
        "prices on each participant's time, from the matching without hours, with the walks of "
        "each calendar"
    ),
    "Lagrangian prices of single slots by the smoothed dual": gettext_lazy(
        "prices on each slot of each participant"
    ),
    "Lagrangian prices of single slots by the smoothed dual, with the walks of each calendar": (
        gettext_lazy("prices on each slot of each participant, with the walks of each calendar")
    ),
    "Lagrangian prices of single slots from the linear programme": gettext_lazy(
        "prices on each slot of each participant, from a linear programme"
    ),
    "linear programme with tables and walks, its prices in whole numbers": gettext_lazy(
        "a linear programme with tables and walks"
    ),
    "branch and bound over what the prices of the linear programme leave": gettext_lazy(
        "everything that the prices of a linear programme leave was searched"
    ),
    "slot-free b-matching by min-cost flow": gettext_lazy(
        "the best matching without hours, by minimum-cost flow"
    ),
    "constraint model, exhaustive search": gettext_lazy("every schedule was searched"),
    "no meeting needs a break": gettext_lazy("no meeting needs a break"),
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


def method_word(method: str) -> str:
    """Return how a bound was proven; a method we do not know stays as the engine names it."""
    return str(METHODS[method]) if method in METHODS else method


def change_word(reason: str) -> str:
    """Return why a meeting came, moved or went."""
    return str(CHANGES[reason]) if reason in CHANGES else refusal_word(reason)
