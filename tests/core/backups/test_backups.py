"""A backup is one moment and whole; what comes back from it is what was there."""

from __future__ import annotations

import datetime as dt
import errno
import hashlib
import json
import os
import threading
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import DataError, OperationalError, ProgrammingError, connection, transaction

from emporion.core import condition, holding, jobs, journal, outbox
from emporion.core.backups import databases, reading, writing
from emporion.core.backups.shapes import escaped, every_shape
from emporion.core.jobs import lease
from emporion.core.models import JobRecord, JournalEntry, OutboxRow, Progress
from emporion.core.outbox import handing
from emporion.core.sealing import seals, verifying
from emporion.core.tenancy import scopes_disabled
from emporion.edition.models import ListFile
from emporion.messaging.interfaces.commands import show_outbox
from emporion.project import backups, examining
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)
ODD = 'tab\there, line\nend, bell\bfeed\fdown\v\r, "q", \\back, \\N, 芬兰 ف'


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> Path:
    """A data folder of its own, with a key and an upload."""
    settings.DATA_DIR, settings.MEDIA_ROOT = tmp_path / "data", tmp_path / "data" / "media"
    settings.JOURNAL_KEY, settings.JOURNAL_KEYS = "", []
    (tmp_path / "data" / "media" / "logos").mkdir(parents=True)
    (tmp_path / "data" / "media" / "logos" / "芬兰.png").write_bytes(bytes(range(256)))
    (tmp_path / "data" / "secret-key").write_text("a secret")
    return tmp_path


@pytest.fixture
def fair() -> Iterator[None]:
    """Something of every kind of column."""
    with scopes_disabled():
        edition = factories.make_edition(title={"en": ODD, "ar": "معرض"})
        exhibitor = factories.make_participation(edition, "exhibitor")
        buyer = factories.make_participation(edition, "buyer")
        slots = factories.make_slots(edition)
        assert slots
        factories.make_request(buyer, exhibitor)
        draft = apps.get_model("edition", "ListDraft").objects.create(
            edition=edition, subject="exhibitors", source=ODD, file_name="a.csv", digest="0" * 64,
            sent_by="user:a", sent_at=dt.datetime(2023, 11, 23, 9, 0, 0, tzinfo=dt.UTC),
            columns=[], values=[["1e22", 1e22, 1e-7, -0.0, 2**60]], decisions={}, report={"é": ODD},
        )  # fmt: skip
        ListFile.objects.create(draft=draft, content=bytes(range(256)))
        Progress.objects.create(job="a", step="b", seconds=0.1 + 0.2)
        with transaction.atomic():
            journal.record("a.b", "k", ["p1", "芬"], fields=["x"], values={"name": ODD})
        yield


def everything() -> dict[str, list[Any]]:
    """Return all rows, read by Django and not by what is tested."""
    with scopes_disabled():
        return {
            model._meta.label: [
                {k: bytes(v) if isinstance(v, memoryview) else v for k, v in row.items()}
                for row in model._base_manager.order_by("pk").values()
            ]
            for model in apps.get_models(include_auto_created=True)
        }


