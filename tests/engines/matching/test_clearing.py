"""Clearing the market brings more matches than ranking by p * q, on simulated markets."""

import numpy as np
import pytest

from benchmarks.matching_markets import live, simulated
from emporion.engines.matching import equilibrium, rank
from emporion.engines.matching.pipeline import TEMPERATURE, kernel

EXHIBITORS, BUYERS, LENGTH = 120, 1800, 20


def lists_by_product(market):
    values = market.believed_p * market.believed_q
    return rank.top_lists(iter([values]), EXHIBITORS, LENGTH)


def lists_by_engine(market):
    dense = kernel(market.believed_p, market.believed_q, TEMPERATURE)
    cleared = equilibrium.solve(dense, market.buyer_capacity, market.exhibitor_capacity)
    lists = rank.rank_buyers(dense, cleared, LENGTH)
    return rank.raise_to_floor(
        lists, dense, cleared, rank.feasible_floor(BUYERS, EXHIBITORS, LENGTH), LENGTH
    )


@pytest.mark.parametrize(
    ("options", "least"),
    [({}, 1.1), ({"popularity": 0.0}, 1.0), ({"popularity": 2.0}, 1.1), ({"noise": 0.1}, 1.0)],
)
def test_more_matches_than_by_the_product_and_nobody_flooded(options, least):
    ratios = []
    for seed in (31, 32):
        market = simulated(seed, EXHIBITORS, BUYERS, **options)
        ours = live(lists_by_engine(market), market, seed)
        ratios.append(ours.matches / live(lists_by_product(market), market, seed).matches)
        assert ours.unseen == 0
        assert ours.overfull_share <= 0.01
    assert np.mean(ratios) >= least
