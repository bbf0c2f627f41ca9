"""Structured logs: one event a line, as text for people or JSON for machines.

Never a secret and never a personal value: events carry public ids only, and what others write is
scrubbed (`core.scrubbing`) just before it goes out.
"""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied

from emporion.core.scrubbing import Scrubber, known_secrets


def configure(config: dict[str, Any]) -> None:
    """Set up structlog and the standard logger; `config` is settings.LOGGING."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if config["json"]
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                _scrubbed(renderer),
            ],
        )
    )
    handler.addFilter(_without_trace_of_refusals)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(config["level"])
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def _scrubbed(renderer: Any) -> Any:
    """Return `renderer` with what no log may hold taken out of each finished line."""
    scrub = Scrubber(known_secrets())

    def render(logger: Any, name: str, event: Any) -> str:
        return scrub(str(renderer(logger, name, event)))

    return render


def _without_trace_of_refusals(record: logging.LogRecord) -> bool:
    """Leave the trace out where somebody was refused a page: a fact of the day, not a failure.

    What was refused is in the line; the trace would tell the sentence that the visitor reads.
    """
    if record.exc_info and isinstance(record.exc_info[1], PermissionDenied):
        record.exc_info = record.exc_text = None
    return True
