"""The whole engine: markets in, lists out."""

import itertools
import random
from dataclasses import replace

import numpy as np
import pytest

from emporion.engines import matching
from emporion.engines.matching.market import Market, Participant, Signal
from tests.engines.matching.markets import TAXONOMY, made_up


def plain(lists):
    return {
        owner: [(e.id, e.rank, e.score, e.p, e.q, e.reasons) for e in entries]
        for owner, entries in lists
    }


def test_lists_are_whole_sorted_and_numbered():
    market = made_up(1, buyer_list_length=5, exhibitor_list_length=7)
    result = matching.match(market)
    for lists, owners, length in (
        (result.buyers, market.buyers, 5),
        (result.exhibitors, market.exhibitors, 7),
    ):
        shown = plain(lists)
        assert sorted(shown) == sorted(one.id for one in owners)
        for entries in shown.values():
            assert [e[1] for e in entries] == list(range(1, length + 1))
            assert [e[2] for e in entries] == sorted((e[2] for e in entries), reverse=True)
            assert len({e[0] for e in entries}) == length


def test_a_pair_has_the_same_score_on_both_lists():
    market = made_up(2, buyer_list_length=12, exhibitor_list_length=40)
    result = matching.match(market)
    seen = {(e.id, owner): (e.p, e.q, e.score) for owner, es in result.buyers for e in es}
    back = {(owner, e.id): (e.p, e.q, e.score) for owner, es in result.exhibitors for e in es}
    assert seen.keys() == back.keys() and len(seen) == 480
    for pair, (p, q, score) in seen.items():
        assert back[pair] == (p, q, pytest.approx(score, rel=1e-5))


def test_the_order_of_the_input_does_not_matter():
    market = made_up(3)
    draw = random.Random(9)
    turned = replace(
        market,
        exhibitors=draw.sample(market.exhibitors, len(market.exhibitors)),
        buyers=draw.sample(market.buyers, len(market.buyers)),
        taxonomy=draw.sample(market.taxonomy, len(market.taxonomy)),
    )
    one, two = matching.match(market), matching.match(turned)
    assert plain(one.buyers) == plain(two.buyers)
    assert plain(one.exhibitors) == plain(two.exhibitors)


def test_the_best_fit_comes_first_in_two_languages():
    market = Market(
        exhibitors=[
            Participant("vision", 5, texts={"zh-hans": "我们提供计算机视觉检测系统"}),
            Participant("cloud", 5, offers=["cloud"]),
            Participant("silent", 5),
        ],
        buyers=[Participant("b", 2, texts={"en": "We look for computer vision for our factory"})],
        taxonomy=TAXONOMY,
    )
    [(_, entries)] = list(matching.match(market, readers=()).buyers)
    assert entries[0].id == "vision"
    assert entries[0].reasons == [("text", {"code": "ai.vision"})]


def test_excluded_pairs_are_on_neither_list():
    market = made_up(4)
    gone = [(e.id, b.id) for e in market.exhibitors[:6] for b in market.buyers[:20]]
    result = matching.match(replace(market, exclusions=gone))
    shown = {(e.id, owner) for owner, es in result.buyers for e in es}
    shown |= {(owner, e.id) for owner, es in result.exhibitors for e in es}
    assert not shown & set(gone)
    assert len(shown) == 12 * 40 - len(gone)


def test_a_buyer_excluded_from_everybody_gets_an_empty_list():
    market = made_up(4)
    gone = [(e.id, market.buyers[0].id) for e in market.exhibitors]
    result = matching.match(replace(market, exclusions=gone))
    assert dict(result.buyers)[market.buyers[0].id] == []


def test_swapping_countries_leaves_the_ranks_where_no_market_is_stated():
    market = made_up(6, exhibitors=20, buyers=60)
    nobody_states = replace(
        market,
        exhibitors=[replace(one, markets=()) for one in market.exhibitors],
        buyers=[replace(one, markets=()) for one in market.buyers],
    )
    draw = random.Random(1)
    swapped = replace(
        nobody_states,
        exhibitors=[
            replace(one, country=draw.choice(["FI", "CN", "", "ZA"]))
            for one in nobody_states.exhibitors
        ],
        buyers=[
            replace(one, country=draw.choice(["FI", "CN", "", "ZA"]))
            for one in nobody_states.buyers
        ],
    )
    one, two = matching.match(nobody_states), matching.match(swapped)
    assert plain(one.buyers) == plain(two.buyers)
    assert plain(one.exhibitors) == plain(two.exhibitors)


