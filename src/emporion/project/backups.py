"""`emporion backup`, `restore` and `upgrade`: nothing is lost, and it comes back as it was."""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.utils import timezone

from emporion.core import holding
from emporion.core.backups import reading, writing
from emporion.core.backups.causes import why
from emporion.core.command_name import command
from emporion.core.sealing import seals, verifying
from emporion.project.commands import is_behind, prepare

PREFIX = "emporion-"
# How long a migration waits for a table, and how often it is tried.
LONGEST_WAIT, TRIES = "2s", 12
LOCK_NOT_AVAILABLE = "55P03"
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def backup(argv: list[str]) -> int:
    """Write everything into one file, at one moment, while the fair goes on."""
    parser = argparse.ArgumentParser(prog="emporion backup", description=backup.__doc__)
    parser.add_argument("-o", "--output", type=Path, help="the file to write")
    parser.add_argument("--to", type=Path, help="a folder: files there are named by the time")
    parser.add_argument("--every", type=_seconds, metavar="TIME", help="again and again: 30m, 1h")
    parser.add_argument(
        "--keep", type=int, default=0, metavar="N", help="only the newest N in --to"
    )
    parser.add_argument("--json", action="store_true", help="print a line for a program")
    options = parser.parse_args(argv)
    if options.output and (options.to or options.every):
        parser.error("--output names one file; with --every or --keep give a folder with --to")
    if options.keep < 0:
        parser.error("--keep is a number of files, 1 or more")
    folder = options.to or settings.DATA_DIR / "backups"
    while True:
        began = time.monotonic()
        status = _one(options.output or folder / _name(), options.json)
        if options.keep and not options.output and status == 0:
            _forget_old(folder, options.keep)
        if not options.every:
            return status
        # Whatever state the line is in: the next round opens another. A server that was begun again
        # meanwhile would else be asked by a dead one for ever.
        connection.close()
        time.sleep(max(0.0, options.every - (time.monotonic() - began)))


def restore(argv: list[str]) -> int:
    """Bring a backup back into an empty database and data folder, and compare."""
    parser = argparse.ArgumentParser(prog="emporion restore", description=restore.__doc__)
    parser.add_argument("backup", type=Path)
    parser.add_argument("--about", action="store_true", help="only say what the file holds")
    parser.add_argument(
        "--live", action="store_true", help="this is the fair: what waits leaves at once"
    )
    options = parser.parse_args(argv)
    try:
        if options.about:
            said = reading.about(options.backup)
            rows = sum(table["rows"] for table in said["tables"])
            print(
                f"Made at {said['made_at']} by version {said['version']} on {said['database']}: "
                f"{rows:,} rows in {len(said['tables'])} tables, {len(said['files'])} files.\n"
                f"head {said['journal']}"
            )
            return 0
        done = reading.restore(options.backup, live=options.live)
    except reading.NotRestored as why:
        print(f"emporion restore: {why}", file=sys.stderr)
        return 1
    report = verifying.verify()
    print(
        f"{done.rows:,} rows in {done.tables} tables and {done.files} files are what the backup "
        f"says, row by row. The journal ends at {done.head.number}."
    )
    if waits := holding.held():
        print(f"Held until `{command()} outbox --release`, so that a trial tells nobody: {waits}.")
    if report.problem:
        print(f"emporion restore: the journal: {report.problem.said}", file=sys.stderr)
        return 1
    return 0


def upgrade(argv: list[str]) -> int:
    """Bring an installation to this version: back it up, migrate, prepare. Safe to repeat.

    A database that is not there is not made: whoever upgrades has one, and forgot to name it.
    """
    parser = argparse.ArgumentParser(prog="emporion upgrade", description=upgrade.__doc__)
    parser.add_argument("--to", type=Path, help="the folder of the backup")
    parser.add_argument("--no-backup", action="store_true", help="there is one already")
    options = parser.parse_args(argv)
    here = connection.settings_dict["NAME"]
    if not connection.introspection.table_names():
        print(
            f"emporion upgrade: {here} holds no tables, so there is nothing to upgrade. Run it "
            "with the settings that the server has (EMPORION_DATA_DIR, DATABASE_URL); a new "
            "installation is made by emporion prepare.",
            file=sys.stderr,
        )
        return 1
    behind = is_behind()
    if behind and not options.no_backup:
        path = (options.to or settings.DATA_DIR / "backups") / _name()
        if _one(path, as_json=False):
            print("emporion upgrade: nothing was changed.", file=sys.stderr)
            return 1
    if behind and not _migrate():
        print(
            "emporion upgrade: the tables are in use by others for too long. What was done is "
            "whole; run it again when less is going on.",
            file=sys.stderr,
        )
        return 1
    prepare([])
    print(f"{here}: {'up to date.' if behind else 'it was up to date.'}")
    return 0


def _migrate() -> bool:
    """Bring the tables up to date without stopping the fair; False when they were never free.

    A change of a table waits until nobody reads it, and on PostgreSQL everybody who comes later
    waits behind it. So it gives up after a moment, lets them pass, and tries again. Each migration
    is done whole or not at all.
    """
    for attempt in range(TRIES):
        try:
            with _short_waits():
                call_command("migrate", interactive=False, verbosity=0)
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", "") != LOCK_NOT_AVAILABLE:
                raise
            time.sleep(min(10.0, 0.5 * 2**attempt))
        else:
            return True
    return False


@contextmanager
def _short_waits() -> Iterator[None]:
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, false)", [LONGEST_WAIT])
    try:
        yield
    finally:
        # Whatever state it is in: the next statement opens another one.
        connection.close()


def _one(path: Path, as_json: bool) -> int:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not is_behind():
            _seal()
        made = writing.make(path)
    except (OSError, DatabaseError, InterfaceError) as error:
        print(f"emporion backup: {path} was not written: {why(error)}", file=sys.stderr)
        return 1
    if as_json:
        line = {"path": str(path), "rows": made.rows, "bytes": made.size}
        print(json.dumps({**line, "seconds": round(made.seconds, 2)}), flush=True)
    else:
        print(
            f"{path}: {made.rows:,} rows, {made.size / 1e6:.1f} MB, {made.seconds:.1f} s",
            flush=True,
        )
    return 0


def _seal() -> None:
    """Seal what is new; a database that takes nothing any more is backed up all the same."""
    try:
        seals.seal()
    except OperationalError as error:
        print(f"emporion backup: the journal was not sealed before: {why(error)}", file=sys.stderr)
        connection.close()


def _name() -> str:
    return f"{PREFIX}{timezone.now():%Y%m%d-%H%M%S}{writing.ENDING}"


def _forget_old(folder: Path, keep: int) -> None:
    """Remove all but the newest backups that were named by the time."""
    named = re.compile(rf"{PREFIX}\d{{8}}-\d{{6}}{re.escape(writing.ENDING)}")
    there = sorted(path for path in folder.iterdir() if named.fullmatch(path.name))
    for path in there[:-keep]:
        path.unlink()


def _seconds(text: str) -> float:
    found = re.fullmatch(r"(\d+)([smhd])", text)
    if not found or int(found.group(1)) == 0:
        raise argparse.ArgumentTypeError("a number and s, m, h or d: 30m")
    return float(int(found.group(1)) * UNITS[found.group(2)])
