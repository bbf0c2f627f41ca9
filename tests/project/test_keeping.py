"""A server with its own worker that is told to end as systemd tells it: every process at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests import machine

# What stands for the server: it keeps a worker as `emporion serve` does, and ends when it is told.
SERVER = """
import os, signal, subprocess, sys
for number in (signal.SIGTERM, signal.SIGINT):
    signal.signal(number, lambda *told: sys.exit())
keeper = [sys.executable, "-m", "emporion.project.keeping", str(os.getpid()), *sys.argv[1:]]
subprocess.Popen(keeper)
signal.pause()
"""
# A worker that has a message on its way for a while, without a database and what jobs load.
WORKER = """
import sys, time
import django
django.setup()
from emporion.core.jobs import worker
def hand_over(is_over):
    print("taken", flush=True)
    while not is_over():
        time.sleep(0.02)
    time.sleep(2)
    print("handed over", flush=True)
worker.warm_up = lambda: None
worker.work(beside=int(sys.argv[-1]), also=hand_over)
print("left", flush=True)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_message_on_its_way_is_waited_for_when_all_processes_are_told_at_once(
    tmp_path: Path, number: signal.Signals
) -> None:
    kept = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"}
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER, sys.executable, "-c", WORKER],
        env={
            **kept, "EMPORION_DATA_DIR": str(tmp_path), "EMPORION_INSECURE_LOCAL": "1",
            "PYTHONPATH": str(machine.ROOT / "src"),
            "DJANGO_SETTINGS_MODULE": "emporion.project.settings",
        },
        cwd=machine.ROOT, text=True, start_new_session=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        assert server.stdout is not None and server.stdout.readline() == "taken\n"
        os.killpg(server.pid, number)
        # To the end of what all of them say: the worker is the last.
        said, _ = server.communicate(timeout=60)
        assert said.splitlines() == ["handed over", "left"]
    finally:
        try:
            os.killpg(server.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        server.communicate()
