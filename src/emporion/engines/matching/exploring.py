"""Trying others on some places of a list, with known chances.

Lists that are computed alone show the same people for the same reasons for ever: what would have
come of others is never learnt, and no later rule can be judged by what was shown.  So the last
places of a list may be drawn: from those who stand there and as many who would stand right behind
them, if these score nearly as much, all with the same chance.  That chance is the propensity of the
showing; everything else on a list was certain, and has 1.

Last is meant by what decides about places (see `clearing`).  The list is then read in the order of
p q, and who was drawn stands where that puts them: mostly, but not always, near its end.

Nobody is drawn who could not be on the list: a score of 0 (a veto, two of one firm, a full
calendar) stays out.  Nor does drawing undo the exposure floor: whoever would be seen too seldom
without these places keeps them, as do those whom the floor put there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from emporion.engines.matching.rank import Ranking, in_order

Ints = npt.NDArray[np.int64]

# One place in ten: two of twenty, five of fifty.
SHARE = 0.1
# Who stands behind is drawn like the last on the list if the score is at least so much of theirs.
NEAR = 0.9


def places(length: int) -> int:
    """Return how many of a list's last places are drawn; 0 for a list too short to spare one."""
    return int(length * SHARE)


@dataclass(frozen=True)
class Drawn:
    """A ranking with what is known of how each entry came there.

    `propensity` float64[entries] is the chance with which it was to be on its list; `beyond` marks
    those who would not be on it had nothing been drawn.
    """

    ranking: Ranking
    propensity: npt.NDArray[np.float64]
    beyond: npt.NDArray[np.bool_]

    def in_order(self, value: npt.ArrayLike) -> Drawn:
        """Return the same lists sorted by another value of each entry (see `rank.in_order`)."""
        ranking, place = in_order(self.ranking, value)
        return Drawn(ranking, self.propensity[place], self.beyond[place])


def as_computed(ranking: Ranking) -> Drawn:
    """Return a ranking of which nothing is drawn."""
    count = len(ranking.other)
    return Drawn(ranking, np.ones(count), np.zeros(count, dtype=bool))


def draw(ranking: Ranking, wider: Ranking, width: int, length: int, floor: int, seed: int) -> Drawn:
    """Return the lists with their last places drawn.

    `ranking` holds lists of `length` at most, over `width` others, each of whom is in at least
    `floor` of them where that is feasible; `wider` the same lists, longer by `places(length)`.  The
    same seed draws the same.  O(entries log entries).
    """
    drawn_places = places(length)
    lists = len(ranking.start) - 1
    if not drawn_places or not lists:
        return as_computed(ranking)
    owner, ranks = ranking.owners(), ranking.ranks()
    size = np.diff(ranking.start)
    last = ranks > np.maximum(size - drawn_places, 0)[owner]
    # Only a full list has anybody behind it.
    last &= (size >= length)[owner]
    certain = np.bincount(ranking.other[~last], minlength=width)
    open_places = last & ~ranking.forced & (certain[ranking.other] >= floor)
    behind = _behind(ranking, wider, width, open_places)
    if not len(behind):
        return as_computed(ranking)
    wider_owner = wider.owners()
    inside = np.flatnonzero(open_places)
    who = np.concatenate([owner[inside], wider_owner[behind]])
    many = np.bincount(owner[inside], minlength=lists)
    pool = np.bincount(who, minlength=lists)
    # Everybody of a pool gets a number at random; the lowest of each pool take its places.
    keys = np.random.default_rng([seed, lists, width]).random(len(who))
    order = np.lexsort((keys, who))
    begin = np.cumsum(pool) - pool
    place = np.empty(len(who), dtype=np.int64)
    place[order] = np.arange(len(who)) - begin[who[order]]
    taken = place < many[who]
    chance = many / np.maximum(pool, 1)
    stays = np.ones(len(owner), dtype=bool)
    stays[inside[~taken[: len(inside)]]] = False
    propensity = np.ones(len(owner))
    propensity[inside] = chance[owner[inside]]
    new = behind[taken[len(inside) :]]
    return _merged(ranking, stays, propensity, wider, new, chance[wider_owner[new]])


def _behind(
    ranking: Ranking, wider: Ranking, width: int, open_places: npt.NDArray[np.bool_]
) -> Ints:
    """Return the entries of `wider` that may be drawn: as many a list as it has open places."""
    lists = len(ranking.start) - 1
    owner = ranking.owners()
    many = np.bincount(owner[open_places], minlength=lists)
    least = np.full(lists, np.inf)
    np.minimum.at(least, owner[open_places], ranking.score[open_places].astype(np.float64))
    wider_owner = wider.owners()
    # What stands on a list already, by its own score or by the floor, is not behind it.
    listed = _among(wider_owner * width + wider.other, owner * width + ranking.other)
    near = wider.score.astype(np.float64) >= NEAR * least[wider_owner]
    found = np.flatnonzero(~listed & near & (many[wider_owner] > 0))
    counted = np.bincount(wider_owner[found], minlength=lists)
    begin = np.cumsum(counted) - counted
    nth = np.arange(len(found)) - begin[wider_owner[found]]
    return found[nth < many[wider_owner[found]]]


def _among(keys: Ints, known: Ints) -> npt.NDArray[np.bool_]:
    """Return which keys are known; keys that lie close to each other are found faster."""
    known = np.sort(known)
    place = np.minimum(np.searchsorted(known, keys), len(known) - 1)
    return np.asarray(known[place] == keys)


def _merged(
    ranking: Ranking,
    stays: npt.NDArray[np.bool_],
    propensity: npt.NDArray[np.float64],
    wider: Ranking,
    new: Ints,
    chance: npt.NDArray[np.float64],
) -> Drawn:
    """Return the lists without those who lost their place and with those who got one, by score."""
    owner = np.concatenate([ranking.owners()[stays], wider.owners()[new]])
    score = np.concatenate([ranking.score[stays], wider.score[new]])
    # Equals keep the order they have; who was drawn stands behind equals who were there.
    order = np.lexsort((np.arange(len(owner)), -score, owner))
    count = np.bincount(owner, minlength=len(ranking.start) - 1)
    merged = replace(
        ranking,
        start=np.concatenate([[0], np.cumsum(count)]),
        other=np.concatenate([ranking.other[stays], wider.other[new]])[order],
        score=score[order],
        forced=np.concatenate([ranking.forced[stays], np.zeros(len(new), dtype=bool)])[order],
    )
    beyond = np.concatenate([np.zeros(int(stays.sum()), dtype=bool), np.ones(len(new), dtype=bool)])
    return Drawn(merged, np.concatenate([propensity[stays], chance])[order], beyond[order])
