"""What variety on lists and drawing their last places cost in matches, on made-up profiles."""

from __future__ import annotations

import numpy as np

from benchmarks.matching_lines import show
from benchmarks.matching_markets import expo
from emporion.engines.matching import Lists, match, variety

FIRST = 10
WAYS: dict[str, tuple[float, bool]] = {
    "neither": (0.0, False),
    "variety": (variety.LESS, False),
    "drawn places": (0.0, True),
    "both": (variety.LESS, True),
    "three times the variety": (3 * variety.LESS, False),
}


def kinds_first(lists: Lists, kind: np.ndarray) -> float:
    """Return how many kinds the first ten of a list hold, on average over the lists."""
    start = lists.start
    ranks = np.arange(len(lists.other)) - np.repeat(start[:-1], np.diff(start))
    owner = np.repeat(np.arange(len(start) - 1), np.diff(start))
    first = (ranks < FIRST) & (kind[lists.other] >= 0)
    pairs = np.unique(owner[first] * (int(kind.max(initial=0)) + 1) + kind[lists.other[first]])
    return len(pairs) / max(1, len(start) - 1)


def run_variety(exhibitors: int, buyers: int) -> None:
    """The same market with and without each, in expected matches and kinds among the first ten."""
    market = expo(exhibitors, buyers, seed=2)
    plain = 0.0
    for name, (less, explore) in WAYS.items():
        found = match(market, readers=(), less=less, explore=explore)
        named = {one.id: one for one in (*market.exhibitors, *market.buyers)}
        kinds = variety.kinds_of(
            [named[one] for one in found.buyers.other_ids],
            [named[one] for one in found.exhibitors.other_ids],
        )
        matches = found.figures.expected_matches
        plain = plain or matches
        show(
            f"variety, {name}: price in expected matches",
            round(100 * (1 - matches / plain), 2),
            "%",
            "<= 1" if name == "both" else None,
            kinds_among_first_ten_of_guests=round(kinds_first(found.buyers, kinds[0]), 2),
            kinds_among_first_ten_of_hosts=round(kinds_first(found.exhibitors, kinds[1]), 2),
            tried=round(float(found.buyers.beyond.mean()), 4),
            unseen=found.figures.unseen_exhibitors,
            gini=round(found.figures.exposure_gini_per_slot, 3),
            data="made up",
        )
