"""What a repair changes, meeting by meeting, and why."""

from __future__ import annotations

from dataclasses import dataclass, field

#: Reasons of a change, and what they say.
REASONS = {
    "absent": "one of the two is not there",
    "closed": "the place is closed",
    "waiting_pair": "takes a place that has become free",
    "pulled_forward": "comes forward into a place that has become free",
    "refilled": "takes the place of a meeting that came forward",
    "made_room": "moves so that another meeting can be held",
    "later": "is held later, when both are there",
    "outweighed": "gives way to meetings that weigh more",
    "gave_way": "gives way to a meeting that must be held",
    "invalid": "was announced where it could not be",
    "order": "has to follow a meeting that is no longer held before it",
}


@dataclass(frozen=True)
class Change:
    """``before`` and ``after`` are slots, -1 = not held; ``reason`` is a key of `REASONS`."""

    request: int
    before: int
    after: int
    reason: str


@dataclass
class Changes:
    """A diff: ``lost`` weight of the meetings that could not be held, ``regained`` weight of the
    new ones less that of meetings given up for them.  ``seconds`` of computing.  ``faults``: what
    was wrong with the announced schedule, one sentence each."""

    changes: list[Change] = field(default_factory=list)
    lost: float = 0.0
    regained: float = 0.0
    seconds: float = 0.0
    faults: list[str] = field(default_factory=list)

    @property
    def moved(self) -> int:
        """Meetings that have another slot."""
        return sum(c.before >= 0 and c.after >= 0 for c in self.changes)

    @property
    def new(self) -> int:
        """Meetings that were not held before."""
        return sum(c.before < 0 for c in self.changes)
