"""Holes of each kind that once were there, or nearly: the tables find every one of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from emporion.accounts.models import User
from emporion.core import history
from emporion.core.models import JournalEntry
from emporion.core.tenancy import scopes_disabled
from emporion.edition import queries
from emporion.edition.models import Participation
from emporion.portal.interfaces import context
from emporion.portal.interfaces.desk import deeds, participants
from emporion.portal.interfaces.privacy import archive
from emporion.registry.models import Person
from tests.house.rights import matrix, programs, world
from tests.house.rights.test_rights import (
    OF_STAFF,
    READERS,
    STAFF,
    broken_rules,
    broken_rules_of_staff,
    checked_in,
    some,
    told,
)


def leaks(lines: list[str], roles: tuple[str, ...]) -> set[tuple[str, str]]:
    """Return (page with its variant, role) of each cell that tells what it must not."""
    return {
        (f"{route.page}{method.removeprefix('GET').removeprefix('POST')}", role)
        for route, method, _side, words in told(lines, roles)
        for role, word in words.items()
        if word.endswith("!")
    }


def staff_rows(fairs: world.World, *names: str) -> list[str]:
    return matrix.rows(fairs, fairs.staff, some(*names), OF_STAFF)


def test_everybody_in_the_packed_file_of_ones_own_data_is_found(
    fairs: world.World, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = archive._json

    def leaking(*args: Any) -> Iterator[str]:
        yield from made(*args)
        with scopes_disabled():
            for row in Person._base_manager.values_list("name", "job_title", "phone"):
                yield str(row)

    monkeypatch.setattr(archive, "_json", leaking)
    lines = matrix.rows(fairs, fairs.readers, some("take_along"))
    assert ("portal:take_along", "buyer") in leaks(lines, READERS)
    assert broken_rules(lines) != []


def test_who_took_part_in_another_year_is_found_in_this_one(
    fairs: world.World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def of_any_year(edition: Any, user: Any) -> Participation | None:
        found = Participation.objects.filter(delegates__person__user=user)
        one = found.select_related("pavilion", "organisation").first()
        if one is not None:
            one.edition = edition
        return one

    monkeypatch.setattr(queries, "participation_of", of_any_year)
    lines = matrix.rows(fairs, fairs.readers, some("profile", "profile_about"), ("earlier",))
    opened = {row[0].page: row[3]["buyer"] for row in told(lines, READERS) if row[1] == "GET"}
    assert opened["portal:profile"] == "page"
    assert not set(lines) <= set(checked_in())


def test_thing_of_another_year_is_found_in_this_one(
    fairs: world.World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def of_any_year(edition: Any, public_id: str) -> Participation | None:
        return Participation.objects.filter(public_id=public_id).first()

    monkeypatch.setattr(queries, "participation", of_any_year)
    lines = staff_rows(fairs, "audit_of")
    assert [line.split(" | ")[2] for line in broken_rules_of_staff(lines)] == ["earlier id"]


def test_quiet_deed_on_a_page_of_the_staff_is_found(
    fairs: world.World, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = JournalEntry.objects.all()
    monkeypatch.setattr(history, "of_staff", lambda tenant: every.filter(tenant=tenant))
    lines = staff_rows(fairs, "journal", "overview", "export")
    found = leaks(lines, STAFF)
    for page in ("portal:journal", "portal:overview", "portal:export journal jsonl",
                 "portal:export journal xlsx"):  # fmt: skip
        assert {"owner", "analyst"} <= {role for name, role in found if name == page}, page
    told_programs = programs.rows(fairs, lambda one: one.name == "list_journal")
    assert programs.broken_rules(told_programs) != []


def test_people_named_to_who_may_not_look_them_up_are_found(
    fairs: world.World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deeds.roles, "may", lambda role, act: True)
    found = leaks(staff_rows(fairs, "journal", "overview"), STAFF)
    assert {("portal:journal", "analyst"), ("portal:journal kind=person", "analyst")} <= found


def test_address_in_place_of_a_name_is_found(
    fairs: world.World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(User, "__str__", lambda user: user.name or user.email)
    lines = staff_rows(fairs, "journal", "overview")
    assert {("portal:journal", "owner"), ("portal:overview", "owner")} <= leaks(lines, STAFF)
    assert broken_rules_of_staff(lines) != []


def test_fixed_meetings_shown_to_who_may_not_know_them_are_found(
    fairs: world.World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(context, "knows_requests", lambda request: True)
    found = leaks(staff_rows(fairs, "desk"), STAFF)
    assert found == {("meetings:desk", role) for role in ("gate_chief", "analyst", "support")}


def test_list_that_only_a_question_mark_opens_is_found(
    fairs: world.World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(participants.roles, "may", lambda role, act: True)
    found = leaks(staff_rows(fairs, "participants"), STAFF)
    assert ("portal:participants format=csv", "analyst") in found
