"""Independent checker of a schedule: its own reading, its own rules, nothing of the solver.

It works on the two files as they are and says everything that is wrong, one sentence each.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

from .checking_bound import recompute_bound
from .checking_claims import judge
from .checking_form import form_faults, unreadable
from .checking_reasons import Reasons

REASONS = ("no_common_slot", "quota", "outweighed", "no_table", "walking", "excluded")


@dataclass
class Report:
    """``violations`` of the schedule, one sentence each; figures recomputed from the files."""

    violations: list[str] = field(default_factory=list)
    status: str = ""
    meetings: int = 0
    weight: float = 0.0
    breaks: int = 0
    idle: int = 0
    digest: str = ""
    bound: float | None = None
    share: float | None = None
    bound_without_walking: float | None = None
    notes: list[str] = field(default_factory=list)
    #: Whether "optimal" or "infeasible" has been shown here too; None where neither is claimed.
    proven: bool | None = None

    @property
    def valid(self) -> bool:
        return not self.violations


def check(
    instance: Any,
    solution: Any,
    *,
    bound: bool = True,
    reasons: bool = True,
    claims: bool = False,
) -> Report:
    """Check an `Instance` and a `Solution` in memory, through the JSON they would be written as.

    ``bound=False`` leaves the recomputation of the bound out, which takes most of the time;
    ``reasons=False`` takes the reasons as they are, for a schedule that has none.  ``claims``: the
    status of a small instance is proven anew, where the bound does not prove it; some seconds.

    >>> from emporion.engines.scheduling import make_instance, solve
    >>> two = make_instance(["9:00"], ["booth", "anna", "bo"], ["x", "y"], [0, 0], [1, 2])
    >>> found = solve(two)
    >>> check(two, found).valid
    True
    >>> found.slot[:] = 0
    >>> check(two, found, reasons=False).violations[0]
    'participant "booth": 2 meetings in slot "9:00", room for 1'
    """
    from .writing import instance_to_json, solution_to_json

    data = solution_to_json(instance, solution)
    if not bound:
        data.get("bound", {}).pop("certificate", None)
        data.get("bound", {}).pop("x-slot-prices", None)
    return check_data(instance_to_json(instance), data, reasons=reasons, claims=claims)


def check_files(instance: str | Path, solution: str | Path) -> Report:
    """Check a solution file against its instance file, with what its status claims.

    5 s for 200,000 requests, 15 s of processor time where people walk; their status is looked at
    by the bound alone.
    """
    return check_data(_load(instance), _load(solution), claims=True)


def _load(path: str | Path) -> Any:
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
        data = json.loads(text)
        if "\\u" in text:
            json.dumps(data, ensure_ascii=False).encode()
    except RecursionError:
        raise ValueError(f"{path}: nested too deeply") from None
    except UnicodeEncodeError:
        raise ValueError(f"{path}: half a character in a text") from None
    except ValueError as error:
        raise ValueError(f"{path}: not JSON in UTF-8: {error}") from None
    return data


def check_data(
    instance: dict[str, Any], solution: Any, *, reasons: bool = True, claims: bool = False
) -> Report:
    """Check parsed JSON.  The instance is taken to be well formed, the solution is not."""
    checker = _Checker(instance, solution, reasons)
    report = checker.run()
    if claims and report.valid:
        checker.claims()
    return report


class _Checker:
    def __init__(self, instance: dict[str, Any], solution: Any, with_reasons: bool) -> None:
        self.with_reasons = with_reasons
        self.solution = solution
        self.instance = instance
        self.report = Report()
        self.slots = [slot["id"] for slot in instance["slots"]]
        self.at = {name: t for t, name in enumerate(self.slots)}
        self.day = [slot.get("day") for slot in instance["slots"]]
        self.person = {p["id"]: p for p in instance["participants"]}
        self.request = {r["id"]: r for r in instance["requests"]}
        self.held: dict[str, int] = {}
        self.calendar: dict[str, list[tuple[int, str]]] = defaultdict(list)

    def say(self, sentence: str) -> None:
        self.report.violations.append(sentence)

    def run(self) -> Report:
        if not self.form():
            return self.report
        self.meetings()
        for name, visits in self.calendar.items():
            visits.sort()
            self.calendar_of(name, visits)
        self.minimums()
        self.tables()
        self.requests()
        self.walks()
        self.breaks()
        self.reasons()
        self.figures()
        lines = sorted(f"{name} {self.slots[t]}\n" for name, t in self.held.items())
        self.report.digest = hashlib.sha256("".join(lines).encode()).hexdigest()
        return self.report

    def form(self) -> bool:
        """Whether the solution can be read on."""
        self.report.violations += form_faults(self.solution)
        if unreadable(self.solution):
            return False
        self.report.status = str(self.solution.get("status"))
        if self.solution.get("instance") != self.instance.get("name", ""):
            self.say("solution: it names another instance")
        return True

    def meetings(self) -> None:
        spots: dict[tuple[str, str, int], Any] = {}
        for meeting in self.solution.get("meetings", []):
            name, slot = meeting.get("request"), meeting.get("slot")
            if name not in self.request:
                self.say(f"meeting: unknown request {name!r}")
                continue
            if slot not in self.at:
                self.say(f'meeting "{name}": unknown slot {slot!r}')
                continue
            if name in self.held:
                self.say(f'request "{name}" is held twice')
                continue
            t = self.at[slot]
            self.held[name] = t
            for person in self.request[name]["participants"]:
                self.calendar[person].append((t, name))
                if "table" in meeting:
                    spot = (person, json.dumps(meeting["table"]), t)
                    if spot in spots:
                        self.say(
                            f'meetings "{spots[spot]}" and "{name}" share a table in slot "{slot}"'
                        )
                    spots[spot] = name
        self.report.meetings = len(self.held)

    def capacity(self, person: dict[str, Any], t: int) -> int:
        if self.slots[t] in (person.get("unavailable") or ()):
            return 0
        given = person.get("capacity")
        return 1 if given is None else int(given[t] if isinstance(given, list) else given)

    def calendar_of(self, name: str, visits: list[tuple[int, str]]) -> None:
        person = self.person[name]
        for t, count in Counter(t for t, _ in visits).items():
            room = self.capacity(person, t)
            if count > room:
                self.say(
                    f'participant "{name}": {count} meetings in slot "{self.slots[t]}", '
                    f"room for {room}"
                )
        most = person.get("max_meetings")
        if most is not None and len(visits) > most:
            self.say(f'participant "{name}": {len(visits)} meetings, max_meetings {most}')
        most = person.get("max_meetings_per_day")
        if most is not None:
            for day, count in Counter(str(self.day[t]) for t, _ in visits).items():
                if count > most:
                    self.say(
                        f'participant "{name}": {count} meetings on {day}, '
                        f"max_meetings_per_day {most}"
                    )

    def minimums(self) -> None:
        if self.solution.get("status") == "infeasible":
            return
        for name, person in self.person.items():
            least = person.get("min_meetings") or 0
            count = len(self.calendar.get(name, ()))
            if count < least:
                self.say(f'participant "{name}": {count} meetings, min_meetings {least}')

    def tables(self) -> None:
        limit = self.instance.get("tables")
        pools = {p["id"]: p["tables"] for p in self.instance.get("table_pools") or ()}
        used: Counter[int] = Counter(self.held.values())
        if limit is not None:
            for t, count in sorted(used.items()):
                room = limit[t] if isinstance(limit, list) else limit
                if count > room:
                    self.say(f'slot "{self.slots[t]}": {count} meetings, {room} tables')
        if not pools:
            return
        in_pool: Counter[tuple[str, int]] = Counter()
        for name, t in self.held.items():
            ends = self.request[name]["participants"]
            for pool in {self.person[p].get("pool") for p in ends} - {None}:
                in_pool[pool, t] += 1
        for (pool, t), count in sorted(in_pool.items()):
            room = pools[pool][t] if isinstance(pools[pool], list) else pools[pool]
            if count > room:
                self.say(
                    f'table pool "{pool}", slot "{self.slots[t]}": {count} meetings, {room} tables'
                )

    def requests(self) -> None:
        infeasible = self.solution.get("status") == "infeasible"
        banned = {frozenset(pair) for pair in self.instance.get("exclusions") or ()}
        for name, request in self.request.items():
            t = self.held.get(name)
            if t is None:
                if request.get("mandatory") and not infeasible:
                    self.say(f'mandatory request "{name}" is not held')
                continue
            allowed, fixed = request.get("allowed_slots"), request.get("fixed_slot")
            if allowed is not None and self.slots[t] not in allowed:
                self.say(f'request "{name}": slot "{self.slots[t]}" is not allowed')
            if fixed is not None and self.slots[t] != fixed:
                self.say(f'request "{name}": held in "{self.slots[t]}", fixed_slot "{fixed}"')
            if banned and frozenset(request["participants"]) in banned:
                self.say(f'request "{name}": its participants are excluded from meeting')
        for first, second in self.instance.get("precedences") or ():
            if second not in self.held:
                continue
            if first not in self.held or self.held[first] >= self.held[second]:
                self.say(f'"{second}" is held, but not "{first}" strictly before it')
        locks = {(item["request"], item["slot"]) for item in self.instance.get("locked") or ()}
        for name, slot in sorted(locks):
            if self.held.get(name) != self.at[slot] and not infeasible:
                self.say(f'locked meeting "{name}" is not held in slot "{slot}"')
        if (border := self.instance.get("frozen_before")) is not None:
            locked = {name for name, _ in locks}
            for name, t in self.held.items():
                if t < self.at[border] and name not in locked:
                    self.say(f'request "{name}" is new in the frozen slot "{self.slots[t]}"')

    def walks(self) -> None:
        walking = self.instance.get("walking")
        if not walking:
            return
        place = {name: n for n, name in enumerate(walking["places"])}
        gap = walking["gap_minutes"]
        # Decimal numbers as they are written: 4.9 and 0.1 make 5.
        each = gap if isinstance(gap, list) else [gap] * (len(self.slots) - 1)
        gaps = [Fraction(str(v)) for v in each]
        length = [slot.get("minutes") or 0 for slot in self.instance["slots"]]
        for name, visits in self.calendar.items():
            if self.person[name].get("place") is not None:
                continue
            stops: dict[int, list[tuple[str, str]]] = defaultdict(list)
            for t, request in visits:
                ends = self.request[request]["participants"]
                other = ends[1] if ends[0] == name else ends[0]
                stops[t].append((request, self.person[other].get("place")))
            order = sorted(stops)
            for t, u in pairwise(order):
                if self.day[t] != self.day[u]:
                    continue
                time = sum(gaps[t:u]) + sum(length[t + 1 : u])
                for r1, here in stops[t]:
                    for r2, there in stops[u]:
                        if here is None or there is None:
                            continue
                        need = walking["minutes"][place[here]][place[there]]
                        if Fraction(str(need)) > time:
                            self.say(
                                f'participant "{name}": {need} minutes to walk from "{r1}" to '
                                f'"{r2}", but {float(time):g} between them'
                            )

    def breaks_of(self, visits: list[tuple[int, str]]) -> list[int]:
        """The length of every break of a participant, in slots."""
        scope = self.instance.get("break_scope") or "event"
        busy = sorted({t for t, _ in visits})
        found = []
        for t, u in pairwise(busy):
            same = scope == "event" or self.day[t] == self.day[u]
            if scope == "session":
                half = [self.instance["slots"][s].get("session") for s in range(t, u + 1)]
                same = same and all(s == half[0] for s in half)
            if u > t + 1 and same:
                found.append(u - t - 1)
        return found

    def breaks(self) -> None:
        found = {name: self.breaks_of(self.calendar.get(name, [])) for name in self.person}
        counts = {name: len(lengths) for name, lengths in found.items()}
        self.report.breaks = sum(counts.values())
        self.report.idle = sum(map(sum, found.values()))
        most = self.instance.get("max_break_difference")
        if most is not None and counts and self.solution.get("status") != "infeasible":
            high, low = max(counts, key=counts.__getitem__), min(counts, key=counts.__getitem__)
            if counts[high] - counts[low] > most:
                self.say(
                    f'participant "{high}" has {counts[high]} breaks, "{low}" {counts[low]}: '
                    f"more than {most} apart"
                )

    def reasons(self) -> None:
        if self.solution.get("status") == "infeasible":
            if self.held:
                self.say("status infeasible, but meetings are listed")
            return
        given: dict[str, str] = {}
        for item in self.solution.get("ungranted", ()):
            name, why = item.get("request"), item.get("reason")
            if name not in self.request:
                self.say(f"ungranted: unknown request {name!r}")
            elif name in given:
                self.say(f'ungranted: "{name}" occurs twice')
            elif why not in REASONS:
                self.say(f'ungranted: "{name}" has the unknown reason {why!r}')
            if isinstance(name, str):
                given[name] = why
        for name in self.request:
            if name in self.held:
                if name in given:
                    self.say(f'request "{name}" is held and also listed as ungranted')
            elif name not in given:
                self.say(f'request "{name}" is neither held nor listed as ungranted')
        if not self.with_reasons or self.report.violations:
            # Room is told from a schedule that keeps the rules; else they are what to mend first.
            return
        kept = self.solution.get("x-kept") or {}
        if not isinstance(kept, dict) or not all(
            isinstance(slot, str) and slot in self.at for slot in kept.values()
        ):
            self.say("x-kept: not the slots of requests")
            return
        asked = {r: why for r, why in given.items() if r in self.request}
        self.report.violations += Reasons(self.instance, self.held).untrue(asked, kept)

    def claims(self) -> None:
        """Whether the status is true, by the bound or by a search of its own."""
        report, status = self.report, self.report.status
        if status in ("optimal", "infeasible"):
            report.proven, sentence = judge(
                self.instance, self.held, status, report.breaks, report.bound
            )
            (report.notes if report.proven is None else report.violations).extend(sentence)
            report.proven = bool(report.proven)

    def figures(self) -> None:
        report, solution = self.report, self.solution
        report.weight = math.fsum(self.request[name].get("weight", 1) for name in self.held)
        stated = solution.get("objective") or {}
        if abs(stated.get("weight", -1) - report.weight) > 2e-6 + 1e-12 * report.weight:
            self.say(f"objective: weight {stated.get('weight')}, recomputed {report.weight:g}")
        if stated.get("breaks") != report.breaks:
            self.say(f"objective: breaks {stated.get('breaks')}, recomputed {report.breaks}")
        bound = solution.get("bound") or {}
        certificate = bound.get("certificate")
        if certificate:
            try:
                report.bound = recompute_bound(self.instance, certificate)
                if self.instance.get("walking"):
                    flat = self.instance | {"walking": None}
                    report.bound_without_walking = recompute_bound(flat, certificate)
                if (by_slot := bound.get("x-slot-prices")) is not None:
                    tight = {"kind": "prices", "prices": by_slot}
                    report.bound = min(report.bound, recompute_bound(self.instance, tight))
            except ValueError as error:
                self.say(f"certificate: {error}")
                return
            if report.weight > report.bound * (1 + 1e-9) + 1e-6:
                self.say(f"the weight {report.weight:g} exceeds the bound {report.bound:g}")
            report.share = report.weight / report.bound if report.bound else 1.0
            claimed = bound.get("weight")
            if claimed is not None and claimed < report.bound * (1 - 1e-9) - 1e-6:
                report.notes.append(
                    f"the stated bound {claimed:g} is smaller than the recomputed "
                    f"{report.bound:g}; only the recomputed one counts"
                )
        if bound.get("weight") is not None and report.weight > bound["weight"] * (1 + 1e-9) + 1e-6:
            self.say(f"the weight {report.weight:g} exceeds the stated bound {bound['weight']:g}")
        if bound.get("breaks") is not None and report.breaks < bound["breaks"]:
            self.say(f"{report.breaks} breaks are fewer than the stated bound {bound['breaks']}")
