"""One thread of a worker stays free of the database, whatever becomes of that."""

from __future__ import annotations

import time
from contextlib import ExitStack

import pytest
from django.db import OperationalError
from django.test import Client

from emporion.core import places


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> places.Places:
    """All places of this process, to be taken."""
    made = places.Places(places.PLACES, 0.2)
    for module in ("places", "health", "condition"):
        monkeypatch.setattr(f"emporion.core.{module}.places", made)
    return made


def test_who_finds_no_place_is_told_to_come_again_and_the_next_at_once(
    full: places.Places, client: Client
) -> None:
    client.raise_request_exception = False
    with ExitStack() as others:
        for _ in range(places.PLACES):
            others.enter_context(full.taken())
        # Without the database fixture any query would fail.
        answers = [client.get(path) for path in ("/en/", "/api/v1/editions", "/readyz")]
        assert [answer.status_code for answer in answers] == [503, 503, 503]
        assert [answer.get("Retry-After") for answer in answers[:2]] == ["5", "5"]
        assert answers[1]["Content-Type"] == "application/problem+json"
        begun = time.monotonic()
        with pytest.raises(OperationalError), full.taken():
            pass
        assert time.monotonic() - begun < 0.1
        assert client.get("/healthz").status_code == 200
    with full.taken():
        pass


def test_place_that_becomes_free_lets_others_wait_again(full: places.Places) -> None:
    with ExitStack() as others:
        for _ in range(places.PLACES - 1):
            others.enter_context(full.taken())
        for _ in range(2):
            with full.taken():
                begun = time.monotonic()
                with pytest.raises(OperationalError), full.taken():
                    pass
                assert 0.15 < time.monotonic() - begun < 2
