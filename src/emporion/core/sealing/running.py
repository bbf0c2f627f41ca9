"""The sealer that runs beside the jobs: a thread that looks once a second."""

from __future__ import annotations

import threading

import structlog
from django.db import DatabaseError, connection

from emporion.core import seen
from emporion.core.sealing.seals import seal

# A change is at most so many seconds ahead of the chain.
EVERY = 1.0
log = structlog.get_logger("emporion.journal")


class Sealer(threading.Thread):
    """Seals what is new every `EVERY` seconds, until it is told to stop.

    What fails, as a database that does not answer, is said once and tried again: entries wait
    unsealed, and nothing else waits for them.
    """

    def __init__(self) -> None:
        super().__init__(name="sealer", daemon=True)
        self._stop_asked = threading.Event()

    def run(self) -> None:
        failed = False
        while not self._stop_asked.wait(EVERY):
            try:
                seen.note(seen.WORKER)
                seal()
                failed = False
            except Exception as error:
                # Whatever it is, the thread lives on: without it nobody would seal any more.
                if not failed and isinstance(error, (DatabaseError, OSError)):
                    log.warning("journal.not_sealed", why=type(error).__name__)
                elif not failed:
                    log.exception("journal.not_sealed")
                failed = True
                connection.close()
        connection.close()

    def stop(self) -> None:
        """Seal no more; returns when the thread has ended."""
        self._stop_asked.set()
        self.join(10)
