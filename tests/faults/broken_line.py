"""A line to PostgreSQL that fails as lines do: gone, slow, or cut in the middle of a call."""

from __future__ import annotations

import contextlib
import random
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Line:
    """Passes on what is said between a port of this machine and a server's socket.

    `cut` is the share of calls (what a client says at once) that end the connection instead,
    `delay` are seconds before each call is passed on. What is said while it is `mute` is taken and
    never answered, also not later: the client's end stays open.
    """

    def __init__(self, server: Path, seed: int = 1) -> None:
        self.server, self.cut, self.delay, self.calls, self.lost = server, 0.0, 0.0, 0, 0
        self.mute = False
        self._chance = random.Random(seed)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Take no more connections."""
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        server = socket.socket(socket.AF_UNIX)
        try:
            server.connect(str(self.server / ".s.PGSQL.5432"))
        except OSError:
            client.close()
            return
        threading.Thread(target=self._pass_on, args=(server, client), daemon=True).start()
        with contextlib.suppress(OSError):
            while said := client.recv(65536):
                self.calls += 1
                if self.mute:
                    continue
                time.sleep(self.delay)
                if self._chance.random() < self.cut:
                    self.lost += 1
                    break
                server.sendall(said)
        for end in (client, server):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _pass_on(self, server: socket.socket, client: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while said := server.recv(65536):
                client.sendall(said)
        with contextlib.suppress(OSError):
            client.shutdown(socket.SHUT_RDWR)


@contextmanager
def line_to(server: Path) -> Iterator[Line]:
    """Open a line to the socket's folder of a cluster."""
    line = Line(server)
    try:
        yield line
    finally:
        line.close()
