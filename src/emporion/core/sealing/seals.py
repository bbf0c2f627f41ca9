"""Sealing: which entries are final, and the next links of the chain over them."""

from __future__ import annotations

import hashlib
import json
import struct
import time
from dataclasses import dataclass

import structlog
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import Max
from django.utils import timezone

from emporion.core.files import whole
from emporion.core.models import JournalEntry
from emporion.core.sealing import keys, merkle, rows
from emporion.core.sealing.models import JournalSeal

FORMAT = "emporion-journal/1"
# Entries under one root.
BATCH = 4096
NOTHING = "0" * 64
HEAD_FILE = "journal-head"
log = structlog.get_logger("emporion.journal")


@dataclass(frozen=True)
class Head:
    """The last link of the chain: with it, nobody can take away what it vouches for."""

    number: int = 0
    digest: str = NOTHING

    def __str__(self) -> str:
        return f"{self.number}:{self.digest}"


def digest_of(checkpoint: str) -> str:
    """Return what the next checkpoint calls this one."""
    return hashlib.sha256(checkpoint.encode()).hexdigest()


def head() -> Head:
    """Return the last link; one query."""
    last = JournalSeal.objects.order_by("-number").values_list("number", "checkpoint").first()
    return Head(last[0], digest_of(last[1])) if last else Head()


def seal(*, patience: float = 2.0, batch: int = BATCH) -> int:
    """Seal every entry that is final; return how many were.

    Entries of transactions that still run are left for the next time, and so are all above them;
    `patience` is for how many seconds their end is waited for. Safe to run in several processes:
    of two that seal the same entries, one does. Holds no lock while it reads and hashes.
    """
    last, sealed = _last(), 0
    done = last.last_id if last else 0
    if not JournalEntry.objects.filter(pk__gt=done).exists():
        return 0
    upto = final_upto(patience)
    while found := rows.read(done, upto, batch):
        if not _append(last, found):
            break
        sealed += len(found)
        last, done = _last(), found[-1][0]
    if sealed:
        _note_head()
    return sealed


def final_upto(patience: float = 2.0) -> int:
    """Return the highest key up to which no entry can appear any more; 0 if nobody can tell yet.

    PostgreSQL hands keys out before the commit, so an entry may appear below one that is there.
    Whoever has such a key holds a lock on the table from before they got it to their end: once
    all who hold it now have gone, everything up to the key that was highest before is there or
    was rolled back. SQLite has one writer: what is there is all there is.
    """
    highest = JournalEntry.objects.aggregate(highest=Max("pk"))["highest"] or 0
    if connection.vendor != "postgresql" or not highest:
        return highest
    busy, end = _writers(), time.monotonic() + patience
    while busy:
        if time.monotonic() >= end:
            return 0
        time.sleep(0.02)
        busy &= _writers()
    return highest


def forget_head() -> None:
    """Forget which link this machine saw last: the database is about to become another one."""
    (settings.DATA_DIR / HEAD_FILE).unlink(missing_ok=True)


def seen_head() -> Head | None:
    """Return the last link that was made on this machine; None if there is none."""
    try:
        number, _, digest = (settings.DATA_DIR / HEAD_FILE).read_text().strip().partition(":")
        return Head(int(number), digest)
    except (OSError, ValueError):
        return None


def _last() -> JournalSeal | None:
    return JournalSeal.objects.order_by("-number").only("number", "checkpoint", "last_id").first()


def _append(last: JournalSeal | None, found: list[tuple[int, str]]) -> bool:
    """Add the next link over `found`; False when another process was quicker."""
    leaves = [rows.leaf(key, text) for key, text in found]
    number = last.number + 1 if last else 1
    private = keys.current()
    checkpoint = json.dumps(
        {
            "format": FORMAT,
            "number": number,
            "at": timezone.now().isoformat(),
            "after": last.last_id if last else 0,
            "upto": found[-1][0],
            "entries": len(found),
            "root": merkle.root(leaves).hex(),
            "previous": digest_of(last.checkpoint) if last else NOTHING,
            "key": private.name,
        },
        separators=(",", ":"),
    )
    try:
        with transaction.atomic():
            JournalSeal.objects.create(
                number=number,
                checkpoint=checkpoint,
                signature=private.sign(checkpoint),
                last_id=found[-1][0],
                ids=struct.pack(f"<{len(found)}q", *(key for key, _ in found)),
                leaves=b"".join(leaves),
                checks=b"".join(rows.checks(text) for _, text in found),
            )
    except IntegrityError:
        return False
    return True


def _note_head() -> None:
    """Keep the last link outside of the database too: in the data folder and in the log."""
    now = head()
    with whole(settings.DATA_DIR / HEAD_FILE) as file:
        file.write(f"{now}\n".encode())
    log.info("journal.sealed", number=now.number, digest=now.digest)


def _writers() -> set[str]:
    """Return the transactions that may have written entries which nobody sees yet."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT virtualtransaction FROM pg_locks WHERE locktype = 'relation'"  # noqa: S608
            f" AND relation = '{rows.TABLE}'::regclass AND mode = 'RowExclusiveLock'"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            " AND pid IS DISTINCT FROM pg_backend_pid()"
        )
        return {one for (one,) in cursor.fetchall()}
