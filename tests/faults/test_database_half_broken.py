"""The database gone, slow, or failing a quarter of all calls: clear errors, and recovery by itself.

EMPORION_FAULT_SECONDS is how long each lasts (the bar is 30).
"""

from __future__ import annotations

import os
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import random

import pytest

from tests import machine
from tests.faults.broken_line import Line, line_to
from tests.faults.effects import MARK
from tests.faults.under_load import (
    Fair,
    Load,
    Target,
    free_port,
    heard,
    requests,
    running,
    status_of,
    wait_until,
)
from tests.faults.watching import counted, rows
from tests.messaging import fakes
from tests.needs import durable_database

SECONDS = float(os.environ.get("EMPORION_FAULT_SECONDS", "8"))
MARKS = 60
# Seconds that a page waits for one statement, and a little (EMPORION_DATABASE_SECONDS).
LONGEST = 18.0


@dataclass
class Place:
    """An installation at work whose line to the database can be broken."""

    fair: Fair
    # The same installation by an unbroken line, for looking.
    seen: Fair
    line: Line | None
    load: Load
    listener: fakes.Web
    targets: list[Target]

    def check(self) -> None:
        """Nothing half done, nothing lost, nothing twice; by the processes that were there."""
        wait_until(lambda: status_of(self.load.port, "/readyz") == 200, 60, "the web answers")
        before = len(self.load.acknowledged)
        wait_until(lambda: len(self.load.acknowledged) > before + 4, 60, "it takes requests again")
        self.load.end()
        # Not the jobs that the house puts off until later.
        live = "state IN ('waiting', 'running', 'sending') AND kind IN ('task', 'webhook')"

        def is_done(table: str) -> bool:
            return not counted(self.seen, table, live)

        for table in ("core_jobrecord", "core_outboxrow"):
            wait_until(partial(is_done, table), 200, f"{table} is done")
        assert [t.process.poll() for t in self.targets if t.process] == [None, None]
        stored = set(requests(self.seen))
        assert self.load.lost(stored) == set()
        ids = {public_id for _, _, public_id in stored}
        asked = rows(
            self.seen, "SELECT object_id FROM core_journalentry WHERE action = 'request.ask'"
        )
        assert Counter(asked) == Counter({(public_id,): 1 for public_id in ids})
        marks = rows(self.seen, f"SELECT object_id FROM core_journalentry WHERE action = '{MARK}'")
        assert Counter(marks) == Counter({(str(n),): 1 for n in range(MARKS)})
        told = heard(self.listener)
        assert (set(told), {len(keys) for keys in told.values()}) == (ids, {1})
        print(
            f"\n{len(self.load.acknowledged)} acknowledged, {len(ids)} stored; "
            f"refused {dict(Counter(self.load.refused))}; slowest {self.load.slowest:.1f} s; "
            + (f"{self.line.lost} of {self.line.calls} calls lost" if self.line else "")
        )


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with ExitStack() as stack:
        address, listener = durable_database(stack), stack.enter_context(fakes.web())
        seen = Fair(tmp_path / "fair", address)
        load = Load(free_port(), seen.fill(f"{listener.url}/hook", MARKS))
        with line_to(machine.socket_of(address)) as line:
            fair = Fair(seen.folder, f"postgres://postgres@127.0.0.1:{line.port}/emporion")
            serve = ["serve", "--port", str(load.port), "--no-jobs", "--workers", "1"]
            with running(fair, serve, ["worker"]) as targets:
                wait_until(lambda: status_of(load.port, "/readyz") == 200, 120, "it is up")
                wait_until(lambda: counted(seen, "core_jobrecord", "attempt > 0") > 0, 120, "work")
                load.begin()
                time.sleep(2)
                try:
                    yield Place(fair, seen, line, load, listener, targets)
                finally:
                    load.end()


def test_database_that_is_gone_is_told_of_and_comes_back(place: Place) -> None:
    machine.crash(place.seen.database)
    try:
        gone = time.monotonic()
        while time.monotonic() - gone < SECONDS:
            begun = time.monotonic()
            answers = status_of(place.load.port, "/healthz"), status_of(place.load.port, "/readyz")
            assert (answers, time.monotonic() - begun < 5) == ((200, 503), True)
            time.sleep(0.5)
    finally:
        machine.start_again(place.seen.database)
    # "Come again in a moment", and no other failure.
    assert set(place.load.refused) <= {503}
    place.check()
    # The worker lived: it is no fault of the jobs.
    assert counted(place.seen, "core_jobrecord", "kind = 'task' AND attempt != 1") == 0


def test_line_that_swallows_what_is_said_is_told_of_and_given_up(place: Place) -> None:
    assert place.line is not None
    wait_until(lambda: len(place.load.acknowledged) > 4, 60, "requests are taken")
    # More who look than the one process of the server has threads: all of these would be stuck.
    port, over, read = place.load.port, threading.Event(), Counter[int]()

    def look() -> None:
        while not over.is_set():
            read[status_of(port, f"/en/{place.load.fair['slug']}/exhibitors/?q={random()}")] += 1

    readers = [threading.Thread(target=look, daemon=True) for _ in range(12)]
    place.line.mute = True
    mute = time.monotonic()
    try:
        for reader in readers:
            reader.start()
        while time.monotonic() - mute < 2 * SECONDS + LONGEST:
            begun = time.monotonic()
            assert (status_of(port, "/healthz"), time.monotonic() - begun < 5) == (200, True)
            begun = time.monotonic()
            assert (status_of(port, "/readyz"), time.monotonic() - begun < 10) == (503, True)
            time.sleep(0.5)
    finally:
        place.line.mute = False
        over.set()
    for reader in readers:
        reader.join(60)
    # One that began to read as the line came back may have its page.
    assert set(read) <= {200, 503} and read[503] > 12
    assert set(place.load.refused) == {503}
    assert place.load.slowest < LONGEST + 10
    place.check()


def test_quarter_of_all_calls_that_fail_lose_nothing(place: Place) -> None:
    assert place.line is not None
    place.line.cut = 0.25
    time.sleep(SECONDS)
    assert place.line.lost > 0
    place.line.cut = 0.0
    assert set(place.load.refused) <= {503}
    place.check()


def test_database_that_answers_after_three_seconds_makes_pages_late_and_loses_nothing(
    place: Place,
) -> None:
    assert place.line is not None
    place.line.delay = 3.0
    time.sleep(SECONDS)
    place.line.delay = 0.0
    assert set(place.load.refused) <= {503}
    place.check()
