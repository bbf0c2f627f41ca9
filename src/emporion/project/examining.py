"""What `emporion doctor` looks at: one small function a thing, each returns what it found."""

from __future__ import annotations

import difflib
import os
import re
import sqlite3
import stat
import time
import zoneinfo
from collections.abc import Callable, Iterator
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection

from emporion.accounts.domain import code_kinds
from emporion.accounts.queries import has_real_users
from emporion.core import condition
from emporion.core.sealing import keys
from emporion.design import paper
from emporion.messaging.domain import setting_up
from emporion.project import static
from emporion.project.commands import is_behind, unprepared, usual_workers
from emporion.project.doctor import Finding

# The file that PostgreSQL could not archive, if that was the last thing it tried.
ARCHIVE_FAILS = """
    SELECT coalesce(max(last_failed_wal), '') FROM pg_stat_archiver
    WHERE current_setting('archive_mode') <> 'off'
    AND last_failed_time > coalesce(last_archived_time, '-infinity')
"""
OLDEST = {"sqlite": (3, 37), "postgresql": (15, 0)}
GB = 1e9
LOW_DISK, FULL_DISK = 5 * GB, 1 * GB
LATE_JOB, DEAD_WORKER, OLD_BACKUP, OFF_CLOCK = 60.0, 60.0, 86400.0, 2.0
# Within so many seconds a worker has loaded what it works with, on a slow machine as well.
SLOW_START = 180.0
# A crowd told of a release waits for minutes, in order.
LATE_ROW = 900.0
# Set by the program for its own processes, or read by scripts and tests.
OTHER_NAMES = {
    "EMPORION_PYTHON", "EMPORION_CHROMIUM", "EMPORION_REQUIRE_ALL", "EMPORION_APPROVE",
}  # fmt: skip


def everything() -> list[Finding]:
    """Look at all there is; what needs the database is left out when it does not answer."""
    found = [one for look in (*ALWAYS, database) for one in look()]
    if any(one.what == "database" and one.level == "bad" for one in found):
        return found
    return found + [one for look in WITH_DATABASE for one in look()]


def secret_key() -> Iterator[Finding]:
    """Whether sessions and links are signed with something that nobody guesses."""
    key = settings.SECRET_KEY
    if len(key) < 40 or len(set(key)) < 10:
        yield Finding(
            "bad", "secret key", "it is short or repeats itself.",
            "Set EMPORION_SECRET_KEY to 50 random characters, or leave it out.",
        )  # fmt: skip
    else:
        yield Finding("good", "secret key", "long enough.")


def hosts() -> Iterator[Finding]:
    """Whether the server answers under names, and only under those."""
    if not settings.ALLOWED_HOSTS:
        yield Finding(
            "bad", "hosts", "no host is answered.", "Set EMPORION_HOSTS to the fair's address."
        )
    elif "*" in settings.ALLOWED_HOSTS:
        yield Finding("bad", "hosts", "any host is answered.", "Name them in EMPORION_HOSTS.")
    else:
        yield Finding("good", "hosts", ", ".join(settings.ALLOWED_HOSTS))


def strictness() -> Iterator[Finding]:
    """Whether anything is switched on that is for developing or for one's own machine."""
    if settings.DEBUG:
        yield Finding(
            "bad", "debugging", "errors show the program's inside to everybody.",
            "Take EMPORION_DEBUG away.",
        )  # fmt: skip
    elif settings.INSECURE_LOCAL:
        yield Finding(
            "look", "encryption", "plain HTTP: for a demonstration on this machine only.",
            "Set EMPORION_INSECURE_LOCAL=0 where others reach it.",
        )  # fmt: skip
    else:
        yield Finding("good", "encryption", "HTTPS only, no debugging.")


def unknown_settings() -> Iterator[Finding]:
    """Whether a name in the environment is one that nothing reads."""
    known = known_names()
    for name in sorted(n for n in os.environ if n.startswith("EMPORION_") and n not in known):
        near = difflib.get_close_matches(name, known, 1)
        yield Finding(
            "look", "settings", f"nothing reads {name}.", f"Is {near[0]} meant?" if near else ""
        )


