"""Each thing that can be wrong is found, named, and has a way to mend it."""

from __future__ import annotations

import datetime as dt
import json
import os
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from emporion.core import condition, seen
from emporion.core.models import JobRecord, OutboxRow
from emporion.project import commands, doctor, examining
from tests import factories


@pytest.fixture(autouse=True)
def healthy(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place where nothing is wrong."""
    tmp_path.chmod(0o750)
    settings.DATA_DIR, settings.PLAIN_HTTP, settings.INSECURE_LOCAL = tmp_path, False, False
    settings.SECRET_KEY, settings.ALLOWED_HOSTS = "0123456789abcdefghij" * 3, ["expo.example.org"]
    settings.DEBUG, settings.DEMO_SIGNIN = False, False
    settings.SECOND_FACTOR, settings.MAIL_URL = "staff", "smtp://mail.example.org"
    for name in list(os.environ):
        if name.startswith("EMPORION_"):
            monkeypatch.delenv(name)
    monkeypatch.setattr(examining.static, "is_current", lambda: True)
    monkeypatch.setattr(examining.paper, "missing_fonts", list)
    seen.note(seen.WORKER)
    seen.note(seen.OUTBOX)
    seen.note(seen.PROMPT)
    (tmp_path / "backups").mkdir()
    (tmp_path / "backups" / "a.backup").write_bytes(b"")
    return tmp_path


def found() -> dict[str, str]:
    """Return {what: level} of all that is not good."""
    known = {"database kind", "database safety", "database order", "disk"}  # of the test's machine
    every = examining.everything()
    return {f.what: f.level for f in every if f.level != "good" and f.what not in known}


@pytest.mark.django_db
def test_nothing_is_found_where_nothing_is_wrong() -> None:
    assert found() == {}


CASES: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "short key": ({"SECRET_KEY": "secret"}, {"secret key": "bad"}),
    "repeated key": ({"SECRET_KEY": "a" * 80}, {"secret key": "bad"}),
    "no host": ({"ALLOWED_HOSTS": []}, {"hosts": "bad"}),
    "any host": ({"ALLOWED_HOSTS": ["*"]}, {"hosts": "bad"}),
    "debugging": ({"DEBUG": True}, {"debugging": "bad"}),
    "plain HTTP": ({"INSECURE_LOCAL": True}, {"encryption": "look"}),
    "journal key": ({"JOURNAL_KEY": "abc"}, {"journal key": "bad"}),
}


@pytest.mark.django_db
@pytest.mark.parametrize("case", CASES)
def test_setting_that_is_wrong_is_found(settings: Any, case: str) -> None:
    wrong, said = CASES[case]
    for name, value in wrong.items():
        setattr(settings, name, value)
    assert found() == said


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("part", "name", "value", "said"),
    [
        ("", "quiet", "25:00-08:00", "EMPORION_QUIET_HOURS"),
        ("", "quiet", "at night", "EMPORION_QUIET_HOURS"),
        ("", "order", ["mial", "sms"], "EMPORION_CARRIERS"),
        ("sms", "callback", "whsec_abc", "EMPORION_SMS_CALLBACK_SECRET"),
        ("mail", "callback", "a secret", "EMPORION_MAIL_CALLBACK_SECRET"),
        ("wechat", "callback_key", "short", "EMPORION_WECHAT_CALLBACK_KEY"),
    ],
)
def test_setting_of_messages_that_cannot_be_meant_is_found(
    settings: Any, part: str, name: str, value: Any, said: str
) -> None:
    told = deepcopy(settings.MESSAGING)
    (told[part] if part else told)[name] = value
    settings.MESSAGING = told
    (wrong,) = examining.message_settings()
    assert (wrong.level, wrong.said) == ("bad", f"{said} cannot be read.")


@pytest.mark.django_db
def test_name_that_nothing_reads_is_found_with_the_one_that_is_near(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("EMPORION_HOST", "expo.example.org")
    monkeypatch.setenv("EMPORION_LOG_LEVEL", "INFO")
    (one,) = list(examining.unknown_settings())
    assert (one.level, one.said, one.mend) == (
        "look", "nothing reads EMPORION_HOST.", "Is EMPORION_HOSTS meant?",
    )  # fmt: skip


def test_every_documented_setting_is_one_that_is_read() -> None:
    import re

    from tests.machine import ROOT

    page = (ROOT / "docs/operators/settings.md").read_text("utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| `EMPORION_")]
    named = {n for line in rows for n in re.findall(r"`(EMPORION_\w+)`", line.split("|")[1])}
    assert named - examining.known_names() == set()


@pytest.mark.django_db
def test_folder_that_others_can_read_and_one_that_cannot_be_written(
    healthy: Path, settings: Any
) -> None:
    (healthy / "secret-key").write_text("x")
    (healthy / "secret-key").chmod(0o644)
    assert found() == {}
    healthy.chmod(0o755)
    assert found() == {"data folder": "look"}
    settings.DATA_DIR = healthy / "nowhere"
    assert found()["data folder"] == "bad"


@pytest.mark.django_db
def test_full_disk_old_files_and_missing_fonts_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        condition.shutil, "disk_usage", lambda path: type("", (), {"free": 10**8})()
    )
    monkeypatch.setattr(examining.static, "is_current", lambda: False)
    monkeypatch.setattr(examining.paper, "missing_fonts", lambda: ["Noto Sans CJK SC"])
    assert [one.level for one in examining.disk()] == ["bad"]
    assert found() == {"static files": "bad", "printing": "look"}


@pytest.mark.django_db
def test_database_that_does_not_answer_ends_the_looking(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone() -> None:
        raise OperationalError("connection refused\nIs the server running?")

    monkeypatch.setattr(connection, "ensure_connection", gone)
    last = examining.everything()[-1]
    assert (last.what, last.level, last.said) == (
        "database", "bad", "does not answer: connection refused",
    )  # fmt: skip


@pytest.mark.django_db
def test_old_database_and_tables_of_an_older_version_are_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(examining, "_version", lambda: (3, 1))
    for module in (examining, commands):
        monkeypatch.setattr(module, "is_behind", lambda: True)
    assert found() == {"database version": "bad", "tables": "bad"}
    tables = next(examining.migrations())
    assert (tables.said, tables.mend) == (
        "the tables are of an older version.", "Run emporion upgrade.",
    )  # fmt: skip


@pytest.mark.django_db
def test_place_that_was_never_prepared_is_told_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "is_behind", lambda: True)
    monkeypatch.setattr(connection.introspection, "table_names", list)
    tables = next(examining.migrations())
    assert (tables.level, tables.said, tables.mend) == (
        "bad", "the database is not prepared.", "Run emporion prepare.",
    )  # fmt: skip


@pytest.mark.django_db
def test_archive_that_fails_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    # Asked for real, it finds nothing here.
    real = examining._one
    assert found() == {}

    def one(statement: str) -> Any:
        return "00000001000000000000002A" if "pg_stat_archiver" in statement else real(statement)

    monkeypatch.setattr(examining, "_one", one)
    assert found() == ({} if connection.vendor == "sqlite" else {"archive": "bad"})


@pytest.mark.django_db
def test_clock_that_is_off_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    real = examining.time.time
    monkeypatch.setattr(examining.time, "time", lambda: real() + 60)
    expected = {} if connection.vendor == "sqlite" else {"clock": "bad"}
    assert {k: v for k, v in found().items() if k == "clock"} == expected


@pytest.mark.django_db
def test_job_that_waits_a_dead_worker_and_no_backup_are_found(healthy: Path) -> None:
    old = timezone.now().timestamp() - 7200
    os.utime(healthy / seen.WORKER, (old, old))
    (healthy / "backups" / "a.backup").unlink()
    assert found() == {"jobs": "look", "backup": "look"}
    asked = timezone.now() - dt.timedelta(minutes=5)
    JobRecord.objects.create(kind="a", owner="user:a", asked_at=asked)
    assert found() == {"jobs": "bad", "backup": "look"}
    assert 299 < (condition.look().waits or 0) < 400


@pytest.mark.django_db
def test_worker_that_sends_no_codes_is_found_and_told(healthy: Path, capsys: Any) -> None:
    old = timezone.now().timestamp() - 7200
    os.utime(healthy / seen.PROMPT, (old, old))
    assert found() == {"codes": "bad"}
    assert doctor.status([]) == 0
    assert "codes      seen 2 hours ago" in capsys.readouterr().out.splitlines()
    # Without a worker here another machine may have one.
    os.utime(healthy / seen.WORKER, (old, old))
    assert found() == {"jobs": "look"}


@pytest.mark.django_db
def test_second_factor_that_is_switched_off_or_put_off_for_long_is_found(settings: Any) -> None:
    settings.SECOND_FACTOR = "none"
    assert found() == {"second factor": "look"}
    # A demonstration asks for none; with real users it is found for another reason.
    settings.DEMO_SIGNIN = True
    assert found() == {}
    settings.DEMO_SIGNIN, settings.SECOND_FACTOR = False, "staff"
    settings.SECOND_FACTOR_GRACE_DAYS = 60
    assert found() == {"second factor": "look"}
    # Without a carrier nobody's address confirms the first one.
    settings.SECOND_FACTOR_GRACE_DAYS, settings.MAIL_URL = 0, ""
    assert found() == {"second factor": "look"}


def put_row(**values: Any) -> OutboxRow:
    made = timezone.now() - dt.timedelta(minutes=20)
    values = {"kind": "message", "key": values["lane"], "made_at": made, "next_at": made, **values}
    return OutboxRow.objects.create(**values)


@pytest.mark.django_db
def test_outbox_that_nobody_hands_over_and_what_was_given_up_are_found(healthy: Path) -> None:
    waits, dead = put_row(lane="a"), put_row(lane="b", state="dead", kind="webhook")
    put_row(lane="a", key="behind")
    assert [(f.level, f.said) for f in examining.work() if f.what == "outbox"] == [
        ("look", "what is due has waited 1200 s."),
        ("look", "1 were given up."),
    ]
    dead.delete()
    old = timezone.now().timestamp() - 7200
    os.utime(healthy / seen.OUTBOX, (old, old))
    assert [(f.level, f.said) for f in examining.work() if f.what == "outbox"] == [
        ("bad", "a worker lives, but hands nothing over.")
    ]
    # No worker at all, here or elsewhere.
    os.utime(healthy / seen.WORKER, (old, old))
    assert found() == {"jobs": "look", "outbox": "bad"}
    waits.delete()
    OutboxRow.objects.all().delete()
    assert found() == {"jobs": "look"}


@pytest.mark.django_db
def test_worker_that_still_loads_is_told_from_one_that_hands_nothing_over(healthy: Path) -> None:
    def said() -> list[tuple[str, str]]:
        return [(f.level, f.said) for f in examining.work() if f.what == "outbox"]

    begins = [("look", "a worker begins, and hands nothing over yet.")]
    dead = [("bad", "a worker lives, but hands nothing over.")]
    now = timezone.now().timestamp()
    (healthy / seen.OUTBOX).unlink()
    assert said() == dead
    seen.note(seen.BEGUN)
    assert said() == begins
    # The one before it, which has ended, handed over an hour ago.
    seen.note(seen.OUTBOX)
    os.utime(healthy / seen.OUTBOX, (now - 3600, now - 3600))
    assert said() == begins
    # It handed over after it began, and has stopped since.
    os.utime(healthy / seen.BEGUN, (now - 150, now - 150))
    os.utime(healthy / seen.OUTBOX, (now - 100, now - 100))
    assert said() == dead
    # Nothing loads for that long.
    os.utime(healthy / seen.BEGUN, (now - 300, now - 300))
    os.utime(healthy / seen.OUTBOX, (now - 3600, now - 3600))
    assert said() == dead
    # What waits meanwhile is told as before.
    seen.note(seen.BEGUN)
    put_row(lane="a")
    assert said() == [("bad", "what is due has waited 1200 s.")]


@pytest.mark.django_db
def test_status_counts_the_outbox_by_kind(healthy: Path, capsys: Any) -> None:
    put_row(lane="a")
    put_row(lane="b", state="dead", kind="webhook")
    put_row(lane="c", state="done")
    assert doctor.status([]) == 0
    line = next(x for x in capsys.readouterr().out.splitlines() if x.startswith("outbox"))
    waits = "1 wait, 1 given up (message: 1 and 0, webhook: 0 and 1); the first has waited"
    assert line.split(maxsplit=1)[1].rsplit(" ", 2)[0] == waits


@pytest.mark.django_db
def test_open_door_of_the_demonstration_beside_real_users_is_found(settings: Any) -> None:
    settings.DEMO_SIGNIN = True
    assert found() == {}
    factories.make_user()
    assert found() == {"sign-in": "bad"}


@pytest.mark.django_db
def test_commands_print_for_people_and_for_programs(settings: Any, capsys: Any) -> None:
    settings.DEBUG = True
    assert doctor.doctor([]) == 1
    assert doctor.doctor(["--json"]) == 1
    people, program = capsys.readouterr().out.rsplit("\n", 2)[:2]
    assert "bad   debugging: errors show the program's inside to everybody." in people
    assert {"level": "bad", "what": "debugging"}.items() <= {
        k: v for one in json.loads(program) if one["what"] == "debugging" for k, v in one.items()
    }.items()
    assert doctor.status([]) == 0
    assert doctor.status(["--json"]) == 0
    people, program = capsys.readouterr().out.rsplit("\n", 2)[:2]
    assert "journal    0 seals, 0 entries not sealed yet" in people
    assert json.loads(program)["jobs"] == {"waiting": 0, "running": 0, "failed": 0}


def test_setting_that_cannot_be_read_is_the_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    import django
    from django.core.exceptions import ImproperlyConfigured

    def refuse() -> None:
        raise ImproperlyConfigured("EMPORION_HSTS_SECONDS is a whole number")

    monkeypatch.setattr(django, "setup", refuse)
    assert doctor.examine() == [
        doctor.Finding("bad", "settings", "EMPORION_HSTS_SECONDS is a whole number")
    ]
