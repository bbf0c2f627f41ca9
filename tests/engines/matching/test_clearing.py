"""Clearing the market brings more matches than ranking by p * q, on simulated markets."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.matching_markets import live, simulated
from emporion.engines import matching
from emporion.engines.matching import clearing, contenders, metrics, pricing, rank
from tests.engines.matching.markets import made_up

EXHIBITORS, BUYERS, LENGTH = 120, 1800, 20


def lists_by_product(market):
    values = market.believed_p * market.believed_q
    return rank.top_lists(iter([values]), EXHIBITORS, LENGTH)


def lists_by_engine(market):
    lists, order = ordered(market)
    floor = rank.feasible_floor(BUYERS, EXHIBITORS, LENGTH)
    return sorted_by_fit(
        rank.raise_to_floor(lists, order.kernel, order.duals, floor, LENGTH), market
    )


def sorted_by_fit(lists, market):
    at = lists.owners(), lists.other
    return rank.in_order(lists, market.believed_p[at] * market.believed_q[at])[0]


def ordered(market, capacities=1, **options):
    order = clearing.clear(
        market.believed_p,
        market.believed_q,
        market.buyer_capacity * capacities,
        market.exhibitor_capacity * capacities,
        lengths=(LENGTH, 50),
        **options,
    )
    return sorted_by_fit(rank.rank_buyers(order.kernel, order.duals, LENGTH), market), order


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


def test_where_no_calendar_is_contested_the_order_is_that_of_the_product():
    market = simulated(33, EXHIBITORS, BUYERS)
    lists, order = ordered(market, capacities=1000)
    assert order.duals.a.tolist() == [1] * BUYERS and order.duals.b.tolist() == [1] * EXHIBITORS
    assert lists.other.tolist() == lists_by_product(market).other.tolist()
    assert ordered(market)[1].duals.b.min() < 0.9


def test_where_lists_of_a_side_hold_everybody_nobody_on_them_has_a_price():
    market = simulated(1, 20, 2000, popularity=2.0)
    full, short = (
        clearing.clear(
            market.p, market.q, market.buyer_capacity, market.exhibitor_capacity, lengths=lengths
        )
        for lengths in ((20, 50), (5, 2000))
    )
    assert full.duals.b.tolist() == [1.0] * 20
    assert short.duals.a.tolist() == [1.0] * 2000 and short.duals.b.min() < 1


def test_prices_keep_promises_within_capacities():
    market = simulated(37, EXHIBITORS, BUYERS)
    value = market.p * market.q
    for rows, columns, matrix, capacity, length in (
        (BUYERS, EXHIBITORS, value, market.exhibitor_capacity, LENGTH),
        (EXHIBITORS, BUYERS, value.T, market.buyer_capacity, 50),
    ):
        found = pricing.prices(
            contenders.Values(rows, columns, matrix.__getitem__), capacity, length
        )
        assert found.shape == (columns,) and found.min() > 0 and found.max() <= 1
        promised = []
        for price in (np.ones(columns), found):
            load = np.zeros(columns)
            for row in matrix:
                best = np.argsort(-row * price, kind="stable")[:length]
                best = best[np.argsort(-row[best], kind="stable")]
                load[best] += row[best] / np.arange(1, len(best) + 1)
            promised.append(np.minimum(load, capacity).sum())
            over = load > 1.5 * capacity
        # Whoever is promised far more than fits is so at a price that has fallen.
        assert (found[over] < 1).all()
        assert promised[1] >= promised[0]
        assert over.mean() < 0.05


def test_where_many_are_wanted_alike_their_calendars_are_filled_and_not_flooded():
    # As answers teach it: all who fit are wanted nearly alike, and prices decide between them.
    market = simulated(35, EXHIBITORS, BUYERS, popularity=2.0)
    odds = 3 * np.log(market.p / (1 - market.p)) + 2
    p, q = np.float32(0.93) / (1 + np.exp(-odds)), 0.9 + np.float32(0.05) * market.q
    market = replace(market, p=p, q=q, believed_p=p, believed_q=q)
    ours = live(lists_by_engine(market), market, 35)
    assert ours.matches > 1.3 * live(lists_by_product(market), market, 35).matches
    assert ours.overfull_share <= 0.01
    # There, too, the knob leads to equal looks: its ways are as wide as the scores on lists.
    most, equal = (
        metrics.figures(lists, p[at], q[at], market.exhibitor_capacity).exposure_gini_per_slot
        for lists in (ordered(market, equality=end)[0] for end in (0.0, 1.0))
        for at in [(lists.owners(), lists.other)]
    )
    assert equal < 0.6 * most


def test_who_is_asked_by_many_and_wants_few_is_not_asked_more_than_can_be_answered():
    market = simulated(34, EXHIBITORS, BUYERS, popularity=2.0)
    # As answers teach it: few requests are accepted, and accepted ones alone fill no calendar.
    p, q = market.believed_p, market.believed_q * np.float32(0.15)
    slots = market.exhibitor_capacity // 3
    order = clearing.clear(p, q, market.buyer_capacity, slots, lengths=(LENGTH, 50))

    def over(lists):
        at = lists.owners(), lists.other
        return metrics.figures(lists, p[at], q[at], slots).over_capacity_share

    by_product = rank.top_lists(iter([p * q]), EXHIBITORS, LENGTH)
    assert over(by_product) > 0.05
    lists = rank.rank_buyers(order.kernel, order.duals, LENGTH)
    assert over(rank.in_order(lists, (p * q)[lists.owners(), lists.other])[0]) == 0


def test_no_prices_without_anybody():
    for rows, columns in ((0, 3), (3, 0)):
        values = contenders.Values(
            rows, columns, lambda part: np.zeros((rows, columns), np.float32)
        )
        assert pricing.prices(values, np.ones(columns), 5).tolist() == [1] * columns


def test_a_rule_that_is_none_is_refused():
    with pytest.raises(ValueError, match="priced"):
        ordered(simulated(35, 5, 20), rule="popular")


def test_the_knob_goes_from_most_matches_to_most_equal():
    market = simulated(34, EXHIBITORS, BUYERS)
    found = []
    for equality in (0.0, 0.5, 1.0):
        lists, _ = ordered(market, equality=equality)
        owner = lists.owners()
        found.append(
            metrics.figures(
                lists,
                market.p[owner, lists.other],
                market.q[owner, lists.other],
                market.exhibitor_capacity,
            )
        )
    inequality = [one.exposure_gini_per_slot for one in found]
    assert inequality == sorted(inequality, reverse=True)
    assert inequality[2] < 0.05 < inequality[0]
    assert found[0].expected_matches > found[2].expected_matches
    assert found[2].looks_per_slot_least > found[0].looks_per_slot_least


def test_an_equality_beyond_the_ends_is_refused():
    market = simulated(35, 5, 20)
    with pytest.raises(ValueError, match="most equal"):
        ordered(market, equality=1.5)


def test_excluded_pairs_and_empty_calendars_stay_out_under_either_rule():
    market = simulated(36, EXHIBITORS, BUYERS)
    gone = (np.arange(BUYERS), np.arange(BUYERS) % EXHIBITORS)
    capacity = market.exhibitor_capacity.copy()
    capacity[3] = 0
    for rule in (clearing.TU, clearing.PRICED):
        order = clearing.clear(
            market.p,
            market.q,
            market.buyer_capacity,
            capacity,
            lengths=(LENGTH, 50),
            excluded=gone,
            rule=rule,
            equality=1.0,
        )
        lists = rank.rank_buyers(order.kernel, order.duals, LENGTH)
        assert not (lists.other == lists.owners() % EXHIBITORS).any()
        assert not (lists.other == 3).any()


@pytest.mark.parametrize("options", [{}, {"popularity": 0.0}, {"popularity": 2.0}])
def test_the_rule_at_each_end_of_the_knob_brings_more_matches_than_the_other(options):
    for equality, best in ((0.0, clearing.PRICED), (0.5, clearing.PRICED), (1.0, clearing.TU)):
        assert clearing.rule_at(equality) == best
        matches = {clearing.PRICED: 0, clearing.TU: 0}
        for seed in (41, 42, 43):
            market = simulated(seed, EXHIBITORS, BUYERS, **options)
            for rule in matches:
                lists, _ = ordered(market, equality=equality, rule=rule)
                matches[rule] += live(lists, market, seed).matches
        assert max(matches, key=lambda rule: matches[rule]) == best


def test_a_match_takes_the_rule_of_its_equality_unless_told():
    market = made_up(8, exhibitors=40, buyers=120)
    by_rule = {
        rule: matching.match(market, readers=(), equality=1.0, rule=rule)
        for rule in (None, clearing.PRICED, clearing.TU)
    }
    assert by_rule[None].rule == clearing.TU
    assert by_rule[None].figures == by_rule[clearing.TU].figures
    assert by_rule[None].figures != by_rule[clearing.PRICED].figures
    usual = matching.match(market, readers=(), ends=True)
    assert usual.rule == clearing.PRICED
    assert usual.ends[1] == by_rule[None].figures
