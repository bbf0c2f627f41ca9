"""Processes are known by machine, number and begin."""

from __future__ import annotations

from pathlib import Path

import pytest

from emporion.core import processes


def test_this_process_runs_and_one_with_its_number_from_before_does_not() -> None:
    own = processes.this_process()
    assert processes.is_running(own) is True
    host, number, _ = own.rsplit(":", 2)
    assert processes.is_running(f"{host}:{number}:1") is False
    assert processes.is_running(f"{host}:999999999:1") is False


@pytest.mark.parametrize("name", ["", "elsewhere:1:1", "x", ":::", "elsewhere:1"])
def test_of_another_machine_nothing_is_known(name: str) -> None:
    assert processes.is_running(name) is None


def test_a_process_of_another_user_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(number: int, signal: int) -> None:
        raise PermissionError

    monkeypatch.setattr(processes.os, "kill", refuse)
    assert processes.is_running(processes.this_process()) is True


@pytest.mark.parametrize("differs", ["name", "boot_id", "pid"])
def test_machine_that_differs_in_anything_is_another(
    differs: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # Pods of one deployment share all but the end of their names, and their numbers of processes.
    name = "emporion-worker-of-the-great-fair-7f9c6d5b48-x2l9"
    told = {"name": f"{name}a", "boot_id": "one", "pid": "pid:[1]"}

    def link(path: object) -> str:
        return told["pid"]

    monkeypatch.setattr(processes.socket, "gethostname", lambda: told["name"])
    monkeypatch.setattr(processes, "BOOT_ID", tmp_path / "boot_id")
    monkeypatch.setattr(processes.os, "readlink", link)
    processes.BOOT_ID.write_text(told["boot_id"])
    own = processes.this_process()
    assert processes.is_running(own) is True
    assert len(own) <= processes.LONGEST and own.startswith("emporion-worker")
    told[differs] = f"{name}b" if differs == "name" else "two"
    processes.BOOT_ID.write_text(told["boot_id"])
    assert processes.is_running(own) is None


def test_process_is_known_where_nothing_tells_of_the_kernel(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(processes, "BOOT_ID", tmp_path / "none")
    monkeypatch.setattr(processes, "NAMESPACE", tmp_path / "none")
    assert processes.is_running(processes.this_process()) is True
