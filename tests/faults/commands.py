"""The product's commands as processes of their own, on a database of their own, to be killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests import machine

PATIENCE = 240.0


@dataclass(frozen=True)
class House:
    """An installation: a data folder, and the address of its database."""

    folder: Path
    database: str = ""

    def environment(self) -> dict[str, str]:
        """Return what a command is started with."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith("DJANGO_")}
        kept.pop("DATABASE_URL", None)
        more = {"DATABASE_URL": self.database} if self.database else {}
        return {
            **kept, "EMPORION_DATA_DIR": str(self.folder), "EMPORION_INSECURE_LOCAL": "1",
            "PYTHONPATH": str(machine.ROOT / "src"), "PYTHONUNBUFFERED": "1", **more,
        }  # fmt: skip

    def start(self, *words: str) -> subprocess.Popen[str]:
        """Start a command in a process group of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "emporion.cli", *words],
            env=self.environment(), cwd=machine.ROOT, text=True, start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip

    def run(self, *words: str) -> tuple[int, str]:
        """Run a command to its end; return its status and what it said."""
        process = self.start(*words)
        said, _ = process.communicate(timeout=PATIENCE)
        return process.returncode, said

    def ask(self, python: str) -> str:
        """Return what a line of Python prints in this installation, outside of every scope."""
        code = (
            "import django; django.setup()\n"
            "from emporion.core.tenancy import scopes_disabled\n"
            f"with scopes_disabled(): print({python})"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=machine.ROOT, text=True, capture_output=True,
            env={**self.environment(), "DJANGO_SETTINGS_MODULE": "emporion.project.settings"},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


def kill_when(process: subprocess.Popen[str], reached: Callable[[], bool]) -> None:
    """Kill a process the hard way as soon as `reached` says so; it must not end before."""
    end = time.monotonic() + PATIENCE
    try:
        while not reached():
            assert process.poll() is None, process.stdout and process.stdout.read()
            assert time.monotonic() < end, "it never came so far"
            time.sleep(0.02)
    finally:
        kill(process)


def kill(process: subprocess.Popen[str]) -> None:
    """Kill a process of ours and what it started."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