def message_settings() -> Iterator[Finding]:
    """Whether every setting about messages can be meant: the first message would find out."""
    for name, mend in setting_up.wrong_settings():
        yield Finding("bad", "messages", f"{name} cannot be read.", mend)


def journal_key() -> Iterator[Finding]:
    """Whether the journal can be sealed, where its key was set or made already."""
    if not settings.JOURNAL_KEY and not (settings.DATA_DIR / keys.FILE).exists():
        return
    try:
        keys.public_key()
    except ImproperlyConfigured as error:
        yield Finding("bad", "journal key", str(error), "Set what `emporion journal key` printed.")


def known_names() -> set[str]:
    """Return the names of all settings, as they stand in the program."""
    package = Path(settings.PACKAGE)
    texts = (path.read_text("utf-8") for path in package.rglob("*.py"))
    return {n for text in texts for n in re.findall(r'"(EMPORION_[A-Z_]+)"', text)} | OTHER_NAMES


def data_folder() -> Iterator[Finding]:
    """Whether the data folder can be written, and by whom it can be read."""
    folder = settings.DATA_DIR
    if not os.access(folder, os.W_OK | os.X_OK):
        yield Finding(
            "bad", "data folder", f"{folder} cannot be written.",
            "Give it to the user of the server, or set EMPORION_DATA_DIR.",
        )  # fmt: skip
        return
    open_ones = [
        path.name
        for path in (folder / "secret-key", folder / keys.FILE, *folder.glob("*.sqlite3"))
        if path.exists() and path.stat().st_mode & (stat.S_IRWXO | stat.S_IWGRP)
    ]
    kept_from_others = not folder.stat().st_mode & stat.S_IRWXO
    if open_ones and not kept_from_others:
        yield Finding(
            "look", "data folder", f"other users of this machine can read {', '.join(open_ones)}.",
            f"chmod 750 {folder}",
        )  # fmt: skip
    else:
        yield Finding("good", "data folder", str(folder))


def disk() -> Iterator[Finding]:
    """Whether there is room for what comes."""
    free = condition.look().disk_free
    level = "bad" if free < FULL_DISK else "look" if free < LOW_DISK else "good"
    yield Finding(
        level, "disk", f"{free / GB:.1f} GB free.", "" if level == "good" else "Make room."
    )


def time_zones() -> Iterator[Finding]:
    """Whether the machine knows the zones of the world: slots are local times."""
    try:
        zoneinfo.ZoneInfo("Asia/Shanghai")
    except (zoneinfo.ZoneInfoNotFoundError, OSError):
        yield Finding(
            "bad", "time zones", "the machine knows none.", "Debian: apt-get install tzdata"
        )
    else:
        yield Finding("good", "time zones", "known.")


def printing() -> Iterator[Finding]:
    """Whether day sheets can be set in all three scripts."""
    if missing := paper.missing_fonts():
        yield Finding(
            "look", "printing", f"no fonts {', '.join(missing)}: sheets cannot be printed.",
            "Debian: apt-get install fonts-noto-core fonts-noto-cjk",
        )  # fmt: skip
    else:
        yield Finding("good", "printing", "fonts for three scripts.")


def static_files() -> Iterator[Finding]:
    """Whether the static files are those of this version."""
    if static.is_current():
        yield Finding("good", "static files", "those of this version.")
    else:
        yield Finding(
            "bad", "static files", "of another version, or missing.", "Run emporion prepare."
        )


def database() -> Iterator[Finding]:
    """Whether the database answers, and is one that the product is tested on."""
    try:
        connection.ensure_connection()
        version = _version()
    except DatabaseError as error:
        yield Finding(
            "bad", "database", f"does not answer: {str(error).strip().splitlines()[0]}",
            "See DATABASE_URL, and whether the server runs.",
        )  # fmt: skip
        return
    named = f"{connection.vendor} {'.'.join(map(str, version))}"
    if version < OLDEST[connection.vendor]:
        oldest = ".".join(map(str, OLDEST[connection.vendor]))
        yield Finding("bad", "database version", f"{named} is too old.", f"{oldest} is needed.")
    else:
        yield Finding("good", "database version", named)
    yield from (_sqlite if connection.vendor == "sqlite" else _postgresql)()


