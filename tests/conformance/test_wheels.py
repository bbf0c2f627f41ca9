"""The locks install from wheels alone on every Python and system that is promised.

pip is asked what it would install there; nothing is installed. It fetches what it looks at, so
this belongs to `./run conformance wheels`.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from platform import python_version

import pytest

from tests.machine import ROOT

PYTHONS = ("3.11", "3.12", "3.13")
# pip does not know that a newer glibc takes older wheels when a platform is named.
SYSTEMS = {
    "Linux on Intel": [f"manylinux_2_{n}_x86_64" for n in (28, 27, 26, 24, 17, 12, 5)]
    + ["manylinux2014_x86_64"],
    "Linux on ARM": [f"manylinux_2_{n}_aarch64" for n in (28, 27, 26, 24, 17)]
    + ["manylinux2014_aarch64"],
    "macOS on Apple silicon": ["macosx_14_0_arm64"],
}

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("lock", ["base", "dev"])
def test_lock_installs_from_wheels(tmp_path: Path, lock: str, python: str, system: str) -> None:
    # pip reads markers as the Python that runs it, to the last digit: ask for no older one.
    running = python_version()
    wanted = running if running.startswith(f"{python}.") else python
    place = ["--python-version", wanted, "--implementation", "cp"]
    for abi in (f"cp{python.replace('.', '')}", "abi3", "none"):
        place += ["--abi", abi]
    for platform in SYSTEMS[system]:
        place += ["--platform", platform]
    done = subprocess.run(
        [sys.executable, "-m", "pip", "install", "--dry-run", "--quiet", "--no-deps",
         "--require-hashes", "--only-binary", ":all:", "--disable-pip-version-check",
         "--target", str(tmp_path), *place, "-r", str(ROOT / f"requirements/{lock}.txt")],
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
