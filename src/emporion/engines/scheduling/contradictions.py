"""A smallest set of named constraints that cannot hold together, when no schedule can exist.

The constraints of an instance are put into groups with a name each.  A group that is left out is
relaxed as far as the format allows; a set of groups is a contradiction when the constraint model
proves that nothing keeps them all.  QuickXplain (Junker, AAAI 2004) then leaves out what it can:
every part of the result is needed, so nobody is sent after a constraint that is not to blame.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .exact.constraints import possible_at_all
from .instance import NO_LIMIT, Bools, Instance, Ints
from .naming import Conflict, Constraint, Namer, together
from .state import has_shortcuts

#: Largest number of (request, slot) pairs looked at, questions asked, work of the solver on each.
MOST_PAIRS, MOST_QUESTIONS, WORK = 20_000, 200, 2.0
#: Seconds for it at most where there is a clock, and the most names worth saying when they were not
#: enough to leave out what can be.
SECONDS, MOST_NAMES = 6.0, 30


@dataclass
class Group:
    """A constraint; ``apply`` writes it into an instance that has none."""

    constraint: Constraint
    apply: Callable[[Instance], None]


def smallest_contradiction(instance: Instance, deadline: float | None = None) -> list[Constraint]:
    """Constraints that cannot hold together, none of which can be left out.

    Empty when the instance is too large (`MOST_PAIRS` after requests that nobody insists on are
    left out) or no contradiction is proven within the work allowed.  At most `MOST_QUESTIONS` calls
    of the constraint model, some 2 k log2(n / k) for k of n groups, none after ``deadline``
    (`time.monotonic`); what has not been decided by then stays in the set.
    """
    everybody = np.ones(len(instance.participant_ids), dtype=bool)
    small = part_of(instance, needed(instance), everybody)
    if not len(small.request_ids) or small.first.size * len(small.slot_ids) > MOST_PAIRS:
        return []
    everything = groups_of(small)
    questions = Questions(small, deadline)
    if not questions.impossible(everything):
        return []
    found = _explain(questions, [], everything, False)
    order = [group.constraint for group in everything]
    return sorted((group.constraint for group in found), key=order.index)


def say_contradiction(
    instance: Instance, otherwise: str, deadline: float | None = None
) -> list[Conflict]:
    """One sentence for `smallest_contradiction`; ``otherwise`` where it finds none.

    With a ``deadline`` it takes `SECONDS` at most, and ``otherwise`` is said of a set that has
    stayed long.
    """
    began = time.monotonic()
    if deadline is not None:
        deadline = min(deadline, began + SECONDS)
    found = smallest_contradiction(instance, deadline)
    if not found or (deadline is not None and len(found) > MOST_NAMES):
        return [Conflict(otherwise)]
    return [together(found)]


class Questions:
    """Whether sets of groups are impossible, with an end to the number of questions.

    What is locked is not new, so ``frozen_before`` is no bar to it even where a set leaves out that
    it is locked: a set then never becomes possible by one constraint more.
    """

    def __init__(
        self,
        instance: Instance,
        deadline: float | None,
        most: int = MOST_QUESTIONS,
        work: float = WORK,
    ) -> None:
        self.free, self.deadline = _without_constraints(instance), deadline
        self.not_new = instance.locked[:, 0]
        self.left, self.work = most, work
        self.longest = 0.0

    def impossible(self, groups: list[Group]) -> bool:
        """True only when proven."""
        began = time.monotonic()
        late = self.deadline is not None and began + self.longest > self.deadline
        if self.left <= 0 or late:
            return False
        self.left -= 1
        it = copy.copy(self.free)
        for name in ("capacity", "min_meetings", "max_meetings", "max_per_day", "mandatory"):
            setattr(it, name, getattr(self.free, name).copy())
        for name in ("fixed_slot", "tables", "pool_tables"):
            setattr(it, name, getattr(self.free, name).copy())
        it.allowed = np.ones((len(it.request_ids), len(it.slot_ids)), dtype=bool)
        for group in groups:
            group.apply(it)
        answer = possible_at_all(it, _slots(it, self.not_new), self.work, self.deadline)
        self.longest = max(self.longest, time.monotonic() - began)
        return answer is False


def _explain(
    questions: Questions, known: list[Group], groups: list[Group], grown: bool
) -> list[Group]:
    """A smallest part of ``groups`` that is impossible beside ``known`` (QuickXplain)."""
    if grown and questions.impossible(known):
        return []
    if len(groups) == 1:
        return groups
    half = len(groups) // 2
    left, right = groups[:half], groups[half:]
    second = _explain(questions, known + left, right, bool(left))
    first = _explain(questions, known + second, left, bool(second))
    return first + second


def _slots(it: Instance, not_new: Ints) -> Bools:
    """Slots in which a request may be held, bool[R, S]: a locked one in its own slot alone, one
    that is ``not_new`` also before the slot from which on new ones may be."""
    possible = it.allowed_slots()
    frozen, it.frozen_before = it.frozen_before, 0
    without = it.allowed_slots()
    it.frozen_before = frozen
    possible[not_new] = without[not_new]
    for r, t in it.locked.tolist():
        stays = without[r, t]
        possible[r] = False
        possible[r, t] = stays
    possible[it.excluded()] = False
    return possible


def needed(it: Instance) -> Bools:
    """All requests but those that nobody insists on, bool[R]: leaving these out breaks nothing.

    Where people walk, a meeting between two others can bring them into reach of each other.
    """
    keep = it.mandatory.copy()
    keep[it.locked[:, 0]] = True
    asks = it.min_meetings > 0
    keep |= asks[it.first] | asks[it.second]
    if it.max_break_difference is not None:
        keep[:] = True
    if it.walking:
        keep |= has_shortcuts(it) | ((it.place[it.first] < 0) & (it.place[it.second] < 0))
    changed = True
    while changed:
        before = int(keep.sum())
        for a, b in it.precedences.tolist():
            keep[a] |= keep[b]
        changed = int(keep.sum()) > before
    return keep


def part_of(it: Instance, requests: Bools, people: Bools) -> Instance:
    """The instance of some requests (bool[R]) and people (bool[P], both ends of each request among
    them) with what concerns these alone."""
    part = copy.copy(it)
    rows, persons = np.flatnonzero(requests), np.flatnonzero(people)
    part.request_ids = [it.request_ids[r] for r in rows.tolist()]
    part.participant_ids = [it.participant_ids[p] for p in persons.tolist()]
    for name in ("weight", "mandatory", "fixed_slot"):
        setattr(part, name, getattr(it, name)[rows])
    part.allowed = None if it.allowed is None else it.allowed[rows]
    for name in (
        "side",
        "capacity",
        "min_meetings",
        "max_meetings",
        "max_per_day",
        "place",
        "pool",
    ):
        setattr(part, name, getattr(it, name)[persons])
    number: Ints = np.cumsum(people, dtype=np.int32) - 1
    part.first, part.second = number[it.first[rows]], number[it.second[rows]]
    part.exclusions = number[it.exclusions[people[it.exclusions].all(axis=1)]]
    number = np.cumsum(requests, dtype=np.int32) - 1
    part.precedences = number[it.precedences[requests[it.precedences].all(axis=1)]]
    part.locked = it.locked[requests[it.locked[:, 0]]]
    part.locked[:, 0] = number[part.locked[:, 0]]
    return part


def _without_constraints(it: Instance) -> Instance:
    free = copy.copy(it)
    free.objective = "weight"
    people = len(it.participant_ids)
    ends = np.concatenate([it.first, it.second])
    most = np.bincount(ends, minlength=people)
    free.capacity = np.repeat(most[:, None], len(it.slot_ids), axis=1).astype(np.int32)
    free.min_meetings = np.zeros_like(it.min_meetings)
    free.max_meetings = np.full_like(it.max_meetings, NO_LIMIT)
    free.max_per_day = np.full_like(it.max_per_day, NO_LIMIT)
    free.mandatory = np.zeros_like(it.mandatory)
    free.fixed_slot = np.full_like(it.fixed_slot, -1)
    free.tables = np.full_like(it.tables, NO_LIMIT)
    free.pool_tables = np.full_like(it.pool_tables, NO_LIMIT)
    free.precedences = it.precedences[:0]
    free.exclusions = it.exclusions[:0]
    free.locked = it.locked[:0]
    free.frozen_before = 0
    free.walk_minutes = np.empty((0, 0), dtype=np.int32)
    free.max_break_difference = None
    return free


def groups_of(it: Instance) -> list[Group]:
    """Every constraint of the instance that can be broken."""
    found: list[Group] = []
    name = Namer(it)
    asked = np.bincount(np.concatenate([it.first, it.second]), minlength=len(it.participant_ids))

    def entry(constraint: Constraint, field: str, index: int, value: object) -> None:
        def apply(to: Instance) -> None:
            getattr(to, field)[index] = value

        found.append(Group(constraint, apply))

    def row(constraint: Constraint, field: str, value: Ints) -> None:
        def apply(to: Instance) -> None:
            setattr(to, field, np.concatenate([getattr(to, field), value[None]]))

        found.append(Group(constraint, apply))

    def whole(constraint: Constraint, **values: object) -> None:
        def apply(to: Instance) -> None:
            for field, value in values.items():
                setattr(to, field, value)

        found.append(Group(constraint, apply))

    # What comes first stays rather than what comes later.
    if it.frozen_before:
        whole(name.frozen(), frozen_before=it.frozen_before)
    for p in np.flatnonzero(asked).tolist():
        if (it.capacity[p] < asked[p]).any():
            entry(name.calendar(p), "capacity", p, it.capacity[p])
        if (most := int(it.max_meetings[p])) < asked[p]:
            entry(name.of("max_meetings", p, most), "max_meetings", p, most)
        if (most := int(it.max_per_day[p])) < asked[p]:
            entry(name.of("max_meetings_per_day", p, most), "max_per_day", p, most)
    if (it.tables < len(it.request_ids)).any():
        whole(name.whole("tables"), tables=it.tables)
    for k, pool in enumerate(it.pool_ids):
        entry(Constraint("table_pool", pool=pool), "pool_tables", k, it.pool_tables[k])
    if it.walking:
        whole(name.whole("walking"), walk_minutes=it.walk_minutes)
    if (apart := it.max_break_difference) is not None:
        whole(name.whole("max_break_difference", apart), max_break_difference=apart)
    for pair in it.exclusions:
        row(name.exclusion(*pair.tolist()), "exclusions", pair)
    for pair in it.precedences:
        row(name.precedence(*pair.tolist()), "precedences", pair)
    for r in range(len(it.request_ids)):
        if (t := int(it.fixed_slot[r])) >= 0:
            entry(name.request("fixed_slot", r, t), "fixed_slot", r, t)
        if it.allowed is not None and not it.allowed[r].all():
            entry(name.request("allowed_slots", r), "allowed", r, it.allowed[r])
    for pair in it.locked:
        row(name.request("locked", *pair.tolist()), "locked", pair)
    for p in np.flatnonzero(it.min_meetings > 0).tolist():
        least = int(it.min_meetings[p])
        entry(name.of("min_meetings", p, least), "min_meetings", p, least)
    for r in np.flatnonzero(it.mandatory).tolist():
        entry(name.request("mandatory", r), "mandatory", r, True)
    return found
