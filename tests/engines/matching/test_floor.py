"""The exposure floor against a flow, a linear programme and an obvious greedy way."""

import tracemalloc
from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

from benchmarks.matching_floor import alone, fewest_missing, most_score, tight
from emporion.engines import matching
from emporion.engines.matching import augmenting, rank, score
from emporion.engines.matching.executor import Local, Processes
from tests.engines.matching.markets import made_up


def one_after_the_other(bare, values, floor, length):
    """Return {buyer: exhibitors} with places given greedily, a fifth of a list at most."""
    lists = [bare.other[a:b].tolist() for a, b in zip(bare.start, bare.start[1:], strict=False)]
    seen = np.bincount(bare.other, minlength=values.shape[1])
    given = [[] for _ in lists]
    short = np.flatnonzero(seen < floor)
    for one in short[np.argsort(seen[short], kind="stable")]:
        for buyer in sorted(range(len(lists)), key=lambda b: (-values[b, one], len(given[b]), b)):
            mine = lists[buyer]
            if seen[one] >= floor or values[buyer, one] <= 0:
                break
            spare = [k for k in mine if seen[k] > floor and k not in given[buyer]]
            full = len(mine) >= length
            if len(given[buyer]) == max(1, length // 5) or one in mine or (full and not spare):
                continue
            if full:
                mine.remove(spare[-1])
                seen[spare[-1]] -= 1
            mine.append(one)
            mine.sort(key=lambda k: -values[buyer, k])
            given[buyer].append(one)
            seen[one] += 1
    return lists, int(np.maximum(floor - seen, 0).sum())


def lists_of(ranking):
    return [
        ranking.other[a:b].tolist() for a, b in zip(ranking.start, ranking.start[1:], strict=False)
    ]


def missing_in(ranking, exhibitors, floor):
    seen = np.bincount(ranking.other, minlength=exhibitors)
    return int(np.maximum(floor - seen, 0).sum())


def test_no_lists_leave_fewer_showings_missing_in_tight_markets():
    mended = 0
    for seed in range(500):
        values, floor, length = tight(seed)
        duals, exhibitors = alone(values.shape), values.shape[1]
        bare = rank.rank_buyers(values, duals, length)
        least = fewest_missing(values > 0, floor, length)
        found = rank.at_floor(bare, values, duals, floor, length)
        assert missing_in(found.ranking, exhibitors, floor) == least, seed
        assert found.fewest_missing == least, seed
        greedy, still = one_after_the_other(bare, values, floor, length)
        mended += still > least
        if not still:
            assert lists_of(found.ranking) == greedy, seed
    # What the greedy way alone leaves undone is no rare case here.
    assert mended > 50


def test_a_flow_finds_as_much_as_paths_do(monkeypatch):
    found = []
    for before in (0, augmenting.PATHS_BEFORE_FLOW):
        monkeypatch.setattr(augmenting, "PATHS_BEFORE_FLOW", before)
        missing = []
        for seed in range(500):
            values, floor, length = tight(seed)
            duals = alone(values.shape)
            bare = rank.rank_buyers(values, duals, length)
            lists = rank.at_floor(bare, values, duals, floor, length)
            missing.append(missing_in(lists.ranking, values.shape[1], floor))
            assert lists.fewest_missing == missing[-1]
            assert_whole(lists.ranking, bare, values)
        found.append(missing)
    assert found[0] == found[1]


def assert_whole(found, bare, values):
    """Assert that lists are as long as before, sorted, without repetition and strangers."""
    assert np.diff(found.start).tolist() == np.diff(bare.start).tolist()
    assert found.score.tolist() == values[found.owners(), found.other].tolist()
    assert (found.score > 0).all()
    for mine, before, at in zip(lists_of(found), lists_of(bare), found.start, strict=False):
        part = slice(at, at + len(mine))
        assert len(set(mine)) == len(mine)
        assert (np.diff(found.score[part]) <= 0).all()
        assert found.forced[part].tolist() == [one not in before for one in mine]


def test_lists_stay_whole_sorted_and_without_who_is_excluded_where_places_are_handed_on():
    for seed in range(500):
        values, floor, length = tight(seed)
        duals = alone(values.shape)
        bare = rank.rank_buyers(values, duals, length)
        found = rank.at_floor(bare, values, duals, floor, length).ranking
        assert_whole(found, bare, values)


def test_lists_score_no_more_than_the_best_that_keep_the_floor():
    for seed in range(60):
        values, floor, length = tight(seed)
        duals = alone(values.shape)
        bare = rank.rank_buyers(values, duals, length)
        found = rank.at_floor(bare, values, duals, floor, length)
        best = most_score(values, floor, length, found.fewest_missing)
        assert found.ranking.score.sum() <= best + 1e-5


def test_pairs_as_csr_give_the_same_lists():
    for seed in range(200):
        values, floor, length = tight(seed)
        duals = alone(values.shape)
        thin = sparse.csr_array(values)
        one, other = (
            rank.at_floor(rank.rank_buyers(v, duals, length), v, duals, floor, length)
            for v in (values, thin)
        )
        assert lists_of(one.ranking) == lists_of(other.ranking)
        assert one.fewest_missing == other.fewest_missing


def nearly_all_apart(thin):
    """Return values of 600 buyers and 400 exhibitors: one buyer may be shown all, others 3."""
    buyers, exhibitors = 600, 400
    draw = np.random.default_rng(1)
    column = np.concatenate([np.arange(exhibitors), draw.integers(0, 5, 3 * (buyers - 1))])
    row = np.concatenate([np.zeros(exhibitors), np.repeat(np.arange(1, buyers), 3)]).astype(int)
    values = sparse.csr_array(
        (draw.random(len(row), dtype=np.float32) + np.float32(0.01), (row, column)),
        shape=(buyers, exhibitors),
    )
    values.sum_duplicates()
    return values if thin else values.toarray(), alone((buyers, exhibitors))


@pytest.mark.parametrize("thin", [True, False])
@pytest.mark.parametrize("length", [399, 400, 10**9])
def test_long_lists_have_no_more_places_than_pairs_that_may_be_shown(thin, length):
    values, duals = nearly_all_apart(thin)
    bare = rank.rank_buyers(values, duals, length)
    tracemalloc.start()
    found = rank.at_floor(bare, values, duals, 5, length)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    least = fewest_missing(np.asarray((values > 0).toarray() if thin else values > 0), 5, length)
    assert found.fewest_missing == missing_in(found.ranking, 400, 5) == least > 0
    # A place for each of all pairs, of 17 bytes, are 4 MB.
    assert peak < 2e6


@pytest.mark.parametrize("explore", [False, True])
@pytest.mark.parametrize("most_pairs", [None, 0])
@pytest.mark.parametrize("rule", ["priced", "tu"])
def test_lists_of_a_billion_are_those_of_everybody(rule, most_pairs, explore):
    market = narrow(1)
    everybody, endless = (
        matching.match(
            replace(market, buyer_list_length=length, exhibitor_list_length=length),
            readers=(), floor=4, rule=rule, most_pairs=most_pairs, explore=explore,
        )
        for length in (14, 10**9)
    )  # fmt: skip
    assert lists_of(everybody.buyers) == lists_of(endless.buyers)
    assert (everybody.short, everybody.fewest_missing) == (endless.short, endless.fewest_missing)
    assert everybody.short


def crowded(exhibitors):
    """Return a market in which two buyers with lists of five want the same of them in one order."""
    values = np.tile(np.linspace(1, 0.1, exhibitors, dtype=np.float32), (2, 1))
    return values, alone(values.shape), 5


def test_more_than_a_fifth_of_a_list_is_given_where_the_floor_is_not_kept_otherwise():
    values, duals, length = crowded(10)
    bare = rank.rank_buyers(values, duals, length)
    found = rank.at_floor(bare, values, duals, 1, length, wish=True)
    assert sorted(found.ranking.other.tolist()) == list(range(10))
    assert found.fewest_missing == 0
    assert found.ranking.forced.sum() == 5


def test_a_floor_that_is_a_wish_takes_a_fifth_of_a_list_where_no_lists_keep_it():
    values, duals, length = crowded(20)
    bare = rank.rank_buyers(values, duals, length)
    wished = rank.at_floor(bare, values, duals, 1, length, wish=True)
    asked = rank.at_floor(bare, values, duals, 1, length)
    # Ten places for twenty; both lists hold the same five at first, and each gives one away.
    assert wished.fewest_missing == asked.fewest_missing == 10
    assert missing_in(asked.ranking, 20, 1) == 10
    assert missing_in(wished.ranking, 20, 1) == 13
    assert wished.ranking.forced.sum() == 2


def test_a_match_gives_no_more_than_a_fifth_away_for_a_floor_that_nobody_named():
    market = made_up(3, exhibitors=40, buyers=4, signals=0, buyer_list_length=5)
    usual = matching.match(market, readers=())
    named = matching.match(market, readers=(), floor=1)
    assert usual.floor == 1
    assert usual.fewest_missing == named.fewest_missing == sum(named.short.values()) == 20
    for found, most in ((usual, 1), (named, 5)):
        given = [
            sum("exposure_floor" in [code for code, _ in entry.reasons] for entry in entries)
            for _, entries in found.buyers
        ]
        assert max(given) <= most
    assert sum(usual.short.values()) > 20


def test_who_is_not_to_be_listed_is_missing_nothing():
    values, duals, length = crowded(10)
    duals = replace(duals, b=np.where(np.arange(10) < 9, 1.0, 0.0))
    bare = rank.rank_buyers(values, duals, length)
    found = rank.at_floor(bare, values, duals, 1, length)
    assert found.fewest_missing == 0
    assert rank.missing(found.ranking, 1, duals.b > 0).tolist() == [0] * 10
    # Ten places: one of the nine is shown twice, and the tenth misses nothing at any floor.
    assert sorted(rank.missing(found.ranking, 2, duals.b > 0).tolist()) == [0, 0, *[1] * 8]


def test_the_search_ends_at_its_bound_and_says_that_it_does_not_know(monkeypatch):
    values, duals, length = crowded(10)
    bare = rank.rank_buyers(values, duals, length)
    monkeypatch.setattr(augmenting, "MOST_OF_FLOW", 0)
    monkeypatch.setattr(augmenting, "MOST_LOOKED_AT", 0)
    found = rank.at_floor(bare, values, duals, 1, length)
    assert found.fewest_missing is None
    assert np.diff(found.ranking.start).tolist() == [5, 5]
    # What was given before it ended stays.
    assert missing_in(found.ranking, 10, 1) == 3


def narrow(seed):
    """Return a market of which some exhibitors may be shown to few buyers, with short lists."""
    market = made_up(seed, exhibitors=14, buyers=9, signals=0, buyer_list_length=3)
    draw = np.random.default_rng(seed)
    exclusions = [
        (seller.id, buyer.id)
        for seller in market.exhibitors[:10]
        for buyer in market.buyers
        if draw.random() < 0.7
    ]
    return replace(market, exclusions=exclusions)


def may_be_shown(market):
    """Return bool[buyers, exhibitors], both in the order of their ids."""
    apart = set(market.exclusions)
    return np.asarray(
        [
            [(seller, buyer) not in apart for seller in sorted(e.id for e in market.exhibitors)]
            for buyer in sorted(b.id for b in market.buyers)
        ]
    )


@pytest.mark.parametrize("most_pairs", [None, 0])
@pytest.mark.parametrize("explore", [False, True])
def test_a_match_says_who_is_short_and_by_the_fewest_showings(explore, most_pairs):
    some_short = 0
    for seed in range(12):
        market = narrow(seed)
        for floor in (1, 2):
            found = matching.match(
                market, readers=(), floor=floor, explore=explore, most_pairs=most_pairs
            )
            least = fewest_missing(may_be_shown(market), floor, 3)
            assert found.fewest_missing == sum(found.short.values()) == least
            shown = [entry.id for _, entries in found.buyers for entry in entries]
            by_hand = {e.id: floor - shown.count(e.id) for e in market.exhibitors}
            assert found.short == {name: n for name, n in by_hand.items() if n > 0}
            some_short += least > 0
    assert 0 < some_short < 24


def test_places_that_were_handed_on_are_certain():
    for seed in range(12):
        found = matching.match(narrow(seed), readers=(), floor=1, explore=True)
        for _, entries in found.buyers:
            given = [e for e in entries if "exposure_floor" in [code for code, _ in e.reasons]]
            assert [(e.propensity, e.beyond) for e in given] == [(1, False)] * len(given)


def test_blocks_and_processes_make_no_difference_to_who_is_handed_a_place(monkeypatch):
    market = narrow(3)
    usual = matching.match(market, readers=(), floor=2)
    monkeypatch.setattr(augmenting, "BLOCK", 2)
    monkeypatch.setattr(score, "BLOCK", 4)
    monkeypatch.setattr(rank, "BLOCK", 4)
    with closing(Processes(2)) as elsewhere:
        other = matching.match(market, readers=(), floor=2, executor=elsewhere)
    local = matching.match(market, readers=(), floor=2, executor=Local())
    for one in (other, local):
        assert list(one.buyers) == list(usual.buyers)
        assert list(one.exhibitors) == list(usual.exhibitors)
        assert (one.short, one.fewest_missing) == (usual.short, usual.fewest_missing)
