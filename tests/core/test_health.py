"""What whoever watches the machine asks, and what every answer carries."""

from __future__ import annotations

import errno
import re
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

from emporion.core import health
from emporion.core.ids import ALPHABET
from emporion.core.turns import Line


def test_healthz_needs_no_database(client: Client) -> None:
    # Without the database fixture any query would fail.
    response = client.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


@pytest.mark.django_db
def test_readyz_asks_the_database(client: Client) -> None:
    response = client.get("/readyz")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


@pytest.mark.django_db
def test_who_watches_may_ask_by_any_name_and_nobody_else(client: Client, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["expo.example.org"]
    settings.METRICS_TOKEN = "t"
    sent = {"host": "10.0.0.11:8000", "authorization": "Bearer t"}
    paths = ("/healthz", "/readyz", "/metrics", "/en/")
    assert [client.get(path, headers=sent).status_code for path in paths] == [200, 200, 200, 400]


def test_probes_wait_for_no_turn(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Line, "acquire", pytest.fail)
    assert client.get("/healthz").status_code == 200


def test_readyz_says_when_the_database_does_not_answer(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Gone:
        def cursor(self) -> None:
            raise OperationalError("password for user secret is wrong")

    monkeypatch.setattr(health, "connection", Gone())
    response = client.get("/readyz")
    assert response.status_code == 503
    assert "secret" not in response.content.decode()


def test_health_is_answered_over_plain_http_too(client: Client, settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    assert client.get("/healthz").status_code == 200


def test_every_answer_carries_its_id_and_time(client: Client) -> None:
    first, second = client.get("/healthz"), client.get("/nowhere-at-all/")
    for response in (first, second):
        assert re.fullmatch(f"[{ALPHABET}]{{10}}", response["X-Request-Id"])
        assert re.fullmatch(r"app;dur=\d+\.\d", response["Server-Timing"])
    assert first["X-Request-Id"] != second["X-Request-Id"]


def test_log_has_the_path_but_not_what_was_searched(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from emporion.core import middleware

    class Log:
        lines: list[dict[str, Any]] = []

        def info(self, event: str, **values: Any) -> None:
            self.lines.append({"event": event, **values})

    monkeypatch.setattr(middleware, "log", Log())
    client.get("/healthz?q=Aino+Virtanen")
    (line,) = Log.lines
    assert line.pop("ms") >= 0
    assert line == {"event": "request", "method": "GET", "path": "/healthz", "status": 200}


def test_pages_carry_the_content_security_policy(client: Client) -> None:
    policy = client.get("/healthz")["Content-Security-Policy"]
    parts = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert parts == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "font-src": "'self'",
        "connect-src": "'self'",
        "manifest-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }


@pytest.mark.parametrize(
    ("error", "status", "again"),
    [
        (OperationalError("host db-1"), 503, "5"),
        (OSError(errno.ENOSPC, "No space left on db-1"), 503, "60"),
        (OSError(errno.EACCES, "db-1"), 500, None),
        (ZeroDivisionError(), 500, None),
    ],
)
def test_page_without_its_database_says_come_again(
    monkeypatch: pytest.MonkeyPatch, error: Exception, status: int, again: str | None
) -> None:
    def fail(*words: object) -> object:
        raise error

    monkeypatch.setattr("emporion.edition.interfaces.middleware.queries.edition_by_slug", fail)
    answer = Client(raise_request_exception=False).get("/en/some-fair/")
    assert (answer.status_code, answer.get("Retry-After")) == (status, again)
    assert "Something went wrong on our side" in answer.content.decode()
    assert "db-1" not in answer.content.decode()
