"""Lists filled for variety, against a slow and obvious way; their places drawn with known chances."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from emporion.engines import matching
from emporion.engines.matching import exploring, rank, variety
from tests.engines.matching.markets import made_up


def lists_of(values, length):
    return rank.top_lists(iter([values]), values.shape[1], length)


def random_lists(seed, rows, columns, length):
    draw = np.random.default_rng(seed)
    values = draw.random((rows, columns)).astype(np.float32)
    values[draw.random(values.shape) < 0.1] = 0
    return values, lists_of(values, length)


def slowly_varied(ids, scores, kind, length, less):
    left, found, above = dict(zip(ids, scores, strict=True)), [], Counter()
    while left and len(found) < length:
        now = {
            one: worth * (1 - less) ** max(0, above[kind[one]] - 2) for one, worth in left.items()
        }
        best = max(now, key=lambda one: (now[one], -one))
        found.append((best, now[best]))
        del left[best]
        if kind[best] >= 0:
            above[kind[best]] += 1
    return found


def test_lists_are_filled_as_a_slow_model_fills_them():
    kind = np.random.default_rng(2).integers(-1, 4, 60)
    _values, long = random_lists(1, 40, 60, 30)
    found = variety.varied(long, kind, 15, less=0.1)
    for at in range(40):
        mine = slice(found.start[at], found.start[at + 1])
        theirs = slice(long.start[at], long.start[at + 1])
        slow = slowly_varied(
            long.other[theirs].tolist(), long.score[theirs].tolist(), kind, 15, 0.1
        )
        assert found.other[mine].tolist() == [one for one, _ in slow]
        assert found.score[mine].tolist() == pytest.approx([score for _, score in slow], rel=1e-5)


def test_without_variety_and_where_a_list_holds_everybody_the_order_is_that_of_the_score():
    _values, long = random_lists(1, 5, 20, 20)
    kind = np.zeros(20, dtype=np.int64)
    for length, less in ((10, 0.0), (20, 0.1)):
        found = variety.varied(long, kind, length, less=less)
        assert found.other.tolist() == variety.cut(long, length).other.tolist()
    with pytest.raises(ValueError, match="0 to 1 less"):
        variety.varied(long, kind, 10, less=1)


def test_a_list_of_one_kind_lets_in_somebody_nearly_as_good_and_nobody_far_below():
    values = np.array([[1, 0.99, 0.98, 0.97, 0.96, 0.95, 0.5]], dtype=np.float32)
    kind = np.array([0, 0, 0, 0, 0, 1, 2])
    for length in (4, 6):
        found = variety.varied(lists_of(values, 7), kind, length, less=0.03)
        assert found.other.tolist() == [0, 1, 2, 5, 3, 4][:length]


def drawn(seed, floor=0, rows=60, columns=80, length=20):
    values, long = random_lists(5, rows, columns, 2 * length)
    wider = variety.cut(long, length + exploring.places(length))
    base = rank.Ranking(*(vars(variety.cut(long, length))[name] for name in (
        "start", "other", "score", "forced",
    )))  # fmt: skip
    return values, base, exploring.draw(base, wider, columns, length, floor, seed)


def test_places_are_drawn_with_the_chance_that_is_said():
    times = 800
    seen, said = Counter(), {}
    for seed in range(times):
        _values, base, found = drawn(seed)
        owner = found.ranking.owners()
        assert found.ranking.start.tolist() == base.start.tolist()
        for key in zip(owner.tolist(), found.ranking.other.tolist(), found.propensity.tolist(),
                       strict=True):  # fmt: skip
            seen[key[:2]] += 1
            assert said.setdefault(key[:2], key[2]) == key[2]
    assert min(said.values()) < 1
    for pair, chance in said.items():
        spread = (chance * (1 - chance) / times) ** 0.5
        assert abs(seen[pair] / times - chance) <= 4.5 * spread


def test_what_is_drawn_is_near_allowed_and_at_the_end_of_a_sorted_list():
    values, base, found = drawn(3)
    owner, ranks = found.ranking.owners(), found.ranking.ranks()
    beyond = np.flatnonzero(found.beyond)
    assert len(beyond) > 0
    assert (values[owner, found.ranking.other] > 0).all()
    for at in beyond.tolist():
        mine = slice(base.start[owner[at]], base.start[owner[at] + 1])
        assert found.ranking.score[at] >= exploring.NEAR * base.score[mine].min()
        assert found.ranking.other[at] not in base.other[mine]
        assert ranks[at] > 18
    for at in range(len(base.start) - 1):
        mine = slice(found.ranking.start[at], found.ranking.start[at + 1])
        assert (np.diff(found.ranking.score[mine]) <= 0).all()
        assert len(set(found.ranking.other[mine].tolist())) == 20


def test_drawing_keeps_the_exposure_floor():
    floor = 12
    _values, base, _found = drawn(0)
    seen = np.bincount(base.other, minlength=80)
    for seed in range(20):
        _values, _base, found = drawn(seed, floor=floor)
        now = np.bincount(found.ranking.other, minlength=80)
        assert (now >= np.minimum(seen, floor)).all()


def test_a_match_explores_by_its_seed_alone_and_only_when_asked():
    market = made_up(4, buyer_list_length=20, exhibitor_list_length=20)
    plain = matching.match(market, readers=())
    one, same, other = (
        matching.match(market, readers=(), explore=True, seed=seed) for seed in (1, 1, 2)
    )
    assert (plain.buyers.propensity == 1).all() and not plain.buyers.beyond.any()
    assert one.buyers.other.tolist() == same.buyers.other.tolist()
    assert one.exhibitors.other.tolist() == same.exhibitors.other.tolist()
    assert one.exhibitors.other.tolist() != other.exhibitors.other.tolist()
    assert "drawn 0.1 near 0.9" in one.policy and "drawn" not in plain.policy
    # What is expected of lists hardly falls: those who are tried are nearly as good.
    assert one.figures.expected_matches >= 0.98 * plain.figures.expected_matches


def test_excluded_pairs_are_never_drawn():
    market = made_up(4, buyer_list_length=20, exhibitor_list_length=20)
    listed = {owner: [e.id for e in es] for owner, es in matching.match(market, readers=()).buyers}
    apart = [(other, owner) for owner, others in listed.items() for other in others[-4:]]
    for seed in range(5):
        found = matching.match(
            replace(market, exclusions=apart), readers=(), explore=True, seed=seed
        )
        for owner, entries in found.buyers:
            assert not {(e.id, owner) for e in entries} & set(apart)