@pytest.mark.parametrize(("exhibitors", "buyers"), [(0, 5), (5, 0), (0, 0)])
def test_an_empty_side_gives_empty_lists(exhibitors, buyers):
    result = matching.match(made_up(0, exhibitors=exhibitors, buyers=buyers))
    assert [es for _, es in result.buyers] == [[]] * buyers
    assert [es for _, es in result.exhibitors] == [[]] * exhibitors
    assert result.figures.unseen_exhibitors == exhibitors
    assert result.figures.expected_matches == 0


def test_identical_profiles_share_the_lists_evenly():
    said = {"texts": {"en": "drone for crops"}, "offers": ["ai"]}
    market = Market(
        [Participant(f"e{at:03d}", 10, **said) for at in range(60)],
        [Participant(f"b{at:03d}", 4, needs=["ai"]) for at in range(300)],
        TAXONOMY,
        buyer_list_length=10,
    )
    result = matching.match(market)
    seen = np.bincount(result.buyers.other, minlength=60)
    assert seen.sum() == 3000
    assert seen.min() >= 45 and seen.max() <= 55


def test_silent_exhibitors_are_seen_up_to_the_floor():
    talking = [Participant(f"e{at:02d}", 20, offers=["ai"]) for at in range(20)]
    silent = [Participant(f"s{at:02d}", 20) for at in range(5)]
    buyers = [Participant(f"b{at:03d}", 4, needs=["ai"]) for at in range(200)]
    market = Market([*talking, *silent], buyers, TAXONOMY, buyer_list_length=5)
    result = matching.match(market, floor=12)
    seen = {one.id: 0 for one in market.exhibitors}
    named = set()
    for _, entries in result.buyers:
        for entry in entries:
            seen[entry.id] += 1
            if entry.id.startswith("s"):
                named.update(code for code, _ in entry.reasons)
    assert min(seen.values()) >= 12
    assert result.figures.unseen_exhibitors == 0
    assert "little_known" in named


def test_capacity_spreads_the_requests():
    """The darling of all with two slots is on fewer lists than it would be by p * q alone."""
    darling = Participant("e00", 2, offers=["ai.vision"])
    others = [Participant(f"e{at:02d}", 20, offers=["ai"]) for at in range(1, 15)]
    buyers = [Participant(f"b{at:03d}", 4, needs=["ai.vision"]) for at in range(200)]
    market = Market([darling, *others], buyers, TAXONOMY, buyer_list_length=3)
    result = matching.match(market)
    first = [es[0].id for _, es in result.buyers]
    assert first.count("e00") < 200 * 0.2
    best = max((e for _, es in result.buyers for e in es), key=lambda e: e.p * e.q)
    assert best.id == "e00"


@pytest.mark.parametrize(
    "options", [{}, {"explore": True}, {"rule": "tu"}, {"equality": 0.5}, {"equality": 1.0}]
)
def test_a_list_is_in_the_order_of_the_chance_that_both_want_whoever_shares_out_places(options):
    """As decisions of two sides are ordered best: prices say who is on a list, and no more."""
    market = made_up(5, exhibitors=60, buyers=400, signals=0, buyer_list_length=8)
    market = replace(market, exhibitors=[replace(one, capacity=2) for one in market.exhibitors])
    result = matching.match(market, readers=(), **options)
    assert min(result.exhibitors.price) < 0.9
    for lists in (result.buyers, result.exhibitors):
        both_want = lists.p.astype(float) * lists.q
        assert lists.score.tolist() == both_want.astype(np.float32).tolist()
        for begin, end in itertools.pairwise(lists.start.tolist()):
            assert (np.diff(both_want[begin:end]) <= 0).all()


def test_a_market_of_contradictions_is_refused_before_any_work():
    with pytest.raises(matching.MarketError, match="twice"):
        matching.match(Market([Participant("e"), Participant("e")], []))


def test_signals_about_each_other_and_ratings_without_middle():
    market = Market(
        [Participant("e")],
        [Participant("b")],
        signals=[Signal("b", "e", "rating", 99.0), Signal("e", "b", "rating", -7.0)],
    )
    [(_, [entry])] = list(matching.match(market).buyers)
    assert entry.p > 0.2 and entry.q < 0.05


def test_the_engine_needs_neither_django_nor_the_rest():
    import subprocess
    import sys

    program = (
        "import sys\nfrom emporion.engines import matching\n"
        "matching.match(matching.Market([matching.Participant('e')], [matching.Participant('b')]))\n"
        "bad = [m for m in sys.modules if m.startswith('django') or m.startswith('emporion.')"
        " and not m.startswith('emporion.engines')]\n"
        "print(bad)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": "src"},
    )
    assert done.stdout.strip() == "[]"
