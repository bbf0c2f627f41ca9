"""One participant ranked anew: the same order and reasons as the run's where nothing changed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from emporion.engines import matching
from emporion.engines.matching.market import MarketError
from tests.engines.matching.markets import made_up


@pytest.fixture(params=[0.0, 1.0], ids=["most matches", "most equal"])
def kept(request):
    market = made_up(4, exhibitors=15, buyers=50, signals=200)
    market = replace(market, exclusions=[(market.exhibitors[0].id, market.buyers[0].id)])
    found = []
    result = matching.match(market, readers=(), floor=0, equality=request.param, keep=found.append)
    return market, result, found[0]


def test_an_unchanged_profile_gets_the_list_of_the_run(kept):
    market, result, one_by_one = kept
    for people, lists in (
        (market.buyers, dict(result.buyers)),
        (market.exhibitors, dict(result.exhibitors)),
    ):
        for one in people:
            rows = one_by_one.rank(one)
            run = lists[one.id]
            assert sorted(row[0] for row in rows) == sorted(entry.id for entry in run)
            known = {entry.id: entry for entry in run}
            for name, value, p, q, told in rows:
                entry = known[name]
                assert (value, p, q) == pytest.approx((entry.score, entry.p, entry.q), rel=1e-4)
                placed = ("open_calendar", "exposure_floor")
                # Of equally weighty ones another may be named.
                assert [code for code, _ in told] == [
                    code for code, _ in entry.reasons if code not in placed
                ]


def test_a_changed_profile_moves_its_own_list_and_an_excluded_pair_stays_apart(kept):
    market, _result, one_by_one = kept
    one = market.buyers[0]
    code = market.exhibitors[3].offers[0] if market.exhibitors[3].offers else "vr"
    rows = one_by_one.rank(replace(one, needs=[code, "never-heard-of"], texts={"en": "xyzzy"}))
    sellers = {each.id: each for each in market.exhibitors}
    offered = [name for name, *_ in rows if code in sellers[name].offers]
    assert offered
    assert market.exhibitors[0].id not in [name for name, *_ in rows]
    assert any(("need_offer", {"code": code}) in told for *_, told in rows)


def test_somebody_else_is_refused(kept):
    with pytest.raises(MarketError):
        kept[2].rank(matching.Participant("nobody"))


def test_one_alone_gets_the_list_of_the_run_by_its_rules_and_prices():
    market = made_up(4, exhibitors=15, buyers=50)
    # No texts: how usual a word is would be measured on other people.
    market = replace(
        market,
        buyers=[replace(one, texts={}) for one in market.buyers],
        signals=[],
        exclusions=[(market.exhibitors[0].id, market.buyers[0].id)],
    )
    result = matching.match(market, readers=(), floor=0)
    found = matching.Settled(
        (result.lessons[0].rule, result.lessons[1].rule), matching.people_of(result)
    )
    for lists, people in ((result.buyers, market.buyers), (result.exhibitors, market.exhibitors)):
        for one in people[:6]:
            alone = matching.rank_one(market, one.id, settled=found)
            run = {entry.id: entry for entry in dict(lists)[one.id]}
            assert {entry.id for entry in alone} == set(run)
            for entry in alone:
                assert entry.score == pytest.approx(run[entry.id].score, rel=1e-4)
                # Of equally weighty ones another may be named.
                assert [c for c, _ in entry.reasons] == [c for c, _ in run[entry.id].reasons]
    with pytest.raises(MarketError):
        matching.rank_one(market, "nobody")
