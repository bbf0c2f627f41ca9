"""Threads beside a worker for what somebody waits for, and one that keeps them.

A thread that has ended is begun again; that all of them live is noted in the data folder, for
whoever watches the machine (`core.seen`).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol

import structlog

from emporion.core import seen

log = structlog.get_logger(__name__)
# Threads, seconds that they are given to end, and seconds between two looks of the keeper.
LANES, LANE_ENDS, LOOK = 2, 5.0, 2.0


class Lane(Protocol):
    """What does jobs in a thread until it is told to stop `running`."""

    running: bool

    def keep_on(self) -> None:
        """Do jobs, whatever happens."""
        ...


class Lanes:
    """Keeps so many lanes, each made by `make`, from `begin` to `end`."""

    def __init__(self, make: Callable[[], Lane], count: int = LANES) -> None:
        self.make = make
        self.at_work: list[tuple[Lane, threading.Thread] | None] = [None] * count
        self._over = threading.Event()
        self._keeper = threading.Thread(target=self._keep, name="prompt-keeper", daemon=True)

    def begin(self) -> None:
        """Begin the lanes, and what keeps them."""
        self.look()
        self._keeper.start()

    def look(self) -> None:
        """Begin what has ended again; a look that fails says so, and the next one mends it."""
        try:
            for number, found in enumerate(self.at_work):
                if found is None or not found[1].is_alive():
                    self._begin(number, again=found is not None)
            seen.note(seen.PROMPT)
        except Exception:
            log.exception("worker.lanes_not_kept")

    def end(self) -> None:
        """Let the lanes end; what one is at is begun again by another worker."""
        self._over.set()
        if self._keeper.is_alive():
            self._keeper.join(LANE_ENDS)
        begun = [found for found in self.at_work if found is not None]
        for lane, _thread in begun:
            lane.running = False
        for _lane, thread in begun:
            thread.join(LANE_ENDS)

    def _begin(self, number: int, *, again: bool) -> None:
        if again:
            log.error("worker.lane_ended", lane=number)
        lane = self.make()
        thread = threading.Thread(target=lane.keep_on, name=f"prompt-{number}", daemon=True)
        thread.start()
        self.at_work[number] = lane, thread

    def _keep(self) -> None:
        while not self._over.wait(LOOK):
            self.look()
