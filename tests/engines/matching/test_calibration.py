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
    found = calibrator(far)
    assert (np.diff(found) >= 0).all()
    assert found[0] < found[1] and found[-2] < found[-1]


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
