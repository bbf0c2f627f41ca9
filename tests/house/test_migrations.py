"""No migration holds a table for as long as it has rows, or ends what the version before writes."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import migrations, models
from django.db.migrations.state import ProjectState

from emporion.core.migrating import AddIndexBesideWork
from tests.house import locks

# Those of before the first release: whoever runs them has no fair at work. No new one belongs here,
# but one whose reason says how it is known to be quick.
PAST = {
    "accounts.0003_email_once": ["accounts_user"],
    "core.0003_journal_object": ["core_journalentry"],
    "core.0004_job_lease": ["core_jobrecord"],
    # A longer text only: PostgreSQL changes its catalogue and no row.
    "matchmaking.0003_text_vectors": ["matchmaking_matchrun"],
    "meetings.0002_refusal_pages": ["meetings_refusal"],
    "meetings.0005_requests_by_state": ["meetings_meetingrequest"],
}

# Columns that the version before could not write beside. Nothing was released yet when they came, so
# there is no version before that serves while they are added. No new one belongs here.
NEVER_BESIDE = {
    "accounts.0002_sign_in": ["accounts_user.demonstration_role"],
    "accounts.0009_wrong_codes": ["accounts_authenticator.wrong"],
    "accounts.0011_token_of_both": ["accounts_accesstoken.both"],
    "core.0003_journal_object": ["core_journalentry.object_id"],
    "core.0004_job_lease": ["core_jobrecord.cause", "core_jobrecord.lease"],
    "core.0006_outbox_process": ["core_outboxrow.process"],
    "edition.0004_list_encoding": ["edition_listdraft.encoding"],
    "matchmaking.0004_scorecard_and_controls": [
        "matchmaking_firstlist.policy",
        "matchmaking_matchrun.rules",
        "matchmaking_rankedlist.of_p",
        "matchmaking_rankedlist.of_q",
        "matchmaking_rankedlist.price",
    ],
    "registry.0004_staff_roles": ["registry_organiser.role"],
    "registry.0005_staff_pavilions": ["registry_organiser.pavilions"],
}

Every = list[tuple[str, migrations.Migration, list[str]]]


@pytest.fixture(scope="module")
def every() -> Every:
    return list(locks.every())


def test_no_new_migration_holds_a_table_for_long(every: Every) -> None:
    found = {
        name: [line.partition(":")[0] for line in held]
        for name, migration, lines in every
        if (held := sorted(set(locks.held_long(migration, lines))))
    }
    assert found == PAST


def test_version_before_writes_on_beside_every_new_migration(every: Every) -> None:
    found = {name: columns for name, _, lines in every if (columns := locks.must_name(lines))}
    assert found == NEVER_BESIDE


def of_stands_made(
    atomic: bool, operations: tuple[object, ...]
) -> tuple[migrations.Migration, list[str]]:
    """Return a migration of a table of 2 columns that is there, and its statements."""
    number = models.IntegerField(null=True)
    state = ProjectState()
    kept = migrations.CreateModel(
        "Stand", [("id", models.BigAutoField(primary_key=True)), ("number", number)]
    )
    kept.state_forwards("edition", state)
    made = migrations.Migration("one", "edition")
    made.operations, made.atomic = list(operations), atomic
    return made, locks.statements(made, state, locks.connection())


def of_stands(atomic: bool, *operations: object) -> list[str]:
    """Return what the test finds in a migration of a table of 2 columns that is there."""
    made, lines = of_stands_made(atomic, operations)
    return [line.partition(": ")[2] or line for line in locks.held_long(made, lines)]


def test_what_holds_a_table_for_long_is_found() -> None:
    index = models.Index(fields=["number"], name="stand_number")
    text, filled = models.TextField(default=""), models.IntegerField(default=1)
    needed = models.IntegerField()
    short = models.CheckConstraint(condition=models.Q(number__gt=0), name="stand_positive")
    found = [
        of_stands(True, one)[0].partition(" (")[0]
        for one in (
            migrations.AddIndex("stand", index),
            migrations.AlterField("stand", "number", text),
            migrations.AlterField("stand", "number", needed),
            migrations.AddConstraint("stand", short),
            migrations.RunPython(migrations.RunPython.noop),
            migrations.RunSQL("UPDATE edition_stand SET number = 1"),
        )
    ]
    assert found == [
        "an index that is not built concurrently",
        "a column of another type",
        "NOT NULL set on rows that are there",
        "a constraint that is checked for every row",
        "rows are filled in one transaction",
        "rows are filled in one transaction",
    ]
    assert of_stands(True, migrations.AddField("stand", "hall", filled)) == []
    assert of_stands(False, AddIndexBesideWork("stand", index)) == []
    assert of_stands(False, migrations.RunPython(migrations.RunPython.noop)) == []


def test_column_that_the_version_before_must_name_is_found() -> None:
    def found(*operations: object) -> list[str]:
        return locks.must_name(of_stands_made(True, operations)[1])

    def add(field: models.Field[Any, Any]) -> migrations.AddField:
        return migrations.AddField("stand", "hall", field)

    hall = ["edition_stand.hall"]
    assert found(add(models.IntegerField(default=1))) == hall
    assert found(add(models.CharField(max_length=9, blank=True))) == hall
    kept = models.IntegerField(default=1, db_default=1)
    assert found(add(kept)) == []
    assert found(add(models.IntegerField(null=True))) == []
    assert found(add(models.IntegerField(null=True, default=1))) == []
    # A default that is taken away, and a column of plain SQL that has none.
    without = "ALTER TABLE edition_stand ALTER COLUMN hall DROP DEFAULT"
    assert found(migrations.RunSQL(without)) == hall
    bare = migrations.AlterField("stand", "hall", models.IntegerField(default=1))
    assert found(add(kept), bare) == hall
    added = "ALTER TABLE edition_stand ADD COLUMN hall integer NOT NULL"
    assert found(migrations.RunSQL(added)) == hall
    assert found(migrations.RunSQL(f"{added} DEFAULT 1")) == []
    # A table of the same migration has no version before.
    key = models.BigAutoField(primary_key=True)
    table = migrations.CreateModel("Aisle", [("id", key)])
    own = migrations.AddField("aisle", "hall", models.IntegerField(default=1))
    assert found(table, own) == []
