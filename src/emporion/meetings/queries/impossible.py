"""Why an edition cannot be scheduled, in words: of whom, when, and what would mend it.

What a computation says is kept as plain JSON (`ScheduleError.why`): a code, and for contradictions
the engine's constraints with public ids. It is put into words when somebody reads it: in their
language, and with names only for those who may know who meets whom.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from emporion.design import formats
from emporion.edition.queries import Participation
from emporion.meetings.models import Incident, MeetingRequest

# So many contradictions, and constraints of each, are worth keeping.
MOST_CONFLICTS, MOST_CONSTRAINTS = 8, 24
Why = dict[str, Any]
# What is said in one sentence that tells of nobody.
PLAIN = {
    "no_slots": gettext_lazy("This edition has no slots; set them first."),
    "no_requests": gettext_lazy(
        "This edition has no open or accepted request; there is nothing to do."
    ),
    "gone": gettext_lazy(
        "A participant, a request or a slot was removed during the computation; compute again."
    ),
    "no_public": gettext_lazy(
        "No schedule is public yet. Publish one first; then it can be repaired."
    ),
    "no_incident": gettext_lazy(
        "Nothing has happened yet. Say first who is away, or what is closed."
    ),
    "replaced": gettext_lazy("Another computation removed this one; compute again."),
}


@dataclass(frozen=True)
class Line:
    """One constraint in words: what it says, and what would mend it ("" where nothing here does).

    `request` is the public id of one that can be unpinned, `who` the name of whose limits or
    calendar it is.
    """

    text: str
    mend: str = ""
    request: str = ""
    who: str = ""


@dataclass(frozen=True)
class Told:
    """A reason for people: a sentence, then groups of lines under a `label`, then what to do."""

    head: str
    label: str = ""
    groups: list[list[Line]] = field(default_factory=list)
    tail: str = ""

    def __str__(self) -> str:
        """All of it in one paragraph."""
        groups = (_clause(self.label, lines) for lines in self.groups)
        return " ".join(part for part in (self.head, *groups, self.tail) if part)


@dataclass(frozen=True)
class Known:
    """Names by public id: of participants, and of the two of each request with how it is held.

    `away` are those of whom, or of whose pavilion, the desk was told that something has happened,
    with the first and the last hour of each ("2023-11-24 10:40").
    """

    names: dict[str, str]
    requests: dict[str, tuple[str, str, bool]]
    away: dict[str, list[tuple[str, str]]] = field(default_factory=dict)

    def of(self, public_id: str) -> str:
        """Return the name of a participant."""
        return self.names.get(public_id, _("somebody who is gone"))


def known(whys: Iterable[Why]) -> Known:
    """Return the names that some reasons need, in the reader's language; three queries, or none."""
    every = [one for why in whys for group in why.get("conflicts", ()) for one in group]
    people = {public_id for one in every for public_id in one["participants"]}
    asked = {public_id for one in every for public_id in one["requests"]}
    rows = Participation.objects.filter(public_id__in=people).select_related("pavilion")
    found = list(rows) if people else []
    requests = MeetingRequest.objects.filter(public_id__in=asked).select_related(
        "asker", "counterpart", "pin"
    )
    return Known(
        {one.public_id: str(one.display_name) for one in found},
        {
            one.public_id: (
                str(one.asker.display_name),
                str(one.counterpart.display_name),
                hasattr(one, "pin"),
            )
            for one in (requests if asked else ())
        },
        _away(found),
    )


def _away(people: list[Participation]) -> dict[str, list[tuple[str, str]]]:
    told = Incident.objects.filter(
        edition__in={one.edition_id for one in people}, taken_back_at=None
    ).select_related("first", "last")
    found: dict[str, list[tuple[str, str]]] = {}
    for incident in told if people else ():
        hours = str(incident.first), str(incident.last)
        for one in people:
            letter = one.pavilion.letter if one.pavilion else ""
            closed = incident.kind == Incident.Kind.CLOSED and incident.letter == letter
            if incident.edition_id == one.edition_id and (
                closed or incident.participation_id == one.pk
            ):
                found.setdefault(one.public_id, []).append(hours)
    return found


def told(why: Why, names: Known | None = None) -> Told:
    """Put a reason into the reader's words; without `names` for who may not know who meets whom."""
    code = why.get("code", "")
    if code == "contradiction":
        head = _("Pins, limits and calendars contradict each other.")
        if names is None:
            return Told(head, tail=_("Which, is told to those who may know who meets whom."))
        groups = [_lines(group, names, why.get("since", "")) for group in why["conflicts"] if group]
        if not groups:
            tail = _("It was not found which of them: unpin some, and compute again.")
            return Told(head, tail=tail)
        return Told(head, _("These cannot hold together:"), groups)
    if code in {"unplaced", "unplaced_in_repair"}:
        head = _("In the time given no schedule was found that grants all that must be held.")
        tail = _("Compute longer, or unpin some.")
        if code == "unplaced_in_repair":
            tail = _("Compute longer, let guests be moved more often, or unpin some.")
        missed = [one for group in why["conflicts"] for one in group]
        if names is None or not missed:
            return Told(head, tail=tail)
        return Told(head, _("Without a place:"), [_lines(missed, names)], tail)
    return Told(_plain(code, why))


