"""Why one is not on a list: each answer against what the run itself did, worked out the long way."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from emporion.engines import matching
from emporion.engines.matching import clearing, variety
from emporion.engines.matching.comparing import compare
from tests.engines.matching.markets import made_up
from tests.engines.matching.test_variety import slowly_varied

LENGTH = 10


class Ran:
    """A run of a market, and all pairs of it."""

    def __init__(self, market, equality, explore):
        self.market = market
        result = matching.match(market, readers=(), equality=equality, explore=explore)
        self.rule = result.rule
        self.settled = matching.Settled(
            (result.lessons[0].rule, result.lessons[1].rule), matching.people_of(result)
        )
        whole = replace(market, buyer_list_length=len(market.exhibitors))
        every = matching.match(whole, readers=(), floor=0)
        self.pairs = {owner: {e.id: (e.p, e.q) for e in found} for owner, found in every.buyers}
        # What multiplies: prices at no equality are those of calendars alone.
        self.share = dict(zip(result.exhibitors.owner_ids, result.exhibitors.price, strict=True))
        calm = matching.match(market, readers=(), rule=result.rule, equality=0.0).exhibitors
        self.calm = dict(zip(calm.owner_ids, calm.price, strict=True))
        self.lists = dict(result.buyers)
        kinds = variety.kinds([one.offers for one in market.exhibitors]).tolist()
        self.kind = dict(zip([one.id for one in market.exhibitors], kinds, strict=True))

    def fit(self, buyer, one):
        p, q = self.pairs[buyer][one]
        return p * q

    def filled(self, buyer):
        """{id: worth at its turn} of all, in the order in which the list takes them."""
        names = list(self.pairs[buyer])
        p, q = (
            np.asarray(side, np.float32) for side in zip(*self.pairs[buyer].values(), strict=True)
        )
        claims = clearing.kernel_by(self.rule, p, q) * [self.share[name] for name in names]
        kinds = [self.kind[name] for name in names]
        filled = slowly_varied(range(len(names)), claims.tolist(), kinds, len(names), 0.05)
        return {names[at]: worth for at, worth in filled}

    def why(self, buyer, one):
        entries = self.lists[buyer]
        return compare(
            self.market, buyer, one, [entry.id for entry in entries],
            settled=self.settled, rule=self.rule,
            drawn={entry.id for entry in entries if entry.propensity < 1},
            forced={e.id for e in entries if "exposure_floor" in [code for code, _ in e.reasons]},
        )  # fmt: skip


def check(ran, buyer, one, why):
    """Fail unless `why` is so."""
    entries, worth = ran.lists[buyer], ran.filled(buyer)
    names = [entry.id for entry in entries]
    drawn = [entry.id for entry in entries if entry.propensity < 1]
    forced = [e.id for e in entries if "exposure_floor" in [code for code, _ in e.reasons]]
    last = min(names, key=lambda name: ran.fit(buyer, name))
    if why == "lot":
        assert min(worth[name] for name in drawn) < worth[one] * 1.0001
    elif why == "few_seen":
        assert min(worth[name] for name in forced) < worth[one] * 1.0001
    elif why == "fits_less":
        assert ran.fit(buyer, one) < ran.fit(buyer, last) * 1.0001
    elif why == "crowded":
        assert ran.rule == "priced"
        assert ran.calm[one] < 0.98 * ran.calm[last]
    elif why == "evenly":
        level = {name: ran.share[name] / ran.calm[name] for name in (one, last)}
        assert ran.rule == "tu" or level[one] < 0.98 * level[last]
    elif why == "alike":
        assert sum(ran.kind[name] == ran.kind[one] for name in names) >= variety.ALIKE
    else:
        assert why == "beside"
        assert any(abs(worth[name] / worth[one] - 1) < 0.1 for name in names)
    if why not in ("lot", "few_seen"):
        # Nobody whose place was sure would have come after them.
        sure = [worth[name] for name in names if name not in drawn + forced]
        assert worth[one] <= min(sure) * 1.0001


@pytest.mark.parametrize(
    ("equality", "explore", "seen"),
    [
        (0.0, True, {"fits_less", "crowded", "lot"}),
        (0.0, False, {"fits_less", "crowded"}),
        (0.5, True, {"fits_less", "evenly", "lot"}),
        (1.0, True, {"evenly", "lot"}),
    ],
)
def test_each_answer_is_so_and_with_nothing_changed_nobody_is_left_to_the_next_run(
    equality, explore, seen
):
    found = Counter()
    for seed in (1, 2):
        market = made_up(seed, exhibitors=30, buyers=90, signals=0, buyer_list_length=LENGTH)
        ran = Ran(market, equality, explore)
        for buyer in [one.id for one in market.buyers][:10]:
            listed = {entry.id for entry in ran.lists[buyer]}
            for one in sorted(set(ran.pairs[buyer]) - listed)[::2]:
                why = ran.why(buyer, one).why
                found[why] += 1
                check(ran, buyer, one, why)
    assert "next_run" not in found
    assert seen <= set(found)


def test_who_changed_to_fit_well_is_left_to_the_next_run():
    market = made_up(1, exhibitors=30, buyers=90, signals=0, buyer_list_length=LENGTH)
    ran = Ran(market, 0.0, False)
    buyer = max(market.buyers, key=lambda one: len(one.needs))
    entries = ran.lists[buyer.id]
    missed = next(
        name for name in ran.pairs[buyer.id]
        if ran.why(buyer.id, name).why == "fits_less" and ran.share[name] == 1
    )  # fmt: skip
    best = next(one for one in market.exhibitors if one.id == entries[0].id)
    now = [replace(best, id=one.id) if one.id == missed else one for one in market.exhibitors]
    ran.market = replace(market, exhibitors=now)
    assert ran.why(buyer.id, missed).why == "next_run"


def test_exposure_that_is_given_is_told():
    market = made_up(3, exhibitors=60, buyers=40, signals=0, buyer_list_length=5)
    mute = [
        replace(one, offers=(), needs=(), texts={}, markets=(), country="", languages=())
        for one in market.exhibitors[:10]
    ]
    ran = Ran(replace(market, exhibitors=[*mute, *market.exhibitors[10:]]), 0.0, False)
    by_floor = {
        buyer: [e.id for e in found if "exposure_floor" in [code for code, _ in e.reasons]]
        for buyer, found in ran.lists.items()
    }
    buyer = next(buyer for buyer, forced in by_floor.items() if forced)
    # The best of those who are not on its list: without the floor they were.
    worth, listed = ran.filled(buyer), {entry.id for entry in ran.lists[buyer]}
    missed = next(name for name in worth if name not in listed)
    assert ran.why(buyer, missed).why == "few_seen"
    check(ran, buyer, missed, "few_seen")
    assert missed in {
        e.id for e in dict(matching.match(ran.market, readers=(), floor=0).buyers)[buyer]
    }
