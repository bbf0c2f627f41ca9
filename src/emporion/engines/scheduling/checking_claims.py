"""Whether "optimal" or "infeasible" is true of a small instance, for the checker alone.

A constraint model of its own, straight from the file, is asked for any schedule that is better than
the one stated (any at all, where there is said to be none).  No answer is no proof of either.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from typing import Any

#: Most pairs of request and slot that are looked at, and the deterministic time of the solver.
MOST_PAIRS, WORK = 20_000, 10.0


def weigh(instance: dict[str, Any], held: Any) -> Fraction:
    """The weight of the requests ``held`` by their decimal numbers, exactly."""
    return sum(
        (Fraction(str(r.get("weight", 1))) for r in instance["requests"] if r["id"] in held),
        Fraction(0),
    )


def judge(
    instance: dict[str, Any], held: Any, status: str, breaks: int, bound: float | None
) -> tuple[bool | None, list[str]]:
    """Whether the ``status`` "optimal" or "infeasible" is true of the valid schedule ``held``, and
    what is to be said; None where neither the recomputed ``bound`` nor a search shows it."""
    weight, fewer = None, None
    if status == "optimal" and (instance.get("objective") or "weight") == "weight":
        weight = weigh(instance, held)
        if _reached(instance, weight, bound):
            return True, []
    elif status == "optimal":
        fewer = breaks
        if not breaks:
            return True, []
    better = is_better_possible(instance, weight, fewer)
    if better is None:
        return None, [
            f"the status {status} is the solver's word: neither the bound nor a search "
            "within the limits of the checker shows it"
        ]
    if not better:
        return True, []
    if status == "infeasible":
        return False, ["status infeasible, but there is a schedule that keeps every constraint"]
    more = (
        f"has fewer than {fewer} breaks"
        if weight is None
        else f"weighs more than {float(weight):g}"
    )
    return False, [f"status optimal, but there is a valid schedule that {more}"]


def _reached(instance: dict[str, Any], weight: Fraction, bound: float | None) -> bool:
    """Whether the recomputed ``bound`` leaves room for no heavier schedule."""
    if bound is None:
        return False
    each = [Fraction(str(row.get("weight", 1))) for row in instance["requests"]]
    parts = math.lcm(*(value.denominator for value in each))
    step = Fraction(math.gcd(*(int(value * parts) for value in each)), parts)
    # The bound is a sum of floats: its last digits may be wrong, a whole step may not.
    return Fraction(bound) + Fraction(bound) / 10**12 < weight + step


def is_better_possible(
    instance: dict[str, Any], weight: Fraction | None, breaks: int | None
) -> bool | None:
    """Whether a valid schedule weighs more than ``weight`` or has fewer ``breaks`` (both None: is
    there any); None when the instance is too large or the work has not sufficed."""
    claim = _Claim(instance)
    if claim.pairs > MOST_PAIRS:
        return None
    claim.build()
    if weight is not None and not claim.ask_for_more(weight):
        return None
    if breaks is not None:
        claim.model.add(sum(x for mine in claim.starts.values() for x in mine) <= breaks - 1)
    return claim.answer()


class _Claim:
    def __init__(self, instance: dict[str, Any]) -> None:
        from ortools.sat.python import cp_model

        self.cp, self.it, self.model = cp_model, instance, cp_model.CpModel()
        self.slots = [slot["id"] for slot in instance["slots"]]
        self.day = [str(slot.get("day")) for slot in instance["slots"]]
        self.people = {p["id"]: p for p in instance["participants"]}
        # Of a request that is locked in two slots, both: no schedule keeps it.
        self.locked: dict[str, set[str]] = defaultdict(set)
        for item in instance.get("locked") or ():
            self.locked[item["request"]].add(item["slot"])
        self.cells = {row["id"]: self._slots_of(row) for row in instance["requests"]}
        self.pairs = sum(map(len, self.cells.values()))
        self.x: dict[tuple[str, int], Any] = {}
        self.starts: dict[str, list[Any]] = {}

    def _room(self, name: str, t: int) -> int:
        person = self.people[name]
        given = person.get("capacity")
        if self.slots[t] in (person.get("unavailable") or ()):
            return 0
        return 1 if given is None else int(given[t] if isinstance(given, list) else given)

    def _slots_of(self, row: dict[str, Any]) -> list[int]:
        """The slots in which a request could be held at all."""
        it, ends = self.it, row["participants"]
        if any(set(pair) == set(ends) for pair in it.get("exclusions") or ()):
            return []
        border, locked = it.get("frozen_before"), self.locked.get(row["id"], ())
        first = 0 if border is None or locked else self.slots.index(border)
        named, only = row.get("allowed_slots"), row.get("fixed_slot")
        return [
            t
            for t in range(first, len(self.slots))
            if (named is None or self.slots[t] in named)
            and all(s is None or self.slots[t] == s for s in (only, *locked))
            and all(self._room(name, t) > 0 for name in ends)
        ]

    def build(self) -> None:
        """All constraints of the file."""
        add = self.model.add
        by_person: dict[str, list[tuple[str, int, str]]] = defaultdict(list)
        by_slot: dict[int, list[tuple[dict[str, Any], Any]]] = defaultdict(list)
        for row in self.it["requests"]:
            name, mine = row["id"], []
            for t in self.cells[name]:
                x = self.x[name, t] = self.model.new_bool_var("")
                mine.append(x)
                by_slot[t].append((row, x))
                a, b = row["participants"]
                by_person[a].append((name, t, b))
                by_person[b].append((name, t, a))
            must = row.get("mandatory") or name in self.locked
            (self.model.add_exactly_one if must else self.model.add_at_most_one)(mine)
        for first, second in self.it.get("precedences") or ():
            for t in self.cells[second]:
                before = [self.x[first, s] for s in self.cells[first] if s < t]
                add(sum(before) >= self.x[second, t])
        self._tables(by_slot)
        for name in self.people:
            self._person(name, by_person[name])
        self._fairness()

    def _tables(self, by_slot: dict[int, list[tuple[dict[str, Any], Any]]]) -> None:
        limits: list[tuple[Any, Callable[[dict[str, Any]], bool]]] = []
        if self.it.get("tables") is not None:
            limits.append((self.it["tables"], lambda row: True))
        for pool in self.it.get("table_pools") or ():

            def inside(row: dict[str, Any], name: str = pool["id"]) -> bool:
                return any(self.people[p].get("pool") == name for p in row["participants"])

            limits.append((pool["tables"], inside))
        for limit, counts in limits:
            for t, rows in by_slot.items():
                most = limit[t] if isinstance(limit, list) else limit
                mine = [x for row, x in rows if counts(row)]
                if most < len(mine):
                    self.model.add(sum(mine) <= most)

    def _person(self, name: str, visits: list[tuple[str, int, str]]) -> None:
        person, add = self.people[name], self.model.add
        here: dict[int, list[tuple[Any, str]]] = defaultdict(list)
        for request, t, other in visits:
            here[t].append((self.x[request, t], other))
        every = [x for rows in here.values() for x, _ in rows]
        for t, rows in here.items():
            if (most := self._room(name, t)) < len(rows):
                add(sum(x for x, _ in rows) <= most)
        for key, group in (("max_meetings", [every]), ("max_meetings_per_day", self._days(here))):
            most = person.get(key)
            for mine in group:
                if most is not None and most < len(mine):
                    add(sum(mine) <= most)
        if person.get("min_meetings"):
            add(sum(every) >= min(person["min_meetings"], len(every) + 1))
        self._walks(name, here)
        if self.it.get("objective") == "breaks" or self.it.get("max_break_difference") is not None:
            self.starts[name] = self._breaks(here)

    def _days(self, here: dict[int, list[tuple[Any, str]]]) -> list[list[Any]]:
        found: dict[str, list[Any]] = defaultdict(list)
        for t, rows in here.items():
            found[self.day[t]] += [x for x, _ in rows]
        return list(found.values())

    def _walks(self, name: str, here: dict[int, list[tuple[Any, str]]]) -> None:
        walking = self.it.get("walking")
        if not walking or self.people[name].get("place") is not None:
            return
        number = {place: n for n, place in enumerate(walking["places"])}
        gap = walking["gap_minutes"]
        for t in sorted(here):
            for u in sorted(here):
                if u <= t or self.day[t] != self.day[u]:
                    continue
                gaps = gap[t:u] if isinstance(gap, list) else [gap] * (u - t)
                idle = [self.it["slots"][s].get("minutes") or 0 for s in range(t + 1, u)]
                time = sum((Fraction(str(n)) for n in [*gaps, *idle]), Fraction(0))
                between = [x for s in range(t + 1, u) for x, _ in here.get(s, ())]
                for x, a in here[t]:
                    for y, b in here[u]:
                        ends = self.people[a].get("place"), self.people[b].get("place")
                        if None in ends:
                            continue
                        way = walking["minutes"][number[ends[0]]][number[ends[1]]]
                        if Fraction(str(way)) > time:
                            self.model.add_bool_or([~x, ~y, *between])

    def _breaks(self, here: dict[int, list[tuple[Any, str]]]) -> list[Any]:
        """A Boolean for each two neighbouring meetings with a break between them."""
        found = []
        busy = {}
        for t, rows in here.items():
            busy[t] = self.model.new_bool_var("")
            self.model.add_max_equality(busy[t], [x for x, _ in rows])
        for t in busy:
            for u in busy:
                if u <= t + 1 or not self._together(t, u):
                    continue
                between = [busy[s] for s in range(t + 1, u) if s in busy]
                gap = self.model.new_bool_var("")
                self.model.add_bool_or([gap, ~busy[t], ~busy[u], *between])
                for x in (busy[t], busy[u], *[~b for b in between]):
                    self.model.add_implication(gap, x)
                found.append(gap)
        return found

    def _together(self, t: int, u: int) -> bool:
        scope = self.it.get("break_scope") or "event"
        halves = [str(slot.get("session")) for slot in self.it["slots"][t : u + 1]]
        same = scope != "session" or all(a == b for a, b in pairwise(halves))
        return same and (scope == "event" or self.day[t] == self.day[u])

    def _fairness(self) -> None:
        most = self.it.get("max_break_difference")
        if most is None:
            return
        low = self.model.new_int_var(0, len(self.slots), "")
        for mine in self.starts.values():
            self.model.add(sum(mine) >= low)
            self.model.add(sum(mine) <= low + most)

    def ask_for_more(self, weight: Fraction) -> bool:
        """Require more than ``weight``; False where the numbers are too long for the solver."""
        weights = {r["id"]: Fraction(str(r.get("weight", 1))) for r in self.it["requests"]}
        scale = math.lcm(*(value.denominator for value in (*weights.values(), weight)))
        units = {name: int(value * scale) for name, value in weights.items()}
        if sum(units.values()) >= 2**62:
            return False
        total = sum(units[name] * x for (name, _), x in self.x.items())
        self.model.add(total >= int(weight * scale) + 1)
        return True

    def answer(self) -> bool | None:
        solver = self.cp.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.max_deterministic_time = WORK
        code = solver.solve(self.model)
        if code in (self.cp.OPTIMAL, self.cp.FEASIBLE):
            return True
        return False if code == self.cp.INFEASIBLE else None
