"""Processes are known by machine, number and begin."""

from __future__ import annotations

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
