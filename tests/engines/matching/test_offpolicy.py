"""Estimates of what other lists would bring, against a simulated truth."""

from __future__ import annotations

import numpy as np
import pytest

from emporion.engines.matching import exploring, offpolicy, rank, variety

LENGTH, OTHERS, READERS = 20, 60, 400


def world(seed=1):
    """Return scores of pairs, and the true chances that something comes of showing them."""
    draw = np.random.default_rng(seed)
    score = draw.uniform(0.5, 1, (READERS, OTHERS)).astype(np.float32)
    # What comes of a pair is not what the score says: those behind do better here.
    return score, np.clip(1.3 - score + draw.normal(0, 0.1, score.shape), 0.02, 0.98) / 2


def shown(score, seed):
    long = rank.top_lists(iter([score]), OTHERS, variety.REACH * LENGTH)
    wider = variety.cut(long, LENGTH + exploring.places(LENGTH))
    base = variety.cut(long, LENGTH)
    return base, exploring.draw(base, wider, OTHERS, LENGTH, 0, seed)


def test_intervals_hold_the_truth_of_lists_without_drawing_and_the_mean_is_right():
    score, chance = world()
    base, _ = shown(score, 0)
    truth = float(chance[base.owners(), base.other].mean())
    values, held_showing, held_list = [], 0, 0
    for seed in range(200):
        _, found = shown(score, seed)
        owner = found.ranking.owners()
        happened = (
            np.random.default_rng(1000 + seed).random(len(owner))
            < (chance[owner, found.ranking.other])
        )
        made = offpolicy.estimate(owner, found.propensity, ~found.beyond, happened)
        values.append(made.a_showing)
        low, high = made.a_showing_ends
        held_showing += low <= truth <= high
        low, high = made.a_list_ends
        held_list += low <= LENGTH * truth <= high
    assert np.mean(values) == pytest.approx(truth, abs=4 * np.std(values) / 200**0.5)
    # 95 of 100, give or take three times what 200 draws leave open.
    assert 180 <= held_showing <= 200
    assert 180 <= held_list <= 200


def test_weights_matter_where_the_drawn_do_better():
    score, chance = world()
    base, found = shown(score, 3)
    owner = found.ranking.owners()
    # The truth itself as the outcome: what is left is the error of the weights alone.
    real = chance[owner, found.ranking.other]
    last = base.ranks() > LENGTH - exploring.places(LENGTH)
    truth = float(chance[base.owners()[last], base.other[last]].mean())
    drawn = found.propensity < 1
    made = offpolicy.estimate(
        owner[drawn], found.propensity[drawn], ~found.beyond[drawn], real[drawn]
    )
    plain = float(real[drawn].mean())
    assert abs(made.a_showing - truth) < abs(plain - truth) / 2


def test_nothing_is_said_of_too_few_and_bad_input_is_refused():
    few = offpolicy.estimate([1, 1, 2], [1, 0.5, 1], [1, 1, 1], [1, 0, 1])
    assert (few.a_list, few.lists, few.showings) == (1.0, 2, 3)
    assert few.a_showing == pytest.approx(2 / 4)
    assert few.a_list_ends is None and few.a_showing_ends is None
    assert few.effective == pytest.approx(16 / 6)
    nothing = offpolicy.estimate([], [], [], [])
    assert (nothing.a_list, nothing.a_showing, nothing.effective) == (0, 0, 0)
    for wrong in (
        ([1], [0.0], [1], [1]), ([1], [1.5], [1], [1]), ([1], [1], [2], [1]), ([1], [1], [1], []),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=r"propensity|chance|length"):
            offpolicy.estimate(*wrong)
