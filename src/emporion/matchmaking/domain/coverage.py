"""Who is on whose list, counted once when a run is computed: what the organiser looks at first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

# More names than an organiser will read.
NAMES_KEPT = 500
# Upper ends of the groups that exhibitors are counted in, by the lists they are on.
GROUPS = (0, 5, 10, 20, 50, 100, 200, 500)


class Coverage:
    """Counts lists as they are written; `figures` says what they come to.

    ============== =============================================================================
    key            meaning
    ============== =============================================================================
    without        [guests, hosts] whose list is empty; ``without_first``: primary keys of the
                   first NAMES_KEPT of them
    entries        [on guests' lists, on hosts' lists], in all
    unseen_first   primary keys of hosts that are on no guest's list, the first NAMES_KEPT
    exposure       [upper end of a group (None: more), hosts on so many guests' lists]
    ============== =============================================================================
    """

    def __init__(self) -> None:
        self.empty: tuple[list[int], list[int]] = ([], [])
        self.entries = [0, 0]
        self.seen: Counter[int] = Counter()
        self.hosts: list[int] = []

    def add(self, owner: int, shown: Iterable[int], *, of_guest: bool) -> None:
        """Count one list: its owner and who is on it, by primary key."""
        names = list(shown)
        side = 0 if of_guest else 1
        self.entries[side] += len(names)
        if not names:
            self.empty[side].append(owner)
        if of_guest:
            self.seen.update(names)
        else:
            self.hosts.append(owner)

    def figures(self) -> dict[str, Any]:
        """Return the counts as plain JSON values."""
        groups = Counter(
            next((top for top in GROUPS if self.seen[host] <= top), None) for host in self.hosts
        )
        return {
            "without": [len(side) for side in self.empty],
            "without_first": [*self.empty[0], *self.empty[1]][:NAMES_KEPT],
            "entries": list(self.entries),
            "unseen_first": [h for h in self.hosts if not self.seen[h]][:NAMES_KEPT],
            "exposure": [[top, groups[top]] for top in (*GROUPS, None) if groups[top]],
        }


def below_floor(
    short: Mapping[str, int], fewest: int | None, keys: Mapping[str, int]
) -> dict[str, Any]:
    """Return as plain JSON values which hosts are on fewer guests' lists than all are to be.

    `short` says by id how many lists each misses, `fewest` how many any lists miss in all (None:
    not found out), `keys` the primary keys by id.

    ============== =============================================================================
    key            meaning
    ============== =============================================================================
    short          how many hosts
    missing        lists that they miss in all; ``fewest_missing``: that any lists would miss
    short_first    [primary key, lists missing] of those who miss most, the first NAMES_KEPT
    ============== =============================================================================
    """
    most_first = sorted(short.items(), key=lambda one: (-one[1], keys[one[0]]))
    return {
        "short": len(short),
        "missing": sum(short.values()),
        "fewest_missing": fewest,
        "short_first": [[keys[name], many] for name, many in most_first[:NAMES_KEPT]],
    }
