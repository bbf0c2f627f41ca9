"""Where a request ends is said by one rule: none hides in the body of another."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator

import pytest

from tests import served

LAST = "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
# Seen as a request of its own, or as what it is: the body of the one before it.
HIDDEN = "GET /hidden HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The server on an empty folder: nothing here gets as far as the database."""
    with served.serving(tmp_path_factory.mktemp("served")) as opened:
        yield opened


def statuses(port: int, sent: str) -> list[int]:
    """Send bytes as they are; return the status of every answer until the server closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        line.sendall(sent.encode())
        got = b""
        while part := line.recv(65_536):
            got += part
    return [int(code) for code in re.findall(rb"HTTP/1\.1 (\d{3}) ", got)]


def posted(*heads: str, body: str) -> str:
    """Return a POST with these heads about its length, and a whole request behind it."""
    lines = ["POST /en/signin/ HTTP/1.1", "Host: 127.0.0.1", *heads]
    return "\r\n".join(lines) + "\r\n\r\n" + body + LAST


@pytest.mark.parametrize(
    ("heads", "body"),
    [
        (("Content-Length: {length}", "Transfer-Encoding: chunked"), f"0\r\n\r\n{HIDDEN}"),
        (("Transfer-Encoding: chunked", "Content-Length: {length}"), f"0\r\n\r\n{HIDDEN}"),
        (("Transfer-Encoding: chunked",), f"0x3\r\na=b\r\n0\r\n\r\n{HIDDEN}"),
    ],
)
def test_line_is_closed_behind_a_body_whose_end_two_could_see_differently(
    port: int, heads: tuple[str, ...], body: str
) -> None:
    """One answer and no more: what may be a request or the rest of the body is never read."""
    lines = [one.format(length=len(body)) for one in heads]
    assert statuses(port, posted(*lines, body=body)) == [411]


@pytest.mark.parametrize(
    ("heads", "body"),
    [
        (("Content-Length: 5", f"Content-Length: {5 + len(HIDDEN)}"), f"a=b&c{HIDDEN}"),
        (("Content-Length: 5, 6",), f"a=b&c{HIDDEN}"),
        (("Content-Length: +5",), f"a=b&c{HIDDEN}"),
        (("Transfer-Encoding: chunked, identity",), f"0\r\n\r\n{HIDDEN}"),
        (("Transfer-Encoding: xchunked", "Content-Length: 5"), f"a=b&c{HIDDEN}"),
        (("Transfer-Encoding : chunked", "Content-Length: 5"), f"a=b&c{HIDDEN}"),
    ],
)
def test_request_whose_length_can_be_read_in_two_ways_is_refused(
    port: int, heads: tuple[str, ...], body: str
) -> None:
    said = statuses(port, posted(*heads, body=body))
    assert said == [400]
