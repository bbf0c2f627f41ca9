"""Variety on a list: each further one of the same kind counts a little less than the one before.

A list of twenty who all offer the same says the same twenty times; somebody nearly as good who is
of another kind tells the reader more.  So a list is filled place by place, and the score of
whoever is left falls by `LESS` for each of their kind who stands above, from the fourth of a kind
on: a form of maximal marginal relevance (Carbonell and Goldstein, SIGIR 1998) with equality of
kinds for likeness.  The kind of somebody is the first code they state; who states none is of no
kind, and counts in full.  Three count alike because a place before others of one's kind must not
be worth cheating for (`./run bench matching --case manipulation`: rings).

It is bounded: somebody is passed only by those whose score is near, and lists stay sorted by the
score that came out.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from emporion.engines.matching.market import Participant
from emporion.engines.matching.rank import Ranking

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

# What it brings and costs is measured by `./run bench matching --case variety`.
LESS = 0.05
# So many of a kind count in full.
ALIKE = 3
# So many times a list's length take part in it.
REACH = 2
BLOCK = 2048


def kinds(codes: Sequence[Sequence[str]]) -> Ints:
    """Return a number for the kind of each participant from the codes they state; -1: none."""
    number: dict[str, int] = {}
    return np.asarray(
        [number.setdefault(one[0], len(number)) if one else -1 for one in codes], dtype=np.int64
    )


def kinds_of(exhibitors: Sequence[Participant], buyers: Sequence[Participant]) -> tuple[Ints, Ints]:
    """Return the kinds of those on buyers' lists, by their offers, and on exhibitors', by needs."""
    return kinds([one.offers for one in exhibitors]), kinds([one.needs for one in buyers])


def falls(above: int) -> int:
    """Return how often somebody counts less who stands behind `above` of their kind."""
    return max(0, above - ALIKE + 1)


def varied(ranking: Ranking, kind: Ints, length: int, more: int = 0, less: float = LESS) -> Ranking:
    """Return lists of `length + more` at most, filled for variety from longer ones.

    `kind` int64[others], see `kinds`.  With `less` 0 the lists are cut and no more; so they are
    where `length` holds everybody: that is an order of all, and nobody is to be passed.  Raises
    ValueError for a `less` outside of 0..1.  O(entries * length).
    """
    if not 0 <= less < 1:
        raise ValueError(f"each further one of a kind counts 0 to 1 less, not {less}")
    wanted = length + more
    if not less or length >= len(kind):
        return cut(ranking, wanted)
    size = np.diff(ranking.start)
    width = int(size.max(initial=0))
    counts = np.minimum(size, wanted)
    places = int(counts.max(initial=0))
    start = np.concatenate([[0], np.cumsum(counts)])
    other = np.empty(int(start[-1]), dtype=np.int64)
    score = np.empty(int(start[-1]), dtype=np.float32)
    for begin in range(0, len(size), BLOCK):
        rows = np.arange(begin, min(begin + BLOCK, len(size)))
        at = ranking.start[rows][:, None] + np.arange(width)
        there = np.arange(width) < size[rows][:, None]
        at = np.where(there, at, 0)
        who = ranking.other[at]
        worth = np.where(there, ranking.score[at], -np.inf).astype(np.float32)
        # Of no kind: a number of their own each.
        sort = np.where(kind[who] >= 0, kind[who], -1 - np.arange(width))
        every = np.arange(len(rows))
        above = np.zeros(who.shape, dtype=np.int16)
        for place in range(places):
            best = worth.argmax(axis=1)
            filled = place < counts[rows]
            to = (start[rows] + place)[filled]
            other[to], score[to] = who[every, best][filled], worth[every, best][filled]
            chosen = sort[every, best]
            worth[every, best] = -np.inf
            same = sort == chosen[:, None]
            above += same
            np.multiply(worth, np.float32(1 - less), out=worth, where=same & (above >= ALIKE))
    return Ranking(start, other, score, np.zeros(len(other), dtype=bool))


def cut(ranking: Ranking, length: int) -> Ranking:
    """Return the first `length` entries of each list."""
    kept = ranking.ranks() <= length
    counts = np.minimum(np.diff(ranking.start), length)
    return Ranking(
        np.concatenate([[0], np.cumsum(counts)]),
        ranking.other[kept],
        ranking.score[kept],
        ranking.forced[kept],
    )
