"""An installation of the version before, upgraded, and moved to the other database."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dj_database_url
import psycopg
import pytest

from tests import machine
from tests.faults.commands import House

# The newest migration of each part in the version before; parts that it had not are not there.
BEFORE = {
    "core": "0003_journal_object", "edition": "0003_lists_and_officers", "sealing": None,
    "matchmaking": "0004_scorecard_and_controls", "meetings": "0005_requests_by_state",
}  # fmt: skip
# Makes the tables as they were, and fills them through the models as they were.
FILL = """__import__("tests.conformance.test_moving", fromlist=["x"]).fill()"""
DIGESTS = """__import__("tests.conformance.test_moving", fromlist=["x"]).digests()"""


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
    try:
        with machine.cluster() as url:
            yield url
    except machine.Missing as why:
        if machine.everything_required():
            pytest.fail(str(why))
        pytest.skip(str(why))


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
        status, said = old.run("upgrade")
        assert (status, said.splitlines()[-1]) == (0, "Up to date."), said
        (before,) = (old.folder / "backups").iterdir()
        status, said = old.run("journal", "seal")
        assert (status, "300 entries sealed" in said) == (0, True), said
        backup = tmp_path / f"{kind}.backup"
        assert old.run("backup", "-o", str(backup))[0] == 0
        status, said = new.run("restore", str(backup))
        assert (status, "The journal ends at 1." in said) == (0, True), said
        assert new.run("journal", "verify")[0] == 0
        there: dict[str, Any] = json.loads(new.ask(DIGESTS))
        assert there == json.loads(old.ask(DIGESTS))
        assert there["registry_organisation"][0] == 300
        if kind != "sqlite":
            return
        # The backup that the upgrade made is of the version before, and comes back as of now.
        assert again.run("restore", str(before))[0] == 0
        found = json.loads(again.ask(DIGESTS))
        same = ("registry_organisation", "core_journalentry", "core_jobrecord")
        assert [found[name] for name in same] == [there[name] for name in same]
