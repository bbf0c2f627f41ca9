"""Cheating brings little: looks of honest buyers after a manipulation, against before."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.matching_manipulation import effects
from emporion.engines import matching
from emporion.engines.matching import behaviour, facets, features, score, variety
from emporion.engines.matching.features import Features
from emporion.engines.matching.market import Market, Participant, Signal


@pytest.fixture(scope="module")
def found():
    return effects(60, 600, seed=5, cheats=3)


def test_naming_everything_brings_about_the_looks_of_an_honest_profile(found):
    assert found["stuffing"] < 1.25


def test_without_diluting_what_names_everything_stuffing_would_pay(monkeypatch):
    monkeypatch.setattr(facets, "CODES_AT_FULL_WEIGHT", 1e9)
    assert effects(60, 600, seed=5, cheats=3, attacks=["stuffing"])["stuffing"] > 3


def test_stating_everything_in_every_field_does_not_double_the_looks(found):
    assert found["fields"] < 2


def test_without_weighing_what_is_named_full_fields_would_pay(monkeypatch):
    monkeypatch.setattr(features, "worth_of", lambda said, full: 1.0)
    assert effects(60, 600, seed=5, cheats=3, attacks=["fields"])["fields"] > 2.5


def test_ten_copies_are_looked_at_no_more_together_than_ten_would_be(found):
    assert found["copies"] <= 1


def copies_on_a_list(less):
    """Of ten places: those of eleven copies that fit a tenth better than twelve of other kinds."""
    honest = [Participant(f"h{n:02d}", 50, offers=[f"k{n:02d}", "a"]) for n in range(12)]
    copies = [Participant(f"c{n:02d}", 50, offers=["a"], size="small") for n in range(11)]
    guests = [Participant(f"b{n:03d}", 4, needs=["a"], size="small") for n in range(40)]
    market = Market([*honest, *copies], guests, buyer_list_length=10)
    found = matching.match(market, readers=(), less=less, floor=0)
    return np.mean([sum(e.id[0] == "c" for e in entries) for _, entries in found.buyers])


def test_copies_do_not_fill_a_list():
    assert copies_on_a_list(variety.LESS) <= 6


def test_without_variety_copies_would_fill_a_list():
    assert copies_on_a_list(0.0) == 10


def test_thirty_made_up_friends_do_not_double_the_looks(found):
    assert found["rings"] < 2


def ring_of_looks():
    return effects(40, 300, seed=5, cheats=3, attacks=["rings"])["rings"]


def test_a_ring_is_looked_at_about_as_often_as_before():
    assert ring_of_looks() < 1.25


def test_without_the_bound_a_ring_would_double_its_looks(monkeypatch):
    monkeypatch.setattr(behaviour, "MOST_OF_WISHES", 100.0)
    assert ring_of_looks() > 1.75


def learnt_of_a_ring():
    sellers = [Participant(f"e{n:02d}", 20, offers=["a"]) for n in range(20)]
    callers = [Participant(f"b{n:03d}", 5, needs=["a"]) for n in range(400)]
    ring = [Signal(one.id, "e00", "request") for one in callers[:300]]
    honest = [Signal(one.id, f"e{n % 20:02d}", "request") for n, one in enumerate(callers[300:])]
    market = Market(sellers, callers, (), [*ring, *honest])
    features = Features(market, sellers, callers)
    return behaviour.learn(features, market.signals, score.judged(score.Weights()))[0].rule


def test_wishes_move_what_others_are_shown_by_a_bounded_amount_however_many_there_are():
    rule = learnt_of_a_ring()
    assert np.abs(rule.of_exhibitors).max() <= 0.3
    assert rule.of_exhibitors.argmax() == 0


def test_without_the_bound_a_ring_would_move_more(monkeypatch):
    monkeypatch.setattr(behaviour, "MOST_OF_WISHES", 100.0)
    assert learnt_of_a_ring().of_exhibitors[0] > 0.6


def test_the_rank_of_an_origin_is_the_same_also_after_people_have_answered():
    draw = np.random.default_rng(3)
    codes = ["a", "b", "c"]

    def market(countries):
        sellers = [
            Participant(f"e{n:02d}", 10, offers=[codes[n % 3]], country=countries[n % 2])
            for n in range(16)
        ]
        callers = [
            Participant(f"b{n:03d}", 4, needs=[codes[n % 3]], country=countries[n % 2])
            for n in range(60)
        ]
        signals = [
            Signal(one.id, other.id, "accept" if yes else "decline")
            for at, one in enumerate(callers)
            for other, yes in zip(sellers, answers[at], strict=True)
        ]
        return Market(sellers, callers, (), signals)

    answers = draw.random((60, 16)) < 0.4
    one, two = (matching.match(market(c), readers=()) for c in (("FI", "CN"), ("CN", "FI")))
    assert [(owner, [e.id for e in rows]) for owner, rows in one.buyers] == [
        (owner, [e.id for e in rows]) for owner, rows in two.buyers
    ]


def chance_in_its_market(**said):
    """The chance that a guest wants a host of its market, as a share of that of one who says none."""

    def p(guest):
        market = Market([Participant("e", 5, country="FI", deals=["agency"])], [guest])
        return matching.match(market, readers=(), floor=0).buyers.p[0]

    return p(Participant("b", 4, **said)) / p(Participant("b", 4))


def test_a_region_counts_like_one_country_and_two_kinds_of_deal_like_one():
    one = chance_in_its_market(markets=["FI"])
    assert one > 1.1
    nordic = ["DK", "FI", "IS", "NO", "SE"]
    assert chance_in_its_market(markets=nordic, markets_named=1) == one
    assert 1 < chance_in_its_market(markets=nordic) < one
    deal = chance_in_its_market(deals=["agency"])
    assert chance_in_its_market(deals=["agency", "licensing"]) == deal > 1.1
