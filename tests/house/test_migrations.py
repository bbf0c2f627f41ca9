"""No migration holds a table that people use for as long as it has rows (see `locks`)."""

from __future__ import annotations

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


def test_no_new_migration_holds_a_table_for_long() -> None:
    found = {
        name: [line.partition(":")[0] for line in held] for name, held in locks.every() if held
    }
    assert found == PAST


def of_stands(atomic: bool, *operations: object) -> list[str]:
    """Return what the test finds in a migration of a table of 2 columns that is there."""
    number = models.IntegerField(null=True)
    state = ProjectState()
    kept = migrations.CreateModel(
        "Stand", [("id", models.BigAutoField(primary_key=True)), ("number", number)]
    )
    kept.state_forwards("edition", state)
    made = migrations.Migration("one", "edition")
    made.operations, made.atomic = list(operations), atomic
    lines = locks.statements(made, state, locks.connection())
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
