"""Who is let off when what has happened leaves too little time for all that must be held."""

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from emporion.meetings.domain.letting_off import let_off

SLOTS = 4


def most_held(rows: list[int], slots: np.ndarray, room: np.ndarray) -> int:
    """The greatest number of rows that can be held at once, by trying all ways."""
    ways = itertools.product(*([*np.flatnonzero(slots[r]), -1] for r in rows))
    return max(
        sum(t >= 0 for t in way)
        for way in ways
        if all(way.count(t) <= room[t] for t in range(SLOTS))
    )


@given(
    slots=st.lists(st.lists(st.booleans(), min_size=SLOTS, max_size=SLOTS), min_size=1, max_size=4),
    room=st.lists(st.integers(0, 2), min_size=SLOTS, max_size=SLOTS),
    away=st.lists(st.booleans(), min_size=SLOTS, max_size=SLOTS),
)
def test_as_many_are_let_off_as_an_absence_costs(slots, room, away):
    """One host with everybody; guests are always there."""
    may = np.array(slots)
    guests = np.arange(1, len(may) + 1)
    hosts = np.zeros(len(may), dtype=np.int32)
    before = np.ones((len(may) + 1, SLOTS), dtype=np.int32)
    before[0] = room
    after = before.copy()
    after[0, np.array(away)] = 0
    rows = list(range(len(may)))
    off = let_off(rows, hosts, guests, may, before, after)
    assert set(off) <= set(rows)
    assert len(off) == most_held(rows, may, before[0]) - most_held(rows, may, after[0])


def test_those_who_come_first_are_kept():
    both = np.ones((2, SLOTS), dtype=bool)
    before = np.ones((3, SLOTS), dtype=np.int32)
    after = before.copy()
    after[0, 1:] = 0
    hosts, guests = np.zeros(2, dtype=np.int32), np.array([1, 2], dtype=np.int32)
    assert let_off([0, 1], hosts, guests, both, before, after) == [1]
    assert let_off([1, 0], hosts, guests, both, before, after) == [0]
