"""A line in the log for each statement that took long, without the values it was about."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import structlog
from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

log = structlog.get_logger("emporion.query")
LONGEST = 1000
_LITERAL = re.compile(r"'(?:[^']|'')*'")


def watch() -> None:
    """Watch every connection that is opened from now on, where the setting asks for it."""
    if settings.SLOW_QUERY_MS:
        connection_created.connect(_opened, dispatch_uid="emporion.slow_queries")


def _opened(sender: Any, connection: BaseDatabaseWrapper, **more: Any) -> None:
    if _timed not in connection.execute_wrappers:
        connection.execute_wrappers.append(_timed)


def _timed(
    execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
) -> Any:
    started = time.perf_counter()
    try:
        return execute(sql, params, many, context)
    finally:
        spent = (time.perf_counter() - started) * 1000
        if spent >= settings.SLOW_QUERY_MS:
            # Parameters stay out; what was written into the statement is taken out.
            said = " ".join(_LITERAL.sub("'?'", str(sql)).split())[:LONGEST]
            log.warning("query.slow", ms=round(spent, 1), sql=said, many=many)
