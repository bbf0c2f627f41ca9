"""The instance of the meeting-scheduling problem as flat arrays.

Business meetings between two participants are given slots.  The definition follows Ernst, Singh and
Weiskircher (ICAPS 2008) and Bofill et al. (JAIR 74, 2022); the file format is described in
``docs/integrators/scheduling-engine.md``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
#: The same with the number of dimensions in the name: kernels get one signature from these.
IntRow = npt.NDArray[np.int32]
IntGrid = npt.NDArray[np.int32]
LongRow = npt.NDArray[np.int64]
LongGrid = npt.NDArray[np.int64]
BoolRow = npt.NDArray[np.bool_]
BoolCube = npt.NDArray[np.bool_]

NO_LIMIT = 2**30
EXHIBITOR, BUYER, NO_SIDE = 0, 1, -1
MAX_WEIGHT = 1e9
MIN_WEIGHT = 1e-6
#: Parts of a minute that ways and gaps may be told in; a million minutes of them fit an int32.
MOST_MINUTE_PARTS = 1000


class InstanceError(ValueError):
    """Something in an instance or a solution is wrong; ``where`` names the item."""

    def __init__(self, where: str, what: str) -> None:
        super().__init__(f"{where}: {what}")
        self.where = where
        self.what = what


def _no_pairs() -> Ints:
    return np.empty((0, 2), dtype=np.int32)


@dataclass
class Instance:
    """S slots, P participants, R requests, H places, K table pools; all indices start at 0.

    Make one with `make_instance`, which fills in the defaults and checks that the arrays fit.

    ========================  ===========  ======================================================
    field                     shape        meaning
    ========================  ===========  ======================================================
    slot_day, slot_session    int32[S]     day and session number of each slot, slots in time order
    slot_minutes              int32[S]     length of the slot (0 = unknown; counts when walking)
    side                      int8[P]      0 exhibitor, 1 buyer, -1 not said
    capacity                  int32[P, S]  meetings held in parallel; 0 = not available
    min_meetings              int32[P]     0 = none
    max_meetings              int32[P]     `NO_LIMIT` = none
    max_per_day               int32[P]     `NO_LIMIT` = none
    place                     int32[P]     index of the place where its meetings are held, -1 none
    pool                      int32[P]     index of its table pool, -1 none
    first, second             int32[R]     the two participants of a request
    weight                    float64[R]   > 0
    mandatory                 bool[R]
    allowed                   bool[R, S]   or None: every slot
    fixed_slot                int32[R]     -1 none
    precedences               int32[., 2]  (a, b): b only when a is held strictly before
    tables                    int32[S]     `NO_LIMIT` = none
    pool_tables               int32[K, S]
    exclusions                int32[., 2]  pairs of participants
    locked                    int32[., 2]  (request, slot)
    frozen_before             int          slots before this one take no new meeting
    walk_minutes              int32[H, H]  or [0, 0]: walking does not matter
    gap_minutes               int32[S-1]   time to walk at the boundary behind each slot
    minute_parts              int          parts of a minute that these two count (default 1)
    max_break_difference      int or None
    ========================  ===========  ======================================================
    """

    slot_ids: list[str]
    participant_ids: list[str]
    request_ids: list[str]
    first: Ints
    second: Ints
    name: str
    objective: str
    slot_day: Ints
    slot_session: Ints
    slot_minutes: Ints
    side: npt.NDArray[np.int8]
    capacity: Ints
    min_meetings: Ints
    max_meetings: Ints
    max_per_day: Ints
    place: Ints
    pool: Ints
    weight: Floats
    mandatory: Bools
    allowed: Bools | None
    fixed_slot: Ints
    precedences: Ints
    tables: Ints
    pool_ids: list[str]
    pool_tables: Ints
    exclusions: Ints
    locked: Ints
    frozen_before: int
    place_ids: list[str]
    walk_minutes: Ints
    gap_minutes: Ints
    minute_parts: int
    max_break_difference: int | None
    break_scope: str
    day_names: list[Any] = field(default_factory=list)
    session_names: list[Any] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def walking(self) -> bool:
        """Whether the distance between places matters."""
        return self.walk_minutes.size > 0

    def windows(self) -> Ints:
        """Window number of every slot, int32[S]: breaks count inside one window only."""
        if self.break_scope == "event":
            return np.zeros(len(self.slot_ids), dtype=np.int32)
        change = np.diff(self.slot_day, prepend=self.slot_day[:1]) != 0
        if self.break_scope == "session":
            change |= np.diff(self.slot_session, prepend=self.slot_session[:1]) != 0
        return np.cumsum(change).astype(np.int32)

    def allowed_slots(self) -> Bools:
        """Slots in which a request could be held at all, bool[R, S].

        Both participants available, the request's own slots, nothing new before the frozen slot.
        Exclusions and limits are not looked at.
        """
        there = self.capacity > 0
        both = there[self.first] & there[self.second]
        if self.allowed is not None:
            both &= self.allowed
        rows = np.flatnonzero(self.fixed_slot >= 0)
        if rows.size:
            kept = both[rows, self.fixed_slot[rows]]
            both[rows] = False
            both[rows, self.fixed_slot[rows]] = kept
        both[:, : self.frozen_before] = False
        return both

    def possible_slots(self) -> Bools:
        """Slots in which a schedule may hold a request, bool[R, S].

        None for those excluded; a locked one only where it is locked, which may be a slot in which
        no other comes any more: what is past is locked.
        """
        possible = self.allowed_slots()
        possible[self.excluded()] = False
        requests, slots = self.locked[:, 0], self.locked[:, 1]
        possible[requests] = False
        possible[requests, slots] = True
        return possible

    def excluded(self) -> Bools:
        """Requests between two participants who are never to meet, bool[R]."""
        if not len(self.exclusions):
            return np.zeros(len(self.request_ids), dtype=bool)
        people = np.int64(len(self.participant_ids))
        low, high = np.minimum(self.first, self.second), np.maximum(self.first, self.second)
        banned = np.sort(self.exclusions, axis=1).astype(np.int64)
        return np.isin(low * people + high, banned[:, 0] * people + banned[:, 1])


def make_instance(
    slot_ids: list[str],
    participant_ids: list[str],
    request_ids: list[str],
    first: Any,
    second: Any,
    **given: Any,
) -> Instance:
    """Build an `Instance` from arrays, in memory, with the defaults of the file format.

    ``given`` takes any field of `Instance`; an int or a vector is enough where the field has one
    value for everything (``capacity=1``, ``capacity=vector[P]``, ``tables=40``, ``gap_minutes=5``).
    Raises `InstanceError` with the name of the field when something does not fit.
    Cost: O(P S + R).

    >>> small = make_instance(["9:00", "9:30"], ["booth", "anna"], ["r"], [0], [1], weight=[3.0])
    >>> int(small.capacity.sum())
    4
    """
    slots, people, requests = len(slot_ids), len(participant_ids), len(request_ids)
    if slots == 0:
        raise InstanceError("slots", "an instance needs at least one slot")
    places, pools = len(given.get("place_ids", [])), len(given.get("pool_ids", []))

    def ints(name: str, shape: tuple[int, ...], default: int) -> Ints:
        value = given.pop(name, None)
        array = np.asarray(default if value is None else value)
        if array.ndim and array.shape != shape and array.shape == shape[:1]:
            array = array[:, None]
        try:
            return np.ascontiguousarray(np.broadcast_to(array, shape).astype(np.int32))
        except ValueError:
            raise InstanceError(name, f"has shape {array.shape}, expected {shape}") from None

    def pairs(name: str) -> Ints:
        value = given.pop(name, None)
        if value is None or len(value) == 0:
            return np.empty((0, 2), dtype=np.int32)
        return np.asarray(value, dtype=np.int32).reshape(-1, 2)

    if given.get("walk_minutes") is None:
        given.pop("walk_minutes", None)
        walk = np.empty((0, 0), dtype=np.int32)
    else:
        walk = ints("walk_minutes", (places, places), 0)
    allowed = given.pop("allowed", None)
    weight = given.pop("weight", None)
    mandatory = given.pop("mandatory", None)
    instance = Instance(
        slot_ids=slot_ids,
        participant_ids=participant_ids,
        request_ids=request_ids,
        first=np.ascontiguousarray(first, dtype=np.int32).reshape(requests),
        second=np.ascontiguousarray(second, dtype=np.int32).reshape(requests),
        slot_day=ints("slot_day", (slots,), 0),
        slot_session=ints("slot_session", (slots,), 0),
        slot_minutes=ints("slot_minutes", (slots,), 0),
        side=ints("side", (people,), NO_SIDE).astype(np.int8),
        capacity=ints("capacity", (people, slots), 1),
        min_meetings=ints("min_meetings", (people,), 0),
        max_meetings=ints("max_meetings", (people,), NO_LIMIT),
        max_per_day=ints("max_per_day", (people,), NO_LIMIT),
        place=ints("place", (people,), -1),
        pool=ints("pool", (people,), -1),
        weight=np.ones(requests) if weight is None else np.array(weight, dtype=np.float64),
        mandatory=np.zeros(requests, dtype=bool)
        if mandatory is None
        else np.array(mandatory, dtype=bool),
        allowed=None if allowed is None else np.array(allowed, dtype=bool),
        fixed_slot=ints("fixed_slot", (requests,), -1),
        precedences=pairs("precedences"),
        tables=ints("tables", (slots,), NO_LIMIT),
        pool_ids=given.pop("pool_ids", []),
        pool_tables=ints("pool_tables", (pools, slots), NO_LIMIT),
        exclusions=pairs("exclusions"),
        # Saying twice that a meeting stays where it is says no more.
        locked=np.array(
            list(dict.fromkeys(map(tuple, pairs("locked").tolist()))), dtype=np.int32
        ).reshape(-1, 2),
        frozen_before=int(given.pop("frozen_before", 0)),
        place_ids=given.pop("place_ids", []),
        walk_minutes=walk,
        gap_minutes=ints("gap_minutes", (slots - 1,), 0),
        minute_parts=int(given.pop("minute_parts", 1)),
        name=given.pop("name", ""),
        objective=given.pop("objective", "weight"),
        max_break_difference=given.pop("max_break_difference", None),
        break_scope=given.pop("break_scope", "event"),
        day_names=given.pop("day_names", []),
        session_names=given.pop("session_names", []),
        extra=given.pop("extra", {}),
    )
    if given:
        raise InstanceError(next(iter(given)), "no such field of an instance")
    _check_arrays(instance)
    return instance


def _check_arrays(it: Instance) -> None:
    slots, people, requests = len(it.slot_ids), len(it.participant_ids), len(it.request_ids)
    if it.objective not in ("weight", "breaks"):
        raise InstanceError("objective", f'"{it.objective}" is neither "weight" nor "breaks"')
    if it.break_scope not in ("event", "day", "session"):
        raise InstanceError("break_scope", f'"{it.break_scope}" is not event, day or session')
    for name, array, top in (
        ("first", it.first, people),
        ("second", it.second, people),
        ("exclusions", it.exclusions, people),
        ("precedences", it.precedences, requests),
        ("locked", it.locked[:, 0], requests),
        ("locked", it.locked[:, 1], slots),
    ):
        if array.size and (array.min() < 0 or array.max() >= top):
            raise InstanceError(name, f"an index lies outside 0..{top - 1}")
    for name, array, top in (
        ("place", it.place, len(it.place_ids)),
        ("pool", it.pool, len(it.pool_ids)),
        ("fixed_slot", it.fixed_slot, slots),
    ):
        if array.size and (array.min() < -1 or array.max() >= top):
            raise InstanceError(name, f"an index lies outside -1..{top - 1}")
    if requests:
        same = np.flatnonzero(it.first == it.second)
        if same.size:
            raise InstanceError(
                f'request "{it.request_ids[same[0]]}"', "both participants are the same"
            )
        bad = np.flatnonzero(~(np.isfinite(it.weight) & (it.weight > 0)))
        if bad.size:
            raise InstanceError(
                f'request "{it.request_ids[bad[0]]}"',
                f"weight {it.weight[bad[0]]} must be a number greater than 0",
            )
        bad = np.flatnonzero((it.weight > MAX_WEIGHT) | (it.weight < MIN_WEIGHT))
        if bad.size:
            raise InstanceError(
                f'request "{it.request_ids[bad[0]]}"',
                f"weight {it.weight[bad[0]]:g} must lie between {MIN_WEIGHT:g} and {MAX_WEIGHT:g}",
            )
        pools = it.pool[it.first], it.pool[it.second]
        bad = np.flatnonzero((pools[0] >= 0) & (pools[1] >= 0) & (pools[0] != pools[1]))
        if bad.size:
            raise InstanceError(
                f'request "{it.request_ids[bad[0]]}"',
                "its participants have two different table pools, but a meeting has one table",
            )
    if it.capacity.size and it.capacity.min() < 0:
        raise InstanceError("capacity", "must not be negative")
    if (it.slot_minutes < 0).any() or (it.gap_minutes < 0).any() or (it.walk_minutes < 0).any():
        raise InstanceError("walking", "minutes must not be negative")
    if not 1 <= it.minute_parts <= MOST_MINUTE_PARTS:
        raise InstanceError("minute_parts", f"must lie between 1 and {MOST_MINUTE_PARTS}")
    if not 0 <= it.frozen_before <= slots:
        raise InstanceError("frozen_before", "no such slot")
