"""Names of files that are given out: no sign of them leads out of the header."""

from __future__ import annotations

import pytest
from django.http import HttpResponse

from emporion.core.downloads import named


def test_name_stands_in_the_header_as_it_is() -> None:
    kept = named(HttpResponse(), "dce-2026-release-3.csv")
    shown = named(HttpResponse(), "day.pdf", inline=True)
    assert kept["Content-Disposition"] == 'attachment; filename="dce-2026-release-3.csv"'
    assert shown["Content-Disposition"] == 'inline; filename="day.pdf"'


@pytest.mark.parametrize(
    "name",
    ["", ".", "../a.csv", 'a"; filename="b.exe', "a\r\nSet-Cookie: x=1", "a/b.csv", "a\\b.csv",
     "表.csv", "a b.csv", "-a.csv", "x" * 201],
)  # fmt: skip
def test_name_that_could_mean_something_else_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="plain letters"):
        named(HttpResponse(), name)
