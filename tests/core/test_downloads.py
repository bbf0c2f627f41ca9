"""Files that are given out: whole or not at all; no sign of a name leads out of the header."""

from __future__ import annotations

from typing import IO

import pytest
from django.http import HttpRequest, HttpResponse

from emporion.core.downloads import IN_MEMORY, named, written
from emporion.core.turns import TURN, Line


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


@pytest.mark.parametrize("size", [0, 5, IN_MEMORY + 5])
def test_answer_has_its_length_and_all_of_its_file(size: int) -> None:
    made = written(HttpRequest(), lambda file: file.write(b"x" * size), "text/plain")
    assert (made.status_code, made["Content-Type"]) == (200, "text/plain")
    assert made["Content-Length"] == str(size)
    assert b"".join(made) == b"x" * size


def test_file_that_fails_is_closed_and_no_answer() -> None:
    kept: list[IO[bytes]] = []

    def write(file: IO[bytes]) -> None:
        kept.append(file)
        file.write(b"half")
        raise OSError("no space left")

    with pytest.raises(OSError, match="no space left"):
        written(HttpRequest(), write, "text/plain")
    assert [file.closed for file in kept] == [True]


def test_others_have_the_turn_while_a_file_is_written() -> None:
    request, line = HttpRequest(), Line(1)
    line.acquire(0)
    request.META[TURN] = line
    free: list[int] = []
    written(request, lambda _file: free.append(line.free), "text/plain")
    assert (free, line.free, request.META[TURN]) == ([1], 0, line)
