"""A PostgreSQL that says nothing is given up, and not asked again at once."""

from __future__ import annotations

import socket
import time
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, connection

from emporion.core.postgresql import base, patience
from emporion.project import settings as made


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a process that has just begun."""
    monkeypatch.setattr(patience, "_limit", None)
    monkeypatch.setattr(base, "_silent_at", float("-inf"))


def wrapper_of(port: int, **options: Any) -> base.DatabaseWrapper:
    """Return a connection of Django's to a port of this machine."""
    values = {**connection.settings_dict, "NAME": "emporion", "USER": "postgres", "PORT": str(port)}
    options = {"prepare_threshold": 5, "connect_timeout": 2, **options}
    return base.DatabaseWrapper({**values, "HOST": "127.0.0.1", "OPTIONS": options})


@pytest.mark.django_db
def test_server_that_never_answers_is_given_up_and_the_next_does_not_dial() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        wrapper = wrapper_of(silent.getsockname()[1])
        begun = time.monotonic()
        with pytest.raises(OperationalError):
            wrapper.ensure_connection()
        assert 1.5 < time.monotonic() - begun < 30
        with pytest.raises(OperationalError):
            wrapper.ensure_connection()
        silent.setblocking(False)
        silent.accept()[0].close()
        with pytest.raises(BlockingIOError):
            silent.accept()


def test_statement_that_is_never_answered_closes_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    closed = []

    class Held:
        socket, transaction_status = 0, 0

        def finish(self) -> None:
            closed.append(True)

    def wait(self: Any, gen: Any, interval: float, timeout: float | None) -> None:
        assert timeout == 0.5
        raise psycopg.errors._WaitTimeout("wait timeout expired")

    monkeypatch.setattr(psycopg.Connection, "wait", wait)
    line = base.Line.__new__(base.Line)
    monkeypatch.setattr(line, "pgconn", Held(), raising=False)
    with patience.at_most(0.5), pytest.raises(psycopg.OperationalError) as told:
        line.wait(iter(()))
    assert (closed, str(told.value)) == ([True], "the server said nothing for 0.5 seconds")


@pytest.mark.parametrize(
    ("limit", "here", "server", "line"),
    [
        (0.0, None, None, None),
        (0.0, 5.0, None, 5.0),
        (15.0, None, 15.0, 17.0),
        (15.0, 5.0, 15.0, 5.0),
        (2.0, 5.0, 2.0, 4.0),
    ],
)
def test_shorter_patience_counts(
    limit: float, here: float | None, server: float | None, line: float | None
) -> None:
    patience.limit(limit)
    if here is None:
        assert (patience.of_server(), patience.of_line()) == (server, line)
        return
    with patience.at_most(here):
        assert (patience.of_server(), patience.of_line()) == (server, line)


def test_server_is_told_of_the_limit_unless_a_pooler_is_between() -> None:
    patience.limit(15)
    asked = wrapper_of(1, options="-c jit=off").get_connection_params()
    assert asked["options"] == "-c jit=off -c statement_timeout=15000"
    pooled = wrapper_of(1, prepare_threshold=None).get_connection_params()
    assert "options" not in pooled


def test_pages_wait_a_quarter_of_a_minute_unless_told() -> None:
    assert made.DATABASE_SECONDS == 15
