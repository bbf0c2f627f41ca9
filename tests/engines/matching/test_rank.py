"""Lists against plain sorting, ties, and the exposure floor."""

import numpy as np
import pytest

from emporion.engines.matching import equilibrium, rank
from emporion.engines.matching.metrics import figures, gini


def in_blocks(values, step):
    return (values[at : at + step] for at in range(0, len(values), step))


@pytest.mark.parametrize("length", [1, 4, 9, 30])
def test_top_lists_agree_with_sorting(length):
    rng = np.random.default_rng(length)
    values = rng.random((23, 9)).astype(np.float32)
    values[rng.random((23, 9)) < 0.2] = 0
    found = rank.top_lists(in_blocks(values, 5), 9, length)
    for row in range(23):
        best = [int(c) for c in np.argsort(-values[row]) if values[row, c] > 0][:length]
        assert found.other[found.start[row] : found.start[row + 1]].tolist() == best
    assert found.ranks()[found.start[:-1]].max() == 1


def test_equal_values_are_spread_over_the_rows():
    values = np.ones((100, 50), dtype=np.float32)
    found = rank.top_lists(in_blocks(values, 7), 50, 5)
    seen = np.bincount(found.other, minlength=50)
    assert seen.sum() == 500
    assert seen.min() >= 5
    assert found.other.tolist() == rank.top_lists(in_blocks(values, 64), 50, 5).other.tolist()


def cleared_market(seed=0, buyers=60, exhibitors=12, popular=8.0):
    rng = np.random.default_rng(seed)
    surplus = rng.random((buyers, exhibitors))
    surplus[:, :3] += popular
    surplus[:, -1] = 0.01
    kernel = equilibrium.kernel_of(surplus, 0.2)
    return kernel, equilibrium.solve(kernel, np.full(buyers, 3), np.full(exhibitors, 30))


def test_everybody_reaches_the_floor_and_lists_stay_sorted_and_whole():
    kernel, cleared = cleared_market()
    bare = rank.rank_buyers(kernel, cleared, 3)
    assert np.bincount(bare.other, minlength=12).min() < 5
    raised = rank.raise_to_floor(bare, kernel, cleared, 5, 3)
    assert np.bincount(raised.other, minlength=12).min() >= 5
    assert np.diff(raised.start).tolist() == [3] * 60
    for begin, end in zip(raised.start[:-1], raised.start[1:], strict=True):
        score = raised.score[begin:end]
        assert (np.diff(score) <= 0).all()
        assert len(set(raised.other[begin:end].tolist())) == 3
    # Only so many entries moved as were missing.
    missing = np.maximum(5 - np.bincount(bare.other, minlength=12), 0).sum()
    assert raised.forced.sum() == missing


def test_the_floor_keeps_excluded_pairs_out_and_does_what_is_feasible():
    kernel, cleared = cleared_market()
    kernel[2:, -1] = 0
    bare = rank.rank_buyers(kernel, cleared, 3)
    raised = rank.raise_to_floor(bare, kernel, cleared, 5, 3)
    owners = raised.owners()[raised.other == 11]
    assert owners.tolist() == [0, 1]
    assert np.bincount(raised.other, minlength=12)[:11].min() >= 5


def test_both_sides_rank_the_same_meetings():
    kernel, cleared = cleared_market(seed=3)
    mu = cleared.meetings(kernel, slice(0, 60))
    of_exhibitors = rank.rank_exhibitors(kernel, cleared, 7)
    for column in range(12):
        mine = slice(of_exhibitors.start[column], of_exhibitors.start[column + 1])
        best = np.sort(mu[:, column])[::-1][:7]
        assert np.allclose(of_exhibitors.score[mine], best, rtol=1e-5)


def test_feasible_floor():
    assert rank.feasible_floor(15_000, 1_000, 20) == 30
    assert rank.feasible_floor(10, 1_000, 20) == 1
    assert rank.feasible_floor(0, 5, 20) == 0
    assert rank.feasible_floor(5, 0, 20) == 0


@pytest.mark.parametrize(
    ("values", "expected"),
    [([], 0), ([0, 0], 0), ([5, 5, 5], 0), ([0, 0, 0, 1], 0.75), ([1, 3], 0.25)],
)
def test_gini(values, expected):
    assert gini(values) == pytest.approx(expected)


def test_figures_by_hand():
    lists = rank.Ranking(
        np.array([0, 2, 3]), np.array([0, 1, 0]), np.ones(3, np.float32), np.zeros(3, bool)
    )
    found = figures(lists, [0.8, 0.5, 0.9], [0.5, 0.4, 1.0], [1, 2, 4])
    # Exhibitor 0 is wanted 0.4 + 0.9 times and has one slot; exhibitor 1 stands second once.
    assert found.expected_matches == pytest.approx(1 + 0.5 * 0.5 * 0.4)
    assert found.unseen_exhibitors == 1
    assert found.exposure_gini_per_slot == pytest.approx(gini([2, 0.25, 0]))
    assert found.over_capacity_share == 0
    assert figures(lists, [1.0, 0, 1.0], [0, 0, 0], [0.5, 1, 1]).over_capacity_share == (
        pytest.approx(1 / 3)
    )


@pytest.mark.parametrize("length", [3, 20, 60])
def test_equals_go_by_their_column_from_where_the_row_begins(length):
    rng = np.random.default_rng(length)
    values = (rng.integers(0, 4, (40, 50)) / 4).astype(np.float32)
    found = rank.top_lists(in_blocks(values, 16), 50, length, seed=5)
    for row in range(40):
        first = (row + 5) * 7919 % 50
        order = sorted(range(50), key=lambda c: (-values[row, c], (c - first) % 50))
        best = [column for column in order if values[row, column] > 0][:length]
        part = slice(found.start[row], found.start[row + 1])
        assert found.other[part].tolist() == best
        assert found.score[part].tolist() == values[row, best].tolist()
