"""An installation of the version before, upgraded, and moved to the other database."""

from __future__ import annotations

import json
from ast import literal_eval
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import dj_database_url
import psycopg
import pytest

from tests import machine
from tests.conformance import rows_before
from tests.faults.commands import House
from tests.needs import needed

# The newest migration of each part in two versions before; parts that they had not are not there.
# The first is older than outbox, seals, receipts and tokens; the second is the newest that keeps
# addresses as they were typed.
FIRST = {
    "accounts": "0003_email_once", "api": None, "core": "0003_journal_object",
    "edition": "0003_lists_and_officers", "sealing": None, "messaging": None,
    "matchmaking": "0004_scorecard_and_controls", "meetings": "0005_requests_by_state",
    "registry": "0001_initial",
}  # fmt: skip
BEFORE = {
    "accounts": "0009_wrong_codes", "api": "0001_keys", "core": "0007_outbox_dead",
    "edition": "0006_post_offers", "sealing": "0001_initial",
    "messaging": "0004_receipt_sending", "matchmaking": "0005_showings",
    "meetings": "0007_pages_of_requests", "registry": "0005_staff_pavilions",
    "searchindex": "0001_initial",
}  # fmt: skip
# What a migration is meant to change: (table, column) -> what is there afterwards, row for row.
# Addresses are stored in their one form (accounts 0010); a look-alike stays somebody else's.
CHANGED = {
    ("accounts_user", "email"): {
        "Mike.Sisk@Kiosk.example": "mike.sisk@kiosk.example",
        "mike.sİsk@kiosk.example": "mike.si\u0307sk@kiosk.example",
        "A\u030asa@Kiosk.example": "\u00e5sa@kiosk.example",
    },
}
# Tables that Django itself adds rows to for what is new.
GROWING = {"django_migrations", "django_content_type", "auth_permission"}
PAGES = ["/en/slug0/", "/en/slug0/exhibitors/"]
# Makes the tables as they were, and fills them through the models as they were.
FILL = """__import__("tests.conformance.test_moving", fromlist=["x"]).fill()"""
COMMANDS = (
    """__import__("tests.conformance.test_moving", fromlist=["x"]).commands({each!r}, {pages!r})"""
)


def fill() -> str:
    """Make the state of the version before in the empty database of the settings.

    Its oldest rows are of the first version. Returns what was stored in the first and in the
    version before, as JSON.
    """
    from django.db import transaction

    from emporion.core.sealing.seals import seal

    old = models_at(FIRST)
    with transaction.atomic():
        rows_before.fill(old)
    first = rows_before.stored()
    old = models_at(BEFORE)
    with transaction.atomic():
        rows_before.fill(old)
    assert seal() == rows_before.EACH
    with transaction.atomic():
        expo = old.get_model("registry.Expo").objects.earliest("pk")
        organisation = old.get_model("registry.Organisation").objects
        for n in range(300):
            organisation.create(
                public_id=f"o{n}", expo=expo, name={"zh-hans": f"芬兰\t{n}\n"}, sort_key=str(n)
            )
            old.get_model("core.JournalEntry").objects.create(
                at=rows_before.AT, tenant="expo", action="organisation.add", actor="user:a",
                object_kind="organisation", object_ids=[f"o{n}"], object_id=f"o{n}", fields=["name"],
            )  # fmt: skip
    return json.dumps([first, rows_before.stored()])


