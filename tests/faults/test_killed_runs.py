"""Matching and scheduling killed in the middle: nobody sees half of it, the next run cleans up."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.faults.commands import House, kill_when
from tests.faults.watching import counted, reaches


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built")
    status, said = House(folder).run(
        "demo", "--no-serve", "--scale", "0.1", "--schedule-seconds", "2"
    )
    assert status == 0, said
    return folder


@pytest.fixture
def house(built: Path, tmp_path: Path) -> House:
    folder = tmp_path / "house"
    shutil.copytree(built, folder)
    return House(folder)


def test_killed_match_run_is_removed_by_the_next(house: House) -> None:
    lists = counted(house.folder, "matchmaking_rankedlist")
    kill_when(
        house.start("match", "--edition", "model"),
        reaches(house.folder, "matchmaking_rankedlist", lists + 1),
    )
    states = "matchmaking_matchrun", "state = 'current'"
    assert counted(house.folder, *states) == 1
    status, said = house.run("match", "--edition", "model")
    assert status == 0, said
    assert counted(house.folder, *states) == 1
    assert counted(house.folder, "matchmaking_matchrun", "state = 'writing'") == 0
    # The current lists and those before; nothing of the killed run.
    assert counted(house.folder, "matchmaking_rankedlist") == 2 * lists


@pytest.mark.parametrize(
    ("table", "more"),
    [
        ("core_progress", "job LIKE 'schedule %' AND state = 'running'"),
        ("meetings_release", "state = 'writing'"),
    ],
)
def test_killed_schedule_leaves_the_published_one(house: House, table: str, more: str) -> None:
    held = counted(house.folder, "meetings_meeting")
    kill_when(
        house.start("schedule", "--edition", "model", "--time-limit", "2"),
        reaches(house.folder, table, 1, more),
    )
    assert counted(house.folder, "meetings_release", "state = 'published'") == 1
    assert counted(house.folder, "meetings_release", "state = 'draft'") == 0
    status, said = house.run("schedule", "--edition", "model", "--time-limit", "2")
    assert (status, "0 violations" in said) == (0, True), said
    assert counted(house.folder, "meetings_release", "state = 'writing'") == 0
    assert counted(house.folder, "meetings_release") == 2
    published = "release_id IN (SELECT id FROM meetings_release WHERE state = 'published')"
    assert counted(house.folder, "meetings_meeting", published) == held
