"""Django's backend for PostgreSQL with lines that are given up when they stay silent.

`connect_timeout`, keepalives and `tcp_user_timeout` (`project.settings`) find out that nobody is at
the other end. That somebody is there and never answers, only the clock of the one who waits finds
out.
"""

from __future__ import annotations

import time
from typing import Any

import psycopg
from django.db.backends.postgresql import base
from django.db.backends.postgresql.psycopg_any import IsolationLevel
from psycopg.errors import ConnectionTimeout, _WaitTimeout

from emporion.core.postgresql import patience

# So many seconds after a silence nobody else dials: else each thread would find out for itself.
PAUSE = 2.0
_silent_at = float("-inf")


def _note_silence() -> None:
    global _silent_at
    _silent_at = time.monotonic()


class Line(psycopg.Connection[Any]):
    """A connection that is closed when a statement is not answered in time (`patience`)."""

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """Wait as psycopg does, but not for ever. Raises OperationalError; the line is closed."""
        seconds = patience.of_line() if timeout is None else None
        if seconds is None:
            return super().wait(gen, interval, timeout)
        try:
            return super().wait(gen, interval, seconds)
        except _WaitTimeout:
            _note_silence()
            # Whatever it was about to say belongs to a statement that nobody waits for.
            self.pgconn.finish()
            raise psycopg.OperationalError(
                f"the server said nothing for {seconds:g} seconds"
            ) from None


class DatabaseWrapper(base.DatabaseWrapper):
    """As Django's, with `Line` for a connection."""

    def get_connection_params(self) -> dict[str, Any]:
        """Return what a line is opened with; the server ends by itself what takes too long."""
        params: dict[str, Any] = super().get_connection_params()
        seconds = patience.of_server()
        # A pooler takes no start-up options (EMPORION_DATABASE_POOLED).
        if seconds is not None and params["prepare_threshold"] is not None:
            told = f"-c statement_timeout={seconds * 1000:.0f}"
            params["options"] = f"{params.get('options', '')} {told}".strip()
        return params

    def get_new_connection(self, conn_params: dict[str, Any]) -> Line:
        """Open a line. Raises OperationalError, at once where it was silent a moment ago."""
        if time.monotonic() - _silent_at < PAUSE:
            raise psycopg.OperationalError("the server said nothing a moment ago")
        self.isolation_level = IsolationLevel.READ_COMMITTED
        try:
            return Line.connect(**conn_params)
        except ConnectionTimeout:
            _note_silence()
            raise

    def is_usable(self) -> bool:
        """Whether the line still answers; one that stays silent is not waited for long."""
        with patience.at_most(patience.OF_PROBES):
            return bool(super().is_usable())
