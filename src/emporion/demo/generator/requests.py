"""Meeting requests that follow from the profiles: fit, times how much in demand a stand is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from emporion.demo.generator.affinity import fit_of_pairs
from emporion.demo.generator.cast import (
    FINNISH_EXHIBITOR,
    NEPALESE_BUYER,
    buyer_keys,
    exhibitor_keys,
    wanted_exhibitors,
)
from emporion.demo.generator.dice import stream
from emporion.demo.generator.edition import ModelEdition

FULL_COUNT = 200_000
BY_EXHIBITORS = 0.1
BY_HAND = 12  # what each of the two people asks for
_MOST_OF_PAIRS = 0.5
_BLOCK = 512
_SIZES = {"micro": 2, "small": 3, "medium": 4, "large": 6}
ACCEPTED, DECLINED, OPEN = 1, 0, -1


@dataclass(frozen=True)
class Requests:
    """Requests as parallel arrays, one request a pair, in the order in which they came in.

    exhibitor, buyer: int32 indexes; by_exhibitor: bool, who asked; weight: int16 from 1 to 1000;
    answer: int8, ACCEPTED, DECLINED or OPEN.
    """

    exhibitor: np.ndarray
    buyer: np.ndarray
    by_exhibitor: np.ndarray
    weight: np.ndarray
    answer: np.ndarray

    def __len__(self) -> int:
        return len(self.buyer)

    @property
    def asker(self) -> np.ndarray:
        """Index of who asked, among exhibitors where `by_exhibitor`, else among buyers."""
        return np.where(self.by_exhibitor, self.exhibitor, self.buyer)

    @property
    def counterpart(self) -> np.ndarray:
        """Index of who was asked, on the other side."""
        return np.where(self.by_exhibitor, self.buyer, self.exhibitor)


def request_count(edition: ModelEdition) -> int:
    """200,000 times the scale, at most half of all pairs."""
    pairs = len(edition.exhibitors) * len(edition.buyers)
    return min(round(FULL_COUNT * edition.scale), int(pairs * _MOST_OF_PAIRS))


def make_requests(edition: ModelEdition, seed: int) -> Requests:
    """Requests of an edition, most of them by buyers; distinct pairs; O(B * E) in numpy blocks.

    A side asks for counterparts in proportion to fit squared times demand, without repetition.
    """
    random = stream(seed, "requests")
    fit = fit_of_pairs(edition.exhibitors, edition.buyers)
    taken = np.zeros((len(edition.buyers), len(edition.exhibitors)), dtype=bool)
    total = request_count(edition)
    hand_b, hand_e = _pairs_by_hand()
    taken[hand_b, hand_e] = True
    asked_e, asked_b = _by_exhibitors(edition, fit, random, taken, round(total * BY_EXHIBITORS))
    taken[asked_b, asked_e] = True
    rest = total - len(hand_b) - len(asked_b)
    more_b, more_e = _by_buyers(edition, fit, random, taken, rest, demand(edition, seed))
    buyer = np.concatenate([hand_b, asked_b, more_b]).astype(np.int32)
    exhibitor = np.concatenate([hand_e, asked_e, more_e]).astype(np.int32)
    by_exhibitor = np.zeros(len(buyer), dtype=bool)
    by_exhibitor[len(hand_b) : len(hand_b) + len(asked_b)] = True
    weight, answer = _weigh(random, fit[buyer, exhibitor] / 1.0, len(hand_b))
    order = np.argsort(random.random(len(buyer)), kind="stable")
    return Requests(
        exhibitor[order], buyer[order], by_exhibitor[order], weight[order], answer[order]
    )


def _pairs_by_hand() -> tuple[np.ndarray, np.ndarray]:
    pairs = [(b, e) for b, key in enumerate(buyer_keys()) for e in wanted_exhibitors(key)]
    buyers, exhibitors = zip(*pairs, strict=True)
    return np.array(buyers), np.array(exhibitors)


def demand(edition: ModelEdition, seed: int) -> np.ndarray:
    """How much in demand each exhibitor is: Zipf-like over a random order that favours size."""
    random = stream(seed, "demand")
    size = np.array([_SIZES[e.organisation.size] for e in edition.exhibitors])
    rank = np.argsort(np.argsort(-random.random(len(size)) * size, kind="stable"), kind="stable")
    return np.asarray(len(size) / (rank + 0.04 * len(size) + 4.0))


def _quotas(
    random: np.random.Generator, total: int, most: np.ndarray, fixed: dict[int, int]
) -> np.ndarray:
    """Whole numbers that sum to `total` (or to all of `most`), skewed, none above `most`."""
    u = random.random(len(most))
    share = 0.25 + u * u * 2.25
    quota: np.ndarray = np.minimum(np.floor(share * (total / share.sum())), most).astype(np.int64)
    for index, value in fixed.items():
        quota[index] = min(value, int(most[index]))
    free = np.ones(len(most), dtype=bool)
    free[list(fixed)] = False
    while quota.sum() != total:
        missing = total - int(quota.sum())
        room = np.flatnonzero(free & (quota < most if missing > 0 else quota > 0))
        if not len(room):
            break
        chosen = room[np.argsort(random.random(len(room)), kind="stable")][: abs(missing)]
        quota[chosen] += 1 if missing > 0 else -1
    return quota


def _draw(keys: np.ndarray, quota: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For each row the `quota` smallest keys: row and column numbers."""
    most = int(quota.max(initial=0))
    if most == 0:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    columns = keys.shape[1]
    if most < columns:
        first = np.argpartition(keys, most - 1, axis=1)[:, :most]
    else:
        first = np.broadcast_to(np.arange(columns), keys.shape)
    order = np.argsort(np.take_along_axis(keys, first, axis=1), axis=1, kind="stable")
    first = np.take_along_axis(first, order, axis=1)
    rows, places = np.nonzero(np.arange(first.shape[1])[None, :] < quota[:, None])
    return rows, first[rows, places]


