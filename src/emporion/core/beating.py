"""A heartbeat: renews a lease while a thread works under it, however long that takes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from django.db import DatabaseError, InterfaceError, connection

from emporion.core.postgresql import patience


class Heart(threading.Thread):
    """Calls `renew` every `every` seconds, on a connection of its own, until told to end.

    It ends by itself when `renew` says that the lease is somebody else's (`lost`), and after `most`
    seconds: what works for longer hangs, and another is to try.
    """

    def __init__(
        self, renew: Callable[[], bool], *, every: float, name: str, most: float = float("inf")
    ) -> None:
        super().__init__(name=f"heart-{name}", daemon=True)
        self.lost = False
        self._renew, self._every, self._most = renew, every, most
        self._over = threading.Event()

    def run(self) -> None:
        """Beat until told to end, or until the lease is lost."""
        ends = time.monotonic() + self._most
        try:
            while not self._over.wait(self._every) and not self.lost and time.monotonic() < ends:
                try:
                    # A line that stays silent is given up while the lease still holds.
                    with patience.at_most(patience.OF_PROBES):
                        self.lost = not self._renew()
                except (DatabaseError, InterfaceError):
                    # The next beat tries again; as long as nobody took it back, it is ours.
                    connection.close()
        finally:
            connection.close()

    def end(self) -> None:
        """Stop beating."""
        self._over.set()
        self.join()