def models_at(version: dict[str, str | None]) -> Any:
    """Bring the database to a version, and return the models as they were in it."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    every = [
        (app, version.get(app, name))
        for app, name in executor.loader.graph.leaf_nodes()
        if version.get(app, name)
    ]
    executor.migrate(every)
    return MigrationExecutor(connection).loader.project_state(every).apps


def digests() -> str:
    """Return the digest of every table as JSON: the same on both databases."""
    from emporion.core.backups import databases, shapes, writing

    with databases.one_moment() as database:
        return json.dumps(
            {s.table: writing.digest_of_table(database, s) for s in shapes.every_shape()}
        )


def commands(each: list[list[str]], pages: list[str]) -> str:
    """Give commands one after the other in this process, which has loaded the product once.

    Returns [[status, what it said], ...], the digests of all tables afterwards, where pages are
    asked for what is stored, and the status of each page, as JSON.
    """
    import contextlib
    import io

    from django.test import Client
    from django_scopes.state import state

    from emporion import cli

    answers = []
    for words in each:
        said = io.StringIO()
        # As from a shell: outside of every scope, and with none switched off.
        token = state.set(None)
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            answers.append([cli.main(words), said.getvalue()])
        state.reset(token)
    found = json.loads(digests())
    stored = rows_before.stored() if pages else {}
    token = state.set(None)
    opened = [Client(headers={"host": "localhost"}).get(page).status_code for page in pages]
    state.reset(token)
    return json.dumps([answers, found, stored, opened])


def give(house: House, *each: list[str]) -> tuple[list[str], dict[str, Any]]:
    """Give commands in one process of an installation; each must end well.

    Returns what each said, and the digests of all tables afterwards.
    """
    said, found, _stored = give_and_look(house, [], *each)
    return said, found


def give_and_look(
    house: House, pages: list[str], *each: list[str]
) -> tuple[list[str], dict[str, Any], dict[str, Any]]:
    """Give commands as `give` does, then open pages, which must answer; return also all rows."""
    asked = COMMANDS.format(each=list(each), pages=pages)
    answers, found, stored, opened = json.loads(house.ask(asked).splitlines()[-1])
    assert [status for status, _ in answers] == [0] * len(each), answers
    assert opened == [200] * len(pages)
    return [said for _, said in answers], found, stored


def expected(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Return what has to be in the tables and columns of before that are still there."""
    rows: dict[str, Any] = {}
    for table, lines in before.items():
        has = {column for row in after[table].values() for column in row}
        rows[table] = {
            key: {
                name: repr(CHANGED[table, name].get(literal_eval(value), literal_eval(value)))
                if (table, name) in CHANGED
                else value
                for name, value in row.items()
                if name in has
            }
            for key, row in lines.items()
        }
    return rows


def found_again(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Return what is there now of the rows and columns of before."""
    return {
        table: {
            key: {name: value for name, value in after[table][key].items() if name in row}
            for key, row in lines.items()
            if key in after[table]
        }
        for table, lines in before.items()
    }


@contextmanager
def place(kind: str, folder: Path, server: str) -> Iterator[House]:
    """Give an empty place on SQLite or on PostgreSQL."""
    folder.mkdir()
    if kind == "sqlite":
        yield House(folder)
        return
    parts = dj_database_url.parse(server)
    login = {"host": parts["HOST"], "user": parts["USER"], "dbname": "postgres"}
    with psycopg.connect(**login, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {folder.name}")
    yield House(folder, server.rsplit("/", 1)[0] + f"/{folder.name}")


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with ExitStack() as stack:
        with needed():
            url = stack.enter_context(machine.cluster())
        yield url


@pytest.fixture(scope="module")
def static(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Static files are gathered once for both."""
    return tmp_path_factory.mktemp("static")


@pytest.mark.parametrize(("kind", "other"), [("sqlite", "postgresql"), ("postgresql", "sqlite")])
def test_version_before_is_upgraded_with_its_data_and_moves_to_the_other_database(
    tmp_path: Path, server: str, static: Path, monkeypatch: Any, kind: str, other: str
) -> None:
    monkeypatch.setenv("EMPORION_STATIC_ROOT", str(static))
    with (
        place(kind, tmp_path / f"old_{kind}", server) as old,
        place(other, tmp_path / f"new_{kind}", server) as new,
        place(kind, tmp_path / f"again_{kind}", server) as again,
    ):
        first, before = json.loads(old.ask(FILL).splitlines()[-1])
        assert [table for table, rows in before.items() if not rows] == []
        backup = str(tmp_path / f"{kind}.backup")
        said, here, after = give_and_look(
            old, PAGES,
            ["upgrade"], ["journal", "seal"], ["journal", "verify"], ["backup", "-o", backup],
        )  # fmt: skip
        assert said[0].splitlines()[-1].partition(": ")[2] == "up to date."
        assert "300 entries sealed" in said[1]
        for rows in (first, before):
            assert found_again(rows, after) == expected(rows, after)
        grown = {table for table, rows in before.items() if len(after[table]) != len(rows)}
        assert grown == GROWING | {"sealing_journalseal"}
        (kept,) = (old.folder / "backups").iterdir()
        said, there = give(new, ["restore", "--live", backup], ["journal", "verify"])
        assert "The journal ends at 2." in said[0]
        assert there == here
        assert there["registry_organisation"][0] == 303
        if kind != "sqlite":
            return
        # The backup that the upgrade made is of the version before, and comes back as of now.
        _said, found = give(again, ["restore", "--live", str(kept)])
        same = ("registry_organisation", "core_journalentry", "core_jobrecord")
        assert [found[name] for name in same] == [there[name] for name in same]