def _version() -> tuple[int, ...]:
    if connection.vendor == "sqlite":
        return sqlite3.sqlite_version_info
    number = int(_one("SHOW server_version_num"))
    return number // 10000, number % 10000


def _one(statement: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return str(cursor.fetchone()[0])


def _sqlite() -> Iterator[Finding]:
    mode = _one("PRAGMA journal_mode")
    if mode != "wal":
        yield Finding(
            "bad", "database journal", f"{mode} and not wal: readers and writers stop each other.",
            "Do not keep it on a network file system.",
        )  # fmt: skip
    yield Finding(
        "look" if not settings.PLAIN_HTTP else "good", "database kind",
        "SQLite: for demonstrations, a hall's hub and small fairs on one machine.",
    )  # fmt: skip


def _postgresql() -> Iterator[Finding]:
    encoding, order = _one("SHOW server_encoding"), _one(
        "SELECT datcollate FROM pg_database WHERE datname = current_database()"
    )  # fmt: skip
    if encoding != "UTF8":
        yield Finding(
            "bad", "database encoding", f"{encoding} cannot hold every name.",
            "createdb -T template0 -E UTF8 --locale=C.UTF-8",
        )  # fmt: skip
    if order not in {"C", "C.UTF-8", "C.utf8"}:
        yield Finding(
            "look", "database order", f"texts are sorted by {order}: searching is slower.",
            "createdb --locale=C.UTF-8",
        )  # fmt: skip
    if _one("SHOW fsync") != "on" or _one("SHOW full_page_writes") != "on":
        yield Finding(
            "bad", "database safety", "what was acknowledged can be lost.",
            "Set fsync and full_page_writes to on.",
        )  # fmt: skip
    if wal := _one(ARCHIVE_FAILS):
        yield Finding(
            "bad", "archive", f"fails since {wal}; PostgreSQL keeps all that follows.",
            "Its log says why; run archive_command by hand for that file.",
        )  # fmt: skip
    needed, most = usual_workers() * 8 + 5, int(_one("SHOW max_connections"))
    if most < needed:
        yield Finding(
            "look", "connections", f"{most} at most, a server here may open {needed}.",
            "Raise max_connections, or start fewer workers.",
        )  # fmt: skip


def clock() -> Iterator[Finding]:
    """Whether this machine's clock and the database's agree: links and leases end by time."""
    if connection.vendor == "sqlite":
        return
    before = time.time()
    there = float(_one("SELECT extract(epoch FROM clock_timestamp())"))
    off = max(0.0, there - time.time(), before - there)
    if off > OFF_CLOCK:
        yield Finding(
            "bad", "clock", f"it is {off:.0f} s away from the database's.",
            "Let both follow a time server (chrony).",
        )  # fmt: skip
    else:
        yield Finding("good", "clock", "agrees with the database's.")


def migrations() -> Iterator[Finding]:
    """Whether the tables are those of this version."""
    if missing := unprepared():
        what, _, how = missing.partition(": ")
        yield Finding("bad", "tables", f"{what}.", f"{how[:1].upper()}{how[1:]}")
    else:
        yield Finding("good", "tables", "those of this version.")


def work() -> Iterator[Finding]:
    """Whether somebody does the jobs, seals the journal and makes backups."""
    if is_behind():
        return
    now = condition.look()
    here = now.worker_age is not None and now.worker_age < DEAD_WORKER
    if (now.waits or 0) > LATE_JOB:
        yield Finding(
            "bad", "jobs", f"one has waited {now.waits:.0f} s.", "Is an emporion worker running?"
        )
    elif not here:
        yield Finding(
            "look", "jobs", "no worker was seen on this machine in the last minute.",
            "That is fine while nothing is served, or where another machine has one.",
        )  # fmt: skip
    else:
        yield Finding("good", "jobs", "a worker lives.")
    if here and (now.prompt_age is None or now.prompt_age >= DEAD_WORKER):
        yield Finding(
            "bad", "codes", "a worker lives, but sends no codes to sign in.",
            "Its log says worker.lane… why; begin it again.",
        )  # fmt: skip
    if now.jobs["failed"]:
        yield Finding(
            "look", "jobs", f"{now.jobs['failed']} failed for good within a day.",
            "The desk of their fair says why, and begins them again.",
        )  # fmt: skip
    if now.held:
        yield Finding(
            "look", "held", f"{now.held} messages and jobs wait since a backup was restored.",
            "If this place is the fair: emporion outbox --release",
        )  # fmt: skip
    yield from _outbox(now, here)
    if now.backup_age is None or now.backup_age > OLD_BACKUP:
        yield Finding(
            "look", "backup", "none of the last day in the data folder.",
            "emporion backup --to FOLDER --every 1h --keep 48",
        )  # fmt: skip
    else:
        yield Finding("good", "backup", f"{now.backup_age / 3600:.0f} hours old.")


def _outbox(now: condition.Condition, worker_here: bool) -> Iterator[Finding]:
    """Whether what is to leave leaves, and what was given up."""
    dead, waits = sum(now.outbox_dead.values()), now.outbox_waits or 0
    alive = now.outbox_age is not None and now.outbox_age < DEAD_WORKER
    begins = _begins(now)
    if worker_here and not alive and not begins:
        yield Finding(
            "bad", "outbox", "a worker lives, but hands nothing over.",
            "Its log says outbox.… why; begin it again.",
        )  # fmt: skip
    elif waits > LATE_ROW:
        # Another machine may have the worker; one that lives here may have a crowd to tell.
        yield Finding(
            "look" if alive else "bad", "outbox", f"what is due has waited {waits:.0f} s.",
            "It goes on." if alive else "Is an emporion worker running?",
        )  # fmt: skip
    elif worker_here and not alive:
        yield Finding(
            "look", "outbox", "a worker begins, and hands nothing over yet.",
            "It loads what it works with first: ask again in a minute.",
        )  # fmt: skip
    if dead:
        yield Finding(
            "look", "outbox", f"{dead} were given up.", "emporion outbox --dead says why."
        )


def _begins(now: condition.Condition) -> bool:
    """Whether a worker of this machine has begun and handed nothing over since: it still loads."""
    if now.begun_age is None or now.begun_age >= SLOW_START:
        return False
    return now.outbox_age is None or now.begun_age < now.outbox_age


def sign_in() -> Iterator[Finding]:
    """Whether the demonstration's open door stands beside real users, and staff proves enough."""
    if settings.DEMO_SIGNIN and not is_behind() and has_real_users():
        yield Finding(
            "bad", "sign-in", "the demonstration's roles need no password, and there are users.",
            "Take EMPORION_DEMO_SIGNIN away.",
        )  # fmt: skip
    if settings.SECOND_FACTOR == "none" and not settings.DEMO_SIGNIN:
        yield Finding(
            "look", "second factor", "those who run an expo need none.",
            "Take EMPORION_SECOND_FACTOR away.",
        )  # fmt: skip
    elif settings.SECOND_FACTOR == "staff" and not code_kinds():
        yield Finding(
            "look", "second factor", "no carrier is set up: who has only the password sets up one.",
            "Set EMPORION_MAIL_URL, or a gateway for text messages.",
        )  # fmt: skip
    elif settings.SECOND_FACTOR_GRACE_DAYS > 31:
        yield Finding(
            "look", "second factor", "those who run an expo need one after a month only.",
            "Set EMPORION_SECOND_FACTOR_GRACE_DAYS to fewer days.",
        )  # fmt: skip


Look = Callable[[], Iterator[Finding]]
ALWAYS: tuple[Look, ...] = (
    secret_key, hosts, strictness, unknown_settings, message_settings, journal_key, data_folder,
    disk, time_zones, printing, static_files,
)  # fmt: skip
WITH_DATABASE: tuple[Look, ...] = (clock, migrations, work, sign_in)
