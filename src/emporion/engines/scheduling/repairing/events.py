"""What has happened at a running fair, as a file, and what it leaves of the instance.

The format ``emporion-schedule-repair/1`` is described in ``docs/integrators/schedule-repair.md``.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ..instance import Bools, Instance, InstanceError, Ints
from ..json_values import load_json

FORMAT = "emporion-schedule-repair/1"
#: What an event of each kind says beside its kind and ``from``.
KINDS = {
    "absent": ("participants", "to"),
    "closed": ("place", "to"),
    "no_show": ("participants", "slot"),
    "late": ("participants", "until"),
}
KEYS = {
    "format", "now", "notice", "events", "move_price", "moves_per_person", "moves_per_host",
    "no_moves", "later_counts", "cancel_counts",
}  # fmt: skip


@dataclass
class Event:
    """``who`` int32[.], the participants who cannot meet in the slots ``first`` to ``last``."""

    kind: str
    who: Ints
    first: int
    last: int


@dataclass
class Order:
    """A repair that was asked for; ``earliest`` is the first slot in which anything may change.

    ``moves_per_host`` for participants with a place of their own (None = any number): they stay
    where they are, but their agenda changes too.

    ``later_counts``: whether a meeting that an event has hit counts among the moves of its people
    when it is held at another time; else only meetings that could have stayed where they were do.
    ``cancel_counts``: whether one that could have stayed and is given up for heavier ones does.
    """

    earliest: int
    events: list[Event] = field(default_factory=list)
    move_price: float | None = None
    moves_per_person: int = 1
    moves_per_host: int | None = None
    later_counts: bool = True
    cancel_counts: bool = True
    no_moves: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int32))


def read_order(path: str | Path, instance: Instance) -> Order:
    """Read a repair order; raises `InstanceError` that names what is wrong and how to mend it."""
    data = load_json(path)
    if not isinstance(data, dict):
        raise InstanceError(str(path), "not a JSON object")
    return order_from_json(data, instance)


def order_from_json(data: dict[str, Any], instance: Instance) -> Order:
    """A parsed repair order; see `read_order`."""
    if data.get("format") != FORMAT:
        raise InstanceError("format", f'expected "{FORMAT}", found {data.get("format")!r}')
    for key in data:
        if key not in KEYS and not key.startswith("x-"):
            raise InstanceError(
                "repair", f'unknown key "{key}"; there are {", ".join(sorted(KEYS))}'
            )
    slot_at = {name: t for t, name in enumerate(instance.slot_ids)}
    person_at = {name: p for p, name in enumerate(instance.participant_ids)}

    def slot(name: Any, where: str) -> int:
        if not isinstance(name, str) or name not in slot_at:
            raise InstanceError(where, f"no slot {name!r} in the instance")
        return slot_at[name]

    def person(name: Any, where: str) -> int:
        if not isinstance(name, str) or name not in person_at:
            raise InstanceError(where, f"no participant {name!r} in the instance")
        return person_at[name]

    notice = _count(data.get("notice", 1), "notice")
    now = 0 if data.get("now") is None else slot(data["now"], "now")
    # What has begun stays, also where nobody has to be told ahead.
    earliest = 0 if data.get("now") is None else now + max(notice, 1)
    order = Order(min(earliest, len(slot_at)))
    for number, item in enumerate(_list(data, "events"), 1):
        where = f"event {number}"
        kind = item.get("kind") if isinstance(item, dict) else None
        if not isinstance(kind, str) or kind not in KINDS:
            raise InstanceError(where, f"kind must be one of {', '.join(KINDS)}")
        known = {"kind", *KINDS[kind]} | (set() if kind == "no_show" else {"from"})
        for key in item:
            if key not in known and not key.startswith("x-"):
                raise InstanceError(
                    where, f'unknown key "{key}"; expected {", ".join(sorted(known))}'
                )
        end = KINDS[kind][1]
        if kind in ("no_show", "late") and end not in item:
            raise InstanceError(where, f'"{end}" is missing')
        if kind == "no_show":
            first = last = slot(item["slot"], where)
        else:
            first = slot(item["from"], where) if "from" in item else now
            last = slot(item[end], where) if end in item else len(slot_at) - 1
            # Who is late is there from "until" on.
            last -= kind == "late"
        if last < first:
            what = "does not lie behind" if kind == "late" else "lies before"
            raise InstanceError(where, f'"{end}" {item.get(end)!r} {what} "from"')
        if kind == "closed":
            if item.get("place") not in tuple(instance.place_ids):
                raise InstanceError(where, f"no place {item.get('place')!r} in the instance")
            who = np.flatnonzero(instance.place == instance.place_ids.index(item["place"]))
        else:
            names = item.get("participants")
            if not isinstance(names, list):
                raise InstanceError(where, '"participants" must be a list of participant ids')
            who = np.array([person(name, where) for name in names], dtype=np.int32)
        order.events.append(Event(kind, who.astype(np.int32), first, last))
    if (price := data.get("move_price")) is not None:
        if isinstance(price, bool) or not isinstance(price, int | float) or not 0 <= price <= 1e9:
            raise InstanceError("move_price", "must be a number from 0 to 1,000,000,000")
        order.move_price = float(price)
    for key in ("later_counts", "cancel_counts"):
        if not isinstance(value := data.get(key, True), bool):
            raise InstanceError(key, "must be true or false")
        setattr(order, key, value)
    order.moves_per_person = _count(data.get("moves_per_person", 1), "moves_per_person")
    if data.get("moves_per_host") is not None:
        order.moves_per_host = _count(data["moves_per_host"], "moves_per_host")
    order.no_moves = np.array(
        [person(name, "no_moves") for name in _list(data, "no_moves")], dtype=np.int32
    )
    return order


def _list(data: dict[str, Any], key: str) -> list[Any]:
    value = data.get(key, [])
    if not isinstance(value, list):
        raise InstanceError(key, "must be a list")
    return value


def _count(value: Any, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise InstanceError(where, "must be a whole number, 0 or more")
    return value


def remaining(instance: Instance, slot: Ints, order: Order) -> tuple[Instance, Ints]:
    """What is left to schedule, and what of the announced schedule still stands, int32[R].

    Nobody is where the events say so.  Meetings in slots that have begun, or are too near for
    notice, are locked unless an event takes them; no new meeting comes into those slots.
    """
    left = copy.copy(instance)
    left.capacity = instance.capacity.copy()
    still = np.array(slot, dtype=np.int32)
    first, second = instance.first, instance.second
    for event in order.events:
        left.capacity[event.who, event.first : event.last + 1] = 0
        absent = np.zeros(len(instance.participant_ids), dtype=bool)
        absent[event.who] = True
        inside = (still >= event.first) & (still <= event.last)
        still[inside & (absent[first] | absent[second])] = -1
    left.frozen_before = max(instance.frozen_before, order.earliest)
    fixed = [(r, t) for r, t in instance.locked.tolist() if still[r] == t]
    # Also what is locked elsewhere by now: it has been.
    known = {r for r, _ in fixed}
    past = np.flatnonzero((still >= 0) & (still < order.earliest))
    fixed += [(r, int(still[r])) for r in past.tolist() if r not in known]
    left.locked = np.array(fixed, dtype=np.int32).reshape(-1, 2)
    # What had to be held and cannot be any more is lost, not a contradiction.
    lost = (slot >= 0) & (still < 0)
    left.mandatory = instance.mandatory & ~lost
    left.min_meetings = np.zeros_like(instance.min_meetings)
    _waive_orders(left, still, lost)
    if order.earliest == len(instance.slot_ids):
        left.mandatory &= still >= 0
    # Nor does anybody lose a meeting because others had to lose theirs.
    left.max_break_difference = None
    return left, still


def _waive_orders(left: Instance, still: Ints, lost: Bools) -> None:
    """What is locked goes on without what it had to follow; what else had to follow one of the
    ``lost`` (bool[R]) is lost with it, also where it had to be held."""
    first, then = left.precedences.T
    stands = np.isin(then, left.locked[:, 0])
    left.precedences = left.precedences[
        ~stands | ((still[first] >= 0) & (still[first] < still[then]))
    ]
    first, then = left.precedences.T
    lost = lost.copy()
    while (more := then[lost[first] & ~lost[then]]).size:
        lost[more] = True
    left.mandatory &= ~lost
