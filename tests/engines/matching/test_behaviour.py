"""What answers teach, on markets whose truth is known."""

from dataclasses import replace

import numpy as np
import pytest

from emporion.engines import matching
from emporion.engines.matching import behaviour, score
from emporion.engines.matching.features import Feature, Features
from emporion.engines.matching.market import Market, Participant, Signal
from emporion.engines.matching.signals import HALF_LIFE, rating_scale
from tests.engines.matching.markets import TAXONOMY, made_up

CODES = [category.code for category in TAXONOMY]


def area_under(score_of, happened):
    """The chance that a yes stands above a no, by counting all pairs."""
    yes, no = score_of[happened > 0], score_of[happened == 0]
    above = (yes[:, None] > no[None, :]).mean() + 0.5 * (yes[:, None] == no[None, :]).mean()
    return float(above)


def decided(seed=0, exhibitors=40, buyers=80, share=0.5):
    """A market in which people differ in appeal and readiness; half of all pairs have answered."""
    rng = np.random.default_rng(seed)
    sellers = [
        Participant(f"e{at:03d}", 10, offers=tuple(rng.choice(CODES, 2, replace=False)))
        for at in range(exhibitors)
    ]
    callers = [
        Participant(f"b{at:03d}", 10, needs=tuple(rng.choice(CODES, 2, replace=False)))
        for at in range(buyers)
    ]
    fits = np.asarray([[len({*b.needs} & {*e.offers}) for e in sellers] for b in callers])
    truth = []
    for appeal, ready in ((exhibitors, buyers), (buyers, exhibitors)):
        truth.append((rng.normal(size=appeal), rng.normal(size=ready) - 1.5))
    p = 1 / (1 + np.exp(-(truth[0][0][None, :] + truth[0][1][:, None] + 1.5 * fits)))
    q = 1 / (1 + np.exp(-(truth[1][0][:, None] + truth[1][1][None, :] + 0.7 * fits)))
    yes_p, yes_q = rng.random(p.shape) < p, rng.random(q.shape) < q
    told = rng.random(p.shape) < share
    signals = []
    for i, j in zip(*np.nonzero(told), strict=True):
        for sender, receiver, yes in (
            (callers[i].id, sellers[j].id, yes_p[i, j]),
            (sellers[j].id, callers[i].id, yes_q[i, j]),
        ):
            signals.append(Signal(sender, receiver, "accept" if yes else "decline"))
    return Market(sellers, callers, TAXONOMY, signals), yes_p, yes_q, told


def learnt(market):
    features = Features(market, market.exhibitors, market.buyers)
    lessons = behaviour.learn(features, market.signals, score.judged(score.Weights()))
    return features, lessons


@pytest.mark.parametrize("seed", range(2))
def test_answers_teach_who_will_say_yes_to_whom(seed):
    market, yes_p, yes_q, told = decided(seed)
    features, lessons = learnt(market)
    before = score.probabilities(features, *score.judged(score.Weights()))
    after = score.probabilities(features, lessons[0].rule, lessons[1].rule)
    for old, new, yes, lesson in zip(before, after, (yes_p, yes_q), lessons, strict=True):
        assert area_under(new[~told], yes[~told]) > area_under(old[~told], yes[~told]) + 0.1
        assert area_under(new[~told], yes[~told]) > 0.75
        assert lesson.error_after < 0.05 < lesson.error_before
    both = (yes_p & yes_q)[~told]
    product = area_under((after[0] * after[1])[~told], both)
    assert product >= area_under(after[0][~told], both)
    assert product >= area_under(after[1][~told], both)


def test_pairs_and_blocks_give_the_same_learnt_probabilities():
    market, *_ = decided(3, 12, 30, share=0.9)
    features, lessons = learnt(market)
    p, q = score.probabilities(features, lessons[0].rule, lessons[1].rule)
    buyers, exhibitors = (
        a.ravel() for a in np.meshgrid(np.arange(30), np.arange(12), indexing="ij")
    )
    pairs = score.pair_probabilities(features, lessons[0].rule, lessons[1].rule, buyers, exhibitors)
    assert np.allclose(p.ravel(), pairs[0], atol=1e-5)
    assert np.allclose(q.ravel(), pairs[1], atol=1e-5)


def test_equal_signals_teach_the_same_in_any_order_and_few_teach_nothing():
    market, *_ = decided(4, 20, 40)
    turned = replace(market, signals=market.signals[::-1])
    one, two = learnt(market)[1], learnt(turned)[1]
    assert np.array_equal(one[0].rule.weight, two[0].rule.weight)
    assert np.array_equal(one[1].rule.of_buyers, two[1].rule.of_buyers)
    few = learnt(replace(market, signals=market.signals[:20]))[1]
    assert [lesson.decisions for lesson in few] == [0, 0]
    assert few[0].rule.of_buyers is None


