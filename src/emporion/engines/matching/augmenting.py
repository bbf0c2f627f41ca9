"""Exchanges of places on buyers' lists that bring exhibitors up to the exposure floor.

Giving one place after the other (`rank.raise_to_floor`) may end where nobody whom a buyer could
spare is left on the lists of those whom somebody short could be shown to, although other lists
would keep the floor.  Then places are handed on: who is short takes the place of somebody on one
list, who takes that of another on a second list, and so on to somebody who has showings to spare.
That is an augmenting path of a flow from those who are short to those who can spare; where there is
none left, no lists whatever leave fewer showings missing (Ford and Fulkerson).

Paths of the fewest exchanges are taken first, and of these the one that gives up least score.  That
is not the least that could be given up in all: what was given before is not given back for a better
exchange.  Where paths are long and meet in the same lists they come one by one, and too slowly; if
few pairs may be shown at all, what is left is then found at once as a maximum flow, which looks at
no score.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse.csgraph import maximum_flow

from emporion.engines.matching.pairs import Pairs, rows_of, turned

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
# Values of one exhibitor: of which buyers (a slice where it is all of them), and how much.
Values = tuple[slice | Ints, Floats]

# So many exhibitors of a matrix are turned at a time.
BLOCK = 64
# So many pairs and places are looked at: some two seconds.  A count and no clock, so that the same
# market has the same lists on a slow machine.
MOST_LOOKED_AT = 400_000_000
# Up to so many pairs that may be shown a flow is found in some 300 MB; paths then come first as
# long as so many pairs and places are looked at.
MOST_OF_FLOW, PATHS_BEFORE_FLOW = 4_000_000, 40_000_000


def values_of(
    kernel: Pairs, a: Doubles, b: Doubles, of: Ints
) -> Callable[[Ints], Iterator[Values]]:
    """Return what yields, of each exhibitor asked for, what each buyer's list would have of it.

    `kernel` [buyers, exhibitors], times the duals `a` of buyers and `b` of exhibitors; `of` are the
    buyers that matter, who are numbered as they stand there.
    """
    by_exhibitor = turned(kernel)
    of_buyers = a.astype(np.float32)[of]
    number = np.full(len(a), -1)
    number[of] = np.arange(len(of))

    def every(exhibitors: Ints) -> Iterator[Values]:
        if isinstance(by_exhibitor, np.ndarray):
            for at in range(0, len(exhibitors), BLOCK):
                part = exhibitors[at : at + BLOCK]
                for exhibitor, row in zip(part, rows_of(by_exhibitor, part), strict=True):
                    yield slice(None), row[of] * of_buyers * np.float32(b[exhibitor])
            return
        for exhibitor in exhibitors:
            mine = slice(by_exhibitor.indptr[exhibitor], by_exhibitor.indptr[exhibitor + 1])
            every_buyer = number[by_exhibitor.indices[mine]]
            buyers = every_buyer[every_buyer >= 0]
            value = by_exhibitor.data[mine][every_buyer >= 0] * of_buyers[buyers]
            yield buyers, value * np.float32(b[exhibitor])

    return every


@dataclass
class Places:
    """Lists that can change, as tables of as many places: `who` is -1 where a place is free.

    `score` is what a place's holder has there; `given` marks places that were given away.  `every`
    is that of `values_of`, `wanting` marks the exhibitors who are to be shown `floor` times;
    `pairs` is how many pairs may be shown on these lists, and `seen` on how many lists each
    exhibitor is, also of those that cannot change.
    """

    who: Ints
    score: Doubles
    given: Bools
    every: Callable[[Ints], Iterator[Values]]
    wanting: Bools
    floor: int
    pairs: int
    seen: Ints
    looked_at: int = 0
    changed: set[int] = field(default_factory=set)

    def short(self) -> Ints:
        """Return the exhibitors who are shown less often than they are to be."""
        return np.flatnonzero((self.seen < self.floor) & self.wanting)

    def mend(self, most: int) -> bool:
        """Hand places on until nobody is short, or nobody who is can be helped.

        At most `most` places of a list are given away.  Return whether it came to its end: not
        where `MOST_LOOKED_AT` pairs and places were looked at before.  At its end, with `most` the
        whole length of the lists, no others leave fewer showings missing.
        """
        before = self.looked_at
        few = self.pairs <= MOST_OF_FLOW
        while len(short := self.short()):
            looked_at = self.looked_at - before
            if few and most >= self.who.shape[1] and looked_at >= PATHS_BEFORE_FLOW:
                self._flow(short)
                break
            if looked_at >= (PATHS_BEFORE_FLOW if few else MOST_LOOKED_AT):
                return False
            if not self._handed_on(short, most):
                break
        return True

    def _handed_on(self, short: Ints, most: int) -> bool:
        """Take shortest paths that share no buyer; return whether there were any."""
        buyers, length = self.who.shape
        tree = _Tree(len(self.wanting), buyers, short)
        count = self.given.sum(axis=1)
        layer = short
        while len(layer):
            self._reach(tree, layer)
            new = np.flatnonzero((tree.taker >= 0) & ~tree.reached)
            if not len(new):
                return False
            tree.reached[new] = True
            who = self.who[new]
            loss = tree.of_buyers[new][:, None] + self.score[new]
            # Where all that may be given is given, only such a place can change hands.
            loss[(count[new] >= most)[:, None] & ~self.given[new]] = np.inf
            spare = (who < 0) | (self.seen[who] > self.floor)
            spared = np.where(spare, loss, np.inf)
            place = spared.argmin(axis=1)
            least = spared[np.arange(len(new)), place]
            order = np.lexsort((count[new], least))
            order = order[np.isfinite(least[order])]
            if len(order):
                ends = zip(new[order].tolist(), place[order].tolist(), strict=True)
                return self._take(tree, ends)
            layer = tree.next_layer(who.ravel(), loss.ravel(), _flat(new, length))
        return False

    def _reach(self, tree: _Tree, layer: Ints) -> None:
        """Find for every buyer not reached yet who of the layer takes a place there best."""
        in_layer = np.zeros(len(self.wanting) + 1, dtype=bool)
        in_layer[layer] = True
        flat = self.who.ravel()
        at = np.flatnonzero(in_layer[flat])
        at = at[np.argsort(flat[at], kind="stable")]
        begin = np.searchsorted(flat[at], layer)
        end = np.searchsorted(flat[at], layer, side="right")
        holder = at // self.who.shape[1]
        self.looked_at += len(flat)
        closed = tree.reached.copy()
        for nth, (exhibitor, (buyers, value)) in enumerate(
            zip(layer.tolist(), self.every(layer), strict=True)
        ):
            self.looked_at += len(value)
            listing = holder[begin[nth] : end[nth]]
            closed[listing] = True
            loss = tree.of_exhibitors[exhibitor] - value.astype(np.float64)
            better = np.flatnonzero((value > 0) & (loss < tree.of_buyers[buyers]) & ~closed[buyers])
            closed[listing] = tree.reached[listing]
            whose = better if isinstance(buyers, slice) else buyers[better]
            tree.of_buyers[whose] = loss[better]
            tree.taker[whose] = exhibitor
            tree.value[whose] = value[better]

    def _take(self, tree: _Tree, ends: Iterator[tuple[int, int]]) -> bool:
        """Hand places on along the paths to these (buyer, place), as far as they go together.

        Return whether any was: the first always is.
        """
        used: set[int] = set()
        length = self.who.shape[1]
        for buyer, place in ends:
            last = int(self.who[buyer, place])
            if last >= 0 and self.seen[last] <= self.floor:
                continue
            path = tree.path(buyer * length + place, length)
            source = int(tree.taker[path[-1] // length])
            on_path = {at // length for at in path}
            if self.seen[source] >= self.floor or on_path & used:
                continue
            used |= on_path
            for at in path:
                owner = at // length
                self._give(at, int(tree.taker[owner]), float(tree.value[owner]))
            self.seen[source] += 1
            if last >= 0:
                self.seen[last] -= 1
        return bool(used)

    def _give(self, at: int, exhibitor: int, value: float) -> None:
        self.who.flat[at] = exhibitor
        self.score.flat[at] = value
        self.given.flat[at] = True
        self.changed.add(at // self.who.shape[1])

    def _flow(self, short: Ints) -> None:
        """Hand on all places that can be at once, whatever score that gives up.

        Exhibitors come first among the nodes, then buyers, then where it comes from and goes to.
        """
        width, (buyers, length) = len(self.wanting), self.who.shape
        at = np.flatnonzero(self.who.ravel() >= 0)
        listed = at // length * width + self.who.ravel()[at]
        keys, values = self._pairs()
        other = np.flatnonzero(~np.isin(keys, listed))
        taker, owner = keys[other] % width, keys[other] // width + width
        source, sink = width + buyers, width + buyers + 1
        spare = np.flatnonzero(self.seen > self.floor)
        free = (self.who < 0).sum(axis=1)
        edges = (
            (np.full(len(short), source), short, self.floor - self.seen[short]),
            (taker, owner, np.ones(len(other))),
            (listed // width + width, listed % width, np.ones(len(listed))),
            (spare, np.full(len(spare), sink), self.seen[spare] - self.floor),
            (np.arange(buyers) + width, np.full(buyers, sink), free),
        )
        begin, end, room = (np.concatenate(part) for part in zip(*edges, strict=True))
        graph = sparse.csr_array((room.astype(np.int32), (begin, end)), shape=(sink + 1, sink + 1))
        found = maximum_flow(graph, source, sink, method="dinic").flow.tocoo()
        takes = (found.data > 0) & (found.row < width) & (found.col < source)
        new = np.sort((found.col[takes] - width) * width + found.row[takes])
        gives = (found.data > 0) & (found.row >= width) & (found.row < source) & (found.col < width)
        left = (found.row[gives] - width).astype(np.int64) * width + found.col[gives]
        holds = np.full(self.who.size, -1)
        holds[at] = listed
        # Of each buyer as many places are open as are taken, those without a holder last.
        open_ = np.flatnonzero(np.isin(holds, left) | (holds < 0))
        by_buyer: dict[int, list[int]] = {}
        for place in open_[np.lexsort((holds[open_] < 0, open_ // length))].tolist():
            by_buyer.setdefault(place // length, []).append(place)
        for key, value in zip(
            new.tolist(), values[np.searchsorted(keys, new)].tolist(), strict=True
        ):
            self._give(by_buyer[key // width].pop(0), key % width, value)
        self.seen += np.bincount(new % width, minlength=width)
        self.seen -= np.bincount(left % width, minlength=width)

    def _pairs(self) -> tuple[Ints, Floats]:
        """Return key (buyer * exhibitors + exhibitor) and value of all that may be shown."""
        width = len(self.wanting)
        keys, values = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.float32)]
        every = np.arange(width)
        for exhibitor, (buyers, value) in zip(every.tolist(), self.every(every), strict=True):
            there = np.flatnonzero(value > 0)
            whose = there if isinstance(buyers, slice) else buyers[there]
            keys.append(whose.astype(np.int64) * width + exhibitor)
            values.append(value[there])
        found = np.concatenate(keys)
        order = np.argsort(found)
        return found[order], np.concatenate(values)[order]


class _Tree:
    """How buyers and exhibitors are reached from those who are short, and at which loss of score.

    `taker` of a buyer is who would take a place there, with `value`; `left` of an exhibitor is the
    place (buyer * length + place) that it would have left, -1 of one who is short.
    """

    def __init__(self, exhibitors: int, buyers: int, short: Ints) -> None:
        self.of_exhibitors = np.full(exhibitors, np.inf)
        self.of_exhibitors[short] = 0
        self.left = np.full(exhibitors, -1)
        self.of_buyers = np.full(buyers, np.inf)
        self.taker = np.full(buyers, -1)
        self.value = np.zeros(buyers, dtype=np.float32)
        self.reached = np.zeros(buyers, dtype=bool)

    def next_layer(self, who: Ints, loss: Doubles, place: Ints) -> Ints:
        """Return the exhibitors among `who` not reached before; who left where at least loss."""
        new = np.flatnonzero(np.isfinite(loss) & np.isinf(self.of_exhibitors[who]))
        new = new[np.lexsort((loss[new], who[new]))]
        layer, first = np.unique(who[new], return_index=True)
        self.of_exhibitors[layer] = loss[new[first]]
        self.left[layer] = place[new[first]]
        return layer

    def path(self, at: int, length: int) -> list[int]:
        """Return the places that change hands if that at `at` does, from it to the first."""
        found = [at]
        while (at := int(self.left[self.taker[at // length]])) >= 0:
            found.append(at)
        return found


def _flat(buyers: Ints, length: int) -> Ints:
    """Return the places of these buyers' lists, buyer by buyer."""
    places: Ints = (buyers[:, None] * length + np.arange(length)).ravel()
    return places
