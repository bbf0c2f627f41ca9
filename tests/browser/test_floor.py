"""The oldest browsers we promise: what Chrome 87 and Safari 14 do not know is taken away."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Route

from tests.browser.conftest import Visit
from tests.browser.shots import CLIPPED

# Words that came after November 2020, and selectors that void their whole rule there.
NEWER = (
    r"[^{}]*:(?:focus-visible|is|where|has)\b[^{}]*\{[^{}]*\}",
    r"@(?:supports|layer|container)[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}",
    r"(?:accent-color|aspect-ratio|content-visibility|text-wrap|overflow):\s*(?:clip|[^;{}]*)"
    r"(?<!auto)(?<!hidden);",
    r"(?:(?:margin|padding)-(?:inline|block)|inset(?:-inline|-block)?):[^;{}]*;",
    r"[^;{}]*:[^;{}]*(?:oklch|color-mix|light-dark|d[v]h)\([^;{}]*;",
)


def old(css: str) -> str:
    """The stylesheet as an old browser reads it."""
    for rule in NEWER:
        css = re.sub(rule, "", css)
    return css


def test_what_is_newer_is_taken_away() -> None:
    assert old("a:focus-visible{x:1}b{c:2;padding-inline:4px;}") == "b{c:2;}"
    assert (
        old("@supports (a:b){c{d:e}}f{accent-color: red;overflow: auto;}") == "f{overflow: auto;}"
    )


@pytest.mark.parametrize("path", ["_parts/", "model/", "model/search/", "model/exhibitors/"])
@pytest.mark.parametrize(("language", "width"), [("en", 1280), ("ar", 390)])
def test_pages_read_well_in_old_browsers(
    visit: Visit, path: str, language: str, width: int
) -> None:
    reader = visit("", language, width)

    def serve(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=old(answer.text()))

    reader.page.route(re.compile(r"/static/emporion/emporion[^/]*\.css"), serve)
    assert reader.go(path) == 200
    assert reader.sideways() == 0
    assert reader.page.evaluate(CLIPPED) == []
