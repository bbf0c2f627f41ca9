"""A body whose length nobody said, over a real socket: refused, and never read as an empty one."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests import served

ADDRESS = "/api/v1/editions/fair/me/requests"


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a server; what is asked here asks no table of its database."""
    with served.serving(tmp_path_factory.mktemp("served")) as number:
        yield number


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
