"""What the log says of refusals."""

from __future__ import annotations

import json
import logging
import sys

import pytest
from django.core.exceptions import PermissionDenied

from emporion.core import logs


@pytest.fixture
def as_served():
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield lambda: logs.configure({"json": False, "level": "INFO"})
    root.handlers = handlers
    root.setLevel(level)


def test_what_others_sent_begins_no_line_of_its_own(as_served, capsys):
    as_served()
    logs.configure({"json": True, "level": "INFO"})
    logging.getLogger("django.request").warning("Not found: %s", '/a\n{"event": "forged"}\r\x1b[2J')
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    told = json.loads(lines[0])
    assert told["event"].startswith("Not found: /a\n") and "\x1b" not in lines[0]


@pytest.mark.parametrize(("error", "traces"), [(PermissionDenied, 0), (ValueError, 1)])
def test_a_refusal_is_one_line_and_a_failure_has_its_trace(as_served, capsys, error, traces):
    as_served()
    try:
        raise error("Diese Seite ist anderen vorbehalten")
    except error:
        logging.getLogger("django.request").warning(
            "Forbidden (Permission denied): %s", "/en/fair/", exc_info=sys.exc_info()
        )
    said = capsys.readouterr().err
    assert said.count("Forbidden (Permission denied): /en/fair/") == 1
    assert said.count("Traceback") == traces
    assert ("Diese Seite" in said) == bool(traces)
