"""An edition read into the arrays of the scheduling engine."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db.models import Q

from emporion.edition import queries as edition_queries
from emporion.edition.queries import Edition, Limits
from emporion.engines import scheduling
from emporion.matchmaking import queries as matchmaking_queries
from emporion.meetings import rules
from emporion.meetings.domain.letting_off import let_off
from emporion.meetings.models import MeetingRequest, Pin, Slot
from emporion.meetings.queries import impossible
from emporion.meetings.queries.incidents import standing

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
# The place of hosts whose pavilion is not known: no minutes to or from it are counted.
NO_PAVILION = "-"


class ScheduleError(ValueError):
    """Why an edition cannot be scheduled, and what to do.

    `why` is it as plain JSON, which `queries.impossible` puts into words for each reader; the text
    of the error names nobody.
    """

    def __init__(self, code: str, **told: Any) -> None:
        self.why: impossible.Why = {"code": code, **told}
        super().__init__(str(impossible.told(self.why)))


@dataclass
class Market:
    """An instance and what its S slots, P participants and R requests are in the database.

    ``participants`` int64[P], ``requests`` int64[R] and ``slot_keys`` int64[S] are primary keys;
    ``hosts`` bool[P] says who has a place, ``host`` and ``guest`` int32[R] are indices of the
    participant at whose place a request would be held and of the one who comes there, ``asker``
    int32[R] of the one who asked; ``letters`` are the pavilions by name of place.
    """

    instance: scheduling.Instance
    slots: list[Slot]
    slot_keys: Longs
    participants: Longs
    limits: list[Limits]
    hosts: Bools
    requests: Longs
    host: Ints
    guest: Ints
    asker: Ints
    walking: bool


def read_market(
    edition: Edition,
    *,
    walking: bool = True,
    name: str = "",
    as_told: bool = True,
    also: Collection[int] = (),
) -> Market:
    """Read `edition` as an instance: open and accepted requests, limits, calendars, walks.

    Participants and requests stand in the order of their public ids and slots are "s01", "s02", …,
    so that the same fair gives the same file on every database. Accepted requests weigh more
    (`rules.scheduling_weight`); pairs with a veto are exclusions; a pinned request is
    mandatory, in its slot where it has one. Nobody is where an incident says so, unless not
    `as_told`: a repair takes incidents off by itself. Requests of the keys `also` are read whatever
    became of them. Eight queries; 200,000 requests take about
    two seconds. Raises ScheduleError when there is no slot or no request, or when the minutes
    between two pavilions in use are missing.
    """
    slots = list(Slot.objects.filter(edition=edition))
    if not slots:
        raise ScheduleError("no_slots")
    limits = edition_queries.limits(edition)
    participants = np.array([limit.pk for limit in limits], dtype=np.int64)
    index = {limit.pk: number for number, limit in enumerate(limits)}
    hosts = np.array([limit.hosts for limit in limits], dtype=bool)
    ids, keys, asker, counterpart, weight, mandatory = _requests(edition, index, also)
    locked = _pins(edition, keys, mandatory, slots)
    capacity = _capacity(edition, slots, limits, index)
    if not ids:
        raise ScheduleError("no_requests")
    at_asker = hosts[asker] & ~hosts[counterpart]
    host = np.where(at_asker, asker, counterpart)
    guest = np.where(at_asker, counterpart, asker)
    if as_told:
        away = _away(edition, slots, limits, index)
        locked = _let_off(mandatory, locked, host, guest, capacity, away)
        capacity[away] = 0
    letters = sorted({limit.letter or NO_PAVILION for limit in limits if limit.hosts})
    minutes = _walks(edition, letters) if walking else None
    place_of = {letter: number for number, letter in enumerate(letters)}
    instance = scheduling.make_instance(
        [slot.name for slot in slots],
        [limit.public_id for limit in limits],
        ids,
        host,
        guest,
        name=name or edition.slug,
        weight=weight / 1000,
        mandatory=mandatory,
        locked=locked,
        side=np.where(hosts, 0, 1),
        capacity=capacity,
        max_meetings=_most(limit.max_meetings for limit in limits),
        max_per_day=_most(limit.max_meetings_per_day for limit in limits),
        # With or without walking: who has a place carries a price of the bound.
        place=[place_of[x.letter or NO_PAVILION] if x.hosts else -1 for x in limits],
        place_ids=letters,
        **({} if minutes is None else {"walk_minutes": minutes}),
        exclusions=[
            (index[a], index[b])
            for a, b in sorted({rules.pair(*veto) for veto in matchmaking_queries.vetoes(edition)})
        ],
        break_scope="day",
        extra=_remarks(edition, slots),
        **_times(slots),
    )
    return Market(
        instance=instance,
        slots=slots,
        slot_keys=np.array([slot.pk for slot in slots], dtype=np.int64),
        participants=participants,
        limits=limits,
        hosts=hosts,
        requests=keys,
        host=host.astype(np.int32),
        guest=guest.astype(np.int32),
        asker=asker,
        walking=minutes is not None,
    )


def _requests(
    edition: Edition, index: dict[int, int], also: Collection[int]
) -> tuple[list[str], Longs, Ints, Ints, Longs, Bools]:
    """Live requests, and those of `also`, in the order of their public ids: ids, keys, asker,
    counterpart, weight, mandatory."""
    wanted = Q(state__in=rules.LIVE)
    rows = MeetingRequest.objects.filter(
        wanted | Q(pk__in=also) if also else wanted, edition=edition
    ).values_list(
        "public_id", "pk", "asker_id", "counterpart_id", "weight", "state", "is_mandatory"
    )
    ids: list[str] = []
    numbers = np.fromiter(
        (
            value
            for public_id, pk, asker, counterpart, weight, state, mandatory in rows.iterator(
                chunk_size=5000
            )
            for value in (
                ids.append(public_id) or pk,  # type: ignore[func-returns-value]
                index[asker],
                index[counterpart],
                rules.scheduling_weight(weight, state),
                mandatory,
            )
        ),
        dtype=np.int64,
    ).reshape(-1, 5)
    order = np.argsort(np.array(ids, dtype=np.str_), kind="stable")
    numbers = numbers[order]
    return (
        [ids[i] for i in order],
        numbers[:, 0],
        numbers[:, 1].astype(np.int32),
        numbers[:, 2].astype(np.int32),
        numbers[:, 3],
        numbers[:, 4].astype(bool),
    )


def _pins(
    edition: Edition, keys: Longs, mandatory: Bools, slots: Sequence[Slot]
) -> list[tuple[int, int]]:
    """Mark pinned requests as mandatory; return (request, slot) of those pinned to a slot.

    A pinned request that is declined or withdrawn is not among the requests, and asks for nothing.
    """
    pins = Pin.objects.filter(request__edition=edition).order_by("request__public_id")
    number = {slot.pk: n for n, slot in enumerate(slots)}
    locked = []
    for request, slot in pins.values_list("request_id", "slot_id"):
        for row in np.flatnonzero(keys == request).tolist():
            if slot is None:
                mandatory[row] = True
            else:
                locked.append((row, number[slot]))
    return locked


def _most(values: object) -> Ints:
    return np.array(
        [scheduling.NO_LIMIT if v is None else v for v in values],  # type: ignore[attr-defined]
        dtype=np.int32,
    )


def _capacity(
    edition: Edition, slots: Sequence[Slot], limits: Sequence[Limits], index: dict[int, int]
) -> Ints:
    """Tables of every participation in every slot, int32[P, S]; 0 when none of its delegates is
    there. One without delegates is taken to be there."""
    there = np.ones((len(limits), len(slots)), dtype=bool)
    presence = _Presence(slots)
    first: set[int] = set()
    for participation, days, blocked in edition_queries.calendars(edition):
        row = index[participation]
        mask = presence.mask(days, blocked)
        there[row] = there[row] | mask if row in first else mask
        first.add(row)
    # A guest is one person at one table, whatever the database says.
    tables = np.array([limit.tables if limit.hosts else 1 for limit in limits], dtype=np.int32)
    return tables[:, None] * there


def _away(
    edition: Edition, slots: Sequence[Slot], limits: Sequence[Limits], index: dict[int, int]
) -> Bools:
    """Who cannot meet when by the incidents that stand, bool[P, S]."""
    away = np.zeros((len(limits), len(slots)), dtype=bool)
    number = {slot.pk: n for n, slot in enumerate(slots)}
    for one in standing(edition):
        while_it_is = slice(number[one.first_id], number[one.last_id] + 1)
        if one.participation_id is not None:
            away[index[one.participation_id], while_it_is] = True
        else:
            here = [limit.hosts and limit.letter == one.letter for limit in limits]
            away[np.flatnonzero(here), while_it_is] = True
    return away


def _let_off(
    mandatory: Bools,
    locked: list[tuple[int, int]],
    host: Ints,
    guest: Ints,
    capacity: Ints,
    away: Bools,
) -> list[tuple[int, int]]:
    """Demand no meeting for which an incident leaves no time: return the locks that are left, and
    unmark mandatory requests (`let_off`)."""
    if not away.any():
        return locked
    locks = {r: t for r, t in locked if not (away[host[r], t] or away[guest[r], t])}
    rows = [*locks, *(r for r in np.flatnonzero(mandatory).tolist() if r not in locks)]
    slots = np.ones((len(mandatory), capacity.shape[1]), dtype=bool)
    for r, t in locks.items():
        slots[r] = np.arange(capacity.shape[1]) == t
    off = let_off(rows, host, guest, slots, capacity, np.where(away, 0, capacity))
    mandatory[off] = False
    gone = set(off)
    return [(r, t) for r, t in locks.items() if r not in gone]


class _Presence:
    """Slots in which a delegate is there and free. Thousands of calendars are made of a few hundred
    days and blocked stretches, so each of those is asked of the rules once."""

    def __init__(self, slots: Sequence[Slot]) -> None:
        self.slots = slots
        self.known: dict[tuple[str, ...], Bools] = {}

    def mask(self, days: Sequence[str] | None, blocked: Sequence[Sequence[str]]) -> Bools:
        """bool[S] for one calendar."""
        found = self._known(("days", *days), days, ()) if days is not None else self._always()
        for stretch in blocked:
            found = found & self._known(("blocked", *stretch), None, (stretch,))
        return found

    def _always(self) -> Bools:
        return self._known((), None, ())

    def _known(
        self,
        key: tuple[str, ...],
        days: Sequence[str] | None,
        blocked: Sequence[Sequence[str]],
    ) -> Bools:
        if key not in self.known:
            there = [rules.is_there(slot, days, blocked) for slot in self.slots]
            self.known[key] = np.array(there, dtype=bool)
        return self.known[key]


def _times(slots: Sequence[Slot]) -> dict[str, object]:
    """Days, sessions, lengths and gaps of the slots, as the engine takes them."""
    dates = sorted({slot.date for slot in slots})
    sessions: list[tuple[dt.date, str]] = []
    for slot in slots:
        if (slot.date, slot.session) not in sessions:
            sessions.append((slot.date, slot.session))
    gaps = []
    for one, two in itertools.pairwise(slots):
        ends = dt.datetime.combine(one.date, one.starts) + dt.timedelta(minutes=one.minutes)
        wait = dt.datetime.combine(two.date, two.starts) - ends
        # Overnight nobody walks from meeting to meeting; the number is never looked at.
        gaps.append(int(wait.total_seconds() // 60) if one.date == two.date else 0)
    return {
        "slot_day": [dates.index(slot.date) for slot in slots],
        "slot_session": [sessions.index((slot.date, slot.session)) for slot in slots],
        "slot_minutes": [slot.minutes for slot in slots],
        "gap_minutes": gaps,
        "day_names": [date.isoformat() for date in dates],
        "session_names": [session for _, session in sessions],
    }


def _remarks(edition: Edition, slots: Sequence[Slot]) -> dict[str, Any]:
    """What the file says beside the numbers: starts of the slots, and that data is made up."""
    remarks: dict[str, Any] = {
        "starts": {number: f"{slot.starts:%H:%M}" for number, slot in enumerate(slots)}
    }
    if edition.is_demonstration:
        remarks[""] = {"x-note": "Demonstration data: participants and requests are made up."}
    return remarks


def _walks(edition: Edition, letters: Sequence[str]) -> Ints | None:
    """Minutes between places of hosts, int32[H, H]; None when no minutes are entered at all."""
    known = edition_queries.walking_minutes(edition)
    if not known:
        return None
    minutes = np.zeros((len(letters), len(letters)), dtype=np.int32)
    missing = []
    for row, origin in enumerate(letters):
        for column, target in enumerate(letters):
            if origin == target or NO_PAVILION in (origin, target):
                continue
            if (origin, target) in known:
                minutes[row, column] = known[origin, target]
            else:
                missing.append([origin, target])
    if missing:
        most = 12
        raise ScheduleError("walks", pairs=missing[:most], more=len(missing) > most)
    return minutes
