"""Made-up buyers for a fair whose exhibitors are known: they need what is shown there.

Every draw of a buyer comes from a stream in the order of the buyers, so that more buyers of the
same seed begin with the same ones.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from emporion.demo.generator import profiles
from emporion.demo.generator.affinity import Shown, fit_of_shown
from emporion.demo.generator.buyers import SHARED_COMPANY, make_buyer, make_company
from emporion.demo.generator.countries import Country, draw_country
from emporion.demo.generator.dice import Dice, Weights, stream
from emporion.demo.generator.names import Firm
from emporion.demo.generator.records import Buyer, Organisation
from emporion.registry import taxonomy

REQUESTS_A_BUYER = 12
_FEWEST, _MOST = 4, 20
_MOST_OF_STANDS = 0.5
_BUSY = 0.2
_BLOCK = 512


@dataclass(frozen=True)
class Guests:
    """Buyers with their companies, and whom they ask: row n of a pair is (buyer, stand), int64."""

    organisations: list[Organisation]
    buyers: list[Buyer]
    pairs: np.ndarray
    weight: np.ndarray  # int64, 1 to 1000, one a pair


def make_guests(shown: list[Shown], count: int, seed: int, slots_a_day: list[int]) -> Guests:
    """`count` buyers who need what is shown, and about 12 requests of each; O(count * stands).

    `slots_a_day` has the number of slots of every day of the fair; `blocked` of a buyer are ranges
    of slots counted through all days. They ask in proportion to fit squared times demand.
    """
    dice = Dice(seed, "guests")
    codes, weights = _wanted(shown)
    organisations: list[Organisation] = []
    buyers: list[Buyer] = []
    used: set[str] = set()
    last: tuple[Country, str, Firm] | None = None
    for index in range(count):
        code = codes[dice.weighted(weights)]
        if last is None or not dice.chance(SHARED_COMPANY):
            country, group = draw_country(dice, "buyers"), _group(code)
            organisation, named = make_company(dice, country, group, len(organisations), used)
            organisations.append(organisation)
            last = country, group, named
        country, group, named = last
        fields = _fields(dice, code, codes, weights)
        buyer = make_buyer(
            dice, country, group, fields, organisations[-1], named, index, len(slots_a_day)
        )
        buyer.organisation = len(organisations) - 1
        buyer.blocked = _blocked(dice, buyer.days, slots_a_day)
        buyers.append(buyer)
    pairs, weight = _ask(shown, buyers, seed)
    return Guests(organisations, buyers, pairs, weight)


def _group(code: str) -> str:
    return taxonomy.parent(code) or code


def _wanted(shown: list[Shown]) -> tuple[tuple[str, ...], Weights]:
    """Codes that are shown, each as often as it is shown; all groups when nobody named any."""
    counts = Counter(code for stand in shown for code in stand.fields)
    if not counts:
        return profiles.group_weights()
    found = sorted(counts)
    return tuple(found), Weights([counts[code] for code in found])


def _fields(dice: Dice, first: str, codes: tuple[str, ...], weights: Weights) -> tuple[str, ...]:
    """One to four codes: `first`, its neighbours more often than what else is shown."""
    found = [first]
    near = [code for code in codes if _group(code) == _group(first)]
    for _ in range((0, 1, 1, 2, 2, 3)[dice.below(6)]):
        code = dice.pick(near) if dice.chance(0.6) else codes[dice.weighted(weights)]
        if code not in found:
            found.append(code)
    return tuple(found)


def _blocked(dice: Dice, days: tuple[int, ...], slots_a_day: list[int]) -> list[tuple[int, int]]:
    """Single slots of the days somebody is there in which they are busy."""
    busy = []
    for day in days:
        start = sum(slots_a_day[:day])
        busy += [(s, s) for s in range(start, start + slots_a_day[day]) if dice.chance(_BUSY)]
    return busy


def _ask(shown: list[Shown], buyers: list[Buyer], seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Pairs (buyer, stand) and their weights; every buyer asks different stands."""
    most = max(1, int(len(shown) * _MOST_OF_STANDS))
    quota = np.minimum(
        _FEWEST + (stream(seed, "guest-counts").random(len(buyers)) * (_MOST - _FEWEST + 1)), most
    ).astype(np.int64)
    rank = np.argsort(stream(seed, "guest-demand").random(len(shown)), kind="stable")
    demand = len(shown) / (rank + 0.04 * len(shown) + 4.0)
    random, stars = stream(seed, "guest-requests"), stream(seed, "guest-stars")
    pairs, weights = [], []
    for start in range(0, len(buyers), _BLOCK):
        block = fit_of_shown(shown, buyers[start : start + _BLOCK]).astype(float)
        # The smallest exponential keys are a sample in proportion (Efraimidis and Spirakis 2006).
        keys = -np.log1p(-random.random(block.shape)) / (block * block * demand)
        ranked = np.argsort(keys, axis=1, kind="stable")[:, :_MOST]
        for row, order in enumerate(ranked):
            chosen = order[: quota[start + row]]
            pairs.append(np.column_stack([np.full(len(chosen), start + row), chosen]))
            own = np.minimum(block[row, chosen] / 6.0, 8.0) + 5 * stars.random(_MOST)[: len(chosen)]
            weights.append(np.clip(np.rint(own * 10) * 10, 1, 1000).astype(np.int64))
    if not pairs:
        return np.empty((0, 2), dtype=np.int64), np.empty(0, dtype=np.int64)
    return np.concatenate(pairs).astype(np.int64), np.concatenate(weights)
