"""The contracts of pyproject.toml hold, and each of them can fail."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.house.doors import DoorsContract
from tests.machine import ROOT

CAPABILITIES = [
    "accounts",
    "registry",
    "messaging",
    "edition",
    "matchmaking",
    "meetings",
    "portal",
    "api",
    "demo",
]
LINT = "from importlinter.cli import lint_imports; import sys; sys.exit(lint_imports(**{}))"


def lint(folder: Path, contract: str) -> subprocess.CompletedProcess[str]:
    """Check one contract on the package `emporion` in `folder`."""
    words = {"limit_to_contracts": (contract,), "no_cache": True, "verbose": False}
    return subprocess.run(
        [sys.executable, "-c", LINT.format(repr(words))],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": f"{folder}{os.pathsep}{ROOT}"},
        capture_output=True,
        text=True,
    )


@pytest.fixture
def small_house(tmp_path: Path) -> Path:
    """A package with every room of every capability, all of them empty."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    modules = ["cli", "project/settings", "core/ids", "design/parts", "engines/scheduling/chains"]
    modules += [
        f"{capability}/{room}"
        for capability in CAPABILITIES
        for room in ("models", "rules", "queries", "domain", "interfaces/pages")
    ]
    for name in modules:
        path = tmp_path / "emporion" / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    for folder in [p for p in (tmp_path / "emporion").rglob("*") if p.is_dir()]:
        (folder / "__init__.py").write_text("")
    (tmp_path / "emporion" / "__init__.py").write_text("")
    return tmp_path


def plant(house: Path, module: str, line: str) -> None:
    (house / "emporion" / f"{module}.py").write_text(line + "\n")


PLANTED = [
    ("engines", "engines/scheduling/chains", "import django"),
    ("engines", "engines/scheduling/chains", "from emporion.core import ids"),
    ("engine-users", "meetings/queries", "from emporion.engines import scheduling"),
    ("engine-users", "core/ids", "from emporion.engines.scheduling import chains"),
    ("house", "edition/domain", "from emporion.meetings import domain"),
    ("house", "core/ids", "from emporion.registry import queries"),
    ("house", "accounts/queries", "import emporion.cli"),
    ("house", "portal/queries", "from emporion.api import queries"),
    ("rooms", "meetings/models", "from emporion.meetings import queries"),
    ("rooms", "meetings/queries", "from emporion.meetings.domain import anything"),
    ("rooms", "portal/rules", "from emporion.portal.interfaces import pages"),
    ("doors", "meetings/domain", "from emporion.edition.models import Edition"),
    ("doors", "portal/interfaces/pages", "from emporion.meetings.interfaces import pages"),
    ("doors", "edition/models", "from emporion.registry import queries"),
    ("doors", "demo/domain", "import emporion.edition"),
]
ALLOWED = [
    ("engine-users", "meetings/domain", "from emporion.engines import scheduling"),
    ("house", "meetings/domain", "from emporion.edition import domain"),
    ("rooms", "meetings/interfaces/pages", "from emporion.meetings import models"),
    ("doors", "portal/queries", "from emporion.meetings import queries"),
    ("doors", "edition/rules", "from emporion.core import ids"),
]


@pytest.mark.parametrize(("contract", "module", "line"), PLANTED)
def test_contract_finds_a_planted_import(
    small_house: Path, contract: str, module: str, line: str
) -> None:
    plant(small_house, module, line)
    done = lint(small_house, contract)
    assert (done.returncode, "1 broken" in done.stdout) == (1, True), done.stdout + done.stderr


@pytest.mark.parametrize(("contract", "module", "line"), ALLOWED)
def test_contract_lets_a_good_import_pass(
    small_house: Path, contract: str, module: str, line: str
) -> None:
    plant(small_house, module, line)
    done = lint(small_house, contract)
    assert (done.returncode, "1 kept" in done.stdout) == (0, True), done.stdout + done.stderr


def test_every_contract_is_tried() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        contracts = tomllib.load(file)["tool"]["importlinter"]["contracts"]
    assert {c["id"] for c in contracts} == {contract for contract, _, _ in PLANTED}


def test_doors_are_domain_queries_and_what_is_named() -> None:
    contract = DoorsContract(
        name="doors",
        session_options={},
        contract_options={
            "root": "emporion",
            "capabilities": ["registry", "edition"],
            "public": ["registry.taxonomy"],
        },
    )
    tried = [
        "registry.queries.people",
        "registry.taxonomy.tree",
        "registry.models",
        "registry",
        "core.ids",
        "edition.models",
    ]
    refused = [contract.refused("emporion.edition.domain", f"emporion.{name}") for name in tried]
    assert refused == [False, False, True, True, False, False]