def test_wishes_alone_teach_an_order_and_leave_the_level():
    market, yes_p, *_ = decided(5)
    wishes = [
        Signal(s.sender, s.receiver, "request")
        for s in market.signals
        if s.kind == "accept" and s.sender.startswith("b")
    ]
    _, lessons = learnt(replace(market, signals=wishes))
    assert lessons[0].rule.bias == score.Direction().bias
    assert lessons[0].rule.of_buyers.tolist() == [0] * 80
    asked = np.zeros(40)
    for signal in wishes:
        asked[int(signal.receiver[1:])] += 1
    assert np.corrcoef(lessons[0].rule.of_exhibitors, asked)[0, 1] > 0.9
    assert lessons[1].decisions == 0


def test_no_feature_ever_lowers_the_score():
    """Answers that contradict the facets take a weight to 0, not below."""
    market = made_up(7, exhibitors=30, buyers=60, signals=0)
    features = Features(market, market.exhibitors, market.buyers)
    everybody = [(b, e) for b in range(60) for e in range(30)]
    values = features.pairs(*np.asarray(everybody).T)[:, Feature.BUYER_NEEDS]
    signals = [
        Signal(market.buyers[b].id, market.exhibitors[e].id, "decline" if high else "accept")
        for (b, e), high in zip(everybody, values > 0.3, strict=True)
    ]
    _, lessons = learnt(replace(market, signals=signals))
    assert lessons[0].rule.weight.min() >= 0
    assert lessons[0].rule.weight[Feature.BUYER_NEEDS] == 0


def test_signals_age():
    bare = Market([Participant("e")], [Participant("b")], TAXONOMY)
    found = []
    for age in (0.0, 1.0, 2.0):
        # The second signal makes the clock: what is latest is now.
        signals = [
            Signal("b", "e", "bookmark", at=-age * HALF_LIFE),
            Signal("e", "b", "view", at=0),
        ]
        market = replace(bare, signals=signals)
        features = Features(market, market.exhibitors, market.buyers)
        found.append(float(features.pairs(np.array([0]), np.array([0]))[0, Feature.BUYER_SIGNAL]))
    assert found == pytest.approx([0.8, 0.4, 0.2])


def test_a_market_with_answers_is_matched_by_what_they_taught():
    market, *_ = decided(6, 20, 40)
    result = matching.match(market)
    assert all(lesson.decisions > 0 for lesson in result.lessons)
    said = matching.match(replace(market, signals=()))
    assert [lesson.decisions for lesson in said.lessons] == [0, 0]


def test_ratings_take_the_place_of_wishes_and_teach_their_own_side_alone():
    market, *_ = decided(5, 12, 40, share=0.6)
    wishes = [replace(s, kind="request") for s in market.signals if s.sender[0] == "b"]
    # Whoever met e000 found it not worth the time; who is rated well was wished for anyway.
    said = [replace(s, kind="rating", value=1.0 if s.receiver == "e000" else 5.0) for s in wishes]
    alone = learnt(replace(market, signals=wishes))[1]
    rated = learnt(replace(market, signals=wishes + said[::2]))[1]
    appeal = [lesson.rule.of_exhibitors for lesson in (alone[0], rated[0])]
    assert appeal[1][0] < appeal[0][0] - 0.2
    assert np.argmin(appeal[1]) == 0
    assert [lesson.decisions for lesson in (alone[1], rated[1])] == [0, 0]


@pytest.mark.parametrize("low", [1.0, 0.0])
def test_ratings_alone_teach_like_answers_on_either_scale(low):
    market, *_ = decided(6, 9, 20, share=0.9)
    values = {"accept": 5.0 if low else 1.0, "decline": low}
    said = [replace(s, kind="rating", value=values[s.kind]) for s in market.signals]
    answers, ratings = learnt(market)[1], learnt(replace(market, signals=said))[1]
    for one, two in zip(answers, ratings, strict=True):
        np.testing.assert_array_equal(one.rule.weight, two.rule.weight)


def test_one_rating_below_the_scale_does_not_turn_it():
    ratings = [Signal("b", f"e{at}", "rating", value) for at, value in enumerate((5.0, 3.0, 0.0))]
    share = rating_scale(ratings)
    assert [share(one) for one in ratings] == [1.0, 0.5, 0.0]
    shares = [Signal("b", f"e{at}", "rating", value) for at, value in enumerate((1.0, 0.25, 0.0))]
    share = rating_scale(shares)
    assert [share(one) for one in shares] == [1.0, 0.25, 0.0]
