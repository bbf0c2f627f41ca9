"""Whether the process that began some long work is still there to end it."""

from __future__ import annotations

import hashlib
import os
import socket
from collections.abc import Callable
from pathlib import Path

LONGEST = 60
# Of Linux; elsewhere the machine's name has to do.
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
NAMESPACE = Path("/proc/self/ns/pid")


def this_process() -> str:
    """Name this process so that another on this machine can tell whether it still runs."""
    return f"{_host()}:{os.getpid()}:{_begun(os.getpid())}"[:LONGEST]


def is_running(name: str) -> bool | None:
    """Whether the process with this name runs; None when it is one of another machine or boot."""
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
    """Name the place where numbers of processes mean something.

    The beginning of the machine's name, and a digest of all of it, of the kernel's start and of the
    container.

    A number that runs elsewhere, or did before a restart of the machine, says nothing here.
    """
    name = socket.gethostname()
    whole = "\n".join((name, _told(BOOT_ID.read_text), _told(lambda: os.readlink(NAMESPACE))))
    return f"{name[:17]}-{hashlib.sha256(whole.encode()).hexdigest()[:12]}"


def _told(read: Callable[[], str]) -> str:
    try:
        return read().strip()
    except OSError:
        return ""


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
