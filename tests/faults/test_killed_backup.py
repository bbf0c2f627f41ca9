"""A backup that is killed at any moment leaves nothing that looks like one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.commands import House, kill_when

ROWS = 150_000
FILL = (
    "len(__import__('emporion.core.models', fromlist=['x']).Progress.objects.bulk_create("
    "[__import__('emporion.core.models', fromlist=['x']).Progress("
    f"job='j', step=str(n), message='芬兰' * 20) for n in range({ROWS})], batch_size=5000))"
)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    made = House(tmp_path_factory.mktemp("house"))
    assert made.run("prepare")[0] == 0
    assert made.ask(FILL) == str(ROWS)
    return made


@pytest.mark.parametrize("written", [0, 1, 50_000])
def test_killed_backup_leaves_no_file_under_the_name(
    house: House, tmp_path: Path, written: int
) -> None:
    def so_far() -> bool:
        return any(path.stat().st_size >= written for path in tmp_path.glob(".writing-*"))

    target = tmp_path / "fair.backup"
    kill_when(house.start("backup", "-o", str(target)), so_far)
    assert not target.exists()
    assert house.run("backup", "-o", str(target))[0] == 0
    assert house.run("restore", str(target), "--about")[0] == 0
