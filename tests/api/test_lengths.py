"""A body whose length nobody said, over a real socket: refused, and never read as an empty one."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from emporion.project.commands import server_command
from tests import machine

ADDRESS = "/api/v1/editions/fair/me/requests"


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a server; what is asked here asks no table of its database."""
    folder: Path = tmp_path_factory.mktemp("served")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number = int(free.getsockname()[1])
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            server_command("127.0.0.1", number, 1),
            env={
                **{name: word for name, word in os.environ.items() if name != "DATABASE_URL"},
                "DJANGO_SETTINGS_MODULE": "emporion.project.settings",
                "EMPORION_DATA_DIR": str(folder),
                "EMPORION_INSECURE_LOCAL": "1",
                "PYTHONPATH": str(machine.ROOT / "src"),
            },
            stdout=log,
            stderr=log,
        )
    try:
        _wait(server, number, folder / "log")
        yield number
    finally:
        server.terminate()
        server.wait(20)


def _wait(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    for _ in range(600):
        assert server.poll() is None, log.read_text("utf-8")
        try:
            with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as there:
                there.request("GET", "/healthz")
                there.getresponse().read()
            return
        except OSError:
            time.sleep(0.05)
    raise AssertionError(log.read_text("utf-8"))


def test_body_in_chunks_is_told_to_come_with_its_length(port: int) -> None:
    parts = [b'{"counterpart": ', b'"abc"}']
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as caller:
        caller.request(
            "POST", ADDRESS, body=iter(parts), encode_chunked=True,
            headers={"Transfer-Encoding": "chunked", "Content-Type": "application/json"},
        )  # fmt: skip
        answer = caller.getresponse()
        told = json.loads(answer.read())
    assert (answer.status, told["status"]) == (411, 411)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "Content-Length" in told["mend"]


def test_body_with_its_length_gets_further(port: int) -> None:
    """As far as the sign of who calls: none was shown."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as caller:
        caller.request("POST", "/api/v1/nothing", body=b"{}")
        answer = caller.getresponse()
        assert (answer.status, json.loads(answer.read())["status"]) == (404, 404)
