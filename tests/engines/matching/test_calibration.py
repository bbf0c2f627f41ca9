"""Calibrated chances against shares counted by hand."""

import numpy as np
import pytest

from emporion.engines.matching import calibration
from emporion.engines.matching.metrics import calibration_error


def logistic(z):
    return 1 / (1 + np.exp(-z))


def test_a_score_that_is_too_sure_of_itself_is_put_right():
    rng = np.random.default_rng(1)
    odds = rng.normal(size=20_000)
    happened = rng.random(20_000) < logistic(odds)
    bold = 3 * odds + 1
    calibrator = calibration.fit(bold[:10_000], happened[:10_000])
    before = calibration_error(logistic(bold[10_000:]), happened[10_000:])
    after = calibration_error(logistic(calibrator(bold[10_000:])), happened[10_000:])
    assert before > 0.12
    assert after < 0.02


def test_the_order_stays_and_nobody_becomes_equal():
    rng = np.random.default_rng(2)
    odds = np.sort(rng.normal(size=500))
    calibrator = calibration.fit(odds, rng.random(500) < logistic(odds))
    far = np.r_[-50.0, odds, 50.0].astype(np.float64)
    assert (np.diff(calibrator(far)) > 0).all()


def test_what_was_calibrated_is_found_again():
    rng = np.random.default_rng(3)
    odds = rng.normal(size=500)
    calibrator = calibration.fit(odds, rng.random(500) < logistic(2 * odds))
    far = np.r_[-50.0, odds, 50.0]
    assert calibrator.inverse(calibrator(far)) == pytest.approx(far, abs=1e-3)


def test_a_small_pool_and_a_large_one_that_said_no_do_not_become_equal():
    # 20 of whom none said yes say less than 400 of whom one in a hundred did.
    odds = np.linspace(-3, 3, 820)
    happened = np.zeros(820)
    happened[20:420:100] = 1
    happened[420::2] = 1
    found = calibration.fit(odds, happened)(odds)
    assert (np.diff(found) > 0).all()


@pytest.mark.parametrize("slope", [0.0, 0.3, 1.0, 3.0])
def test_no_piece_is_level_however_little_a_score_says(slope):
    for seed in range(40):
        rng = np.random.default_rng(seed)
        odds = rng.normal(size=int(rng.choice([200, 400, 1000, 4000]))) * rng.choice([0.5, 1, 3])
        calibrator = calibration.fit(odds, rng.random(len(odds)) < logistic(slope * odds))
        rise = np.diff(calibrator.y) - calibration.LEAST_SLOPE * np.diff(calibrator.x)
        assert (rise > -1e-9).all()
        assert (np.diff(calibrator.x) > 0).all()


def test_equal_scores_get_their_share_in_whatever_order_they_come():
    odds = np.repeat([-1.0, 0.0, 1.0], 200)
    happened = np.r_[np.zeros(150), np.ones(50)] > 0
    calibrator = calibration.fit(odds, np.r_[happened, np.zeros(50), np.ones(150), np.ones(200)])
    assert logistic(calibrator(np.array([-1.0, 0.0]))) == pytest.approx([0.25, 0.75], abs=0.01)


@pytest.mark.parametrize("always", [0.0, 1.0])
def test_where_all_say_the_same_no_certainty_is_claimed(always):
    calibrator = calibration.fit(np.linspace(-2, 2, 400), np.full(400, always))
    found = logistic(calibrator(np.zeros(1)).astype(float))
    assert abs(found[0] - always) < 0.01 and 0 < found[0] < 1


def test_too_few_decisions_are_refused():
    with pytest.raises(ValueError, match="too few"):
        calibration.fit(np.zeros(10), np.zeros(10))


def test_the_error_is_the_distance_of_said_and_happened():
    assert calibration_error([0.5] * 10, [1, 0] * 5, groups=1) == 0
    assert calibration_error([0.9] * 10, [1, 0] * 5, groups=1) == pytest.approx(0.4)
    assert calibration_error([0.2] * 5 + [0.8] * 5, [0] * 5 + [1] * 5, groups=2) == (
        pytest.approx(0.2)
    )
    assert calibration_error([], []) == 0
