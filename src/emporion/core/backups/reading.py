"""Bringing a backup back into an empty place, and proving that it is the same."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path, PurePosixPath
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from emporion.core import holding
from emporion.core.backups import writing
from emporion.core.backups.causes import why
from emporion.core.backups.databases import Database, quoted, whole_or_nothing
from emporion.core.backups.shapes import Shape, leaves
from emporion.core.bulk import refresh_statistics
from emporion.core.files import whole
from emporion.core.sealing import seals

MIGRATIONS = "django_migrations"
# What a database holds that was only prepared.
FROM_PREPARING = {MIGRATIONS, "django_content_type", "auth_permission"}
BLOCK = 1 << 20
DAMAGED = (OSError, zipfile.BadZipFile, zlib.error, KeyError, ValueError, EOFError)


class NotRestored(Exception):
    """The backup was not brought back, and the place is as it was; the text says why."""


@dataclass(frozen=True)
class Restored:
    """What was brought back and compared: tables, rows, files, and the head of the journal."""

    tables: int
    rows: int
    files: int
    head: seals.Head


def restore(path: Path, *, live: bool = False) -> Restored:
    """Bring the backup `path` back into the empty database and data folder of the settings.

    The tables are made as they were when the backup was made, filled in one transaction, read
    again and compared with the digests of the backup, and only then kept; after that they are
    brought up to date with this program. Either database reads what the other wrote. What waited
    to leave and to be done is held (`core.holding`) unless this place is to be `live`. Raises
    NotRestored, with nothing changed but empty tables made.
    """
    with _opened(path) as (source, about), _told(path):
        shapes = [
            Shape(t["name"], tuple((c, k) for c, k in t["columns"]), tuple(t["order"]))
            for t in about["tables"]
        ]
        _refuse_unless_empty()
        _make_tables(source)
        with _files_as_before(), whole_or_nothing() as database:
            database.empty(shapes)
            for shape, table in zip(shapes, about["tables"], strict=True):
                _fill(source, database, shape, table)
            database.set_last_keys(about["last_keys"])
            if broken := database.broken_references():
                raise NotRestored(f"rows refer to rows that are missing: {', '.join(broken)}")
            _compare(source, database, shapes, about)
            for file in about["files"]:
                _write_file(source, file)
            if not live:
                known = {shape.table: {name for name, _ in shape.columns} for shape in shapes}
                try:
                    holding.hold(known)
                except holding.NotHeld as old:
                    raise NotRestored(
                        f"{old} is of a version in which what waits cannot be held: it would leave "
                        "at once. If this is the fair, restore with --live."
                    ) from None
    seals.forget_head()
    call_command("migrate", interactive=False, verbosity=0)
    refresh_statistics()
    rows = sum(table["rows"] for table in about["tables"])
    return Restored(len(shapes), rows, len(about["files"]), seals.head())


def about(path: Path) -> dict[str, Any]:
    """Return the manifest of a backup; NotRestored if it is none, or not whole."""
    with _opened(path) as (_, said):
        return said


@contextmanager
def _opened(path: Path) -> Iterator[tuple[zipfile.ZipFile, dict[str, Any]]]:
    with ExitStack() as stack:
        try:
            source = stack.enter_context(zipfile.ZipFile(path))
            said = json.loads(source.read(writing.MANIFEST))
        except DAMAGED as error:
            raise NotRestored(f"{path} is no whole backup: {error}") from error
        if said.get("format") != writing.FORMAT:
            raise NotRestored(f"{path} is of another form: {said.get('format')!r}.")
        yield source, said


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Tell of what fails meanwhile: of the place, or of the backup where it cannot be read."""
    try:
        yield
    except NotRestored:
        raise
    except (OSError, DatabaseError) as error:
        raise NotRestored(f"nothing was restored: {why(error)}") from error
    except DAMAGED as error:
        raise NotRestored(f"{path} is no whole backup: {error}") from error


def _refuse_unless_empty() -> None:
    there = set(connection.introspection.table_names()) - FROM_PREPARING
    # SQLite's own tables count what the others hold, or held.
    for name in sorted(name for name in there if not name.startswith("sqlite_")):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT 1 FROM {quoted(name)} LIMIT 1")  # noqa: S608 (a table's name)
            if cursor.fetchone():
                raise NotRestored(
                    f"the database is not empty ({name} has rows). Restore into a new one."
                )
    media = Path(settings.MEDIA_ROOT)
    if media.is_dir() and any(media.iterdir()):
        raise NotRestored(f"{media} is not empty. Restore into a new data folder.")


