"""A build of the model edition that is killed at any moment, and what the next start does."""

from __future__ import annotations

import socket
import time
from pathlib import Path

import pytest

from tests.faults.commands import House, kill, kill_when
from tests.faults.watching import counted, reaches

BUILD = ("demo", "--no-serve", "--scale", "0.01", "--schedule-seconds", "2")
PHASE = (
    "[e.phase for e in __import__('emporion.edition.queries', fromlist=['x'])"
    ".Edition.objects.all()]"
)
MOMENTS = {
    "tables": ("django_migrations", 3, ""),
    "steps": ("core_progress", 1, ""),
    "exhibitors": ("edition_participation", 1, ""),
    "matching": ("core_progress", 1, "step = 'matching' AND state = 'running'"),
    "requests": ("meetings_meetingrequest", 1, ""),
    "schedule": ("core_progress", 1, "step = 'schedule' AND state = 'running'"),
    "release": ("meetings_release", 1, ""),
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_build_starts_over(tmp_path: Path, moment: str) -> None:
    house = House(tmp_path)
    table, count, more = MOMENTS[moment]
    kill_when(house.start(*BUILD), reaches(house, table, count, more))
    begun = counted(house, "edition_edition") == 1
    whole = counted(house, "edition_edition", "phase = 'running'") == 1
    status, said = house.run(*BUILD)
    assert status == 0, said
    assert ("An earlier build was interrupted" in said) == (begun and not whole)
    assert "0 violations" in said or whole
    assert house.ask(PHASE) == "['running']"
    assert counted(house, "meetings_release") == 1
    # There is one of everything: nothing of the first build is left.
    assert counted(house, "edition_participation") == 12 + 150
    assert house.run(*BUILD) == (0, "The model edition is there already; --reset builds it anew.\n")


def test_second_build_in_one_folder_is_refused(tmp_path: Path) -> None:
    house = House(tmp_path)
    first = house.start(*BUILD)
    try:
        while not reaches(house, "core_progress")():
            assert first.poll() is None
        status, said = house.run(*BUILD)
        assert (status, "is building in this data folder" in said) == (1, True)
        said, _ = first.communicate(timeout=240)
        assert (first.returncode, "0 violations" in said) == (0, True)
    finally:
        kill(first)


def test_ending_the_demonstration_ends_its_server(tmp_path: Path) -> None:
    house = House(tmp_path)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    started = house.start("demo", "--scale", "0.01", "--schedule-seconds", "1", "--port", str(port))
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and not answers(port):
        time.sleep(0.5)
    assert answers(port)
    started.terminate()
    started.wait(60)
    assert not answers(port)


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
