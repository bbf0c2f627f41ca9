"""Nobody is let in where they do not belong: the table of all addresses, roles and sides."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.urls import path

from emporion.edition import queries
from emporion.project import urls
from tests.house.rights import matrix, world
from tests.house.rights.matrix import Route

TABLE = Path(__file__).parent / "matrix.txt"
HEAD = "address | method | whose | nobody | user | buyer | exhibitor | officer | organiser"
LET_IN = {"page", "did"}
STAFF_TABLE = Path(__file__).parent / "staff.txt"
STAFF_HEAD = "address | method | whose | manager of pavilion A | organiser of another fair"


def checked_in() -> list[str]:
    """Return the lines of the table that was looked at by people."""
    lines = TABLE.read_text("utf-8").splitlines() if TABLE.exists() else [HEAD]
    assert lines[0] == HEAD
    return lines[1:]


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
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def fairs(db: None, quick: None) -> world.World:
    return world.make()


def broken_rules(lines: list[str]) -> list[str]:
    """Return the rows that no table may hold, whoever approved it."""
    wrong = []
    for line in lines:
        pattern, _method, side, nobody, *rest = line.split(" | ")
        cells = [nobody, *rest]
        others = cells[1:-1]
        organise = "/organise/" in pattern
        if (
            any(cell.endswith("!") or cell.startswith("broken") for cell in cells)
            # What an organiser does is for organisers, and of their own fair only.
            or (organise and LET_IN & set(cells[:-1]))
            or (organise and side != "own" and side != "others" and cells[-1] in LET_IN)
            # Somebody without a sign-in changes nothing of a fair.
            or ("<slug:edition>" in pattern and nobody == "did")
            # A thing of one fair is in no other.
            or (side == "foreign id" and LET_IN & set(cells))
            or (side == "foreign" and "did" in [*others, cells[-1]])
        ):
            wrong.append(line)
    return wrong


def test_matrix_of_addresses_roles_and_sides_is_the_one_that_was_looked_at(
    fairs: world.World,
) -> None:
    lines = matrix.rows(fairs)
    if os.environ.get("EMPORION_APPROVE") == "1":
        TABLE.write_text("\n".join([HEAD, *lines]) + "\n", "utf-8")
    assert lines == checked_in()
    assert broken_rules(lines) == []


def test_staff_of_a_pavilion_and_of_another_fair_see_what_was_looked_at(fairs: world.World) -> None:
    """People of pavilion B and of the foreign fair carry marks; nobody here has business with them."""
    readers = replace(fairs, readers=fairs.staff)
    # Of the foreign fair its own organiser reads everything.
    lines = matrix.rows(readers, lambda r: "organise/" in r.pattern, ("own", "others"))
    if os.environ.get("EMPORION_APPROVE") == "1":
        STAFF_TABLE.write_text("\n".join([STAFF_HEAD, *lines]) + "\n", "utf-8")
    assert [STAFF_HEAD, *lines] == STAFF_TABLE.read_text("utf-8").splitlines()
    cells = [line.split(" | ") for line in lines]
    shown = [row for row in cells if any(cell.endswith("!") for cell in row)]
    let_in = [row for row in cells if row[-1] in LET_IN or (row[2] == "others" and "did" in row)]
    assert (shown, let_in) == ([], [])


def test_every_address_has_its_rows() -> None:
    there = {line.split(" | ")[0] for line in checked_in()}
    assert {route.pattern for route in matrix.routes()} == there


def some(*names: str) -> Any:
    return lambda route: route.name in names


def test_hole_in_the_gate_of_organisers_is_found(
    fairs: world.World, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = some("find_people", "publish", "participants")
    assert set(matrix.rows(fairs, wanted)) <= set(checked_in())
    monkeypatch.setattr(
        queries, "staff_role", lambda edition, user: "owner" if user.is_authenticated else ""
    )
    lines = matrix.rows(fairs, wanted)
    assert not set(lines) <= set(checked_in())
    assert len(broken_rules(lines)) > 0


def test_new_address_without_a_row_and_what_it_tells_are_found(
    fairs: world.World, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    from emporion.core.tenancy import scopes_disabled
    from emporion.registry.models import Person

    def everybody(request: HttpRequest) -> HttpResponse:
        with scopes_disabled():
            return HttpResponse(", ".join(Person.objects.values_list("name", flat=True)))

    settings.ROOT_URLCONF = type(
        "urls", (), {"urlpatterns": [path("people", everybody), *urls.urlpatterns],
                     "handler404": urls.handler404}
    )  # fmt: skip
    there = {line.split(" | ")[0] for line in checked_in()}
    assert [r.pattern for r in matrix.routes() if r.pattern not in there] == ["people"]
    lines = matrix.rows(fairs, lambda route: route == Route("people", "people"))
    assert lines == [
        "people | GET | own | page! | page! | page! | page! | page! | page!",
        "people | POST | own | page! | page! | page! | page! | page! | page!",
    ]
    assert broken_rules(lines) == lines
