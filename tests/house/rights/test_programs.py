"""No program gets where its user does not belong: operations, roles and sides in one table."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from emporion.api.interfaces import gates
from tests.house.rights import programs, world

TABLE = Path(__file__).parent / "programs.txt"
ROLES = ["nobody", "user", "buyer", "exhibitor", "officer", "organiser", "analyst"]
HEAD = " | ".join(["operation", "whose", *ROLES])


def checked_in() -> list[str]:
    """Return the lines of the table that was looked at by people."""
    lines = TABLE.read_text("utf-8").splitlines() if TABLE.exists() else [HEAD]
    assert lines[0] == HEAD
    return lines[1:]


@pytest.fixture
def fairs(db: None, monkeypatch: pytest.MonkeyPatch) -> world.World:
    import logging

    from emporion.accounts.domain import tokens

    monkeypatch.setattr(tokens, "CALLS_A_MINUTE", 10**9)
    monkeypatch.setattr(logging.root.manager, "disable", logging.CRITICAL)
    return world.make()


def test_table_of_operations_roles_and_sides_is_the_one_that_was_looked_at(
    fairs: world.World,
) -> None:
    lines = programs.rows(fairs)
    if os.environ.get("EMPORION_APPROVE") == "1":
        TABLE.write_text("\n".join([HEAD, *lines]) + "\n", "utf-8")
    assert lines == checked_in()
    assert programs.broken_rules(lines, ROLES) == []


def test_every_operation_has_its_rows() -> None:
    there = {line.split(" | ")[0] for line in checked_in()}
    assert {one.name for one in programs.operations()} == there


def some(*names: str) -> Any:
    return lambda one: one.name in names


def test_hole_in_the_gate_of_programs_is_found(
    fairs: world.World, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = some("find_people", "list_requests")
    monkeypatch.setattr(gates.roles, "may", lambda role, act: True)
    lines = programs.rows(fairs, wanted)
    assert not set(lines) <= set(checked_in())
    assert {line.split(" | ")[0] for line in programs.broken_rules(lines, ROLES)} == {
        "find_people", "list_requests",
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
    assert [line for line in lines if " others " in line] == programs.broken_rules(lines, ROLES)
