"""`./run check`: lint, format, types, order of the house. Every check runs; any failure counts."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from tests.machine import ROOT

CHECKS = {
    "types": ["-m", "mypy", "src/emporion"],
    "lint": ["-m", "ruff", "check", "."],
    "format": ["-m", "ruff", "format", "--check", "."],
    "order": ["-c", "from importlinter.cli import lint_imports_command as c; c()"],
}


def run(name: str) -> bool:
    """Run one check and print what it says if it fails."""
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, *CHECKS[name]],
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        # Types are checked with the settings loaded, which would keep a key in the folder.
        env={**os.environ, "EMPORION_SECRET_KEY": "none is needed to check types"},
    )
    good = done.returncode == 0
    print(f"{name}: {'good' if good else 'FAILED'}, {time.monotonic() - started:.1f} s", flush=True)
    if not good:
        print(done.stdout, flush=True)
    return good


def main(names: list[str]) -> int:
    """Run the named checks, all without a name."""
    if unknown := set(names) - set(CHECKS):
        print(f"There is no check {', '.join(unknown)}; there are {', '.join(CHECKS)}.")
        return 2
    with ThreadPoolExecutor(2) as pool:
        return 0 if all(list(pool.map(run, names or CHECKS))) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
