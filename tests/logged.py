"""What the product's own logging writes, as on a server."""

from __future__ import annotations

import io
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import structlog

from emporion.core import logs


@contextmanager
def logged(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """Give what is written while the block lasts; logging is as before after it."""
    root, before = logging.getLogger(), structlog.get_config()
    handlers, level = root.handlers, root.level
    out = io.StringIO()
    monkeypatch.setattr(sys, "stderr", out)
    logs.configure({"json": True, "level": "DEBUG"})
    yield out
    root.handlers = handlers
    root.setLevel(level)
    structlog.configure(**before)
