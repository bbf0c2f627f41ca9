"""What a computed schedule would change for people, before anybody has kept it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from emporion.edition.queries import Edition
from emporion.meetings.domain.market import Longs
from emporion.meetings.models import Meeting, Release


@dataclass(frozen=True)
class Against:
    """Meetings that stay, move, come and go against release `earlier`.

    ``people`` int64[P, 4] are participation, moved, added, removed; most changes first.
    """

    earlier: int
    kept: int
    moved: int
    added: int
    removed: int
    people: Longs

    def counts(self) -> dict[str, int]:
        """Return the numbers as plain JSON values."""
        return {
            "earlier": self.earlier,
            "kept": self.kept,
            "moved": self.moved,
            "added": self.added,
            "removed": self.removed,
            "people": len(self.people),
        }


def against_public(edition: Edition, meetings: Longs) -> Against | None:
    """Compare `meetings` (int64[M, 5], as in `Computed`) with the release that is public now.

    None before the first. One statement for the meetings; O(M log M).
    """
    public = Release.objects.filter(edition=edition, state=Release.State.PUBLISHED).first()
    if public is None:
        return None
    rows = Meeting.objects.filter(release=public).values_list(
        "request_id", "slot_id", "host_id", "guest_id"
    )
    before = np.array(list(rows.iterator(chunk_size=5000)), dtype=np.int64).reshape(-1, 4)
    return compare(public.number, before, meetings[:, :4])


def compare(earlier: int, before: Longs, after: Longs) -> Against:
    """Compare two schedules given as rows of request, slot, host, guest."""
    _both, old, new = np.intersect1d(
        before[:, 0], after[:, 0], assume_unique=True, return_indices=True
    )
    moves = before[old, 1] != after[new, 1]
    gone = np.setdiff1d(np.arange(len(before)), old)
    come = np.setdiff1d(np.arange(len(after)), new)
    changes = (after[new][moves], after[come], before[gone])
    numbers: dict[int, list[int]] = {}
    for kind, rows in enumerate(changes):
        for who, count in zip(*np.unique(rows[:, 2:4], return_counts=True), strict=True):
            numbers.setdefault(int(who), [0, 0, 0])[kind] = int(count)
    people = sorted(numbers.items(), key=lambda item: (-sum(item[1]), item[0]))
    return Against(
        earlier=earlier,
        kept=int((~moves).sum()),
        moved=int(moves.sum()),
        added=len(come),
        removed=len(gone),
        people=np.array([[who, *counts] for who, counts in people], dtype=np.int64).reshape(-1, 4),
    )
