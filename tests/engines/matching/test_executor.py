"""The same lists wherever the heavy steps run."""

from __future__ import annotations

from contextlib import closing

from emporion.engines import matching
from emporion.engines.matching import score
from emporion.engines.matching.executor import Processes
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
