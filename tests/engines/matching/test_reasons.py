"""Reasons are true: what they name is there, and without it the pair scores lower."""

import math
from dataclasses import replace

import numpy as np
import pytest

from emporion.engines.matching import reasons
from emporion.engines.matching.features import Features, primary_languages
from emporion.engines.matching.meaning import read_meaning
from emporion.engines.matching.pipeline import match
from emporion.engines.matching.score import Weights, judged, pair_probabilities, probabilities
from emporion.engines.matching.settled import Settled, people_of
from emporion.engines.matching.text import fold, words_of
from tests.engines.matching.markets import TAXONOMY, answered, made_up
from tests.engines.matching.test_meaning import Words

MARKET_SIZES = {"exhibitors": 12, "buyers": 40, "signals": 80}
# What one field of either side says: nothing else goes with it.
FIELDS = ("market", "language", "deal", "market_outside", "no_common_language", "deal_differs")
# Seeds and answers of markets whose probabilities are calibrated.
CALIBRATED = [(0, 300), (5, 1000), (9, 1000)]


def pair_score(market, exhibitor, buyer, readers=()):
    """p * q of one pair, with the features of the whole market."""
    meaning = read_meaning(market.exhibitors, market.buyers, readers)
    features = Features(market, market.exhibitors, market.buyers, meaning)
    weights = Weights().with_meaning() if readers else Weights()
    p, q = probabilities(features, *judged(weights))
    i = [one.id for one in market.buyers].index(buyer)
    j = [one.id for one in market.exhibitors].index(exhibitor)
    return float(p[i, j] * q[i, j])


def settled_score(market, settled, exhibitor, buyer):
    """p * q of one pair by the rules that a run found, with the features of the whole market."""
    features = Features(market, market.exhibitors, market.buyers)
    rules = settled.rules_of(market.buyers, market.exhibitors)
    i = [one.id for one in market.buyers].index(buyer)
    j = [one.id for one in market.exhibitors].index(exhibitor)
    p, q = pair_probabilities(features, *rules, np.array([i]), np.array([j]))
    return float(p[0]) * float(q[0])


def changed(market, name, **fields):
    """The market with some fields of one participant replaced."""
    return replace(
        market,
        exhibitors=[replace(o, **fields) if o.id == name else o for o in market.exhibitors],
        buyers=[replace(o, **fields) if o.id == name else o for o in market.buyers],
    )


def without(values, taken):
    return tuple(value for value in values if value not in taken)


def without_words(one, words):
    return {
        language: " ".join(w for w in words_of(fold(text)) if w not in words)
        for language, text in one.texts.items()
    }


def taken_away(market, owner, other, code, detail):
    """Return markets that each lack what the reason names, on one side."""
    if code in ("need_offer", "near"):
        return [changed(market, other.id, offers=without(other.offers, [detail["code"]]))]
    if code in ("their_need", "their_need_near"):
        return [changed(market, owner.id, offers=without(owner.offers, [detail["code"]]))]
    if code == "text" and "words" in detail:
        return [
            changed(market, one.id, texts=without_words(one, detail["words"]))
            for one in (owner, other)
        ]
    if code == "text":
        return [changed(changed(market, owner.id, texts={}), other.id, texts={})]
    if code == "meaning":
        return [changed(market, one.id, texts={}) for one in (owner, other)]
    if code == "market":
        return [changed(market, owner.id, markets=())]
    if code == "their_market":
        return [changed(market, other.id, markets=())]
    if code == "language":
        return [changed(market, one.id, languages=()) for one in (owner, other)]
    if code == "deal":
        return [changed(market, one.id, deals=()) for one in (owner, other)]
    if code == "size":
        return [changed(market, one.id, size="") for one in (owner, other)]
    if code == "market_outside":
        return [changed(market, owner.id, markets=())]
    if code == "their_market_outside":
        return [changed(market, other.id, markets=())]
    if code == "no_common_language":
        return [changed(market, owner.id, languages=())]
    if code == "deal_differs":
        return [changed(market, owner.id, deals=())]
    if code == "size_gap":
        return [changed(market, owner.id, size="")]
    if code in ("your_signal", "you_declined", "you_rated_low"):
        gone = (owner.id, other.id)
    elif code == "their_signal":
        gone = (other.id, owner.id)
    elif code == "popular_signal":
        return [
            replace(
                market,
                signals=[
                    s for s in market.signals if s.receiver != other.id or s.sender == owner.id
                ],
            )
        ]
    else:
        return []
    return [replace(market, signals=[s for s in market.signals if (s.sender, s.receiver) != gone])]


