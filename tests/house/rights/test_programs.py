"""No program gets where its user does not belong: operations, roles and sides in one table."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from emporion.accounts.domain import tokens
from emporion.accounts.rules import SCOPES
from emporion.api.interfaces import gates, people
from emporion.core.tenancy import scopes_disabled
from emporion.edition.models import Participation
from tests.house.rights import programs, world
from tests.house.rights.variants import OPERATIONS

TABLE = Path(__file__).parent / "programs.txt"
HEAD = " | ".join(["operation", "whose", *programs.READERS])
# What changes nothing here, and why.
CHANGES_NOTHING = {
    "set_slots": "the published schedule holds meetings in the slots",
    "stop_matching": "no matching is under way",
    "take_back_wish": "nothing was wished before",
    "take_back_rating": "nothing was said of the meeting before",
}


def checked_in() -> list[str]:
    """Return the lines of the table that was looked at by people."""
    lines = TABLE.read_text("utf-8").splitlines() if TABLE.exists() else [HEAD]
    assert lines[0] == HEAD
    return lines[1:]


@pytest.fixture
def fairs(db: None, made: world.World, monkeypatch: pytest.MonkeyPatch) -> world.World:
    monkeypatch.setattr(tokens, "CALLS_A_MINUTE", 10**9)
    monkeypatch.setattr(logging.root.manager, "disable", logging.CRITICAL)
    return world.lent(made)


def test_table_of_operations_roles_and_sides_is_the_one_that_was_looked_at(
    fairs: world.World,
) -> None:
    lines = programs.rows(fairs)
    if os.environ.get("EMPORION_APPROVE") == "1":
        TABLE.write_text("\n".join([HEAD, *lines]) + "\n", "utf-8")
    assert lines == checked_in()
    assert programs.broken_rules(lines) == []


def test_every_operation_has_its_rows() -> None:
    there = {line.split(" | ")[0].partition(" ")[0] for line in checked_in()}
    assert {one.name for one in programs.operations()} == there


def test_every_operation_answers_somebody_and_in_the_other_fair_its_organiser() -> None:
    """A row that is shut to everybody says nothing of who is let in."""
    known = {one.name: one for one in programs.operations()}
    own, abroad = {}, {}
    for line in checked_in():
        name, side, *cells = line.split(" | ")
        words = dict(zip(programs.READERS, cells, strict=True))
        if side == "own":
            own[name] = set(cells)
        elif side == "foreign":
            abroad[name] = words["foreign organiser"]
    for name, words in own.items():
        one = known[name.partition(" ")[0]]
        # That contact data was read is written down.
        good = {"read", "did"} if one.method == "GET" or name in CHANGES_NOTHING else {"did"}
        if name == "set_slots":
            good = {"asks"}
        assert good & words, name
        # What stands behind a question mark is asked of the own fair only.
        assert one.who != "organiser" or name not in abroad or abroad[name] in good, name
        assert name in abroad or is_variant(name) or "{edition}" not in one.path, name


def test_token_does_what_its_scope_names_and_nothing_else(fairs: world.World) -> None:
    """Of somebody who may: the owner, the buyer. With the scope alone it is let through."""
    client = Client(raise_request_exception=False)
    headers = {
        (role, scope, alone): programs.readers(
            fairs, [one for one in SCOPES if (one == scope) == alone]
        )[role]
        for role in ("owner", "buyer")
        for scope in SCOPES
        for alone in (True, False)
    }
    for one in programs.operations():
        role = "owner" if one.who == "organiser" else "buyer"
        part = next(iter(one.bodies()))
        for alone in (True, False):
            word = programs.ask(
                client, one, part, fairs, "own", role, headers[role, one.scope, alone]
            )
            assert (word == "no") != alone, (one.name, word)


def is_variant(name: str) -> bool:
    operation, _space, part = name.partition(" ")
    return part in OPERATIONS.get(operation, {})


def some(*names: str) -> Any:
    return lambda one: one.name in names


def test_hole_in_the_gate_of_programs_is_found(
    fairs: world.World, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = some("find_people", "list_erasures")
    monkeypatch.setattr(gates.roles, "may", lambda role, act: True)
    lines = programs.rows(fairs, wanted)
    assert not set(lines) <= set(checked_in())
    assert {line.split(" | ")[0] for line in programs.broken_rules(lines)} == {
        "find_people", "list_erasures",
    }  # fmt: skip


def test_operation_that_tells_of_others_is_found(
    fairs: world.World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from emporion.api.interfaces import requests
    from emporion.meetings.queries.requests import by_public_id

    found = requests.own_request

    def everybodys(request: Any, me: Any, key: str) -> Any:
        return by_public_id(request.edition, key) or found(request, me, key)

    monkeypatch.setattr(requests, "own_request", everybodys)
    lines = programs.rows(fairs, some("get_own_request"))
    assert [line for line in lines if " others " in line] == programs.broken_rules(lines)


def test_call_that_takes_an_id_of_another_expo_is_found(
    fairs: world.World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def anybodys(edition: Any, ids: Any, most: int | None) -> int:
        with scopes_disabled():
            rows = Participation.objects.filter(public_id__in=ids)
            return rows.update(max_meetings_per_day=most)

    monkeypatch.setattr(people.moving, "limit_meetings_a_day", anybodys)
    lines = programs.rows(fairs, some("limit_participations"))
    assert [line.split(" | ")[:2] for line in programs.broken_rules(lines)] == [
        ["limit_participations", "foreign id"]
    ]
