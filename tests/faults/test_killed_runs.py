"""Matching and scheduling killed in the middle: nobody sees half of it, the next run cleans up."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path

import psycopg
import pytest

from tests import machine
from tests.faults.commands import House, kill_when
from tests.faults.watching import counted, reaches
from tests.needs import needed

_numbers = count(1)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def built(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    """A small model edition, once on each database; tests work on copies of it."""
    with ExitStack() as stack:
        address = ""
        if request.param == "postgresql":
            address = _address(stack)
            _create(address, "emporion")
        house = House(tmp_path_factory.mktemp("built"), address)
        status, said = house.run("demo", "--no-serve", "--scale", "0.1", "--schedule-seconds", "2")
        assert status == 0, said
        yield house


def _address(stack: ExitStack) -> str:
    with needed():
        return stack.enter_context(machine.cluster())


def _create(address: str, name: str, like: str = "template0") -> str:
    """Create a database beside that of an address; return the address of the new one."""
    server = address.rpartition("/")[0]
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {like}".encode())
    return f"{server}/{name}"


@pytest.fixture
def house(built: House, tmp_path: Path) -> House:
    folder = tmp_path / "house"
    shutil.copytree(built.folder, folder)
    if not built.database:
        return House(folder)
    return House(folder, _create(built.database, f"house_{next(_numbers)}", "emporion"))


def test_killed_match_run_is_removed_by_the_next(house: House) -> None:
    lists = counted(house, "matchmaking_rankedlist")
    kill_when(
        house.start("match", "--edition", "model"),
        reaches(house, "matchmaking_rankedlist", lists + 1),
    )
    states = "matchmaking_matchrun", "state = 'current'"
    assert counted(house, *states) == 1
    status, said = house.run("match", "--edition", "model")
    assert status == 0, said
    assert counted(house, *states) == 1
    assert counted(house, "matchmaking_matchrun", "state = 'writing'") == 0
    # The current lists and those before; nothing of the killed run.
    assert counted(house, "matchmaking_rankedlist") == 2 * lists


@pytest.mark.parametrize(
    ("table", "more"),
    [
        ("core_progress", "job LIKE 'schedule %' AND state = 'running'"),
        ("meetings_release", "state = 'writing'"),
    ],
)
def test_killed_schedule_leaves_the_published_one(house: House, table: str, more: str) -> None:
    held = counted(house, "meetings_meeting")
    kill_when(
        house.start("schedule", "--edition", "model", "--time-limit", "2"),
        reaches(house, table, 1, more),
    )
    assert counted(house, "meetings_release", "state = 'published'") == 1
    assert counted(house, "meetings_release", "state = 'draft'") == 0
    status, said = house.run("schedule", "--edition", "model", "--time-limit", "2")
    assert (status, "0 violations" in said) == (0, True), said
    assert counted(house, "meetings_release", "state = 'writing'") == 0
    assert counted(house, "meetings_release") == 2
    published = "release_id IN (SELECT id FROM meetings_release WHERE state = 'published')"
    assert counted(house, "meetings_meeting", published) == held
