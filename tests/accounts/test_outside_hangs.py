"""An account elsewhere whose server takes what is said and answers nothing."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from emporion.core import places

LEAVE = "/en/signin/with/openid/"
NO_ANSWER = "There is no answer from Chamber now. Try again later, or sign in another way."
ALL = places.THREADS - 1


@pytest.fixture
def silent(settings: Any) -> Iterator[list[socket.socket]]:
    """A server that only listens; whoever closes what it gives lets everybody go."""
    listening = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    told = {"id": "us", "secret": "word", "issuer": url, "name": "Chamber"}
    settings.OUTSIDE_ACCOUNTS = {"openid": told}
    settings.OUTGOING_PRIVATE = ["127.0.0.1"]
    with listening:
        yield [listening]


def leave(_number: int) -> list[str]:
    """Ask for the way there; return what the reader is told."""
    reader = Client()
    try:
        page = reader.get(reader.get(LEAVE)["Location"])
        return [str(one) for one in page.context["messages"]]
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_server_that_hangs_keeps_no_page_from_anybody(silent: list[socket.socket]) -> None:
    with ThreadPoolExecutor(ALL) as pool:
        gone = [pool.submit(leave, number) for number in range(ALL)]
        # Those for whom it is too much are told so, and the others wait for the server.
        until = time.monotonic() + 20
        while sum(one.done() for one in gone) < ALL - places.ELSEWHERE:
            assert time.monotonic() < until
            time.sleep(0.01)
        asked = [Client().get(path).status_code for path in ("/en/signin/", "/readyz")]
        assert asked == [200, 200]
        # None of those who wait was let go for it.
        assert sum(one.done() for one in gone) == ALL - places.ELSEWHERE
        silent[0].close()
        assert [one.result() for one in gone] == [[NO_ANSWER]] * ALL
