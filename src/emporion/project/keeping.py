"""Keeps a worker beside the server: `python -m emporion.project.keeping SERVER COMMAND …`.

The server replaces itself with granian, which knows nothing of workers. This small process, which
loads no Django, is its child: it begins the worker again when that dies, and ends it when the
server has gone.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from types import FrameType

# Seconds that a job and a message may take to end by themselves (docs/operators/settings.md), and
# between two workers' beginnings.
PATIENCE = 60.0
PAUSE = 2.0
LOOK = 0.2
_told = False


def leave(number: int, frame: FrameType | None) -> None:
    """Note that this process is to end; the worker ends with it."""
    global _told
    _told = True


def keep(server: int, command: list[str]) -> int:
    """Run `command --beside PID` as long as the process `server` is our parent."""
    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGINT, leave)
    worker = None
    while not _told and os.getppid() == server:
        if worker is None or worker.poll() is not None:
            # The first time too: the server's own start goes first.
            time.sleep(PAUSE)
            if _told:
                break
            worker = subprocess.Popen([*command, "--beside", str(os.getpid())])  # noqa: S603
        time.sleep(LOOK)
    if worker is not None and worker.poll() is None:
        worker.terminate()
        try:
            worker.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            worker.kill()
    return 0


if __name__ == "__main__":
    sys.exit(keep(int(sys.argv[1]), sys.argv[2:]))
