"""What somebody waits for is done beside whatever is long."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from emporion.accounts.domain import codes
from emporion.core import jobs, seen
from emporion.core.jobs import kinds, lanes, worker
from emporion.core.models import JobRecord

pytestmark = pytest.mark.django_db(transaction=True)


def put(kind: str) -> JobRecord:
    return jobs.enqueue(kind, {}, tenant="", owner="visitor")


def wait_for(job: JobRecord, state: str) -> str:
    """Return the state of a job, at the latest when it has had time to be `state`."""
    until = time.monotonic() + 20
    while job.state != state and time.monotonic() < until:
        time.sleep(0.05)
        job.refresh_from_db()
    return job.state


@pytest.fixture
def over(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Ends the jobs of the kinds `test.long` and `test.slow_code` when it is set."""
    for name, empty in (("_kinds", {}), ("_attempts", {}), ("_warm", []), ("_prompt", set())):
        monkeypatch.setattr(kinds, name, empty)
    ended = threading.Event()

    @jobs.kind("test.long")
    def long(running: jobs.Running) -> None:
        ended.wait(60)

    @jobs.kind("test.slow_code", prompt=True)
    def slow(running: jobs.Running) -> None:
        ended.wait(60)

    @jobs.kind("test.code", prompt=True)
    def code(running: jobs.Running) -> None:
        pass

    yield ended
    ended.set()


@pytest.fixture
def main_worker(over: threading.Event, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A worker at work, in a thread."""
    made: list[worker.JobWorker] = []

    class Kept(worker.JobWorker):
        def __init__(self, **words: Any) -> None:
            super().__init__(**words)
            made.append(self)

    monkeypatch.setattr(worker, "JobWorker", Kept)

    def run() -> None:
        try:
            worker.work()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    yield made
    over.set()
    made[0].running = False
    thread.join(30)
    assert [one.running for one in made] == [False] * (1 + lanes.LANES)


def test_code_is_sent_while_a_long_job_and_a_slow_carrier_are_at_work(
    main_worker: Any, over: threading.Event
) -> None:
    long, slow = put("test.long"), put("test.slow_code")
    assert [wait_for(one, "running") for one in (long, slow)] == ["running", "running"]
    behind, code = put("test.long"), put("test.code")
    assert wait_for(code, "done") == "done"
    for one in (long, slow, behind):
        one.refresh_from_db()
    assert [one.state for one in (long, slow, behind)] == ["running", "running", "waiting"]


def test_worker_notes_that_it_begins_before_it_loads(
    over: threading.Event, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Any
) -> None:
    settings.DATA_DIR = tmp_path
    noted = []

    def load(begun: worker.JobWorker) -> None:
        noted.append(seen.age(seen.BEGUN))
        begun.running = False

    monkeypatch.setattr(worker, "ready_to_work", load)
    thread = threading.Thread(target=worker.work)
    thread.start()
    thread.join(30)
    assert [age is not None and age < 30 for age in noted] == [True]


def test_lane_lives_through_what_nobody_foresaw(
    over: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "PAUSE", 0)
    lane, failed = worker.JobWorker(kinds=kinds.prompt_kinds()), []

    def fail(**words: Any) -> None:
        failed.append(1)
        lane.running = len(failed) < 3
        raise KeyError("a bug")

    monkeypatch.setattr(worker.lease, "take", fail)
    lane.keep_on()
    assert len(failed) == 3


class OneJob:
    """A lane that ends after one look, as a thread does that was killed."""

    def __init__(self) -> None:
        self.running = True

    def keep_on(self) -> None:
        lane = worker.JobWorker(kinds=kinds.prompt_kinds())
        lane._look()
        connection.close()


def test_lane_that_ended_is_begun_again_and_sends_what_waits(
    over: threading.Event, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Any
) -> None:
    monkeypatch.setattr(lanes, "LOOK", 0.05)
    settings.DATA_DIR = tmp_path
    kept = lanes.Lanes(OneJob)
    kept.begin()
    try:
        # Each look of a thread ends it: without a keeper the third code would never leave.
        codes = [put("test.code") for _code in range(5)]
        assert [wait_for(one, "done") for one in codes] == ["done"] * 5
        assert (seen.age(seen.PROMPT) or 99) < 30
    finally:
        kept.end()
    ended = [found[1] for found in kept.at_work if found]
    assert [thread.is_alive() for thread in ended] == [False] * lanes.LANES


def test_keeper_of_lanes_that_cannot_begin_one_says_so_and_looks_again(
    over: threading.Event, settings: Any, tmp_path: Any
) -> None:
    settings.DATA_DIR = tmp_path
    failing = [True]

    def make() -> OneJob:
        if failing:
            raise RuntimeError("can't start new thread")
        return OneJob()

    kept = lanes.Lanes(make)
    kept.look()
    assert seen.age(seen.PROMPT) is None
    failing.clear()
    kept.look()
    assert seen.age(seen.PROMPT) is not None
    kept.end()


def test_codes_to_sign_in_are_prompt() -> None:
    assert kinds.prompt_kinds() == {codes.SEND}
