"""Every table and column is in a list that can be taken out, or a reason says why it is in none."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.apps import apps

from emporion.portal.queries.subjects import COLUMNS_LEFT_OUT, LEFT_OUT, SUBJECTS
from emporion.registry.domain.roles import MAY, OWNER
from tests.machine import ROOT

PAGE = ROOT / "docs" / "integrators" / "exports.md"
# Of accounts, which belong to no fair; everybody takes their own along.
NO_FAIR = {"accounts"}
# Whose a row is: the same in each row of a list.
WHOSE = {"edition", "expo", "tenant"}


def without_a_word() -> set[str]:
    """Return the tables that are in no list and have no reason."""
    there = {
        model._meta.label
        for model in apps.get_models(include_auto_created=True)
        if model.__module__.startswith("emporion") and model._meta.app_label not in NO_FAIR
    }
    given = {table for one in SUBJECTS.values() for table in one.tables}
    assert (given | set(LEFT_OUT)) - there == set()
    assert given & set(LEFT_OUT) == set()
    return there - given - set(LEFT_OUT)


def test_every_table_is_given_out_or_has_a_reason() -> None:
    assert without_a_word() == set()
    assert [reason for reason in LEFT_OUT.values() if len(reason) < 20] == []


@pytest.mark.parametrize("table", ["meetings.Slot", "matchmaking.Wish"])
def test_table_without_a_word_is_found(monkeypatch: pytest.MonkeyPatch, table: str) -> None:
    from tests.house import test_subjects as here

    left: Any = {name: reason for name, reason in LEFT_OUT.items() if name != table}
    subjects: Any = {name: one for name, one in SUBJECTS.items() if table not in one.tables}
    monkeypatch.setattr(here, "LEFT_OUT", left)
    monkeypatch.setattr(here, "SUBJECTS", subjects)
    assert here.without_a_word() == {table}


def columns_given() -> set[str]:
    """Return the columns to which a path of a list leads, also on its way to another table."""
    given = set()
    for one in SUBJECTS.values():
        for path in one.given:
            model: Any = apps.get_model(one.tables[0])
            for name in path.split("__"):
                field = model._meta.get_field(name)
                given.add(f"{model._meta.label}.{field.name}")
                model = field.related_model
    return given


def columns_without_a_word() -> set[str]:
    """Return the columns of tables in lists that are in none and have no reason."""
    there = {
        f"{table}.{field.name}"
        for one in SUBJECTS.values()
        for table in one.tables
        for field in apps.get_model(table)._meta.concrete_fields
        if not field.primary_key and field.name not in WHOSE
    }
    assert set(COLUMNS_LEFT_OUT) - there == set()
    assert columns_given() & set(COLUMNS_LEFT_OUT) == set()
    return there - columns_given() - set(COLUMNS_LEFT_OUT)


def test_every_column_is_given_out_or_has_a_reason() -> None:
    assert columns_without_a_word() == set()
    assert [reason for reason in COLUMNS_LEFT_OUT.values() if len(reason) < 20] == []


def test_column_without_a_word_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    requests = SUBJECTS["requests"]
    fewer = tuple(path for path in requests.given if path != "decline_reason")
    subjects: Any = SUBJECTS
    monkeypatch.setitem(subjects, "requests", replace(requests, given=fewer))
    assert columns_without_a_word() == {"meetings.MeetingRequest.decline_reason"}


def test_headings_of_a_list_are_unlike_and_its_act_is_one_of_a_role() -> None:
    for one in SUBJECTS.values():
        assert len(set(one.header)) == len(one.header), one.name
        assert one.act in MAY[OWNER], one.name


def test_page_tells_of_every_list_who_may_have_it_and_what_it_holds() -> None:
    lines = [line.strip("|").split("|") for line in PAGE.read_text("utf-8").splitlines()
             if line.startswith("| `")]  # fmt: skip
    told = [tuple(cell.strip() for cell in line) for line in lines]
    lists = [(f"`{one.name}`", f"`{one.act}`", ", ".join(one.header)) for one in SUBJECTS.values()]
    left = [(f"`{table}`", reason) for table, reason in LEFT_OUT.items()]
    assert [row[:1] + row[2:] for row in told if len(row) == 4] == [
        (name, act, header) for name, act, header in lists
    ]
    left += [(f"`{column}`", reason) for column, reason in COLUMNS_LEFT_OUT.items()]
    assert [row for row in told if len(row) == 2] == left
