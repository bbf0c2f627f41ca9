"""Dots, blocks, columns and the ruler."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emporion.design import drawings


def _circles(path: str) -> int:
    return path.count("M")


@pytest.mark.parametrize(("walk", "gap", "walked", "spare", "late", "more"), [
    (7, None, 7, 0, 0, False),
    (7, 10, 7, 3, 0, False),
    (10, 10, 10, 0, 0, False),
    (8, 5, 5, 0, 3, False),
    (2, 45, 2, 8, 0, True),
    (2, 10, 2, 8, 0, False),
    (0, 5, 0, 5, 0, False),
    (3, 0, 0, 0, 3, False),
    (20, None, 20, 0, 0, False),
])  # fmt: skip
def test_one_dot_is_one_minute(walk, gap, walked, spare, late, more):
    drawn = drawings.dots(walk, gap)
    assert drawn is not None
    counted = tuple(map(_circles, (drawn.walked, drawn.spare, drawn.late)))
    assert (*counted, drawn.more_at is not None) == (walked, spare, late, more)
    assert (drawn.start_at is not None) == (late > 0)


@pytest.mark.parametrize("walk", [21, 60, -1])
def test_long_walks_are_words_only(walk):
    assert drawings.dots(walk, 30) is None


@given(st.integers(0, 20), st.none() | st.integers(0, 90))
def test_dots_never_leave_their_box(walk, gap):
    drawn = drawings.dots(walk, gap)
    assert drawn is not None
    circles = _circles(drawn.walked) + _circles(drawn.spare) + _circles(drawn.late)
    assert _circles(drawn.walked) + _circles(drawn.late) == walk
    assert drawn.width >= 9 * circles


@given(st.integers(0, 10), st.integers(0, 10))
def test_a_fit_has_ten_blocks_a_side(you, they):
    drawn = drawings.fit(you, they)
    assert (_circles(drawn.you), _circles(drawn.they), _circles(drawn.none)) == (
        you, they, 20 - you - they,
    )  # fmt: skip


@pytest.mark.parametrize(("you", "they"), [(-1, 0), (11, 0), (0, 11)])
def test_a_fit_beyond_ten_is_refused(you, they):
    with pytest.raises(ValueError, match="between 0 and 10"):
        drawings.fit(you, they)


def test_columns_keep_their_order_and_turn_with_the_page():
    rows = [("1", 5.0), ("2", 10.0)]
    plain = drawings.columns(rows, mirrored=False)
    turned = drawings.columns(rows, mirrored=True)
    assert [column.middle for column in plain] == ["25.00%", "75.00%"]
    assert [column.middle for column in turned] == ["75.00%", "25.00%"]
    assert [column.height for column in plain] == [66.0, 132.0]


def test_columns_of_nothing_are_none_and_of_zeros_flat():
    assert drawings.columns([], mirrored=False) == []
    assert [column.height for column in drawings.columns([("1", 0)], mirrored=False)] == [0.0]


@pytest.mark.parametrize(("share", "earlier", "start", "decimals"), [
    (99.81, 99.74, 99.0, 1),
    (99.0, None, 99.0, 1),
    (100, None, 99.0, 1),
    (98.6, None, 90.0, 0),
    (99.5, 98.0, 90.0, 0),
    (83.2, None, 80.0, 0),
    (0, None, 0.0, 0),
])  # fmt: skip
def test_the_scale_starts_at_99_or_at_the_next_lower_ten(share, earlier, start, decimals):
    drawn = drawings.ruler(share, earlier)
    assert (drawn.labels[0][0], drawn.labels[-1][0], drawn.decimals) == (start, 100, decimals)
    assert len(drawn.ticks) == 21


def test_the_ruler_turns_with_the_page():
    plain, turned = drawings.ruler(99.81), drawings.ruler(99.81, mirrored=True)
    assert (plain.bar_x, plain.bar_width, plain.bound_x) == ("0.00%", "81.00%", "100.00%")
    assert (turned.bar_x, turned.bar_width, turned.bound_x) == ("19.00%", "81.00%", "0.00%")


@pytest.mark.parametrize("share", [-0.1, 100.1])
def test_a_share_beyond_its_bound_is_refused(share):
    with pytest.raises(ValueError, match="between 0 and 100"):
        drawings.ruler(share)


@pytest.mark.parametrize(("share", "better"), [(99.81, 0.2), (100, 0), (50, 100), (99.99, 0.02)])
def test_what_another_schedule_may_gain_is_never_understated(share, better):
    assert drawings.better_than(share) == better
    assert share * (1 + better / 100) >= 100
