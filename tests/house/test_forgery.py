"""A form of another site changes nothing here: each page that is sent one asks for its token."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.urls import get_resolver
from django.urls.resolvers import URLPattern

from tests.house.rights.test_rights import STAFF_TABLE, TABLE


def views(patterns: list[Any]) -> Iterator[Any]:
    """Return what answers at each address."""
    for one in patterns:
        if isinstance(one, URLPattern):
            yield one.callback
        else:
            yield from views(one.url_patterns)


def exempt() -> set[str]:
    """Return what asks for no token, by where it is written."""
    found = views(get_resolver().url_patterns)
    return {
        f"{view.__module__}.{getattr(view, '__qualname__', type(view).__name__)}"
        for view in found
        if getattr(view, "csrf_exempt", False)
    }


def test_every_page_asks_for_the_token_of_its_form_but_those_that_know_no_session() -> None:
    """Programs show a token of their own, carriers sign, and a stop has its own address."""
    assert "django.middleware.csrf.CsrfViewMiddleware" in settings.MIDDLEWARE
    assert exempt() == {
        "emporion.api.interfaces.urls.root",
        "emporion.messaging.interfaces.callbacks.mail",
        "emporion.messaging.interfaces.callbacks.sms",
        "emporion.messaging.interfaces.callbacks.whatsapp",
        "emporion.messaging.interfaces.stopping.stop",
        "emporion.messaging.interfaces.wechat_callback.wechat",
        "ninja.operation.PathView.get_view.<locals>.sync_view_wrapper",
    }


def test_page_that_is_opened_changes_nothing() -> None:
    """By the tables of rights, which say "did" of every answer that left something behind."""
    opened = [
        [cell.strip() for cell in line.split("|")]
        for table in (TABLE, STAFF_TABLE)
        for line in table.read_text("utf-8").splitlines()
        if "| GET |" in line
    ]
    assert len(opened) > 300
    # Who takes a list out is written down.
    assert {cells[0] for cells in opened if "did" in cells[3:]} == {
        "en/<slug:edition>/organise/export/<slug:subject>/"
    }
