"""Two at once: each on a connection of its own, held where the one may overtake the other."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.db.models import QuerySet

from emporion.core.tenancy import scope

LOCKED = "database is locked"
# So long the first waits for the second, which a lock holds up.
TOGETHER = 0.4


def race(expo: Any, works: Sequence[Callable[[], Any]], *, unlocked: bool = False) -> list[str]:
    """Run the works at once; return "done" or the name of what was raised of each, sorted.

    On SQLite the transaction's own IMMEDIATE is a lock as well: `unlocked` begins without it, and
    then the second writer is thrown out in the middle (`LOCKED`) instead of being told.
    """
    outcomes: list[str] = []
    ready = threading.Barrier(len(works))

    def run(work: Callable[[], Any]) -> None:
        try:
            with scope(expo=expo):
                mine: Any = connection
                mine.ensure_connection()
                if unlocked and mine.vendor == "sqlite":
                    mine.transaction_mode = "DEFERRED"
                ready.wait(10)
                work()
            outcomes.append("done")
        except OperationalError:
            outcomes.append(LOCKED)
        except Exception as error:
            outcomes.append(type(error).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return sorted(outcomes)


def hold_after(monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> None:
    """Hold both after they called a function, until the other is there too or a moment is over."""
    meeting, real = threading.Barrier(2), getattr(module, name)

    def held(*words: Any, **more: Any) -> Any:
        found = real(*words, **more)
        try:
            meeting.wait(TOGETHER)
        except threading.BrokenBarrierError:
            pass
        return found

    monkeypatch.setattr(module, name, held)


def take_locks_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every query that would lock rows read them only."""
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **words: self)


def without_a_lock() -> list[str]:
    """Return what comes of two that no lock keeps apart."""
    return [LOCKED, "done"] if connection.vendor == "sqlite" else ["done", "done"]
