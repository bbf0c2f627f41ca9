"""Fewer breaks: the same meetings, every constraint kept, what must stay stays."""

import itertools
from types import SimpleNamespace

import numpy as np
import pytest

from emporion.engines import scheduling
from emporion.engines.scheduling import count_breaks, count_idle, tidying
from emporion.engines.scheduling.checking import check_data

from . import tiny


def _breaks(rows):
    """Breaks counted on strings of busy and idle, one a person and window."""
    return sum(max(len(row.split()) - 1, 0) for row in rows)


def _fair(**options):
    instance = scheduling.generate(exhibitors=12, buyers=150, requests=900, seed=2, **options)
    return instance, scheduling.solve(instance, seed=1, work_limit=4000, tidy=False).slot


@pytest.mark.parametrize("walking", [False, True])
@pytest.mark.parametrize("scope", ["event", "day", "session"])
def test_fewer_breaks_keeps_the_meetings_and_every_constraint(walking, scope):
    instance, slot = _fair(walking=walking)
    instance.break_scope = scope
    after = scheduling.fewer_breaks(instance, slot, work_limit=100_000)
    assert ((after >= 0) == (slot >= 0)).all()
    solution = scheduling.solve_keeping(instance, after, move_price=1e9, work_limit=0)
    assert scheduling.check(instance, solution).violations == []
    assert (solution.slot == after).all()
    windows = instance.windows()
    counted = []
    for slots in (slot, after):
        rows = []
        for p in range(len(instance.participant_ids)):
            mine = (instance.first == p) | (instance.second == p)
            busy = set(slots[mine & (slots >= 0)].tolist())
            for w in range(windows[-1] + 1):
                there = np.flatnonzero(windows == w)
                rows.append("".join("x" if t in busy else " " for t in there.tolist()))
        counted.append(_breaks(rows))
    assert scheduling.count_breaks(instance, after).sum() == counted[1]
    assert counted[1] < 0.8 * counted[0]


def test_fewer_breaks_finds_the_fewest_breaks_then_idle_slots_of_tiny_fairs():
    """Against trying every slot for the meetings that are held; the checker counts both."""
    for seed in range(12):
        data = tiny.random_instance(seed, ("quota", "slots"))
        data["requests"] = data["requests"][:4]
        instance = scheduling.instance_from_json(data)
        slot = scheduling.solve(instance, work_limit=300, tidy=False).slot
        for n, row in enumerate(data["requests"]):
            row["mandatory"] = bool(slot[n] >= 0)
        data["requests"] = [row for row in data["requests"] if row["mandatory"]]
        least = tiny.brute_force(data, cost=lambda report: (report.breaks, report.idle))
        report = check_data(data, least)
        after = scheduling.fewer_breaks(instance, slot, work_limit=30_000)
        breaks, idle = (count(instance, after).sum() for count in (count_breaks, count_idle))
        assert (breaks, idle) == (report.breaks, report.idle), seed


def test_fewer_breaks_leaves_locked_meetings_and_orders_alone():
    instance, slot = _fair()
    held = np.flatnonzero(slot >= 0)
    locked = held[:100]
    instance.locked = np.stack([locked, slot[locked]], axis=1).astype(np.int32)
    order = held[np.argsort(slot[held])]
    instance.precedences = np.array([[order[0], order[-1]]], dtype=np.int32)
    after = scheduling.fewer_breaks(instance, slot, work_limit=50_000)
    stay = [*locked, order[0], order[-1]]
    assert after[stay].tolist() == slot[stay].tolist()
    assert (after != slot).any()


def test_fewer_breaks_repeats_by_seed_and_work():
    instance, slot = _fair()
    first = scheduling.fewer_breaks(instance, slot, seed=3, work_limit=20_000)
    again = scheduling.fewer_breaks(instance, slot, seed=3, work_limit=20_000)
    other = scheduling.fewer_breaks(instance, slot, seed=4, work_limit=20_000)
    assert first.tolist() == again.tolist()
    assert first.tolist() != other.tolist()


def test_fewer_breaks_ends_with_its_time(monkeypatch):
    instance, slot = _fair()
    # A clock that goes on by a hundredth of a second each time it is read.
    ticks = itertools.count()
    clock = SimpleNamespace(monotonic=lambda: next(ticks) / 100)
    monkeypatch.setattr(tidying, "time", clock)
    after = scheduling.fewer_breaks(instance, slot, time_limit=0.2)
    # It looks once at the beginning and twice a part; the look at 0.21 s is the last.
    assert next(ticks) == 22
    assert scheduling.count_breaks(instance, after).sum() < (
        scheduling.count_breaks(instance, slot).sum()
    )
    late = scheduling.fewer_breaks(instance, slot, time_limit=0.0)
    assert late.tolist() == slot.tolist()


def test_fewer_breaks_refuses_a_schedule_that_is_not_valid():
    data = tiny.instance(1, requests=[("x", "e", "a", 9), ("y", "e", "b", 2)])
    instance = scheduling.instance_from_json(data)
    with pytest.raises(scheduling.InstanceError, match='"y" cannot be held'):
        scheduling.fewer_breaks(instance, np.array([0, 0]))
