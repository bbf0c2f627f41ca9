"""How many seconds this process waits until PostgreSQL answers a statement.

A server that is gone says so at once. One behind a cable that was pulled, a firewall that drops or
a disk that hangs says nothing, for ever, and whoever waits for it waits as long. So pages and jobs
wait for so long and no longer; commands, which make backups and migrate, wait for ever.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

# What a job may wait: the longest statement of a job takes a few seconds.
OF_JOBS = 60.0
# What somebody waits who only asks whether it is there at all.
OF_PROBES = 5.0
# Seconds by which a server that lives ends a statement before we give it up.
AHEAD = 2.0

_limit: float | None = None
_here: ContextVar[float | None] = ContextVar("patience", default=None)


def limit(seconds: float) -> None:
    """Let every statement of this process wait so many seconds at most; 0: for ever.

    It holds for connections that are opened afterwards.
    """
    global _limit
    _limit = seconds or None


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Let the statements of this thread inside of the block wait so many seconds at most."""
    token = _here.set(seconds)
    try:
        yield
    finally:
        _here.reset(token)


def of_server() -> float | None:
    """Return the seconds after which the server itself is to end a statement; None: never."""
    return _limit


def of_line() -> float | None:
    """Return the seconds after which a line that says nothing is given up; None: never."""
    here, usual = _here.get(), None if _limit is None else _limit + AHEAD
    known = [seconds for seconds in (here, usual) if seconds is not None]
    return min(known, default=None)