@pytest.mark.parametrize(("seed", "readers"), [(0, ()), (1, ()), (2, [Words()])])
def test_taking_away_what_a_reason_names_changes_the_score_its_way(seed, readers):
    market = made_up(seed, **MARKET_SIZES)
    people = {one.id: one for one in (*market.exhibitors, *market.buyers)}
    checked = set()
    result = match(market, readers=readers)
    for lists in (result.buyers, result.exhibitors):
        for owner, entries in list(lists)[:9]:
            for entry in entries[:5]:
                exhibitor, buyer = sorted((owner, entry.id), reverse=True)
                before = pair_score(market, exhibitor, buyer, readers)
                assert before == pytest.approx(entry.p * entry.q, rel=1e-4)
                for code, detail in entry.reasons:
                    if readers and "words" in detail:
                        # The words also have a meaning, which is not what is named.
                        continue
                    for other in taken_away(market, people[owner], people[entry.id], code, detail):
                        after = pair_score(other, exhibitor, buyer, readers)
                        if code in reasons.FOR:
                            assert after < before, (owner, entry.id, code, detail)
                        else:
                            assert after > before, (owner, entry.id, code, detail)
                        checked.add(code)
    text = "meaning" if readers else "text"
    assert checked >= {"need_offer", "near", "their_need", text, "market", "language"}


@pytest.mark.parametrize(("seed", "answers"), CALIBRATED)
def test_reasons_are_true_of_what_answers_have_taught(seed, answers):
    market = answered(made_up(seed, exhibitors=15, buyers=40, signals=40), seed, answers)
    people = {one.id: one for one in (*market.exhibitors, *market.buyers)}
    result = match(market, readers=())
    rules = result.lessons[0].rule, result.lessons[1].rule
    assert None not in [rule.calibrator for rule in rules]
    settled = Settled(rules, people_of(result), result.rule)
    untrue, weak, checked = [], [], set()
    for lists in (result.buyers, result.exhibitors):
        for owner, entries in list(lists)[:8]:
            for entry in entries[:4]:
                names = sorted((owner, entry.id), reverse=True)
                before = settled_score(market, settled, *names)
                assert before == pytest.approx(entry.p * entry.q, rel=1e-4)
                for code, detail in entry.reasons:
                    way = 1 if code in reasons.FOR else -1
                    for other in taken_away(market, people[owner], people[entry.id], code, detail):
                        carried = way * math.log(before / settled_score(other, settled, *names))
                        if carried <= 0:
                            untrue.append((owner, entry.id, code, detail))
                        if code in FIELDS and carried < reasons.LEAST * 0.8:
                            weak.append((owner, entry.id, code, carried))
                        checked.add(code)
    assert (untrue, weak) == ([], [])
    assert checked >= {"need_offer", "near", "their_need"}


def test_reasons_name_what_stands_in_both_profiles():
    market = made_up(5, **MARKET_SIZES)
    people = {one.id: one for one in (*market.exhibitors, *market.buyers)}
    parent = {category.code: category.parent for category in TAXONOMY}
    result = match(market)
    for lists in (result.buyers, result.exhibitors):
        for owner, entries in lists:
            for entry in entries:
                you, they = people[owner], people[entry.id]
                against = 0
                for code, detail in entry.reasons:
                    against += code in reasons.AGAINST
                    if code == "need_offer":
                        assert detail["code"] in you.needs and detail["code"] in they.offers
                    elif code == "their_need":
                        assert detail["code"] in they.needs and detail["code"] in you.offers
                    elif code == "near":
                        assert detail["code"] in they.offers and detail["wanted"] in you.needs
                        assert parent[detail["code"]] or parent[detail["wanted"]]
                    elif code == "their_need_near":
                        assert detail["code"] in you.offers and detail["wanted"] in they.needs
                    elif code == "text" and "words" in detail:
                        for one in (you, they):
                            words = words_of(fold(" ".join(one.texts.values())))
                            assert set(detail["words"]) <= set(words)
                    elif code == "market":
                        assert detail["country"] == they.country
                        assert they.country in you.markets
                    elif code == "their_market_outside":
                        assert detail["country"] == you.country
                        assert you.country not in they.markets
                    elif code == "language":
                        assert set(detail["languages"]) == (
                            primary_languages(you) & primary_languages(they)
                        )
                assert against <= 1
                assert len(entry.reasons) <= 4


def test_silent_signals_of_others_are_never_named():
    market = made_up(7, exhibitors=10, buyers=20, signals=300)
    result = match(market)
    kinds = {
        detail["kind"]
        for lists in (result.buyers, result.exhibitors)
        for _, entries in lists
        for entry in entries
        for code, detail in entry.reasons
        if code == "their_signal"
    }
    assert kinds == {"request", "accept"}
