"""Why one is not on a list: each answer against what the run itself did, worked out the long way."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from functools import partial

import pytest

from emporion.engines import matching
from emporion.engines.matching import variety
from emporion.engines.matching.comparing import compare
from tests.engines.matching.absences import Filling, check
from tests.engines.matching.markets import made_up

LENGTH = 10
SYLLABLES = [one + other for one in "lmnrst" for other in "aeiou"]


class Ran:
    """A run of a market, and all pairs of it."""

    def __init__(self, market, equality, explore=False, most_pairs=None, floor=None):
        self.market, self.thinned = market, most_pairs == 0
        run = {"readers": (), "most_pairs": most_pairs, "floor": floor}
        result = matching.match(market, equality=equality, explore=explore, **run)
        self.rule, self.floor, self.shown = result.rule, result.floor, dict(result.buyers)
        self.settled = matching.Settled(
            (result.lessons[0].rule, result.lessons[1].rule),
            matching.people_of(result),
            result.rule,
        )
        every = matching.match(longer(market), readers=(), floor=0)
        self.pairs = {owner: {e.id: (e.p, e.q) for e in found} for owner, found in every.buyers}
        for owner, found in every.exhibitors:
            self.pairs[owner] = {e.id: (e.p, e.q) for e in found}
        # What multiplies: prices at no equality are those of calendars alone.
        calm = matching.match(market, rule=result.rule, equality=0.0, **run)
        self.calendar, self.level, self.lists = {}, {}, {}
        for now, at_rest in ((result.buyers, calm.buyers), (result.exhibitors, calm.exhibitors)):
            self.lists.update(now)
            share = dict(zip(now.owner_ids, now.price.tolist(), strict=True))
            rest = dict(zip(at_rest.owner_ids, at_rest.price.tolist(), strict=True))
            priced = result.rule == "priced"
            self.calendar |= rest if priced else dict.fromkeys(share, 1.0)
            self.level |= {n: share[n] / rest[n] for n in share} if priced else share
        self.kind = {}
        for people, codes in ((market.exhibitors, "offers"), (market.buyers, "needs")):
            kinds = variety.kinds([getattr(one, codes) for one in people]).tolist()
            self.kind |= dict(zip([one.id for one in people], kinds, strict=True))

    def of(self, asking):
        """Return the market that the list of `asking` was made in."""
        return self.market

    def share(self, name):
        return self.calendar[name] * self.level[name]

    def held(self, asking):
        """Return who is on a list with places by the floor, and on as few as it asks for."""
        if asking not in self.shown or not by_floor(self.lists[asking]):
            return []
        every = [entry.id for lists in self.shown.values() for entry in lists if not entry.beyond]
        return [e.id for e in self.lists[asking] if every.count(e.id) <= self.floor]

    def filling(self, asking):
        entries = self.lists[asking]
        return Filling(
            self.rule, self.pairs[asking], self.calendar, self.level, self.kind,
            listed=[entry.id for entry in entries],
            drawn=[entry.id for entry in entries if entry.propensity < 1],
            forced=by_floor(entries),
            held=self.held(asking),
            thinned=self.thinned,
        )  # fmt: skip

    def why(self, asking, one, made=None):
        made = made or self.filling(asking)
        return compare(
            self.of(asking), asking, one, made.listed,
            settled=self.settled, rule=self.rule, drawn=made.drawn, forced=made.forced,
            held=[entry.id for entry in self.lists[asking] if entry.held], thinned=self.thinned,
        )  # fmt: skip


def by_floor(entries):
    """Return who has a place by the exposure floor."""
    return [e.id for e in entries if "exposure_floor" in [code for code, _ in e.reasons]]


class Alone(Ran):
    """Lists made alone after a run, by what it found: each in a market of its own."""

    def __init__(self, market, equality):
        super().__init__(market, equality)
        if self.rule != "priced":
            # Of the equilibrium it takes nothing.
            self.rule, self.level = "priced", dict.fromkeys(self.level, 1.0)

    def filling(self, asking):
        market = self.of(asking)
        run = {"settled": self.settled, "readers": ()}
        self.lists, self.shown = {asking: matching.rank_one(market, asking, **run)}, {}
        every = matching.rank_one(longer(market), asking, **run)
        self.pairs = {asking: {entry.id: (entry.p, entry.q) for entry in every}}
        return super().filling(asking)

    def of(self, asking):
        sides = [
            [one for one in side if one.id == asking] or side
            for side in (self.market.exhibitors, self.market.buyers)
        ]
        here = {one.id for side in sides for one in side}
        did = [one for one in self.market.signals if {one.sender, one.receiver} <= here]
        return replace(self.market, exhibitors=sides[0], buyers=sides[1], signals=did)


def longer(market):
    """Return the market with lists that hold everybody."""
    return replace(
        market,
        buyer_list_length=len(market.exhibitors),
        exhibitor_list_length=len(market.buyers),
    )


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
                check(ran.filling(buyer), one, why)
    assert "next_run" not in found
    assert seen <= set(found)


SMALL = {"exhibitors": 10, "buyers": 13, "buyer_list_length": 4, "exhibitor_list_length": 5}
# Of these only pairs near a list are kept, which are not all.
SPARSE = {"exhibitors": 13, "buyers": 15, "buyer_list_length": 1, "exhibitor_list_length": 1}


# A market of its own for each kind: hundreds of answers, and each is worked out the long way.
@pytest.mark.parametrize(
    ("made", "equality", "lengths", "seed"),
    [
        pytest.param(Ran, 0.0, SMALL, 1, id="whole"),
        pytest.param(Ran, 0.6, SMALL, 2, id="levelled"),
        pytest.param(Ran, 1.0, SMALL, 3, id="equilibrium"),
        pytest.param(partial(Ran, most_pairs=0), 0.0, SPARSE, 1, id="sparse"),
        pytest.param(partial(Ran, most_pairs=0), 1.0, SPARSE, 14, id="sparse-equilibrium"),
        pytest.param(Alone, 0.0, SMALL, 3, id="alone"),
        pytest.param(Alone, 0.6, SMALL, 1, id="alone-after-levelled"),
        pytest.param(Alone, 1.0, SMALL, 2, id="alone-after-equilibrium"),
    ],
)
def test_of_everybody_who_is_not_on_a_list_the_answer_is_so(made, equality, lengths, seed):
    market = made_up(seed, signals=60, **lengths)
    ran = made(market, equality)
    every = [one.id for one in (*market.buyers, *market.exhibitors)]
    # Of long lists of who is missing some are enough.
    for asking in every[:: 2 if lengths is SPARSE else 1]:
        filling = ran.filling(asking)
        for one in sorted(set(filling.pairs) - set(filling.listed)):
            check(filling, one, ran.why(asking, one, filling).why)


def test_what_a_sample_of_the_market_is_off_by_sends_nobody_to_the_next_run():
    market = made_up(2, exhibitors=200, buyers=200, signals=0, buyer_list_length=LENGTH)
    draw = random.Random(2)
    words = [f"{one}{other}{third}" for one in "bdk" for other in SYLLABLES for third in SYLLABLES]

    def said(one):
        text = " ".join(draw.choices(words, [1 / (n + 5) for n in range(len(words))], k=25))
        return replace(one, texts={"en": text})

    sides = [[said(one) for one in side] for side in (market.exhibitors, market.buyers)]
    market = replace(market, exhibitors=sides[0], buyers=sides[1])
    ran = Ran(market, 0.0)
    roughly, told = Counter(), Counter()
    for asking in [one.id for one in market.buyers][:12]:
        made = ran.filling(asking)
        # Those who would come next.
        near = [name for name in made.order() if name not in made.listed][:4]
        here = {asking, *made.listed, *near}
        sample = [
            [one for at, one in enumerate(side) if at % 3 == 0 or one.id in here]
            for side in (market.exhibitors, market.buyers)
        ]
        part = replace(market, exhibitors=sample[0], buyers=sample[1])
        fits = {name: made.fit(name) for name in made.listed}
        for counted, as_listed in ((roughly, None), (told, fits)):
            counted.update(
                compare(
                    part, asking, one, made.listed, settled=ran.settled, rule=ran.rule,
                    forced=made.forced, as_listed=as_listed,
                ).why
                for one in near
            )  # fmt: skip
    assert roughly["next_run"] > 0
    assert told["next_run"] == 0
    assert {why: n for why, n in told.items() if why != "beside"} == {
        why: n for why, n in roughly.items() if why not in ("beside", "next_run")
    }


def test_who_changed_to_fit_well_is_left_to_the_next_run():
    market = made_up(1, exhibitors=30, buyers=90, signals=0, buyer_list_length=LENGTH)
    ran = Ran(market, 0.0, False)
    buyer = max(market.buyers, key=lambda one: len(one.needs))
    entries = ran.lists[buyer.id]
    missed = next(
        name for name in ran.pairs[buyer.id]
        if ran.why(buyer.id, name).why == "fits_less" and ran.share(name) == 1
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
    buyer = next(buyer for buyer, found in ran.lists.items() if by_floor(found))
    # The best of those who are not on its list: without the floor they were.
    worth, listed = ran.filling(buyer).order(), {entry.id for entry in ran.lists[buyer]}
    missed = next(name for name in worth if name not in listed)
    assert ran.why(buyer, missed).why == "few_seen"
    check(ran.filling(buyer), missed, "few_seen")
    assert missed in {
        e.id for e in dict(matching.match(ran.market, readers=(), floor=0).buyers)[buyer]
    }


@pytest.mark.parametrize("equality", [0.0, 0.6])
def test_whom_the_floor_took_off_past_others_who_have_no_showing_to_spare_is_told_so(equality):
    found: Counter[str] = Counter()
    for seed in range(4):
        market = made_up(seed, exhibitors=24, buyers=18, signals=0, buyer_list_length=6)
        draw = random.Random(seed)
        apart = [
            (seller.id, buyer.id)
            for seller in market.exhibitors[:14]
            for buyer in market.buyers
            if draw.random() < 0.87
        ]
        ran = Ran(replace(market, exclusions=apart), equality, floor=3)
        for buyer in ran.shown:
            made = ran.filling(buyer)
            held = {entry.id for entry in ran.lists[buyer] if entry.held}
            assert held == set(made.held) - set(made.forced)
            for one in sorted(set(made.pairs) - set(made.listed)):
                why = ran.why(buyer, one, made).why
                found[why] += 1
                check(made, one, why)
    assert "next_run" not in found
    assert found["few_seen"] > 40
