"""Whether the process that began some long work is still there to end it."""

from __future__ import annotations

import os
import socket
from pathlib import Path

LONGEST = 60


def this_process() -> str:
    """Name this process so that another on this machine can tell whether it still runs."""
    return f"{_host()}:{os.getpid()}:{_begun(os.getpid())}"[:LONGEST]


def is_running(name: str) -> bool | None:
    """Whether the process with this name runs; None when it is one of another machine."""
    host, number, begun = [*name.rsplit(":", 2), "", "", ""][:3]
    if host != _host() or not number.isdigit():
        return None
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return _begun(int(number)) == begun


def _host() -> str:
    return socket.gethostname()[:30]


def _begun(number: int) -> str:
    """When a process began, as the kernel counts; "" where there is no /proc.

    Process numbers are used again: a number alone could be somebody else by now.
    """
    try:
        stat = Path(f"/proc/{number}/stat").read_text()
    except OSError:
        return ""
    state, *fields = stat.rpartition(")")[2].split()
    return "gone" if state == "Z" else fields[18]
