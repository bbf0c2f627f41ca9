"""The rival of what behaviour teaches is a fair one: it finds what there is for it to find."""

import numpy as np
import pytest

from benchmarks.matching_behaviour import Setting, factorised
from benchmarks.matching_lines import area_under


@pytest.mark.parametrize(("factors", "beside"), [(2, False), (1, True)])
def test_factorised_where_two_kinds_like_their_own(factors: int, beside: bool) -> None:
    kind = np.arange(60) % 2
    yes = kind[:, None] == kind[None, :]
    known = np.random.default_rng(1).random(yes.shape) < 0.3
    guess = factorised(known, yes, "answers", Setting(factors, 5.0, 10.0, beside))
    assert area_under(guess[~known], yes[~known]) == 1


def test_factorised_without_factors_where_everything_is_known() -> None:
    draw = np.random.default_rng(2)
    yes = draw.random((50, 30)) < np.linspace(0.05, 0.95, 30)
    known = np.ones_like(yes)
    guess = factorised(known, yes, "requests", Setting(0, 1e-6, 10.0, beside=True))
    means = yes.mean(1)[:, None] + yes.mean(0) - yes.mean()
    assert guess == pytest.approx(means, abs=1e-6)


def test_factorised_of_somebody_without_a_signal() -> None:
    draw = np.random.default_rng(3)
    yes = draw.random((50, 20)) < 0.5
    known = draw.random(yes.shape) < 0.5
    known[7] = False
    guess = factorised(known, yes, "requests", Setting(4, 20.0, 2.0, beside=False))
    others = np.delete(guess, 7, axis=0)
    assert guess[7] == pytest.approx(others.mean(0))
