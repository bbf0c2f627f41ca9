"""A slow statement is named in the log, what it was about is not."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection

from emporion.core import slow_queries


class Log:
    def __init__(self) -> None:
        self.lines: list[tuple[str, dict[str, Any]]] = []

    def warning(self, event: str, **values: Any) -> None:
        self.lines.append((event, values))


@pytest.mark.django_db
@pytest.mark.parametrize(("limit", "lines"), [(0.0001, 1), (60_000, 0)])
def test_statement_that_takes_long_is_named_without_its_values(
    settings: Any, monkeypatch: pytest.MonkeyPatch, limit: float, lines: int
) -> None:
    log = Log()
    monkeypatch.setattr(slow_queries, "log", log)
    settings.SLOW_QUERY_MS = limit
    with connection.execute_wrapper(slow_queries._timed), connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM accounts_user\n WHERE name = 'Aino ''V'' Virtanen' OR name = %s", ["Li"]
        )
    assert len(log.lines) == lines
    for event, values in log.lines:
        assert values.pop("ms") >= 0
        said = "SELECT 1 FROM accounts_user WHERE name = '?' OR name = %s"
        assert (event, values) == ("query.slow", {"sql": said, "many": False})


def test_connections_are_watched_once_and_only_if_it_is_asked_for(settings: Any) -> None:
    from django.db.backends.signals import connection_created

    connection_created.disconnect(dispatch_uid="emporion.slow_queries")
    before = len(connection_created.receivers)
    settings.SLOW_QUERY_MS = 0
    slow_queries.watch()
    assert len(connection_created.receivers) == before
    settings.SLOW_QUERY_MS = 100
    slow_queries.watch()
    slow_queries.watch()
    assert len(connection_created.receivers) == before + 1
    connection_created.disconnect(dispatch_uid="emporion.slow_queries")

    opened: Any = SimpleNamespace(execute_wrappers=[])
    for _ in range(2):
        slow_queries._opened(None, opened)
    assert opened.execute_wrappers == [slow_queries._timed]
