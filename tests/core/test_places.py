"""One thread of a worker stays free of the database, whatever becomes of that."""

from __future__ import annotations

from contextlib import ExitStack

import pytest
from django.db import OperationalError
from django.test import Client

from emporion.core import places

PATIENCE = 0.2


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> places.Places:
    """All places of this process, to be taken."""
    made = places.Places(places.PLACES, PATIENCE)
    for module in ("places", "health", "condition"):
        monkeypatch.setattr(f"emporion.core.{module}.places", made)
    return made


@pytest.fixture
def waits(full: places.Places, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """For how many seconds at most each waits for a place."""
    asked: list[float] = []
    plain = full._free.acquire

    def acquire(*, timeout: float) -> bool:
        asked.append(timeout)
        return plain(timeout=timeout)

    monkeypatch.setattr(full._free, "acquire", acquire)
    return asked


def test_who_finds_no_place_is_told_to_come_again_and_the_next_at_once(
    full: places.Places, client: Client, waits: list[float]
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
        waits.clear()
        with pytest.raises(OperationalError), full.taken():
            pass
        assert waits == [0]
        assert client.get("/healthz").status_code == 200
    with full.taken():
        pass


def test_place_that_becomes_free_lets_others_wait_again(
    full: places.Places, waits: list[float]
) -> None:
    with ExitStack() as others:
        for _ in range(places.PLACES - 1):
            others.enter_context(full.taken())
        for _ in range(2):
            with full.taken():
                with pytest.raises(OperationalError), full.taken():
                    pass
                assert waits[-1] == PATIENCE
