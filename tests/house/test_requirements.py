"""The locks: hashes for everything, and development holds everything that runs."""

from __future__ import annotations

import re
import tomllib

import pytest

from tests.machine import ROOT

FOLDER = ROOT / "requirements"
PIN = re.compile(r"^([a-z0-9._-]+)(?:\[[a-z,]+\])?==(\S+?)( ; .*)? \\$")


def pins(name: str) -> dict[str, str]:
    """Return {package: version and marker} of a lock."""
    found = {}
    for line in (FOLDER / name).read_text().splitlines():
        if line and not line.startswith((" ", "#")):
            match = PIN.match(line)
            assert match, f"{name}: {line!r} is no pinned line"
            found[match.group(1)] = f"{match.group(2)}{match.group(3) or ''}"
    return found


@pytest.mark.parametrize("name", ["base.txt", "dev.txt"])
def test_every_package_has_hashes(name: str) -> None:
    blocks = re.split(r"\n(?=\S)", (FOLDER / name).read_text().strip())
    assert [b.split("\n")[0] for b in blocks if not b.startswith("#") and "--hash=" not in b] == []


def test_development_holds_all_that_runs() -> None:
    base, dev = pins("base.txt"), pins("dev.txt")
    assert {name: dev.get(name) for name in base} == base


def test_lock_holds_what_was_asked_for() -> None:
    for name in ("base", "dev"):
        wanted = {
            re.match(r"[a-z0-9-]+", line.lower()).group()  # type: ignore[union-attr]
            for line in (FOLDER / f"{name}.in").read_text().splitlines()
            if line and not line.startswith("#")
        }
        assert wanted - set(pins(f"{name}.txt")) == set()


def test_project_names_the_same_packages() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)["project"]
    extras = project["optional-dependencies"]

    def names(lines: list[str]) -> set[str]:
        return {re.match(r"[a-z0-9-]+", line.lower()).group() for line in lines}  # type: ignore[union-attr]

    def asked(name: str) -> set[str]:
        lines = (FOLDER / f"{name}.in").read_text().splitlines()
        return names([line for line in lines if line and not line.startswith("#")])

    assert names(project["dependencies"]) | names(extras["server"]) == asked("base")
    assert names(extras["dev"]) == asked("dev")


def test_numbers_are_the_same_on_every_python() -> None:
    base = pins("base.txt")
    assert [" ; " in base[name] for name in ("numpy", "scipy", "ortools", "numba")] == [False] * 4
