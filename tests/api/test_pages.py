"""Whatever a page does a program can do, or the table says why not."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import get_resolver, path
from django.utils import translation

from emporion.api.interfaces.urls import api
from emporion.project import urls
from tests import machine

TABLE = machine.ROOT / "docs" / "integrators" / "pages.md"
ROW = re.compile(r"^\| ([a-z_]+:[a-z_]+) \| (.+) \|$", re.M)


def changing() -> set[str]:
    """Return the names of the pages that take a POST, as their code says."""
    with translation.override("en"):
        return {name for name, view in _walk(get_resolver()) if _posts(view)}


def _walk(resolver: Any, space: str = "") -> Iterator[tuple[str, Any]]:
    for one in resolver.url_patterns:
        if hasattr(one, "url_patterns"):
            if one.namespace != "api":
                yield from _walk(one, one.namespace or space)
        elif one.name and one.name != "programs":
            yield f"{space}:{one.name}", one.callback


def _posts(view: Any) -> bool:
    # With its decorators: a view that only takes a POST has no other word of it.
    return "POST" in inspect.getsource(inspect.unwrap(view))


def told() -> dict[str, str]:
    found = ROW.findall(TABLE.read_text("utf-8"))
    assert len(found) == len(dict(found))
    return dict(found)


def test_every_page_that_changes_something_has_its_row_and_no_other() -> None:
    assert set(told()) == changing()


def test_operations_of_the_table_are_there() -> None:
    known = {
        one["operationId"]
        for methods in api.get_openapi_schema()["paths"].values()
        for one in methods.values()
    }
    done, _sign, without = TABLE.read_text("utf-8").partition("## Without an operation")
    named = {name for _page, said in ROW.findall(done) for name in said.split(", ")}
    assert named - known == set()
    assert [said for _page, said in ROW.findall(without) if len(said) < 20] == []


def test_new_page_without_a_row_is_found(settings: Any) -> None:
    def deed(request: Any) -> None:
        assert request.method == "POST"

    added = ([path("new-deed/", deed, name="new_deed")], "portal", "portal")
    settings.ROOT_URLCONF = type("urls", (), {"urlpatterns": [path("", added), *urls.urlpatterns]})
    assert changing() - set(told()) == {"portal:new_deed"}


@pytest.mark.parametrize("name", ["portal:front", "meetings:day"])
def test_page_that_only_reads_needs_no_row(name: str) -> None:
    assert name not in changing()
