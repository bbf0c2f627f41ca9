"""The price bound L(u), recomputed from the files with an assignment solver of SciPy.

Part of the independent checker: nothing of the solver is used here.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

from .checking_form import is_number
from .checking_walks import best_walk

#: Profit of each slot (0 = closed) and the place it is held at.
Row = tuple[npt.NDArray[np.float64], int | None]


def recompute_bound(instance: dict[str, Any], certificate: Any) -> float:
    """Upper bound on the weight of every valid schedule from the prices of ``certificate``.

    Sum over participants without a price of the best set of their own requests at profit weight
    minus price, one a slot, in their own slots, within ``max_meetings`` and walking in time; plus
    price times places of those with one.  A request between two priced participants adds what is
    left of its weight; one between two without a price counts half for each.  Raises ValueError
    when the certificate is malformed.
    """
    if not isinstance(certificate, dict):
        raise ValueError("not an object")
    if certificate.get("kind") != "prices" or not isinstance(certificate.get("prices"), dict):
        raise ValueError('kind must be "prices"')
    slots = [slot["id"] for slot in instance["slots"]]
    people = {p["id"]: p for p in instance["participants"]}
    prices: dict[str, npt.NDArray[np.float64]] = {}
    for name, price in certificate["prices"].items():
        if name not in people:
            raise ValueError(f'price of an unknown participant "{name}"')
        each = price if isinstance(price, list) else [price] * len(slots)
        if len(each) != len(slots) or not all(_is_price(value) for value in each):
            raise ValueError(f'the price of "{name}" must be a number of at least 0, or one a slot')
        prices[name] = np.array(each, dtype=np.float64)
    asked = Counter(name for request in instance["requests"] for name in request["participants"])
    capacity = {name: _capacity(person, slots, asked[name]) for name, person in people.items()}
    banned = {frozenset(pair) for pair in instance.get("exclusions") or ()}
    locked: dict[str, set[int]] = defaultdict(set)
    for item in instance.get("locked") or ():
        locked[item["request"]].add(slots.index(item["slot"]))
    frozen = instance.get("frozen_before")
    first = slots.index(frozen) if frozen is not None else 0
    at = {name: t for t, name in enumerate(slots)}
    total = math.fsum(
        _places(price, capacity[name], people[name].get("max_meetings"))
        for name, price in prices.items()
    )
    walks = _Walks(instance)
    free = np.zeros(len(slots))
    rows: dict[str, list[Row]] = defaultdict(list)
    extra = []
    for request in instance["requests"]:
        a, b = request["participants"]
        if banned and frozenset((a, b)) in banned:
            continue
        open_ = (capacity[a] > 0) & (capacity[b] > 0)
        open_[:first] = False
        if request.get("allowed_slots") is not None or request.get("fixed_slot") is not None:
            named = request.get("allowed_slots")
            inside = np.zeros(len(slots), dtype=bool)
            inside[[at[s] for s in (slots if named is None else named)]] = True
            if request.get("fixed_slot") is not None:
                only = at[request["fixed_slot"]]
                inside &= np.arange(len(slots)) == only
            open_ &= inside
        if request["id"] in locked:
            open_ = np.zeros(len(slots), dtype=bool)
            open_[list(locked[request["id"]])] = len(locked[request["id"]]) == 1
        if not open_.any():
            continue
        profit = (request.get("weight", 1) - prices.get(a, free) - prices.get(b, free)) * open_
        profit = np.maximum(profit, 0.0)
        if a in prices and b in prices:
            extra.append(float(profit.max()))
        elif profit.any():
            both = a not in prices and b not in prices
            for name, other in ((a, b), (b, a)):
                if name not in prices:
                    place = walks.way(people[name], people[other])
                    rows[name].append((profit / 2 if both else profit, place))
    parts = [
        _best_set(rows[name], capacity[name], people[name].get("max_meetings"), walks)
        for name in rows
    ]
    total += math.fsum(extra) + math.fsum(parts)
    return _whole(total, [request.get("weight", 1) for request in instance["requests"]])


def _whole(total: float, weights: list[float]) -> float:
    """Down to what weights can add up to, where they are whole numbers of thousandths or more."""
    parts = [round(weight * 1000) for weight in weights]
    if not parts or any(abs(n - 1000 * w) > 1e-6 for n, w in zip(parts, weights, strict=True)):
        return total
    step = math.gcd(*parts) / 1000
    return math.floor(total / step + 1e-6) * step


def _is_price(value: Any) -> bool:
    return is_number(value) and bool(value >= 0)


def _places(
    price: npt.NDArray[np.float64], capacity: npt.NDArray[np.int64], most: int | None
) -> float:
    """What the places of a priced participant cost: all of them, or the dearest it can fill."""
    each = np.sort(np.repeat(price, capacity))[::-1]
    return math.fsum(each[: len(each) if most is None else most])


def _capacity(person: dict[str, Any], slots: list[str], most: int) -> npt.NDArray[np.int64]:
    given = person.get("capacity")
    each = given if isinstance(given, list) else [1 if given is None else given] * len(slots)
    # Nobody has more requests than that; a fair says so to mean any number.
    units = np.array([min(n, most) for n in each], dtype=np.int64)
    away = set(person.get("unavailable") or ())
    if away:
        units[[t for t, name in enumerate(slots) if name in away]] = 0
    return units


class _Walks:
    """The walking part of an instance; ``on`` is False when distances do not matter."""

    def __init__(self, instance: dict[str, Any]) -> None:
        walking = instance.get("walking") or {}
        self.on = bool(walking)
        self.place = {name: n for n, name in enumerate(walking.get("places", ()))}
        self.minutes = walking.get("minutes", [])
        gap = walking.get("gap_minutes", 0)
        steps = len(instance["slots"]) - 1
        self.gaps = gap if isinstance(gap, list) else [gap] * steps
        self.days = [slot.get("day") for slot in instance["slots"]]

    def way(self, person: dict[str, Any], other: dict[str, Any]) -> int | None:
        """Where ``person`` walks to for a meeting with ``other``; None when it does not walk."""
        if not self.on or person.get("place") is not None:
            return None
        return self.place.get(other.get("place", ""))

    def broken(self, stops: list[tuple[int, int]]) -> bool:
        """Whether some two neighbouring slots cannot both be kept at these places."""
        stops.sort()
        return any(
            u == t + 1 and self.days[t] == self.days[u] and self.minutes[here][there] > self.gaps[t]
            for (t, here), (u, there) in pairwise(stops)
        )


def _best_set(
    rows: list[Row], capacity: npt.NDArray[np.int64], most: int | None, walks: _Walks
) -> float:
    """Best total profit of requests held in different slots, at most ``most`` of them."""
    limit = int(min(capacity.sum(), 10**9 if most is None else most, len(rows)))
    if limit <= 0:
        return 0.0
    profits = np.array([profit.max() for profit, _ in rows])
    if capacity.max() > 1:
        # Several meetings at once: how many, not when, is counted; that is never too little.
        return float(np.sort(profits)[::-1][:limit].sum())
    columns = np.flatnonzero(capacity > 0)
    table = np.array([profit[columns] for profit, _ in rows])
    spare = len(columns) - limit
    if spare > 0 and limit < len(rows):
        # Rows that must take a column each leave room for ``limit`` requests.
        filler = np.full((spare, len(columns)), profits.sum() + 1.0)
        table = np.vstack([table, filler])
    picked, where = linear_sum_assignment(table, maximize=True)
    real = (picked < len(rows)) & (table[picked, where] > 0)
    value = float(table[picked, where][real].sum())
    places = [place for _, place in rows]
    if None in places:
        return value
    stops = [
        (int(columns[c]), int(places[r] or 0))
        for r, c in zip(picked[real].tolist(), where[real].tolist(), strict=True)
    ]
    if walks.broken(stops):
        walk_rows = [(profit, int(place or 0)) for profit, place in rows]
        value = min(value, best_walk(walk_rows, walks.days, walks.gaps, walks.minutes))
    return value
