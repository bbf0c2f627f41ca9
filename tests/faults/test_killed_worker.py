"""A worker killed or told to leave in the middle of a job: another goes on, nothing half is shown."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.commands import PATIENCE, House, kill, kill_when
from tests.faults.watching import counted, reaches

START = (
    "__import__('emporion.meetings.domain.runs', fromlist=['runs']).start_run("
    "__import__('emporion.edition.queries', fromlist=['queries']).edition_by_slug('model'), "
    "__import__('emporion.meetings.domain.runs', fromlist=['runs']).Options(seconds={seconds}), "
    "'user:test', trial=False).public_id"
)
SEARCHING = "state = 'running' AND step = 'searching'"


@pytest.fixture
def house(tmp_path: Path) -> House:
    made = House(tmp_path / "house")
    status, said = made.run("demo", "--no-serve", "--scale", "0.02", "--schedule-seconds", "1")
    assert status == 0, said
    return made


def test_job_of_a_killed_worker_is_done_by_the_next(house: House) -> None:
    house.ask(START.format(seconds=4))
    kill_when(house.start("worker"), reaches(house, "core_jobrecord", 1, SEARCHING))
    assert counted(house, "meetings_release") == 1
    status, said = house.run("worker", "--batch")
    assert status == 0, said
    assert counted(house, "core_jobrecord", "state = 'done' AND attempt = 2") == 1
    assert counted(house, "meetings_release", "state = 'draft'") == 1
    assert counted(house, "meetings_release", "state = 'writing'") == 0
    assert counted(house, "core_journalentry", "action = 'schedule.keep'") == 1


def test_worker_that_is_told_to_leave_gives_its_job_back(house: House) -> None:
    house.ask(START.format(seconds=600))
    worker = house.start("worker")
    try:
        searches(house, worker)
        worker.terminate()
        worker.wait(PATIENCE)
    finally:
        kill(worker)
    given_back = "kind = 'schedule.run' AND state = 'waiting' AND attempt = 0"
    assert counted(house, "core_jobrecord", given_back) == 1
    assert counted(house, "meetings_release", "state != 'published'") == 0


def test_code_to_sign_in_does_not_wait_for_the_schedule_that_is_computed(house: House) -> None:
    house.ask(START.format(seconds=600))
    worker = house.start("worker")
    try:
        searching = searches(house, worker)
        asked = time.monotonic()
        house.ask(
            "__import__('emporion.core.jobs', fromlist=['jobs']).enqueue('sign_in.send_code', "
            "{'code': 'none', 'origin': ''}, tenant='', owner='visitor').public_id"
        )
        done = reaches(house, "core_jobrecord", 1, "kind = 'sign_in.send_code' AND state = 'done'")
        while not done():
            assert time.monotonic() - asked < 30
        assert searching()
    finally:
        kill(worker)


def searches(house: House, worker: subprocess.Popen[str]) -> Callable[[], bool]:
    """Wait until a worker searches a schedule; return whether one does now."""
    searching = reaches(house, "core_jobrecord", 1, SEARCHING)
    while not searching():
        assert worker.poll() is None
    return searching