def make_empty(folder: Path) -> None:
    """Turn this place into a new one."""
    call_command("flush", interactive=False, verbosity=0, inhibit_post_migrate=True)
    for path in sorted((folder / "data").rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()


def test_restored_is_what_was_there(folder: Path, fair: None) -> None:
    seals.seal()
    before, head = everything(), seals.head()
    key = (folder / "data" / "journal-key").read_text()
    made = writing.make(folder / "a.backup")
    assert made.rows == sum(map(len, before.values())) + len(_migrations())
    make_empty(folder)
    done = reading.restore(folder / "a.backup")
    assert everything() == before
    assert (done.rows, done.files, done.head) == (made.rows, 3, head)
    data = folder / "data"
    assert (data / "media" / "logos" / "芬兰.png").read_bytes() == bytes(range(256))
    assert ((data / "secret-key").read_text(), (data / "journal-key").read_text()) == (
        "a secret", key,
    )  # fmt: skip
    assert (data / "secret-key").stat().st_mode & 0o777 == 0o600
    assert verifying.verify().is_whole


@pytest.fixture
def waiting() -> None:
    """Work and messages in every state, two about one thing."""
    now = dt.datetime(2023, 11, 23, 9, 0, tzinfo=dt.UTC)
    for state in ("waiting", "running", "done", "stopped", "failed"):
        JobRecord.objects.create(
            kind=state, owner="o", state=state, attempt=1, asked_at=now, process="gone:1:0"
        )
    for state in ("waiting", "sending", "done", "dead"):
        OutboxRow.objects.create(
            key=state, kind="k", lane=state, merge="m", state=state, made_at=now, next_at=now,
            attempt=int(state != "waiting"),
        )  # fmt: skip


def due() -> tuple[list[str], list[str]]:
    return [job.kind for job in lease.due()], [row.key for row in handing.due()]


def test_restored_place_holds_what_waited_until_it_is_let_go_on(
    folder: Path, waiting: None, capsys: pytest.CaptureFixture[str]
) -> None:
    writing.make(folder / "a.backup")
    make_empty(folder)
    assert backups.restore([str(folder / "a.backup")]) == 0
    said = "Held until `emporion outbox --release`, so that a trial tells nobody: 2 of the outbox"
    assert said in capsys.readouterr().out
    assert jobs.reclaim() == 0
    assert (due(), condition.look().held) == (([], []), 4)
    assert [one.mend for one in examining.work() if one.what == "held"] == [
        "If this place is the fair: emporion outbox --release"
    ]
    states = [*JobRecord.objects.order_by("pk").values_list("kind", "state", "attempt")]
    assert states == [
        ("waiting", "waiting", 0), ("running", "waiting", 0), ("done", "done", 1),
        ("stopped", "stopped", 1), ("failed", "failed", 1),
    ]  # fmt: skip
    # What is written from now on leaves, also in the lanes and about the things of what is held.
    jobs.enqueue("new", {}, tenant="", owner="o")
    with transaction.atomic():
        outbox.put("k", {}, lane="waiting", merge="m", key="about the same")
        outbox.put("k", {}, lane="sending", key="behind")
    assert due() == (["new"], ["about the same", "behind"])
    OutboxRow.objects.filter(key="behind").update(state="done")
    assert show_outbox([]) == 0 and "until --release: 2" in capsys.readouterr().out
    assert show_outbox(["--release"]) == 0
    assert capsys.readouterr().out == "Let go on: 2 of the outbox and 2 jobs.\n"
    # Of the two about one thing the newer says it.
    assert due() == (["waiting", "running", "new"], ["about the same", "sending"])
    assert OutboxRow.objects.get(key="waiting").state == "done"
    assert condition.look().held == 0
    entry = JournalEntry.objects.get(action="held.release")
    assert (entry.actor, entry.fields) == ("command:outbox", ["outbox=2", "jobs=2"])


def test_database_brought_back_without_restore_is_held_by_the_command(
    waiting: None, capsys: pytest.CaptureFixture[str]
) -> None:
    for _twice in range(2):
        assert show_outbox(["--hold"]) == 0
        assert capsys.readouterr().out == "Held until --release: 2 of the outbox and 2 jobs.\n"
    assert (jobs.reclaim(), due()) == (0, ([], []))
    entry = JournalEntry.objects.get(action="held.hold")
    assert (entry.actor, entry.fields) == ("command:outbox", ["outbox=2", "jobs=2"])
    assert show_outbox(["--release"]) == 0
    assert due() == (["waiting", "running"], ["waiting", "sending"])
    with pytest.raises(SystemExit):
        show_outbox(["--hold", "--release"])


def test_place_that_is_restored_to_be_live_holds_nothing(folder: Path, waiting: None) -> None:
    writing.make(folder / "a.backup")
    make_empty(folder)
    assert backups.restore([str(folder / "a.backup"), "--live"]) == 0
    assert condition.look().held == 0
    assert jobs.reclaim() == 0
    JobRecord.objects.update(lease_until=dt.datetime(2023, 11, 23, tzinfo=dt.UTC))
    assert jobs.reclaim() == 1
    assert due() == (["waiting", "running"], ["waiting"])


def _migrations() -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM django_migrations")
        return list(cursor.fetchall())


def test_line_is_the_same_whichever_database_wrote_it(fair: None) -> None:
    shape = next(one for one in every_shape() if one.table == "edition_listdraft")
    with databases.one_moment() as database:
        ((line,),) = list(database.lines(shape))
    names = [name for name, _ in shape.columns]
    assert line.split("\t")[names.index("source")] == escaped(ODD)


def test_backup_of_before_all_escapes_were_known_is_taken(folder: Path, fair: None) -> None:
    writing.make(folder / "a.backup")
    before = everything()
    with zipfile.ZipFile(folder / "a.backup") as source:
        table = source.read("tables/edition_listdraft")
        said = json.loads(source.read(writing.MANIFEST))
    for written, raw in ((b"bell\\b", b"bell\b"), (b"feed\\f", b"feed\f"), (b"down\\v", b"down\v")):
        table = table.replace(written, raw, 1)
    for one in said["tables"]:
        if one["name"] == "edition_listdraft":
            one["digest"] = hashlib.sha256(table).hexdigest()
    (folder / "a.backup").rename(folder / "b.backup")
    with (
        zipfile.ZipFile(folder / "b.backup") as source,
        zipfile.ZipFile(folder / "a.backup", "w") as target,
    ):
        parts = {"tables/edition_listdraft": table, writing.MANIFEST: json.dumps(said).encode()}
        for name in source.namelist():
            target.writestr(name, parts.get(name, source.read(name)))
    make_empty(folder)
    reading.restore(folder / "a.backup")
    assert everything() == before


def test_two_backups_of_the_same_hold_the_same_and_a_restored_place_gives_it_again(
    folder: Path, fair: None
) -> None:
    writing.make(folder / "a.backup")
    make_empty(folder)
    reading.restore(folder / "a.backup")
    writing.make(folder / "b.backup")
    first, second = (reading.about(folder / name)["tables"] for name in ("a.backup", "b.backup"))
    assert {t["name"]: t["rows"] for t in first} == {t["name"]: t["rows"] for t in second}
    if connection.vendor == "postgresql":
        assert first == second


def test_keys_that_were_given_are_not_given_again(folder: Path, fair: None) -> None:
    with transaction.atomic():
        journal.record("a.b", "k", "1")
    last = JournalEntry.objects.order_by("-pk")[0]
    key = last.pk
    last.delete()
    writing.make(folder / "a.backup")
    make_empty(folder)
    reading.restore(folder / "a.backup")
    with transaction.atomic():
        journal.record("a.b", "k", "2")
    assert JournalEntry.objects.order_by("-pk")[0].pk == key + 1


def test_backup_is_one_moment_while_others_write(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each writer adds a row in two tables; a backup that saw them at two moments would differ."""
    paused, go = threading.Event(), threading.Event()
    every = databases.SQLite if connection.vendor == "sqlite" else databases.PostgreSQL
    lines = every.lines

    def slowly(self: Any, shape: Any) -> Any:
        if shape.table in {"core_progress", "core_journalentry"}:
            paused.set()
            go.wait(5)
        yield from lines(self, shape)

    def write(n: int) -> None:
        with transaction.atomic():
            Progress.objects.create(job="pair", step=str(n))
            journal.record("a.pair", "k", str(n))

    def writes() -> None:
        paused.wait(10)
        for n in range(20):
            write(n)
        go.set()
        connection.close()

    write(99)
    monkeypatch.setattr(every, "lines", slowly)
    thread = threading.Thread(target=writes)
    thread.start()
    writing.make(folder / "a.backup")
    thread.join()
    assert Progress.objects.count() == 21
    rows = {t["name"]: t["rows"] for t in reading.about(folder / "a.backup")["tables"]}
    assert (rows["core_progress"], rows["core_journalentry"]) == (1, 1)


def test_place_with_something_in_it_is_refused(folder: Path, fair: None) -> None:
    writing.make(folder / "a.backup")
    with pytest.raises(reading.NotRestored, match="the database is not empty"):
        reading.restore(folder / "a.backup")
    call_command("flush", interactive=False, verbosity=0)
    with pytest.raises(reading.NotRestored, match="media is not empty"):
        reading.restore(folder / "a.backup")


@pytest.mark.parametrize("share", [0.0, 0.3, 0.7, 0.999])
def test_file_that_was_cut_off_is_no_backup(folder: Path, fair: None, share: float) -> None:
    whole, cut = folder / "a.backup", folder / "b.backup"
    writing.make(whole)
    cut.write_bytes(whole.read_bytes()[: int(whole.stat().st_size * share)])
    with pytest.raises(reading.NotRestored, match="no whole backup"):
        reading.about(cut)


def altered(folder: Path, name: str, change: Any) -> Path:
    """Write a backup again with one part changed."""
    path = folder / "altered.backup"
    with zipfile.ZipFile(folder / "a.backup") as source, zipfile.ZipFile(path, "w") as target:
        for one in source.namelist():
            content = source.read(one)
            target.writestr(one, change(content) if one == name else content)
    return path


def test_backup_with_other_rows_than_it_says_is_refused_and_leaves_nothing(
    folder: Path, fair: None
) -> None:
    writing.make(folder / "a.backup")
    path = altered(folder, "tables/core_journalentry", lambda b: b.replace(b"a.b", b"a.c"))
    make_empty(folder)
    with pytest.raises(reading.NotRestored, match="core_journalentry in the backup is damaged"):
        reading.restore(path)
    assert set(map(len, everything().values())) == {0}


def test_database_that_keeps_something_else_than_it_was_given_is_noticed(
    folder: Path, fair: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    writing.make(folder / "a.backup")
    make_empty(folder)
    every = databases.SQLite if connection.vendor == "sqlite" else databases.PostgreSQL
    load = every.load
    monkeypatch.setattr(
        every, "load", lambda self, shape, lines: load(
            self, shape, (line.replace("a.b", "a.c") for line in lines)
        ),
    )  # fmt: skip
    with pytest.raises(reading.NotRestored, match="row 1 of core_journalentry is not what it was"):
        reading.restore(folder / "a.backup")
    assert JournalEntry.objects.count() == 0


@pytest.mark.parametrize("key", [None, "of this place"])
def test_restore_that_fails_late_leaves_the_place_as_it_was(
    folder: Path, fair: None, monkeypatch: pytest.MonkeyPatch, key: str | None
) -> None:
    data = folder / "data"
    writing.make(folder / "a.backup")
    make_empty(folder)
    if key:
        (data / "secret-key").write_text(key)

    def fail(known: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(holding, "hold", fail)
        with pytest.raises(reading.NotRestored, match="nothing was restored"):
            reading.restore(folder / "a.backup")
    assert set(map(len, everything().values())) == {0}
    left = {path.name: path.read_text() for path in data.rglob("*") if path.is_file()}
    assert left == ({"secret-key": key} if key else {})
    assert reading.restore(folder / "a.backup").files == 2


def test_files_come_when_all_rows_are_there_so_that_a_killed_restore_is_begun_again(
    folder: Path, fair: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    writing.make(folder / "a.backup")
    make_empty(folder)
    seen: list[list[str]] = []
    compare = reading._compare

    def look(*given: Any) -> None:
        seen.append([path.name for path in (folder / "data").rglob("*") if path.is_file()])
        compare(*given)

    monkeypatch.setattr(reading, "_compare", look)
    assert reading.restore(folder / "a.backup").files == 2
    assert seen == [[]]


def test_backup_of_a_newer_program_is_refused(folder: Path, fair: None) -> None:
    writing.make(folder / "a.backup")
    more = b"99999\tcore\t0999_from_the_future\t2030-01-01 00:00:00.000000\n"
    path = altered(folder, "tables/django_migrations", lambda content: content + more)
    make_empty(folder)
    with pytest.raises(reading.NotRestored, match="newer version of the program .core.0999"):
        reading.restore(path)


def test_failure_leaves_no_file_and_the_earlier_one_as_it_was(
    folder: Path, fair: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    writing.make(folder / "a.backup")
    before = (folder / "a.backup").read_bytes()

    def full(*_: Any) -> Any:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(writing, "_file", full)
    with pytest.raises(OSError, match="No space"):
        writing.make(folder / "a.backup")
    assert (folder / "a.backup").read_bytes() == before
    assert sorted(p.name for p in folder.iterdir()) == ["a.backup", "data"]


def test_backup_is_for_its_owner_only_and_clears_up_after_those_that_were_killed(
    folder: Path, fair: None
) -> None:
    old, young = folder / ".writing-old", folder / ".writing-young"
    for path in (old, young):
        path.write_bytes(b"half")
    os.utime(old, (time.time() - 7200,) * 2)
    writing.make(folder / "a.backup")
    assert (folder / "a.backup").stat().st_mode & 0o777 == 0o600
    assert sorted(p.name for p in folder.glob(".writing-*")) == [".writing-young"]


def test_command_keeps_the_newest_and_goes_on(
    folder: Path, fair: None, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    class Enough(Exception):
        pass

    waits: list[float] = []
    names = iter(f"emporion-20231123-00000{n}.backup" for n in range(9))

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 3:
            raise Enough

    monkeypatch.setattr(backups, "_name", lambda: next(names))
    monkeypatch.setattr(backups.time, "sleep", sleep)
    to = folder / "kept"
    to.mkdir()
    (to / "by-hand.backup").write_bytes(b"")
    with pytest.raises(Enough):
        backups.backup(["--to", str(to), "--every", "1h", "--keep", "2", "--json"])
    assert [3590 < seconds <= 3600 for seconds in waits] == [True] * 3
    assert sorted(p.name for p in to.iterdir()) == [
        "by-hand.backup", "emporion-20231123-000001.backup", "emporion-20231123-000002.backup",
    ]  # fmt: skip
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [sorted(line) for line in lines] == [["bytes", "path", "rows", "seconds"]] * 3


def test_commands_say_what_was_done_and_what_is_wrong(
    folder: Path, fair: None, capsys: Any
) -> None:
    path = str(folder / "a.backup")
    assert backups.backup(["-o", path]) == 0
    assert backups.restore([path, "--about"]) == 0
    assert backups.restore([path]) == 1
    said = capsys.readouterr()
    assert "rows in" in said.out and f"head {seals.head()}" in said.out
    assert "the database is not empty" in said.err
    make_empty(folder)
    assert backups.restore([path]) == 0
    assert "are what the backup says, row by row" in capsys.readouterr().out
    assert backups.backup(["-o", "/dev/null/nowhere.backup"]) == 1


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.ENOSPC, "No space"), "there is no room. Make room, or name"),
        (PermissionError(errno.EACCES, "denied"), "nobody but its owner may write there. Let"),
        (NotADirectoryError(errno.ENOTDIR, "no"), "that is no folder. Name"),
        (OSError(errno.EROFS, "Read-only"), "nobody may write there. Name"),
        (OSError(errno.EIO, "Input/output error"), "Input/output error. Look at the disk"),
        (OperationalError("no such\nDETAIL: Li"), "the database does not answer (no such). See"),
        (ProgrammingError("relation x"), "the tables are not those of this program. Run"),
    ],
)
def test_command_says_what_where_and_how_to_mend(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any, error: Exception, said: str
) -> None:
    def fail(*_: Any) -> Any:
        raise error

    monkeypatch.setattr(writing, "make", fail)
    path = folder / "a.backup"
    assert backups.backup(["-o", str(path)]) == 1
    assert f"{path} was not written: {said}" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.ENOSPC, "No space"), "there is no room"),
        (OperationalError("gone"), "the database does not answer (gone)"),
        (DataError("value too long\nDETAIL: Li"), "the database refused a row (value too long)"),
    ],
)
def test_restore_that_fails_says_so_of_the_place_and_not_of_the_backup(
    folder: Path,
    fair: None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Any,
    error: Exception,
    said: str,
) -> None:
    writing.make(folder / "a.backup")
    make_empty(folder)

    def fail(*_: Any) -> Any:
        raise error

    monkeypatch.setattr(reading, "_fill", fail)
    assert backups.restore([str(folder / "a.backup")]) == 1
    told = capsys.readouterr().err
    assert (said in told, "no whole backup" in told, "Li" in told) == (True, False, False)
    assert set(map(len, everything().values())) == {0}


def test_upgrade_backs_up_first_and_changes_nothing_when_it_cannot(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    done: list[str] = []
    monkeypatch.setattr(backups, "is_behind", lambda: True)
    monkeypatch.setattr(backups, "prepare", lambda argv: done.append("prepare"))
    monkeypatch.setattr(backups, "_migrate", lambda: done.append("migrate") or True)
    assert backups.upgrade(["--to", "/dev/null"]) == 1
    assert done == []
    assert backups.upgrade(["--to", str(folder / "kept")]) == 0
    assert (done, len(list((folder / "kept").iterdir()))) == (["migrate", "prepare"], 1)
    assert backups.upgrade(["--no-backup"]) == 0


def test_upgrade_makes_no_database_of_its_own(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setattr(connection.introspection, "table_names", list)
    monkeypatch.setattr(backups, "prepare", lambda argv: pytest.fail("made a database"))
    assert backups.upgrade([]) == 1
    said = capsys.readouterr().err
    assert f"{connection.settings_dict['NAME']} holds no tables" in said


def test_migration_lets_others_pass_and_tries_again(monkeypatch: pytest.MonkeyPatch) -> None:
    if connection.vendor == "sqlite":
        return  # It changes tables with its one writer's lock, which waits by itself.
    monkeypatch.setattr(backups, "LONGEST_WAIT", "50ms")
    tried: list[int] = []
    held, go = threading.Event(), threading.Event()

    def reads() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM core_progress")
            held.set()
            go.wait(10)
        connection.close()

    def migrate(*_: Any, **__: Any) -> None:
        tried.append(1)
        if len(tried) == 3:
            go.set()
            thread.join()
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("ALTER TABLE core_progress ADD COLUMN more integer")
            transaction.set_rollback(True)

    monkeypatch.setattr(backups, "call_command", migrate)
    monkeypatch.setattr(backups.time, "sleep", lambda seconds: None)
    thread = threading.Thread(target=reads)
    thread.start()
    held.wait(10)
    assert (backups._migrate(), len(tried)) == (True, 3)
