"""A mail server that drips, byte after byte, holds nothing up for longer than one limit."""

from __future__ import annotations

import contextlib
import socketserver
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from emporion.messaging.domain.carriers.envelope import CarrierDown, Envelope
from emporion.messaging.domain.carriers.mail import Mail
from emporion.project.mail import mail_server
from tests.messaging import fakes

SECONDS = 1.0
LETTER = Envelope(to="li@example.org", key="k1", language="en", subject="Fair", text="Come")
# The greeting of a handshake of TLS that is announced as long and never ends.
HANDSHAKE = b"\x16\x03\x03\x3f\xff\x02"


@contextlib.contextmanager
def server(answers: list[bytes], drop: bytes, pause: float = 0.0) -> Iterator[int]:
    """Run a server that says `answers`, each after a `pause`, and then `drop` again and again."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with contextlib.suppress(OSError):
                for number, answer in enumerate(answers):
                    if number:
                        self.request.recv(4096)
                    time.sleep(pause)
                    self.request.sendall(answer)
                while True:
                    self.request.sendall(drop)
                    time.sleep(0.05)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as listening:
        listening.daemon_threads = True
        threading.Thread(target=listening.serve_forever, args=(fakes.POLL,), daemon=True).start()
        yield int(listening.server_address[1])
        listening.shutdown()


GREETING, TLS = [b"220 fake\r\n"], [b"220 fake\r\n", b"250-fake\r\n250 STARTTLS\r\n", b"220 go\r\n"]


@pytest.mark.parametrize(
    ("address", "answers", "drop"),
    [
        ("smtp://127.0.0.1:{}", [], b"2"),
        ("smtp://127.0.0.1:{}", GREETING, b"2"),
        ("smtp://127.0.0.1:{}", [*GREETING, b"250 fine\r\n", b"250 fine\r\n"], b"250-more\r\n"),
        ("smtp://127.0.0.1:{}?tls", [*TLS, HANDSHAKE], b"\x00"),
        ("smtps://127.0.0.1:{}", [HANDSHAKE], b"\x00"),
    ],
    ids=["greeting", "hello", "recipient", "starttls", "tls"],
)
def test_server_that_drips_is_left_in_time(
    settings: Any, address: str, answers: list[bytes], drop: bytes
) -> None:
    with server(answers, drop) as port:
        settings.MAIL = mail_server(address.format(port)) | {"timeout": SECONDS}
        begun = time.monotonic()
        with pytest.raises(CarrierDown) as down:
            Mail().send(LETTER)
        took = time.monotonic() - begun
    assert str(down.value) == "longer than 1 seconds"
    # It drips for ever; how late it is left depends on what else the machine does.
    assert SECONDS * 0.9 < took < SECONDS * 20


def test_limit_is_for_the_whole_message_and_not_for_each_step(settings: Any) -> None:
    slow = [*GREETING, *[b"250 fine\r\n"] * 20]
    with server(slow, b"250 fine\r\n", pause=SECONDS * 0.4) as port:
        settings.MAIL = mail_server(f"smtp://127.0.0.1:{port}") | {"timeout": SECONDS}
        with pytest.raises(CarrierDown, match="longer than 1 seconds"):
            Mail().send(LETTER)
