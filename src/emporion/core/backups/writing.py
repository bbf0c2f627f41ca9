"""Making a backup: one file that is there whole or not at all."""

from __future__ import annotations

import hashlib
import json
import time
import zipfile
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from emporion import __version__
from emporion.core.backups.databases import Database, one_moment
from emporion.core.backups.shapes import Shape, every_shape
from emporion.core.files import whole
from emporion.core.sealing.keys import FILE as JOURNAL_KEY
from emporion.core.sealing.models import JournalSeal
from emporion.core.sealing.seals import Head, digest_of

FORMAT = "emporion-backup/1"
MANIFEST = "manifest.json"
# What the data folder holds that nothing can make again.
SECRETS = ("secret-key", JOURNAL_KEY)
SEALS = JournalSeal._meta.db_table
ENDING = ".backup"
# A write that was stopped leaves its file under a name of its own; nobody writes for so long.
STALE_SECONDS = 3600
# Blocks that may wait to be compressed.
WAITING = 4


@dataclass(frozen=True)
class Made:
    """A backup that was made: rows, bytes of the file, seconds."""

    path: Path
    rows: int
    size: int
    seconds: float


def make(path: Path) -> Made:
    """Write a backup of database, uploads and keys to `path`; it is for its owner only.

    What the file holds of the database is one moment: no reader or writer waits for it. A file
    that was not written to its end never takes the name. O(rows) in time, some MB of memory.
    Raises OSError when the folder cannot be written.
    """
    started = time.perf_counter()
    _clear_up(path.parent)
    with whole(path, private=True) as file:
        rows = write(file)
    return Made(path, rows, path.stat().st_size, time.perf_counter() - started)


def write(file: IO[bytes]) -> int:
    """Write a backup into an open file; return how many rows it holds."""
    shapes = every_shape()
    # A database of before there were seals is backed up too: that is how an upgrade begins.
    has_seals = any(shape.table == SEALS for shape in shapes)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target:
        with one_moment() as database:
            about: dict[str, Any] = {
                "format": FORMAT,
                "version": __version__,
                "made_at": timezone.now().isoformat(),
                "database": connection.vendor,
                "journal": str(head_in(database) if has_seals else Head()),
                "last_keys": database.last_keys(shapes),
                "tables": [_table(target, database, shape) for shape in shapes],
            }
        about["files"] = [_file(target, path, name) for path, name in _files()]
        # Last: a file without it was not written to its end.
        target.writestr(MANIFEST, json.dumps(about, ensure_ascii=False, indent=1))
    return sum(one["rows"] for one in about["tables"])


def head_in(database: Database) -> Head:
    """Return the last link of the journal's chain at the moment that `database` shows."""
    row = database.one(
        f"SELECT number, checkpoint FROM {SEALS} ORDER BY number DESC LIMIT 1"  # noqa: S608 (ours)
    )
    return Head(int(row[0]), digest_of(row[1])) if row else Head()


def digest_of_table(database: Database, shape: Shape) -> tuple[int, str]:
    """Return (rows, SHA-256 over all rows in their order): the same on both databases."""
    rows, digest = 0, hashlib.sha256()
    for portion in database.lines(shape):
        rows += len(portion)
        digest.update("".join(f"{shape.plain(line)}\n" for line in portion).encode())
    return rows, digest.hexdigest()


def _table(target: zipfile.ZipFile, database: Database, shape: Shape) -> dict[str, Any]:
    rows, digest = 0, hashlib.sha256()
    # One thread reads and hashes while the other compresses.
    with (
        target.open(f"tables/{shape.table}", "w", force_zip64=True) as member,
        ThreadPoolExecutor(1) as beside,
    ):
        written: deque[Future[int]] = deque()
        for portion in database.lines(shape):
            block = ("\n".join(portion) + "\n").encode()
            rows += len(portion)
            written.append(beside.submit(member.write, block))
            digest.update(block)
            while len(written) > WAITING:
                written.popleft().result()
        for one in written:
            one.result()
    return {
        "name": shape.table,
        "columns": [list(column) for column in shape.columns],
        "order": list(shape.order),
        "rows": rows,
        "digest": digest.hexdigest(),
    }


def _files() -> Iterator[tuple[Path, str]]:
    """Yield (path, name in the backup) of what is kept beside the database."""
    for name in SECRETS:
        if (settings.DATA_DIR / name).is_file():
            yield settings.DATA_DIR / name, name
    media = Path(settings.MEDIA_ROOT)
    for path in sorted(media.rglob("*")) if media.is_dir() else []:
        if path.is_file() and not path.is_symlink():
            yield path, f"media/{path.relative_to(media).as_posix()}"


def _file(target: zipfile.ZipFile, path: Path, name: str) -> dict[str, Any]:
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as source, target.open(f"files/{name}", "w", force_zip64=True) as member:
        while block := source.read(1 << 20):
            digest.update(block)
            member.write(block)
            size += len(block)
    return {"name": name, "size": size, "digest": digest.hexdigest()}


def _clear_up(folder: Path) -> None:
    """Remove what backups left that were killed long ago."""
    for path in folder.glob(".writing-*"):
        if time.time() - path.stat().st_mtime > STALE_SECONDS:
            path.unlink(missing_ok=True)