def _plain(code: str, why: Why) -> str:
    """Say what concerns nobody: those who read it need no right."""
    if code == "walks":
        pairs = [_("%(a)s to %(b)s") % {"a": a, "b": b} for a, b in why["pairs"]]
        if why["more"]:
            pairs.append(_("and more"))
        said = _("Minutes on foot are missing: %(pairs)s. Enter them, or schedule without walking.")
        return said % {"pairs": _listed(pairs)}
    if code == "numbers":
        return str(_("Notice and moves are whole numbers from 0 to %d.") % why["most"])
    if code == "no_slot":
        return str(_("There is no slot named %s.") % why["name"])
    if code == "checker":
        said = ngettext(
            "The checker found %(n)s violation, so nothing was kept.",
            "The checker found %(n)s violations, so nothing was kept.",
            why["count"],
        )
        return said % {"n": formats.number(why["count"])}
    return str(PLAIN[code])


def _clause(label: str, lines: list[Line]) -> str:
    each = [f"{line.text} ({line.mend})" if line.mend else line.text for line in lines]
    between = pgettext("between parts of a sentence", "; ")
    return _("%(label)s %(lines)s.") % {"label": label, "lines": between.join(each)}


def _lines(group: list[dict[str, Any]], names: Known, since: str = "") -> list[Line]:
    found = [_line(one, names, since) for one in group]
    if len(group) >= MOST_CONSTRAINTS:
        found.append(Line(_("and more")))
    return found


def _line(one: dict[str, Any], names: Known, since: str) -> Line:
    kind, n = one["kind"], one["number"]
    people = [names.of(public_id) for public_id in one["participants"]]
    who = people[0] if people else ""
    values = {"who": who, "when": _when(one["slots"])}
    if kind in {"locked", "mandatory"}:
        return _held(one, values, names)
    if kind == "calendar":
        mend = _("open the calendar")
        if _would_help(one, names, since):
            mend = _("take back what was told of them, or open the calendar")
        if not one["slots"]:
            return Line(_("the hours of %(who)s") % values, mend, who=who)
        if n == 0:
            text = _("%(who)s is not there or not free: %(when)s") % values
            return Line(text, mend, who=who)
        return Line(_some("place", n, values), who=who)
    if kind in {"max_meetings", "max_meetings_per_day", "min_meetings"}:
        return Line(_some(kind, n, values), _("change this limit"), who=who)
    if kind == "exclusion":
        return Line(
            _("%(a)s and %(b)s are not to meet, as one of them said")
            % {"a": people[0], "b": people[-1]}
        )
    # Slots of its own a request has from the ways alone, see `domain.repairing`.
    if kind in {"walking", "allowed_slots"}:
        said = (
            _("%(who)s cannot walk from one to the other in time") % values
            if people and kind == "walking"
            else _("everybody has the minutes to walk")
        )
        return Line(said, _("compute without walking"))
    if kind == "frozen_before" and one["slots"]:
        return Line(_("nothing before %(when)s can be changed any more") % values)
    if kind == "frozen_before":
        return Line(_("no hour is left that could still be changed"))
    return Line(_("a rule of the fair (%(kind)s)") % {"kind": kind})


def _would_help(calendar: dict[str, Any], names: Known, since: str) -> bool:
    """Whether taking back what was told of somebody opens an hour of this calendar that counts."""
    hours = [
        pair for public_id in calendar["participants"] for pair in names.away.get(public_id, ())
    ]
    if calendar["slots"]:
        return any(first <= slot <= last for first, last in hours for slot in calendar["slots"])
    return any(last >= since for _first, last in hours)


def _held(one: dict[str, Any], values: dict[str, str], names: Known) -> Line:
    """A meeting that must be held: pinned, or asked for so in the list that it came with."""
    request = one["requests"][0]
    gone = _("somebody who is gone")
    a, b, pinned = names.requests.get(request, (gone, gone, False))
    both = {"a": a, "b": b, **values}
    if one["kind"] == "locked" and not pinned:
        # Of a repair: what has begun, or is too near to be changed.
        return Line(_("%(a)s and %(b)s meet as it was announced: %(when)s") % both)
    if one["kind"] == "locked":
        text = _("%(a)s and %(b)s are pinned to %(when)s") % both
    elif pinned:
        text = _("%(a)s and %(b)s are pinned, at any time") % both
    else:
        text = _("the meeting of %(a)s and %(b)s is mandatory") % both
    if request not in names.requests:
        return Line(text)
    mend = _("unpin it") if pinned else _("change it in the list of requests")
    return Line(text, mend, request=request)


def _some(kind: str, n: int, values: dict[str, str]) -> str:
    said = {
        "place": ngettext(
            "%(who)s can hold %(n)s meeting at a time",
            "%(who)s can hold %(n)s meetings at a time",
            n,
        ),
        "max_meetings": ngettext(
            "%(who)s takes at most %(n)s meeting", "%(who)s takes at most %(n)s meetings", n
        ),
        "max_meetings_per_day": ngettext(
            "%(who)s takes at most %(n)s meeting a day",
            "%(who)s takes at most %(n)s meetings a day",
            n,
        ),
        "min_meetings": ngettext(
            "%(who)s is to have at least %(n)s meeting",
            "%(who)s is to have at least %(n)s meetings",
            n,
        ),
    }[kind]
    return said % {**values, "n": formats.number(n)}


def _when(slots: list[str]) -> str:
    """Day and hour of slots that are kept as "2023-11-24 10:40"."""
    said = []
    for moment in (dt.datetime.fromisoformat(slot) for slot in slots):
        said.append(f"{formats.day(moment.date(), 'short')}, {formats.clock(moment.time())}")
    return _listed(said)


def _listed(words: list[str]) -> str:
    return pgettext("between words of a list", ", ").join(words)
