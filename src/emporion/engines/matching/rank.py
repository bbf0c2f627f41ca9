"""From meetings of the equilibrium to ranked lists, and the exposure floor."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from emporion.engines.matching.augmenting import Places, values_of
from emporion.engines.matching.equilibrium import Equilibrium
from emporion.engines.matching.executor import beside
from emporion.engines.matching.pairs import Pairs, rows_of, turned

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
BLOCK = 512
# This share of a buyer's list is given away to reach the exposure floor; more only where no lists
# keep it otherwise.
GIVEN_AWAY = 0.2
# Bits of keys that sort values and columns together.
LARGEST, LOW = np.uint64(2**31 - 1), np.uint64(2**32 - 1)
NOTHING = np.uint64(2**64 - 1)


@dataclass
class Ranking:
    """Lists of one side as flat arrays: the list of i is `other[start[i]:start[i + 1]]`.

    `score` is what it is sorted by; `forced` marks entries that the exposure floor put there.
    """

    start: Ints
    other: Ints
    score: Floats
    forced: npt.NDArray[np.bool_]

    def owners(self) -> Ints:
        """Return whose list each entry belongs to."""
        return np.repeat(np.arange(len(self.start) - 1), np.diff(self.start))

    def ranks(self) -> Ints:
        """Return the rank of each entry, from 1."""
        return np.arange(len(self.other)) - self.start[self.owners()] + 1


def top_lists(blocks: Iterator[Floats], width: int, length: int, seed: int = 0) -> Ranking:
    """Return for each row the best columns by value, best first; values <= 0 are never listed.

    `blocks` are consecutive rows float32[., width].  Equal values go by column number, starting at
    a different column for every row: a thousand identical profiles are then all seen, and not the
    first twenty of them by everybody.  O(rows * width).
    """

    def numbered() -> Iterator[tuple[Floats, Ints]]:
        done = 0
        for values in blocks:
            # A step coprime to nearly any width spreads the first column evenly over the rows.
            turn = (np.arange(done, done + len(values)) + seed) * 7919
            yield values, turn % max(width, 1)
            done += len(values)

    found = list(beside(lambda block: _best_of(*block, length), numbered()))
    other = np.concatenate([np.empty(0, np.int64), *(one[0] for one in found)])
    counts = [np.zeros(1, dtype=np.int64), *(one[2] for one in found)]
    return Ranking(
        start=np.cumsum(np.concatenate(counts)),
        other=other,
        score=np.concatenate([np.empty(0, np.float32), *(one[1] for one in found)]),
        forced=np.zeros(len(other), dtype=bool),
    )


def _best_of(values: Floats, first: Ints, length: int) -> tuple[Ints, Floats, Ints]:
    """Return (columns, values) of the best of each row, best first, and how many a row has.

    Equals go by their column, counted from `first` of the row.
    """
    values = np.ascontiguousarray(values, dtype=np.float32)
    rows, width = values.shape
    candidates = values > 0
    if width > length:
        least = np.partition(values, width - length, axis=1)[:, width - length]
        candidates &= values >= least[:, None]
    counts = np.count_nonzero(candidates, axis=1)
    row = np.repeat(np.arange(rows), counts)
    at = np.flatnonzero(candidates)
    turned = at - row * width - first[row]
    turned += np.where(turned < 0, width, 0)
    # Bits of floats above 0 rise with them: value and column in one number sort five times faster
    # than one after the other.
    bits = values.ravel()[at].view(np.uint32)
    key = ((LARGEST - bits.astype(np.uint64)) << np.uint64(32)) | turned.astype(np.uint64)
    table = np.full((rows, int(counts.max(initial=0))), NOTHING)
    table[np.arange(table.shape[1]) < counts[:, None]] = key
    table.sort(axis=1)
    table = table[:, :length]
    kept = np.minimum(counts, length)
    key = table[table != NOTHING]
    column = (key & LOW).astype(np.int64) + np.repeat(first, kept)
    column -= np.where(column >= width, width, 0)
    value = (LARGEST - (key >> np.uint64(32))).astype(np.uint32).view(np.float32)
    return column, value, kept


def in_order(ranking: Ranking, value: npt.ArrayLike) -> tuple[Ranking, Ints]:
    """Return the lists sorted by another value of each entry, best first, and where each stood.

    Equals stay in the order they have. The value becomes the score. O(entries log entries).
    """
    values = np.asarray(value)
    place = np.lexsort((-values, ranking.owners()))
    return (
        Ranking(
            ranking.start,
            ranking.other[place],
            values[place].astype(np.float32),
            ranking.forced[place],
        ),
        place,
    )


def rank_buyers(kernel: Pairs, cleared: Equilibrium, length: int, seed: int = 0) -> Ranking:
    """Return the list of every buyer (row), by the meetings that the cleared market holds."""
    return _ranked(kernel, cleared.a, cleared.b, length, seed, BLOCK)


def rank_exhibitors(kernel: Pairs, cleared: Equilibrium, length: int, seed: int = 0) -> Ranking:
    """Return the list of every exhibitor (column), by the same meetings."""
    return _ranked(turned(kernel), cleared.b, cleared.a, length, seed, max(1, BLOCK // 16))


def _ranked(
    kernel: Pairs, own: Doubles, other: Doubles, length: int, seed: int, step: int
) -> Ranking:
    rows, columns = kernel.shape
    of_rows, of_columns = own.astype(np.float32), other.astype(np.float32)

    def blocks() -> Iterator[Floats]:
        for at in range(0, rows, step):
            part = slice(at, min(at + step, rows))
            block = rows_of(kernel, part) * of_columns
            block *= of_rows[part, None]
            yield block

    return top_lists(blocks(), columns, length, seed)


def feasible_floor(buyers: int, exhibitors: int, length: int) -> int:
    """Return the default floor: a tenth of the lists that each exhibitor would get on average."""
    if not exhibitors:
        return 0
    return min(buyers, max(1, buyers * min(length, exhibitors) // (10 * exhibitors)))


@dataclass(frozen=True)
class Floored:
    """Buyers' lists at the exposure floor, or as near to it as they are to come.

    `fewest_missing` is how many showings any lists leave missing that every exhibitor who can be
    listed at all is to have: 0 where the floor can be kept, None where the search for it ended
    before it knew.
    """

    ranking: Ranking
    fewest_missing: int | None = 0


def raise_to_floor(
    ranking: Ranking, kernel: Pairs, cleared: Equilibrium, floor: int, length: int
) -> Ranking:
    """Return the buyers' lists with every exhibitor in at least `floor` of them, where feasible.

    Where it is not, no lists of that length leave fewer showings missing.  See `at_floor`.
    """
    return at_floor(ranking, kernel, cleared, floor, length).ranking


def at_floor(
    ranking: Ranking,
    kernel: Pairs,
    cleared: Equilibrium,
    floor: int,
    length: int,
    *,
    wish: bool = False,
) -> Floored:
    """Return the buyers' lists with every exhibitor in at least `floor` of them, where feasible.

    A fifth of a list is given away for it, and more where the floor is not kept otherwise. Where no
    lists keep it, the fewest showings are missing; if the floor is but a `wish`, a fifth of a list
    is then all that is given.  Excluded pairs stay out. The lists stay sorted by score.
    O(short exhibitors * buyers), and at most `augmenting.MOST_LOOKED_AT` twice.
    """
    wanting = np.asarray(cleared.b > 0)
    if not missing(ranking, floor, wanting).any():
        return Floored(ranking)
    length = min(length, len(wanting))
    counts = _listable(kernel, cleared)
    # Whoever is listed all that they can be has no place to exchange.
    open_ = np.flatnonzero(counts > np.diff(ranking.start))
    raised, seen = _given_places(ranking, kernel, cleared, floor, length, open_)
    if not ((seen < floor) & wanting).any():
        return Floored(raised)
    size = min(length, int(counts[open_].max(initial=0)))
    table = _as_table(raised, open_, size)
    values = values_of(kernel, cleared.a, cleared.b, open_)
    places = Places(*table, values, wanting, floor, int(counts[open_].sum()), seen)
    places.mend(_most(length))
    within = _with_places(raised, places, open_, ranking)
    if not len(places.short()):
        return Floored(within)
    ended = places.mend(length)
    left = int((floor - places.seen[places.short()]).sum())
    fewest = left if ended or not left else None
    if wish and left:
        return Floored(within, fewest)
    return Floored(_with_places(raised, places, open_, ranking), fewest)


def missing(ranking: Ranking, floor: int, wanting: npt.NDArray[np.bool_]) -> Ints:
    """Return how many lists each exhibitor is missing to the floor; 0 who is not `wanting` any."""
    seen = np.bincount(ranking.other, minlength=len(wanting))
    return np.where(wanting, np.maximum(floor - seen, 0), 0)


def _most(length: int) -> int:
    return max(1, int(length * GIVEN_AWAY))


def _listable(kernel: Pairs, cleared: Equilibrium) -> Ints:
    """Return how many exhibitors could be on the list of each buyer, were it as long as that."""
    wanting = np.asarray(cleared.b > 0)
    if isinstance(kernel, np.ndarray):
        blocks = (kernel[at : at + BLOCK] > 0 for at in range(0, len(kernel), BLOCK))
        counts = [np.count_nonzero(block & wanting, axis=1) for block in blocks]
        found = np.concatenate([np.zeros(0, dtype=np.int64), *counts])
    else:
        there = np.flatnonzero((kernel.data > 0) & wanting[kernel.indices])
        found = np.diff(np.searchsorted(there, kernel.indptr))
    return np.where(cleared.a > 0, found, 0)


def _given_places(
    ranking: Ranking, kernel: Pairs, cleared: Equilibrium, floor: int, length: int, open_: Ints
) -> tuple[Ranking, Ints]:
    """Return the lists after one place was given after the other, and how often who is seen.

    Whoever is short is put into the lists of the buyers it would meet most, in place of the last
    entry there that can spare it.  Lists of others than those `open_` stay as they are.
    """
    rows, columns = kernel.shape
    seen = np.bincount(ranking.other, minlength=columns)
    short = np.flatnonzero(seen < floor)
    if not len(short):
        return ranking, seen
    # Few lists change, so only those are taken apart.
    changed: dict[int, list[tuple[int, float, bool]]] = {}
    most = _most(length)
    by_exhibitor = turned(kernel)
    given = np.zeros(rows, dtype=np.int64)
    of_buyers = np.zeros(rows, dtype=np.float32)
    of_buyers[open_] = cleared.a[open_]
    for exhibitor in short[np.argsort(seen[short], kind="stable")].tolist():
        value = rows_of(by_exhibitor, slice(exhibitor, exhibitor + 1))[0]
        value = value * of_buyers
        value *= np.float32(cleared.b[exhibitor])
        # Among equals the buyers who gave away least come first, then by number.
        for buyer in np.lexsort((given, -value)).tolist():
            if seen[exhibitor] >= floor or not value[buyer] > 0:
                break
            mine = changed.get(buyer) or _taken_apart(ranking, buyer)
            if given[buyer] >= most or any(entry[0] == exhibitor for entry in mine):
                continue
            if len(mine) >= length and not _drop_one(mine, seen, floor):
                continue
            changed[buyer] = mine
            given[buyer] += 1
            seen[exhibitor] += 1
            mine.append((exhibitor, float(value[buyer]), True))
            mine.sort(key=lambda entry: -entry[1])
    return _put_together(ranking, changed), seen


def _as_table(ranking: Ranking, buyers: Ints, size: int) -> tuple[Ints, Doubles, Bools]:
    """Return who has each of `size` places (-1: nobody), its score and whether it was given."""
    who, given = np.full((len(buyers), size), -1), np.zeros((len(buyers), size), dtype=bool)
    score = np.zeros((len(buyers), size))
    counts = np.diff(ranking.start)[buyers]
    row = np.repeat(np.arange(len(buyers)), counts)
    place = np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts)
    entry = ranking.start[buyers][row] + place
    who[row, place], score[row, place] = ranking.other[entry], ranking.score[entry]
    given[row, place] = ranking.forced[entry]
    return who, score, given


def _with_places(ranking: Ranking, places: Places, buyers: Ints, before: Ranking) -> Ranking:
    """Return the lists with places of these buyers exchanged.

    Who stood on a list `before` was not put there.
    """
    changed: dict[int, list[tuple[int, float, bool]]] = {}
    for row in sorted(places.changed):
        buyer = int(buyers[row])
        stood = {entry[0] for entry in _taken_apart(before, buyer)}
        mine = zip(places.who[row].tolist(), places.score[row].tolist(), strict=True)
        entries = [(w, s, w not in stood) for w, s in mine if w >= 0]
        changed[buyer] = sorted(entries, key=lambda entry: -entry[1])
    return _put_together(ranking, changed)


def _taken_apart(ranking: Ranking, buyer: int) -> list[tuple[int, float, bool]]:
    mine = slice(int(ranking.start[buyer]), int(ranking.start[buyer + 1]))
    columns = ranking.other[mine], ranking.score[mine], ranking.forced[mine]
    return list(zip(*(column.tolist() for column in columns), strict=True))


def _put_together(ranking: Ranking, changed: dict[int, list[tuple[int, float, bool]]]) -> Ranking:
    if not changed:
        return ranking
    owner = ranking.owners()
    stays = ~np.isin(owner, list(changed))
    flat = [entry for mine in changed.values() for entry in mine]
    owners = np.concatenate(
        [owner[stays], np.repeat(list(changed), [len(mine) for mine in changed.values()])]
    ).astype(np.int64)
    known: list[npt.NDArray[Any]] = [ranking.other, ranking.score, ranking.forced]
    columns = [
        np.concatenate([column[stays], np.asarray([entry[n] for entry in flat], column.dtype)])
        for n, column in enumerate(known)
    ]
    # Each list stands in one piece, and in its order.
    place = np.argsort(owners, kind="stable")
    counts = np.bincount(owners, minlength=len(ranking.start) - 1)
    start = np.concatenate([[0], np.cumsum(counts)])
    return Ranking(start, *(column[place] for column in columns))


def _drop_one(mine: list[tuple[int, float, bool]], seen: Ints, floor: int) -> bool:
    for at in range(len(mine) - 1, -1, -1):
        other, _, forced = mine[at]
        if not forced and seen[other] > floor:
            seen[other] -= 1
            del mine[at]
            return True
    return False
