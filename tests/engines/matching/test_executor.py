"""The same lists wherever the heavy steps run."""

from __future__ import annotations

import threading
from contextlib import closing

import pytest

from emporion.engines import matching
from emporion.engines.matching import contenders, executor, rank, reasons, score
from emporion.engines.matching.executor import Processes, beside
from tests.engines.matching.markets import made_up


def lists(found):
    return [
        (owner, [(e.id, e.score, e.p, e.q, e.reasons) for e in entries])
        for side in (found.buyers, found.exhibitors)
        for owner, entries in side
    ]


def test_other_processes_make_the_same_lists(monkeypatch):
    # Several blocks, so that there is something to share out.
    monkeypatch.setattr(score, "BLOCK", 16)
    market = made_up(6, exhibitors=20, buyers=90, signals=60)
    with closing(Processes(2)) as elsewhere:
        found = matching.match(market, readers=(), executor=elsewhere)
    assert lists(found) == lists(matching.match(market, readers=()))


def test_threads_make_the_same_lists_as_one_after_the_other(monkeypatch):
    # Several blocks of everything, so that there is something to do beside each other.
    for module, size in ((score, 16), (rank, 16), (contenders, 300)):
        monkeypatch.setattr(module, "BLOCK", size)
    monkeypatch.setattr(reasons, "CHUNK", 50)
    market = made_up(7, exhibitors=30, buyers=120, signals=80)
    found = {}
    for count in (1, 3):
        monkeypatch.setattr(executor, "threads", lambda count=count: count)
        one = matching.match(market, readers=(), ends=True, explore=True)
        found[count] = lists(one), one.figures, one.ends
    assert found[1] == found[3]


def test_parts_are_computed_beside_each_other_and_come_in_their_order(monkeypatch):
    monkeypatch.setattr(executor, "threads", lambda: 2)
    both = threading.Barrier(2, timeout=10)

    def meet(part):
        both.wait()
        return part * part

    assert list(beside(meet, range(6))) == [0, 1, 4, 9, 16, 25]


def test_parts_are_asked_for_only_as_they_are_needed(monkeypatch):
    monkeypatch.setattr(executor, "threads", lambda: 2)
    asked = []
    results = beside(str, (asked.append(part) or part for part in range(9)))
    assert (next(results), asked) == ("0", [0, 1])


def test_what_a_part_raises_is_raised_where_its_result_would_come(monkeypatch):
    monkeypatch.setattr(executor, "threads", lambda: 2)
    results = beside(lambda part: 1 // part, [1, 0, 1])
    assert next(results) == 1
    with pytest.raises(ZeroDivisionError):
        next(results)