def _make_tables(source: zipfile.ZipFile) -> None:
    """Make the tables as they were when the backup was made."""
    lines = source.read(f"tables/{MIGRATIONS}").decode().split("\n")[:-1]
    named = {(parts[1], parts[2]) for parts in (line.split("\t") for line in lines if line)}
    executor = MigrationExecutor(connection)
    known = set(executor.loader.disk_migrations)
    # Parts that the program has given up since keep their rows there and no tables.
    parts_known = executor.loader.migrated_apps
    wanted = {one for one in named if one[0] in parts_known}
    if unknown := sorted(f"{app}.{name}" for app, name in wanted - known):
        raise NotRestored(
            f"it was made by a newer version of the program ({', '.join(unknown[:3])}). "
            "Restore it with that one."
        )
    if set(executor.loader.applied_migrations) & known - wanted:
        raise NotRestored(
            "the tables are newer than the backup. Restore into a database without tables."
        )
    executor.migrate(leaves(executor.loader, wanted))


def _fill(source: zipfile.ZipFile, database: Database, shape: Shape, table: dict[str, Any]) -> None:
    digest = hashlib.sha256()
    count = database.load(shape, _lines(source, shape.table, digest))
    if (count, digest.hexdigest()) != (table["rows"], table["digest"]):
        raise NotRestored(f"{shape.table} in the backup is damaged: its digest is another.")


def _lines(source: zipfile.ZipFile, name: str, digest: Any) -> Iterator[str]:
    rest = b""
    with source.open(f"tables/{name}") as member:
        while block := member.read(BLOCK):
            digest.update(block)
            *whole_lines, rest = (rest + block).split(b"\n")
            for line in whole_lines:
                yield line.decode()


def _compare(
    source: zipfile.ZipFile, database: Database, shapes: list[Shape], about: dict[str, Any]
) -> None:
    """Read every row again; the first that is not as it was stops the restore."""
    for shape in shapes:
        there = (line for portion in database.lines(shape) for line in portion)
        written = _lines(source, shape.table, hashlib.sha256())
        for number, (one, other) in enumerate(zip_longest(written, there), 1):
            if one is None or other is None or not shape.is_same(one, other):
                raise NotRestored(f"row {number} of {shape.table} is not what it was.")
    has_seals = any(shape.table == writing.SEALS for shape in shapes)
    head = str(writing.head_in(database) if has_seals else seals.Head())
    if head != about["journal"]:
        raise NotRestored(f"the journal ends at {head}, not at {about['journal']}.")


@contextmanager
def _files_as_before() -> Iterator[None]:
    """Where the block fails, uploads go again (there were none) and keys are what they were."""
    keys = [settings.DATA_DIR / name for name in writing.SECRETS]
    before = {path: path.read_bytes() if path.is_file() else None for path in keys}
    try:
        yield
    except BaseException:
        media = Path(settings.MEDIA_ROOT)
        # What is in it, and not the folder: it may be a link to a share.
        for path in media.iterdir() if media.is_dir() else ():
            path.unlink() if path.is_file() else shutil.rmtree(path, ignore_errors=True)
        for path, content in before.items():
            if content is None:
                path.unlink(missing_ok=True)
            else:
                with whole(path, private=True) as out:
                    out.write(content)
        raise


def _write_file(source: zipfile.ZipFile, file: dict[str, Any]) -> None:
    """Write a file of the data folder, compared with its digest."""
    name = PurePosixPath(file["name"])
    is_secret = str(name) in writing.SECRETS
    if not is_secret and (name.parts[:1] != ("media",) or ".." in name.parts):
        raise NotRestored(f"{name} has no place in a data folder.")
    path = Path(settings.MEDIA_ROOT, *name.parts[1:]) if not is_secret else (
        settings.DATA_DIR / str(name)
    )  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with source.open(f"files/{name}") as member, whole(path, private=is_secret) as out:
        while block := member.read(BLOCK):
            digest.update(block)
            out.write(block)
        if digest.hexdigest() != file["digest"]:
            raise NotRestored(f"{name} in the backup is damaged: its digest is another.")
    if is_secret:
        os.chmod(path, 0o600)
