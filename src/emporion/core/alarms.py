"""One limit of time over a whole conversation by a socket.

A time-out of a socket begins anew with every byte: a server that drips is never late by it. An
alarm ends the connection under whoever reads from it, also in the middle of a handshake.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from types import TracebackType


class Alarm:
    """`with Alarm(seconds) as alarm:` ends what it `hold`s when the time is over, or the block is.

    It holds a second handle of the connection: one that is wrapped for TLS gives its own away.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.rang = False
        self._held: socket.socket | None = None
        self._lock = threading.Lock()
        self._timer = threading.Timer(seconds, self._ring)
        self._timer.daemon = True

    def __enter__(self) -> Alarm:
        self._until = time.monotonic() + self.seconds
        self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._timer.cancel()
        self._end()

    @property
    def left(self) -> float:
        """How many seconds are left; never none, which sockets take for no limit."""
        return max(0.001, self._until - time.monotonic())

    def hold(self, opened: socket.socket) -> None:
        """End `opened` in time. Raises TimeoutError where that is over already."""
        with self._lock:
            self._held = opened.dup()
        if self.rang:
            self._end()
            raise TimeoutError

    def _ring(self) -> None:
        self.rang = True
        self._end()

    def _end(self) -> None:
        with self._lock, contextlib.suppress(OSError):
            held, self._held = self._held, None
            if held is not None:
                try:
                    held.shutdown(socket.SHUT_RDWR)
                finally:
                    held.close()
