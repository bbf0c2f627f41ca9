"""Who may do what with requests and releases, one condition a line, without asking
the database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Protocol

from emporion.edition.queries import HOSTS, MEETS

# Why a participation does not want to meet; words for people stand with the pages.
DECLINE_REASONS = ("no_fit", "no_time", "already_in_touch", "other")
# Both sides want an accepted meeting: it weighs half as much again as one that waits.
ACCEPTED_PER_CENT = 150
# Nobody reads more at a table; the database column holds as much.
LONGEST_MESSAGE = 500
LIVE = ("open", "accepted")
# What somebody thought of a meeting, from not worth the time to worth it.
RATINGS = range(1, 6)


class Takes(Protocol):
    """What the rules need to know of an edition."""

    phase: str


class Side(Protocol):
    """What the rules need to know of a participation."""

    pk: int
    edition_id: int
    role: str

    @property
    def hosts(self) -> bool: ...


def takes_requests(edition: Takes) -> bool:
    """Requests are made while the edition is open or running."""
    return edition.phase in {"open", "running"}


def same_edition(one: Side, other: Side) -> bool:
    """Both take part in one edition."""
    return one.edition_id == other.edition_id


def may_meet(one: Side, other: Side) -> bool:
    """One of the two has a place, the other comes to it, and both are there to meet.

    Two that both have a place are left out: the schedule does not count the walk of a host who
    leaves the own stand.
    """
    return roles_may_meet(one.role, other.role)


def roles_may_meet(one: str, other: str) -> bool:
    """The same of two roles."""
    return one in MEETS and other in MEETS and (one in HOSTS) != (other in HOSTS)


def takes_answers(edition: Takes) -> bool:
    """Requests are answered and withdrawn as long as they are made."""
    return takes_requests(edition)


def pair(one: int, other: int) -> tuple[int, int]:
    """Return the pair of primary keys in its one order."""
    return (one, other) if one < other else (other, one)


def scheduling_weight(weight: int, state: str) -> int:
    """Return what a live request counts in the schedule, in thousandths."""
    return weight * ACCEPTED_PER_CENT // 100 if state == "accepted" else weight


def asker_hosts(asker: bool, counterpart: bool) -> bool:
    """Whether a meeting is held at the asker's place, given who of the two has one.

    Where both or neither have a place the asker goes to the counterpart.
    """
    return asker and not counterpart


class Stretch(Protocol):
    """What the rules need to know of a slot."""

    date: dt.date
    starts: dt.time
    minutes: int


def has_ended(slot: Stretch, now: dt.datetime) -> bool:
    """A slot is over at `now`, a time of the zone that the slots are in."""
    begins = dt.datetime.combine(slot.date, slot.starts, now.tzinfo)
    return now >= begins + dt.timedelta(minutes=slot.minutes)


def is_there(slot: Stretch, days: Sequence[str] | None, blocked: Sequence[Sequence[str]]) -> bool:
    """A delegate is there and free in a slot: on a day of theirs, in no stretch they blocked.

    `days` are dates in ISO form (None: every day), `blocked` [date, from, to] in wall time.
    """
    date, begins = slot.date.isoformat(), slot.starts.hour * 60 + slot.starts.minute
    if days is not None and date not in days:
        return False
    return not any(
        day == date and begins < _minute(end) and _minute(start) < begins + slot.minutes
        for day, start, end in blocked
    )


def _minute(clock: str) -> int:
    time = dt.time.fromisoformat(clock)
    return time.hour * 60 + time.minute
