"""The organiser's scorecard of a run, as plain figures kept with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import numpy as np

from emporion.edition import queries as editions
from emporion.edition.queries import Edition
from emporion.engines import matching
from emporion.engines.matching import Lists, Matching, Participant
from emporion.matchmaking.domain.market import Read
from emporion.matchmaking.domain.showings import judged

# Groups of a kind that an organiser will read; the rest is counted together.
GROUPS_KEPT = 12
REST = "*"
FIRST, AGAIN = "first", "again"


def scorecard(edition: Edition, read: Read, found: Matching) -> dict[str, Any]:
    """Return the figures of a run for the organiser, as plain JSON values. Three queries.

    =============== ===========================================================================
    key             meaning
    =============== ===========================================================================
    ``ends``        figures at both ends of the knob: most matches, most equal
    ``answers``     what came of requests so far: asked, accepted, declined, meetings, kept
    ``calibration`` of p and of q: decisions, error_before, error_after, groups (mean
                    probability, share that said yes, decisions); of answers kept apart
    ``shown``       what came of the lists that people looked at; see `showings.judged`
    ``groups``      kind: side: rows (name, people, looks, meetings), ratios to the side's mean
    =============== ===========================================================================
    """
    return {
        "equality": found.equality,
        "ends": [asdict(end) for end in found.ends],
        "answers": dict(read.told.counts),
        "calibration": [
            {
                "decisions": one.decisions,
                "error_before": one.error_before,
                "error_after": one.error_after,
                "groups": [list(row) for row in one.reliability],
            }
            for one in found.lessons
        ],
        "shown": judged(edition, read.told),
        "groups": _groups(edition, read, found),
    }


def _groups(edition: Edition, read: Read, found: Matching) -> dict[str, dict[str, list[Any]]]:
    again = editions.returning(edition)

    def first(one: Participant) -> str:
        return AGAIN if read.keys[one.id] in again else FIRST

    kinds: dict[str, Callable[[Participant], str]] = {
        "country": lambda one: one.country,
        "size": lambda one: one.size,
        "first_time": first,
        "language": lambda one: one.languages[0] if one.languages else "",
    }
    sides = {
        # Hosts stand on the guests' lists, guests on the hosts'.
        "hosts": (read.market.exhibitors, found.buyers),
        "guests": (read.market.buyers, found.exhibitors),
    }
    return {
        kind: {side: _rows(people, lists, name) for side, (people, lists) in sides.items()}
        for kind, name in kinds.items()
    }


def _rows(people: Any, lists: Lists, name: Callable[[Participant], str]) -> list[list[Any]]:
    known = {one.id: one for one in people}
    ordered = [known[public_id] for public_id in lists.other_ids]
    names = [name(one) for one in ordered]
    sizes: dict[str, int] = {}
    for one in names:
        sizes[one] = sizes.get(one, 0) + 1
    largest = sorted(sizes, key=lambda one: (-sizes[one], one))[:GROUPS_KEPT]
    start = lists.start
    ranks = np.arange(len(lists.other)) - np.repeat(start[:-1], np.diff(start)) + 1
    rows = matching.groups(
        [one if one in largest else REST for one in names],
        [one.capacity for one in ordered],
        lists.other,
        ranks,
        lists.p * lists.q,
    )
    rows.sort(key=lambda row: row.name == REST)
    return [[row.name, row.people, round(row.looks, 3), round(row.meetings, 3)] for row in rows]
