"""A quarter of all calls to another system failing, each after three seconds: pages stay quick,
nothing is half done, and everything arrives when it is well again.

EMPORION_FAULT_SECONDS is how long it lasts.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.faults.test_database_half_broken import MARKS, SECONDS, Place
from tests.faults.under_load import Fair, Load, free_port, running, status_of, wait_until
from tests.faults.watching import counted, rows
from tests.messaging import fakes
from tests.needs import durable_database

FAILING, LATENCY = 0.25, 3.0
# A page beside the calls: far below the three seconds that each of them takes.
QUICK = 1.0


class HalfBroken:
    """How the other system answers: late, and every fourth time not, or with an error."""

    def __init__(self) -> None:
        self.well, self.failed, self._chance = False, 0, random.Random(1)

    def answer(self, asked: fakes.Asked) -> tuple[int, Any]:
        """Answer one call."""
        if self.well:
            return 200, {}
        time.sleep(LATENCY)
        if self._chance.random() >= FAILING:
            return 200, {}
        self.failed += 1
        if self.failed % 2:
            return 503, {}
        raise ConnectionError("cut in the middle of a call")


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Place, HalfBroken]]:
    with ExitStack() as stack:
        address = durable_database(stack) if request.param == "postgresql" else ""
        listener, others = stack.enter_context(fakes.web()), HalfBroken()
        listener.answer = others.answer
        fair = Fair(tmp_path / "fair", address)
        load = Load(free_port(), fair.fill(f"{listener.url}/hook", MARKS, ends=4))
        serve = ["serve", "--port", str(load.port), "--no-jobs", "--workers", "1"]
        targets = stack.enter_context(running(fair, serve, ["worker"]))
        wait_until(lambda: status_of(load.port, "/readyz") == 200, 120, "it is up")
        wait_until(lambda: counted(fair, "core_jobrecord", "attempt > 0") > 0, 120, "work")
        load.begin()
        try:
            yield Place(fair, fair, None, load, listener, targets), others
        finally:
            load.end()


def test_quarter_of_calls_to_others_that_fail_hold_nobody_up(
    place: tuple[Place, HalfBroken],
) -> None:
    at_work, others = place
    load, slug = at_work.load, at_work.load.fair["slug"]
    wait_until(lambda: others.failed > 0, 60, "a call fails")
    took, begun = [], time.monotonic()
    while time.monotonic() - begun < SECONDS or len(took) < 20:
        asked = time.monotonic()
        assert status_of(load.port, f"/en/{slug}/") == 200
        took.append(time.monotonic() - asked)
        time.sleep(0.2)
    load.end()
    others.well = True
    failed = others.failed
    # The pauses after failures pass by themselves: five seconds, half a minute, two minutes, five.
    live = "state IN ('waiting', 'sending')"
    wait_until(lambda: not counted(at_work.fair, "core_outboxrow", live), 600, "all has arrived")
    assert load.refused == []
    assert sorted(took)[len(took) // 2] < QUICK
    stored = {row[0] for row in rows(at_work.fair, "SELECT public_id FROM meetings_meetingrequest")}
    assert len(stored) == len(load.acknowledged)
    # Each end heard of each request, under one key however often it was tried.
    heard: dict[tuple[str, str], set[str]] = {}
    for one in list(at_work.listener.asked):
        if one.json["type"] == "request.asked":
            end = one.path, one.json["data"]["request"]
            heard.setdefault(end, set()).add(one.headers["webhook-id"])
    ends = {path for path, _ in heard}
    assert len(ends) == 4
    assert set(heard) == {(path, public_id) for path in ends for public_id in stored}
    assert {len(keys) for keys in heard.values()} == {1}
    states = Counter(row[0] for row in rows(at_work.fair, "SELECT state FROM core_outboxrow"))
    assert set(states) == {"done"}
    print(
        f"\n{'PostgreSQL' if at_work.fair.database else 'SQLite'}: {failed} calls failed; "
        f"{len(load.acknowledged)} acknowledged, {len(stored)} stored, {len(heard)} arrivals of 4 "
        f"ends; a page took {sorted(took)[len(took) // 2] * 1000:.0f} ms in the middle, "
        f"{max(took) * 1000:.0f} at most; {len(at_work.listener.asked)} calls in all"
    )
