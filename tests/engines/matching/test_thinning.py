"""Markets of which only the pairs near a list are kept: the lists of all pairs, in less room."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from emporion.engines import matching
from emporion.engines.matching import clearing, pairs, thinning
from tests.engines.matching.markets import made_up

BUYERS, EXHIBITORS = 300, 80


def market():
    made = made_up(9, EXHIBITORS, BUYERS, signals=60, buyer_list_length=4, exhibitor_list_length=6)
    gone = [(made.exhibitors[n].id, made.buyers[2 * n].id) for n in range(30)]
    return replace(made, exclusions=gone)


def drawn(seed=1):
    draw = np.random.default_rng(seed)
    return tuple(draw.random((BUYERS, EXHIBITORS)).astype(np.float32) for _ in range(2))


def in_blocks(p, q, step):
    for at in range(0, len(p), step):
        rows = slice(at, min(at + step, len(p)))
        yield rows, p[rows], q[rows]


@pytest.mark.parametrize("options", [{}, {"explore": True, "seed": 3}])
def test_lists_of_pairs_near_them_are_those_of_all_pairs(options):
    whole, thin = (
        matching.match(market(), readers=(), most_pairs=most, **options) for most in (None, 0)
    )
    for one, other in ((whole.buyers, thin.buyers), (whole.exhibitors, thin.exhibitors)):
        assert one.start.tolist() == other.start.tolist()
        assert (one.other == other.other).mean() > 0.99
        assert np.abs(one.score - other.score).max() < 1e-3
    assert thin.figures.expected_matches == pytest.approx(whole.figures.expected_matches, rel=1e-3)


@pytest.mark.parametrize(
    ("options", "gini"),
    [({"equality": 0.5}, 0.4), ({"equality": 1.0}, 0.1), ({"rule": "tu"}, 0.3)],
)
def test_the_knob_and_the_equilibrium_come_to_nearly_the_same_there(options, gini):
    # Pairs far from every list are few meetings each, and a little all together.
    whole, thin = (
        matching.match(market(), readers=(), most_pairs=most, **options) for most in (None, 0)
    )
    assert thin.figures.exposure_gini_per_slot < gini
    assert thin.figures.expected_matches == pytest.approx(whole.figures.expected_matches, rel=0.03)


def test_what_is_kept_is_the_best_of_either_side_whatever_the_blocks():
    p, q = drawn()
    gone = (np.arange(40), np.arange(40))
    value = p * q
    value[gone] = 0
    wanted = np.zeros(value.shape, dtype=bool)
    for own, length in ((value, 2), (value.T, 3)):
        least = np.sort(own, axis=1)[:, -thinning.NEAR * length]
        near = own >= least[:, None]
        wanted |= near if own is value else near.T
    for step in (7, 64, BUYERS):
        kept = thinning.thinned(in_blocks(p, q, step), p.shape, (2, 3), gone)
        for thin, dense in zip(kept, (p, q), strict=True):
            assert thin.toarray().tolist() == np.where(wanted, dense, 0).tolist()


def test_who_is_nobodys_favourite_is_kept_with_the_buyers_who_mind_least():
    p, q = drawn()
    p[:, 5] /= 1000
    kept, _ = thinning.thinned(in_blocks(p, q, 50), p.shape, (2, 3))
    assert np.diff(kept.tocsc().indptr).min() == thinning.NEAR * 3


def test_both_ways_of_laying_out_clear_alike():
    p, q = drawn()
    thin = thinning.thinned(in_blocks(p, q, 50), p.shape, (20, 40))
    capacity = np.full(BUYERS, 4), np.full(EXHIBITORS, 9)
    for rule in (clearing.PRICED, clearing.TU):
        of_all, of_near = (
            clearing.clear(*both, *capacity, lengths=(4, 6), rule=rule) for both in ((p, q), thin)
        )
        at = np.arange(EXHIBITORS), np.arange(EXHIBITORS)
        assert pairs.entries(of_near.kernel, *at) == pytest.approx(of_all.kernel[at])
        if rule == clearing.PRICED:
            assert of_near.duals.b == pytest.approx(of_all.duals.b)
            assert of_near.duals.a == pytest.approx(of_all.duals.a)
