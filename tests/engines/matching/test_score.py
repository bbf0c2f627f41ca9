"""Features and probabilities against loops that spell the definition out."""

import math
from dataclasses import replace

import numpy as np
import pytest

from emporion.engines.matching import facets
from emporion.engines.matching.features import Feature, Features
from emporion.engines.matching.market import Market, Participant, Signal
from emporion.engines.matching.score import Direction, Weights, judged, probabilities
from tests.engines.matching.markets import TAXONOMY, made_up

PARENT = {category.code: category.parent for category in TAXONOMY}


def silent(market):
    """The market without texts, so that every code is a stated one."""
    return replace(
        market,
        exhibitors=[replace(one, texts={}) for one in market.exhibitors],
        buyers=[replace(one, texts={}) for one in market.buyers],
    )


def relation(need, offer):
    if need == offer:
        return 1.0
    if PARENT[need] == offer or PARENT[offer] == need:
        return 0.7
    if PARENT[need] and PARENT[need] == PARENT[offer]:
        return 0.4
    return 0.0


def slow_agreement(needs, offers):
    if not needs or not offers:
        return facets.UNKNOWN
    scale = min(1, math.sqrt(5 / len(needs))) * min(1, math.sqrt(5 / len(offers)))
    overlap = scale * sum(max(relation(need, offer) for need in needs) for offer in offers)
    return 1 - math.exp(-1.2 * overlap)


@pytest.mark.parametrize("seed", range(4))
def test_facets_agree_with_loops(seed):
    market = silent(made_up(seed))
    features = Features(market, market.exhibitors, market.buyers)
    blocks = dict(features.block(slice(0, len(market.buyers))))
    for i, buyer in enumerate(market.buyers):
        for j, exhibitor in enumerate(market.exhibitors):
            assert blocks[Feature.BUYER_NEEDS][i, j] == pytest.approx(
                slow_agreement(buyer.needs, exhibitor.offers), abs=1e-6
            )
            assert blocks[Feature.EXHIBITOR_NEEDS][i, j] == pytest.approx(
                slow_agreement(exhibitor.needs, buyer.offers), abs=1e-6
            )


def test_roots_of_the_taxonomy_are_no_siblings():
    tree = facets.build_tree(TAXONOMY, [])
    assert tree.related[tree.number["vr"]] == [(tree.number["vr"], 1.0)]


def test_a_chain_of_three_levels_relates_neighbours_only():
    from emporion.engines.matching.market import Category

    tree = facets.build_tree([Category("a"), Category("a.b", "a"), Category("a.b.c", "a.b")], [])
    assert sorted(tree.related[0]) == [(0, 1.0), (1, 0.7)]
    assert sorted(tree.related[2]) == [(1, 0.7), (2, 1.0)]


@pytest.mark.parametrize("seed", range(4))
def test_single_pairs_give_what_blocks_give(seed):
    market = made_up(seed, signals=60)
    features = Features(market, market.exhibitors, market.buyers)
    count, width = len(market.buyers), len(market.exhibitors)
    buyers, exhibitors = (
        a.ravel() for a in np.meshgrid(np.arange(count), np.arange(width), indexing="ij")
    )
    pairs = features.pairs(buyers, exhibitors)
    for rows in (slice(0, count), slice(7, 20)):
        for feature, values in features.block(rows):
            whole = np.broadcast_to(values, (rows.stop - rows.start, width))
            expected = pairs[:, feature].reshape(count, width)[rows]
            assert np.allclose(whole, expected, atol=1e-6), feature.name


@pytest.mark.parametrize("seed", range(3))
def test_probabilities_are_the_logistic_of_the_weighted_features(seed):
    market = made_up(seed)
    features = Features(market, market.exhibitors, market.buyers)
    weights = Weights()
    p, q = probabilities(features, *judged(weights))
    buyers = np.repeat(np.arange(40), 12)
    exhibitors = np.tile(np.arange(12), 40)
    values = features.pairs(buyers, exhibitors).astype(float)
    for found, direction, vector in (
        (p, weights.buyer, weights.vectors()[0]),
        (q, weights.exhibitor, weights.vectors()[1]),
    ):
        z = direction.bias + values @ vector.astype(float)
        assert np.allclose(found.ravel(), 1 / (1 + np.exp(-z)), atol=1e-5)
        assert found.min() > 0 and found.max() < 1


def test_negative_weights_are_refused():
    with pytest.raises(ValueError, match="negative"):
        Weights(buyer=Direction(text=-1.0)).vectors()


def two_sided(buyer, exhibitor, signals=()):
    market = Market([exhibitor], [buyer], TAXONOMY, signals)
    p, q = probabilities(Features(market, [exhibitor], [buyer]), *judged(Weights()))
    return float(p[0, 0]), float(q[0, 0])


def test_closer_codes_score_higher_and_what_is_not_known_is_not_no():
    buyer = Participant("b", needs=["ai.vision"])
    offers = [["ai.vision"], ["ai"], ["ai.speech"], [], ["vr"]]
    scores = [two_sided(buyer, Participant("e", offers=o)) for o in offers]
    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) == 5


def test_naming_every_code_is_no_way_to_the_top():
    buyer = Participant("b", needs=["ai.vision"])
    one = two_sided(buyer, Participant("e", offers=["ai.vision"]))
    every = [category.code for category in TAXONOMY]
    from emporion.engines.matching.market import Category

    more = [f"x{at}" for at in range(60)]
    market = Market(
        [Participant("e", offers=every + more)], [buyer], [*TAXONOMY, *map(Category, more)]
    )
    p, _ = probabilities(Features(market, market.exhibitors, market.buyers), *judged(Weights()))
    assert float(p[0, 0]) < one[0]


@pytest.mark.parametrize(
    ("kind", "value", "better"),
    [
        ("view", None, True),
        ("bookmark", None, True),
        ("request", None, True),
        ("accept", None, True),
        ("decline", None, False),
        ("rating", 5.0, True),
        ("rating", 1.0, False),
    ],
)
def test_a_signal_moves_its_own_direction_and_no_amount_moves_it_far(kind, value, better):
    buyer, exhibitor = Participant("b", needs=["ai"]), Participant("e", offers=["ai"])
    bare = two_sided(buyer, exhibitor)
    once = two_sided(buyer, exhibitor, [Signal("b", "e", kind, value)])
    often = two_sided(buyer, exhibitor, [Signal("b", "e", kind, value)] * 50)
    assert (once[0] > bare[0]) == better
    assert once[1] == bare[1]
    assert once == often


def test_a_signal_from_the_exhibitor_moves_q():
    buyer, exhibitor = Participant("b"), Participant("e")
    bare = two_sided(buyer, exhibitor)
    told = two_sided(buyer, exhibitor, [Signal("e", "b", "request")])
    assert told[1] > bare[1]
    # Being asked for makes a buyer a little more visible to exhibitors, not the exhibitor to it.
    assert told[0] == bare[0]


def test_countries_count_only_against_stated_markets():
    for markets, differs in (((), False), (("FI",), True)):
        buyer = Participant("b", needs=["ai"], markets=markets)
        scores = {
            two_sided(buyer, Participant("e", offers=["ai"], country=c)) for c in ("FI", "CN")
        }
        assert (len(scores) == 2) == differs
