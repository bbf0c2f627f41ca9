"""A constraint by what it is and whom it concerns, and sentences that carry the ones they tell of.

Files and commands of this engine keep the sentence; whoever has other words for people, or readers
of another language, takes `Constraint` and says it in words of their own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .instance import Instance, InstanceError

#: What a constraint can be. Each word is the field of the instance format that states it, but for
#: the calendar of a participant (its slots and its capacity in them).
KINDS = (
    "allowed_slots", "calendar", "exclusion", "fixed_slot", "frozen_before", "locked", "mandatory",
    "max_break_difference", "max_meetings", "max_meetings_per_day", "min_meetings", "precedence",
    "table_pool", "tables", "walking",
)  # fmt: skip


@dataclass(frozen=True)
class Constraint:
    """One constraint of an instance; its text is the name that the engine's sentences give it.

    ``kind`` is one of `KINDS`; the rest are ids of the instance as far as they belong to it, with
    ``number`` the limit (for a calendar with slots: how many meetings it takes there at once).

    >>> str(Constraint("max_meetings", ("anna",), number=3))
    'participant "anna": max_meetings 3'
    """

    kind: str
    participants: tuple[str, ...] = ()
    requests: tuple[str, ...] = ()
    slots: tuple[str, ...] = ()
    number: int | None = None
    pool: str = ""

    def __str__(self) -> str:
        who, what, when = _quoted(self.participants), _quoted(self.requests), _quoted(self.slots)
        if self.kind in ("max_meetings", "max_meetings_per_day", "min_meetings"):
            return f"participant {who}: {self.kind} {self.number}"
        return {
            "allowed_slots": f"request {what}: allowed_slots",
            "calendar": f"the calendar of participant {who}",
            "exclusion": f"exclusion [{who}]",
            "fixed_slot": f"request {what}: fixed_slot {when}",
            "frozen_before": f"frozen_before {when or 'the end'}",
            "locked": f"locked meeting {what} in slot {when}",
            "mandatory": f"mandatory request {what}",
            "max_break_difference": f"max_break_difference {self.number}",
            "precedence": f"precedence [{what}]",
            "table_pool": f'table pool "{self.pool}"',
        }.get(self.kind, self.kind)


class Conflict(str):
    """A sentence about ``constraints`` that cannot hold together; empty where it names none."""

    constraints: tuple[Constraint, ...]

    def __new__(cls, sentence: str, constraints: Iterable[Constraint] = ()) -> Conflict:
        """Return the sentence with its constraints, in the order in which they are to be told."""
        made = super().__new__(cls, sentence)
        made.constraints = tuple(constraints)
        return made


def together(constraints: Iterable[Constraint]) -> Conflict:
    """The sentence that these constraints cannot hold together, whatever the cause.

    >>> print(together([Constraint("mandatory", requests=("r1",)), Constraint("tables")]))
    cannot hold together: mandatory request "r1"; tables
    """
    named = tuple(constraints)
    return Conflict("cannot hold together: " + "; ".join(map(str, named)), named)


class Contradictory(InstanceError):
    """Constraints that cannot hold together where a schedule has to be given; see `Conflict`."""

    def __init__(self, where: str, conflicts: list[Conflict]) -> None:
        super().__init__(where, "; ".join(conflicts))
        self.conflicts = conflicts


class Namer:
    """Constraints of one instance by the indices of its arrays."""

    def __init__(self, instance: Instance) -> None:
        self.it = instance

    def of(self, kind: str, p: int, number: int | None = None) -> Constraint:
        """A constraint of the participant p, with its limit."""
        return Constraint(kind, (self.it.participant_ids[p],), number=number)

    def calendar(self, p: int, t: int | None = None) -> Constraint:
        """The calendar of p, as it is in the slot t or as a whole."""
        who = (self.it.participant_ids[p],)
        if t is None:
            return Constraint("calendar", who)
        return Constraint("calendar", who, (), (self.it.slot_ids[t],), int(self.it.capacity[p, t]))

    def frozen(self) -> Constraint:
        """That no new meeting comes before a slot; without one where that is none at all."""
        slot = self.it.slot_ids[self.it.frozen_before : self.it.frozen_before + 1]
        return Constraint("frozen_before", slots=tuple(slot))

    def exclusion(self, p: int, q: int) -> Constraint:
        """That p and q are never to meet: one name for both ways to say it, the way of the first
        request between them."""
        first, second = self._apart.get(frozenset((p, q)), (p, q))
        who = (self.it.participant_ids[first], self.it.participant_ids[second])
        return Constraint("exclusion", who)

    @cached_property
    def _apart(self) -> dict[frozenset[int], tuple[int, int]]:
        rows = np.flatnonzero(self.it.excluded())[::-1]
        ends = zip(self.it.first[rows].tolist(), self.it.second[rows].tolist(), strict=True)
        return {frozenset(pair): pair for pair in ends}

    def apart(self, r: int) -> Constraint:
        """That the two participants of the request r are never to meet."""
        return self.exclusion(int(self.it.first[r]), int(self.it.second[r]))

    def mandatory(self, rows: Iterable[int]) -> tuple[Constraint, ...]:
        """That each of these requests must be held."""
        return tuple(self.request("mandatory", r) for r in rows)

    def request(self, kind: str, r: int, t: int | None = None) -> Constraint:
        """A constraint of the request r (and the slot t), with its two participants."""
        ends = int(self.it.first[r]), int(self.it.second[r])
        who = tuple(self.it.participant_ids[p] for p in ends)
        slots = () if t is None else (self.it.slot_ids[t],)
        return Constraint(kind, who, (self.it.request_ids[r],), slots)

    def locked(self, pairs: Iterable[tuple[int, int]]) -> tuple[Constraint, ...]:
        """That each of these requests stays in its slot."""
        return tuple(self.request("locked", r, t) for r, t in pairs)

    def precedence(self, a: int, b: int) -> Constraint:
        """That b is held only when a is, and after it."""
        return Constraint("precedence", (), (self.it.request_ids[a], self.it.request_ids[b]))

    def whole(self, kind: str, number: int | None = None) -> Constraint:
        """A constraint of the whole instance."""
        return Constraint(kind, number=number)


def _quoted(ids: tuple[str, ...]) -> str:
    return ", ".join(f'"{one}"' for one in ids)
