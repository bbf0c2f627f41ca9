"""Both fairs, and what makes asking for thousands of pages quick."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpResponse

from emporion.design.interfaces import methods
from emporion.edition.interfaces import middleware as edition_middleware
from emporion.project import urls
from tests.house.rights import world
from tests.once import made_once


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[None]:
    """Setting a sheet takes long and needs fonts; who may have one is decided before."""
    from emporion.design import paper
    from emporion.meetings.interfaces import sheets

    monkeypatch.setattr(sheets.Paper, "pdf", lambda self, made: b"%PDF", raising=True)
    monkeypatch.setattr(paper, "compiled", lambda *a, **k: b"%PDF")
    # A way in from elsewhere is set up; none of these questions reaches its other side.
    there = {"id": "app", "secret": "word", "page": "https://there.example", "url": ""}
    settings.OUTSIDE_ACCOUNTS = {"weixin": there}
    # Thousands of refusals: writing them down takes longer than they do.
    logging.disable(logging.CRITICAL)
    # That somebody was refused says the status; the page about it is rendered nowhere here.
    for status in (403, 404):
        monkeypatch.setattr(
            urls,
            f"handler{status}",
            lambda *a, status=status, **k: HttpResponse(status=status),
            raising=False,
        )
    monkeypatch.setattr(
        methods, "render", lambda *a, status, **k: HttpResponse(status=status), raising=True
    )
    monkeypatch.setattr(edition_middleware, "_know_the_reader", lambda request: None)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture(scope="package")
def made(django_db_setup: None, django_db_blocker: Any) -> Iterator[world.World]:
    """Both fairs, as every test of this folder finds them."""
    with made_once(django_db_blocker, world.make) as fairs:
        yield fairs


@pytest.fixture
def fairs(db: None, quick: None, made: world.World) -> world.World:
    return world.lent(made)
