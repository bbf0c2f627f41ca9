"""Whether the reason of every refusal is true by the schedule itself, for the checker alone.

Slot by slot: what keeps the request from being held there as things are, in this order: no place
with one of the two, a limit of the day, no table, too long a way, an order of meetings, breaks.
"""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

Bools = npt.NDArray[np.bool_]
#: Stands for "no limit"; no fair has so many meetings.
MANY = 2**40


class Reasons:
    """A schedule ``held`` (request: slot number) and what it leaves room for."""

    def __init__(self, instance: dict[str, Any], held: dict[str, int]) -> None:
        self.it, self.held = instance, held
        slots, people = instance["slots"], instance["participants"]
        self.slots = [slot["id"] for slot in slots]
        self.at = {name: t for t, name in enumerate(self.slots)}
        self.person = {p["id"]: n for n, p in enumerate(people)}
        self.people = people
        self.request = {r["id"]: r for r in instance["requests"]}
        names = [str(slot.get("day")) for slot in slots]
        days = {name: n for n, name in enumerate(dict.fromkeys(names))}
        self.day = np.array([days[name] for name in names])
        self.capacity = np.array([self._capacity(p) for p in people]).reshape(-1, len(slots))
        used = np.zeros_like(self.capacity)
        self.visits: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
        for name, t in held.items():
            a, b = (self.person[p] for p in self.request[name]["participants"])
            used[a, t] += 1
            used[b, t] += 1
            self.visits[a][t].append(b)
            self.visits[b][t].append(a)
        self.room: Bools = used < self.capacity
        self.full = used.sum(axis=1) >= self._limit("max_meetings")
        by_day = np.stack([used[:, self.day == d].sum(axis=1) for d in range(len(days))], axis=1)
        self.day_full: Bools = by_day >= self._limit("max_meetings_per_day")[:, None]
        self._tables()
        self._walks()
        self.before = defaultdict(list)
        for first, second in instance.get("precedences") or ():
            self.before[second].append(first)
        self.breaks = np.array([self._breaks(n, -1) for n in range(len(people))])

    def _capacity(self, person: dict[str, Any]) -> list[int]:
        given = person.get("capacity")
        each = given if isinstance(given, list) else [1 if given is None else given] * len(self.at)
        away = set(person.get("unavailable") or ())
        return [0 if s in away else min(n, MANY) for s, n in zip(self.slots, each, strict=True)]

    def _limit(self, key: str) -> npt.NDArray[np.int64]:
        given = [person.get(key) for person in self.people]
        return np.array([MANY if n is None else min(n, MANY) for n in given], dtype=np.int64)

    def _tables(self) -> None:
        def left(limit: Any, used: npt.NDArray[np.int64]) -> list[bool]:
            each = limit if isinstance(limit, list) else [limit] * len(used)
            return [n < most for n, most in zip(used.tolist(), each, strict=True)]

        slots, pools = len(self.slots), self.it.get("table_pools") or ()
        self.pool_at = {pool["id"]: n + 1 for n, pool in enumerate(pools)}
        used = np.zeros((len(pools) + 1, slots), dtype=np.int64)
        for name, t in self.held.items():
            used[0, t] += 1
            if pool := self._pool(self.request[name]):
                used[pool, t] += 1
        limit = self.it.get("tables")
        rows = [left(MANY if limit is None else limit, used[0])]
        rows += [left(pool["tables"], used[n + 1]) for n, pool in enumerate(pools)]
        #: bool[pools + 1, S]; row 0 stands for all tables.
        self.tables = np.array(rows, dtype=bool)

    def _pool(self, request: dict[str, Any]) -> int:
        names = [self.people[self.person[p]].get("pool") for p in request["participants"]]
        return max((self.pool_at[name] for name in names if name is not None), default=0)

    def untrue(self, given: dict[str, str], kept: dict[str, str]) -> list[str]:
        """A sentence for each of the reasons ``given`` (request: reason) that is not true.

        ``kept`` (request: slot): who were told this slot and are not to meet in another.
        """
        rows = [self.request[name] for name in given]
        ends = np.array(
            [[self.person[p] for p in row["participants"]] for row in rows], dtype=np.int64
        ).reshape(-1, 2)
        a, b = ends.T
        allowed: Bools = (self.capacity[a] > 0) & (self.capacity[b] > 0)
        self._narrow(rows, kept, allowed)
        free: Bools = allowed & self.room[a] & self.room[b]
        places: Bools = np.any(allowed & ~free, axis=1)
        day_full: Bools = np.logical_or(self.day_full[a], self.day_full[b])
        late: Bools = free & day_full[:, self.day]
        free &= ~late
        pool = np.array([self._pool(row) for row in rows], dtype=np.int64)
        seated = self.tables[0] & self.tables[pool]
        tableless: Bools = np.any(free & ~seated, axis=1)
        free &= seated
        banned = {frozenset(pair) for pair in self.it.get("exclusions") or ()}
        found = []
        for n, (row, why) in enumerate(zip(rows, given.values(), strict=True)):
            true, could = set(), -1
            if banned and frozenset(row["participants"]) in banned:
                true = {"excluded"}
            elif not allowed[n].any():
                true = {"no_common_slot"}
            else:
                blocks = {"quota"} if late[n].any() else set()
                blocks |= {"no_table"} if tableless[n] else set()
                outweighed = bool(places[n])
                full = bool(self.full[a[n]] or self.full[b[n]])
                for t in [] if full else np.flatnonzero(free[n]).tolist():
                    what = self._obstacle(row, int(a[n]), int(b[n]), t)
                    could = t if not what and could < 0 else could
                    outweighed |= what == "outweighed"
                    blocks |= {what} - {"outweighed", ""}
                if full:
                    true = {"quota"}
                    if not (late[n].any() or tableless[n] or free[n].any()):
                        true.add("outweighed")
                elif could < 0:
                    true = blocks or ({"outweighed"} if outweighed else set())
            if why not in true:
                found.append(f'ungranted: the reason "{why}" of "{row["id"]}" is not true')
                if could >= 0:
                    found[-1] += f': it could be held in slot "{self.slots[could]}"'
        return found

    def _narrow(self, rows: list[Any], kept: dict[str, str], allowed: Bools) -> None:
        """Leave in ``allowed`` bool[rows, S] the slots that requests have of their own."""
        if (border := self.it.get("frozen_before")) is not None:
            allowed[:, : self.at[border]] = False
        locked: dict[str, set[str]] = defaultdict(set)
        for item in self.it.get("locked") or ():
            locked[item["request"]].add(item["slot"])
        for n, row in enumerate(rows):
            named = row.get("allowed_slots")
            only = row.get("fixed_slot")
            if named is not None:
                inside = np.zeros(len(self.slots), dtype=bool)
                inside[[self.at[s] for s in named]] = True
                allowed[n] &= inside
            for slot in (only, *locked.get(row["id"], ()), kept.get(row["id"])):
                if slot is not None:
                    allowed[n] &= np.arange(len(self.slots)) == self.at[slot]

    def _obstacle(self, row: dict[str, Any], a: int, b: int, t: int) -> str:
        """The reason for which ``row`` cannot be held in t, where both are free and have a table;
        empty where it can."""
        if self._far(a, b, t) or self._far(b, a, t):
            return "walking"
        for first in self.before.get(row["id"], ()):
            if self.held.get(first, len(self.slots)) >= t:
                return "outweighed"
        most, by_breaks = self.it.get("max_break_difference"), self.it.get("objective") == "breaks"
        if most is None and not by_breaks:
            return ""
        after = self.breaks.copy()
        after[[a, b]] = self._breaks(a, t), self._breaks(b, t)
        if most is not None and after.max() - after.min() > most:
            return "outweighed"
        return "outweighed" if by_breaks and after.sum() > self.breaks.sum() else ""

    def _walks(self) -> None:
        """Where everybody is, the ways, and the time between two slots, in whole parts."""
        walking = self.it.get("walking")
        self.walking = bool(walking)
        if not walking:
            return
        slots = self.it["slots"]
        gap = walking["gap_minutes"]
        each = gap if isinstance(gap, list) else [gap] * (len(slots) - 1)
        gaps = [Fraction(str(n)) for n in each]
        ways = [[Fraction(str(n)) for n in row] for row in walking["minutes"]]
        parts = math.lcm(*(n.denominator for row in [*ways, gaps] for n in row))
        self.way = [[int(n * parts) for n in row] for row in ways]
        ends = list(itertools.accumulate((int(n * parts) for n in gaps), initial=0))
        length = [parts * (slot.get("minutes") or 0) for slot in slots]
        starts = list(itertools.accumulate(length, initial=0))
        #: For t < u: the gaps in between and the slots that lie idle.
        self.time = [
            [ends[u] - ends[t] + starts[u] - starts[min(t + 1, u)] for u in range(len(slots))]
            for t in range(len(slots))
        ]
        number = {name: n for n, name in enumerate(walking["places"])}
        places = [person.get("place") for person in self.people]
        self.place = [-1 if name is None else number[name] for name in places]

    def _far(self, p: int, other: int, t: int) -> bool:
        """Whether p, who goes to ``other`` in slot t, cannot come from or go on to its next."""
        if not self.walking or self.place[p] >= 0 or self.place[other] < 0 or p not in self.visits:
            return False
        here, visits = self.place[other], self.visits[p]
        same = [s for s in visits if self.day[s] == self.day[t]]
        before = max((s for s in same if s < t), default=-1)
        after = min((s for s in same if s > t), default=-1)
        for guest in visits[before] if before >= 0 else ():
            there = self.place[guest]
            if there >= 0 and self.way[there][here] > self.time[before][t]:
                return True
        for guest in visits[after] if after >= 0 else ():
            there = self.place[guest]
            if there >= 0 and self.way[here][there] > self.time[t][after]:
                return True
        return False

    def _breaks(self, p: int, more: int) -> int:
        """Breaks of p, with another meeting in slot ``more`` (-1 = none)."""
        busy = sorted({*self.visits.get(p, ()), *([more] if more >= 0 else ())})
        return sum(u > t + 1 and self._together(t, u) for t, u in itertools.pairwise(busy))

    def _together(self, t: int, u: int) -> bool:
        """Whether idle slots between t and u make a break."""
        scope = self.it.get("break_scope") or "event"
        if scope == "event":
            return True
        halves = {str(self.it["slots"][s].get("session")) for s in range(t, u + 1)}
        return self.day[t] == self.day[u] and (scope == "day" or len(halves) == 1)
