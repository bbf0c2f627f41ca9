"""Seeded instances of the size and shape of a trade expo.  Everything in them is made up."""

from __future__ import annotations

import math

import numpy as np

from .instance import BUYER, EXHIBITOR, NO_LIMIT, Instance, Ints, make_instance
from .limits import refuse_seed, refuse_too_many

#: Share of the slots in which an exhibitor is open, drawn evenly between the two.
OPEN = (0.55, 0.8)
#: Share of the buyers who come for one day, two, three, all.
STAY = (0.4, 0.3, 0.2, 0.1)
#: Tables of exhibitors where most of them have a small booth; each number is as likely.
SCARCE = (1, 1, 2, 2, 3, 4, 6, 8)
#: Tables of a hall's pool, as a share of what its exhibitors without a booth could fill at once.
POOLED = 0.5
#: Most participants times slots, and pairs drawn for each request before the drawing is given up.
MOST_CELLS, MOST_DRAWN = 1_000_000_000, 100


def generate(
    *,
    exhibitors: int = 1000,
    buyers: int = 15_000,
    requests: int = 200_000,
    days: int = 5,
    slots_per_day: int = 8,
    quota: int = 12,
    walking: bool = False,
    halls: int = 5,
    zipf: float = 0.7,
    scarce: bool = False,
    pooled: float = 0.0,
    seed: int = 0,
) -> Instance:
    """A made-up expo: most buyers come for a day or two, popular booths are over-asked.

    Exhibitors have 1 to 8 tables, a popularity after Zipf (exponent ``zipf``) and are open in 55 to
    80 % of the slots; buyers attend 1, 2, 3 or all days (40, 30, 20, 10 %), are free in 60 to 80 %
    of the slots there, differ in how many they ask for and take ``quota`` meetings at most.  A
    weight is the product of two ratings of 1 to 10 stars.  With ``walking``, halls stand in a line
    and only neighbouring halls can be reached between two slots.  With ``scarce``, every second
    exhibitor has one or two tables only, so that many more are booked out.  A share ``pooled`` of
    the exhibitors has no booth: they meet at the tables of their hall's pool, of which there are
    half as many as they could fill at once.  0.3 s for 200,000 requests.  Raises ValueError for
    numbers of which no expo can be made.

    >>> made = generate(exhibitors=2, buyers=6, requests=5, days=1, slots_per_day=3, seed=1)
    >>> len(made.slot_ids), len(made.participant_ids), len(made.request_ids)
    (3, 8, 5)
    """
    refuse_seed(seed)
    if min(exhibitors, buyers, requests, days, slots_per_day, halls) < 1:
        raise ValueError(
            "exhibitors, buyers, requests, days, slots_per_day and halls must be at least 1"
        )
    if not 0 <= quota <= NO_LIMIT:
        raise ValueError(f"quota must be a whole number from 0 to {NO_LIMIT}")
    if not 0 <= zipf < math.inf:
        raise ValueError("zipf must be a number, 0 or more")
    if not 0 <= pooled <= 1:
        raise ValueError("pooled is a share of the exhibitors, between 0 and 1")
    if requests > exhibitors * buyers // 2:
        raise ValueError("more requests than half of all pairs: ask for fewer")
    refuse_too_many(requests)
    people, slots = exhibitors + buyers, days * slots_per_day
    if people * slots > MOST_CELLS:
        gigabytes = people * slots * 4 / 1e9
        raise ValueError(f"a calendar for everybody would take {gigabytes:.0f} GB of memory")
    rng = np.random.default_rng(seed)
    day = np.repeat(np.arange(days, dtype=np.int32), slots_per_day)
    capacity = np.zeros((people, slots), dtype=np.int32)
    drawn = rng.choice(SCARCE, exhibitors) if scarce else rng.integers(1, 9, exhibitors)
    tables: Ints = drawn.astype(np.int32)
    present = rng.random((exhibitors, slots)) < rng.uniform(*OPEN, (exhibitors, 1))
    capacity[:exhibitors] = tables[:, None] * present
    capacity[exhibitors:] = _attendance(rng, buyers, days, day)
    first, second = _pairs(rng, exhibitors, buyers, requests, zipf)
    quality = rng.normal(0, 1, exhibitors)[first]
    seller = np.clip(np.rint(5.5 + 2.5 * rng.normal(0, 1, requests)), 1, 10)
    buyer = np.clip(np.rint(5.5 + 1.5 * quality + 2.0 * rng.normal(0, 1, requests)), 1, 10)
    place = np.full(people, -1, dtype=np.int32)
    place[:exhibitors] = np.sort(rng.integers(0, halls, exhibitors))
    apart = np.abs(np.subtract.outer(np.arange(halls), np.arange(halls)))
    limit = np.full(people, 2**30, dtype=np.int32)
    limit[exhibitors:] = quota
    pool, pool_tables = _pools(place, capacity, halls, pooled, seed)
    side = np.full(people, BUYER, dtype=np.int8)
    side[:exhibitors] = EXHIBITOR
    size = f"{exhibitors} x {buyers}, {requests} requests"
    return make_instance(
        [f"d{d + 1}-{i + 1:02d}" for d in range(days) for i in range(slots_per_day)],
        [f"e{i + 1:04d}" for i in range(exhibitors)] + [f"b{i + 1:05d}" for i in range(buyers)],
        [f"r{i + 1:06d}" for i in range(requests)],
        first,
        second + exhibitors,
        name=f"made-up expo, {size}, seed {seed}"
        + (", walking" if walking else "")
        + (", scarce tables" if scarce else "")
        + (f", {pooled:.0%} at pooled tables" if pooled else ""),
        slot_day=day,
        slot_session=(np.tile(np.arange(slots_per_day), days) >= slots_per_day // 2).astype(int),
        slot_minutes=30,
        day_names=[f"day {d + 1}" for d in range(days)],
        session_names=["morning", "afternoon"],
        side=side,
        capacity=capacity,
        max_meetings=limit,
        place=place,
        pool=pool,
        pool_ids=[f"tables of hall {h + 1}" for h in range(len(pool_tables))],
        pool_tables=pool_tables,
        weight=seller * buyer,
        place_ids=[f"hall {h + 1}" for h in range(halls)],
        gap_minutes=5,
        walk_minutes=4 * apart if walking else None,
        break_scope="day",
    )


def _attendance(rng: np.random.Generator, buyers: int, days: int, day: Ints) -> Ints:
    """0/1 per buyer and slot."""
    stay = np.array([1, 2, 3, days])[rng.choice(4, buyers, p=STAY)]
    stay = np.minimum(stay, days)
    rank = rng.random((buyers, days)).argsort(axis=1).argsort(axis=1)
    present = (rank < stay[:, None])[:, day]
    share = rng.uniform(0.6, 0.8, (buyers, 1))
    there: Ints = (present & (rng.random(present.shape) < share)).astype(np.int32)
    return there


def _pools(place: Ints, capacity: Ints, halls: int, share: float, seed: int) -> tuple[Ints, Ints]:
    """The pool of everybody, int[P], -1 for none, and the tables of each hall's pool, int[H, S].

    It draws from a stream of its own, so that an instance without pools stays what it was.
    """
    rng = np.random.default_rng([seed, 1])
    pool = np.full_like(place, -1)
    if not share:
        return pool, np.empty((0, capacity.shape[1]), dtype=np.int32)
    drawn = (place >= 0) & (rng.random(len(place)) < share)
    pool[drawn] = place[drawn]
    wanted = np.zeros((halls, capacity.shape[1]), dtype=np.int64)
    np.add.at(wanted, pool[drawn], capacity[drawn])
    return pool, np.ceil(POOLED * wanted).astype(np.int32)


def _pairs(
    rng: np.random.Generator, exhibitors: int, buyers: int, requests: int, zipf: float
) -> tuple[Ints, Ints]:
    """Different pairs, exhibitors drawn by popularity, sorted by buyer."""
    weight = (np.arange(exhibitors) + 1.0) ** -zipf
    rng.shuffle(weight)
    edges = np.cumsum(weight / weight.sum())
    keen = rng.gamma(2.0, 1.0, buyers)
    keenness = np.cumsum(keen / keen.sum())
    found = np.empty(0, dtype=np.int64)
    drawn = 0
    while len(found) < requests:
        if drawn > MOST_DRAWN * (requests + 10_000):
            raise ValueError("so uneven a popularity leaves too few pairs: lower zipf")
        more = int((requests - len(found)) * 1.2) + 64
        drawn += more
        e = np.minimum(np.searchsorted(edges, rng.random(more)), exhibitors - 1)
        fresh = np.minimum(np.searchsorted(keenness, rng.random(more)), buyers - 1) * exhibitors + e
        both = np.concatenate([found, fresh])
        _, index = np.unique(both, return_index=True)
        found = both[np.sort(index)]
    found = np.sort(found[:requests])
    return (found % exhibitors).astype(np.int32), (found // exhibitors).astype(np.int32)
