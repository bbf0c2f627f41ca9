"""The server as it runs for a fair, one process of it, on a port of this machine."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from emporion.project.commands import server_command
from tests import machine


@contextmanager
def serving(folder: Path, **settings: str) -> Iterator[int]:
    """Serve from a data folder of SQLite and yield the port; its log is there as well."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            server_command("127.0.0.1", port, 1),
            env={
                **{name: word for name, word in os.environ.items() if name != "DATABASE_URL"},
                "DJANGO_SETTINGS_MODULE": "emporion.project.settings",
                "EMPORION_DATA_DIR": str(folder),
                "EMPORION_INSECURE_LOCAL": "1",
                "PYTHONPATH": str(machine.ROOT / "src"),
                **settings,
            },
            stdout=log,
            stderr=log,
        )
    try:
        _wait(server, port, folder / "log")
        yield port
    finally:
        server.terminate()
        server.wait(20)


def _wait(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    for _ in range(600):
        assert server.poll() is None, log.read_text("utf-8")
        try:
            status_of(port, "/healthz")
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(log.read_text("utf-8"))


def status_of(port: int, path: str) -> int:
    """Return how a page is answered."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as there:
        there.request("GET", path)
        answer = there.getresponse()
        answer.read()
        return answer.status
