"""An installation of the version before, upgraded, and moved to the other database."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import dj_database_url
import psycopg
import pytest

from tests import machine
from tests.faults.commands import House
from tests.needs import needed

# The newest migration of each part in the version before; parts that it had not are not there.
BEFORE = {
    "core": "0003_journal_object", "edition": "0003_lists_and_officers", "sealing": None,
    "matchmaking": "0004_scorecard_and_controls", "meetings": "0005_requests_by_state",
}  # fmt: skip
# Makes the tables as they were, and fills them through the models as they were.
FILL = """__import__("tests.conformance.test_moving", fromlist=["x"]).fill()"""
COMMANDS = """__import__("tests.conformance.test_moving", fromlist=["x"]).commands({each!r})"""


def fill() -> str:
    """Make the state of the version before in the empty database of the settings."""
    import datetime as dt

    from django.db import connection, transaction
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    every = [
        (app, BEFORE.get(app, name))
        for app, name in executor.loader.graph.leaf_nodes()
        if BEFORE.get(app, name)
    ]
    executor.migrate(every)
    old = MigrationExecutor(connection).loader.project_state(every).apps
    at = dt.datetime(2023, 11, 23, 9, tzinfo=dt.UTC)
    with transaction.atomic():
        expo = old.get_model("registry.Expo").objects.create(
            public_id="expo", slug="fair", name={"en": "Fair", "ar": "معرض"}
        )
        organisation = old.get_model("registry.Organisation").objects
        for n in range(300):
            organisation.create(
                public_id=f"o{n}", expo=expo, name={"zh-hans": f"芬兰\t{n}\n"}, sort_key=str(n)
            )
            old.get_model("core.JournalEntry").objects.create(
                at=at, tenant="expo", action="organisation.add", actor="user:a",
                object_kind="organisation", object_ids=[f"o{n}"], object_id=f"o{n}", fields=["name"],
            )  # fmt: skip
        old.get_model("core.JobRecord").objects.create(
            public_id="job", kind="a", owner="user:a", asked_at=at, said={"value": 0.1}
        )
    return "filled"


def digests() -> str:
    """Return the digest of every table as JSON: the same on both databases."""
    from emporion.core.backups import databases, shapes, writing

    with databases.one_moment() as database:
        return json.dumps(
            {s.table: writing.digest_of_table(database, s) for s in shapes.every_shape()}
        )


def commands(each: list[list[str]]) -> str:
    """Give commands one after the other in this process, which has loaded the product once.

    Returns [[status, what it said], ...] and the digests of all tables afterwards, as JSON.
    """
    import contextlib
    import io

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
    return json.dumps([answers, json.loads(digests())])


def give(house: House, *each: list[str]) -> tuple[list[str], dict[str, Any]]:
    """Give commands in one process of an installation; each must end well.

    Returns what each said, and the digests of all tables afterwards.
    """
    answers, found = json.loads(house.ask(COMMANDS.format(each=list(each))).splitlines()[-1])
    assert [status for status, _ in answers] == [0] * len(each), answers
    return [said for _, said in answers], found


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
        assert old.ask(FILL) == "filled"
        backup = str(tmp_path / f"{kind}.backup")
        said, here = give(old, ["upgrade"], ["journal", "seal"], ["backup", "-o", backup])
        assert said[0].splitlines()[-1].partition(": ")[2] == "up to date."
        assert "300 entries sealed" in said[1]
        (before,) = (old.folder / "backups").iterdir()
        said, there = give(new, ["restore", "--live", backup], ["journal", "verify"])
        assert "The journal ends at 1." in said[0]
        assert there == here
        assert there["registry_organisation"][0] == 300
        if kind != "sqlite":
            return
        # The backup that the upgrade made is of the version before, and comes back as of now.
        _said, found = give(again, ["restore", "--live", str(before)])
        same = ("registry_organisation", "core_journalentry", "core_jobrecord")
        assert [found[name] for name in same] == [there[name] for name in same]