def _race(random: np.random.Generator, weight: np.ndarray, taken: np.ndarray) -> np.ndarray:
    """Exponential keys: the smallest are a sample without repetition in proportion to weight
    (Efraimidis and Spirakis 2006)."""
    keys: np.ndarray = -np.log1p(-random.random(weight.shape)) / weight
    keys[taken] = np.inf
    return keys


def _by_exhibitors(
    edition: ModelEdition,
    fit: np.ndarray,
    random: np.random.Generator,
    taken: np.ndarray,
    total: int,
) -> tuple[np.ndarray, np.ndarray]:
    appeal = np.array(
        [_SIZES[edition.organisations[b.organisation].size] for b in edition.buyers], dtype=float
    )
    most = np.minimum((~taken).sum(axis=0), max(4, len(edition.buyers) // 4))
    quota = _quotas(random, total, most, {exhibitor_keys().index(FINNISH_EXHIBITOR): BY_HAND})
    nepal = buyer_keys().index(NEPALESE_BUYER)
    parts: list[tuple[np.ndarray, np.ndarray]] = []
    step = max(1, _BLOCK * 1024 // max(1, len(edition.buyers)))
    for start in range(0, len(quota), step):
        block = slice(start, start + step)
        near = fit[:, block].T.astype(float)
        keys = _race(random, near * near * appeal, taken[:, block].T)
        keys[:, nepal] = np.inf  # her requests are her own
        rows, columns = _draw(keys, quota[block])
        parts.append((rows + start, columns))
    return np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts])


def _by_buyers(
    edition: ModelEdition,
    fit: np.ndarray,
    random: np.random.Generator,
    taken: np.ndarray,
    total: int,
    wanted: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    nepal = buyer_keys().index(NEPALESE_BUYER)
    by_hand = len(wanted_exhibitors(NEPALESE_BUYER))
    quota = _quotas(random, total, (~taken).sum(axis=1), {nepal: BY_HAND - by_hand})
    parts: list[tuple[np.ndarray, np.ndarray]] = []
    for start in range(0, len(quota), _BLOCK):
        block = slice(start, start + _BLOCK)
        near = fit[block].astype(float)
        rows, columns = _draw(_race(random, near * near * wanted, taken[block]), quota[block])
        parts.append((rows + start, columns))
    return np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts])


def _weigh(
    random: np.random.Generator, fit: np.ndarray, by_hand: int
) -> tuple[np.ndarray, np.ndarray]:
    """Weight = ten times the stars both sides give (1 to 10 each, by fit), less up to nine."""
    base = np.minimum(fit / 6.0, 8.0)
    stars_b = np.clip(np.rint(base + 5 * random.random(len(fit)) - 1.5), 1, 10)
    stars_e = np.clip(np.rint(base + 6 * random.random(len(fit)) - 2.5), 1, 10)
    weight = stars_b * stars_e * 10 - np.floor(random.random(len(fit)) * 10)
    weight[:by_hand] = np.maximum(weight[:by_hand], 700)
    weight = np.clip(weight, 1, 1000).astype(np.int16)
    u, v = random.random(len(fit)), random.random(len(fit))
    answer = np.where(v < 0.16 * (1 - weight / 1000), DECLINED, ACCEPTED)
    answer = np.where(u < 0.24, OPEN, answer)
    answer[:by_hand] = ACCEPTED
    return weight, answer.astype(np.int8)
