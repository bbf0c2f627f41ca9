"""Named contradictions without what another look shows not to be needed for them.

A rule that names constraints sees its own cause alone: that three meetings do not fit into the
slots of one, although two of them do not fit into the slots of the other.  The constraint model,
asked about the named constraints alone, sees all causes at once.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from .closings import least
from .contradictions import Group, Questions, groups_of, part_of
from .instance import Bools, Instance
from .naming import Conflict, Constraint, together

#: Looked at are so many contradictions, each of so many names and (request, slot) pairs at most.
MOST_CONFLICTS, MOST_NAMES, MOST_PAIRS = 20, 16, 1000
#: So many questions are asked about all of them, each with so much work of the solver: there is no
#: clock here, as the names are to be the same every time.
MOST_QUESTIONS, WORK = 60, 0.02
#: What keeps a meeting that nobody insists on from being left out: it may help.
HELPED = ("max_break_difference", "walking")


def shortened(instance: Instance, conflicts: list[Conflict]) -> list[Conflict]:
    """The same contradictions, each without the names that can be left out of it.

    One that has been shortened is told by its names alone, as its sentence may speak of what is no
    longer there, and only once.  Some milliseconds for each question; what is beyond the
    limits of this module stays as it is.
    """
    found, left = [], MOST_QUESTIONS
    for one in conflicts[:MOST_CONFLICTS]:
        shorter, left = _shortened(instance, one, left)
        found.append(shorter)
    found += conflicts[MOST_CONFLICTS:]
    return list({frozenset(one.constraints) or one: one for one in reversed(found)}.values())[::-1]


def _shortened(instance: Instance, conflict: Conflict, left: int) -> tuple[Conflict, int]:
    """A contradiction without the names that can be left out, and how many questions are left."""
    named = conflict.constraints
    if not 1 < len(named) <= min(MOST_NAMES, left) or any(one.kind in HELPED for one in named):
        return conflict, left
    part = _part(instance, named)
    if len(part.request_ids) * len(part.slot_ids) > MOST_PAIRS:
        return conflict, left
    groups = {_key(group.constraint): group for group in groups_of(part)}
    questions = Questions(part, None, left, WORK)

    def clash(kept: Iterable[Constraint]) -> bool:
        # One without a group forbids nothing in this part.
        some: list[Group] = [groups[key] for one in kept if (key := _key(one)) in groups]
        return questions.impossible(some)

    needed = least(named, clash) if clash(named) else named
    if len(needed) == len(named):
        return conflict, questions.left
    return together(one for one in named if one in needed), questions.left


def _key(one: Constraint) -> Constraint:
    """A constraint as it is called in every part of the instance: without the slot or the number
    that was looked at, and those who are never to meet in one order."""
    if one.kind in ("calendar", "exclusion"):
        return Constraint(one.kind, tuple(sorted(one.participants)))
    return Constraint(one.kind) if one.kind == "tables" else one


def _part(it: Instance, named: Iterable[Constraint]) -> Instance:
    """The requests and people of an instance that the named constraints concern."""
    requests = {r for one in named for r in one.requests}
    names = {p for one in named for p in one.participants}
    asked = {p for one in named if one.kind == "min_meetings" for p in one.participants}
    rows: Bools = np.fromiter((r in requests for r in it.request_ids), bool, len(it.request_ids))
    people: Bools = np.fromiter((p in names for p in it.participant_ids), bool, len(it.capacity))
    for p in np.flatnonzero(people).tolist():
        if it.participant_ids[p] in asked:
            rows |= (it.first == p) | (it.second == p)
    people[it.first[rows]] = people[it.second[rows]] = True
    return part_of(it, rows, people)
