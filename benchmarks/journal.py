"""What the journal and its seals cost, and how long proving a million entries takes.

    ./run bench journal                       both databases, each in a throw-away place
    ./run bench journal --entries 100000      fewer entries to prove

Prints JSON lines ``{"case", "database", "value", "unit", "bar"}``; the exit status is 1 when a bar
is missed. An import is 200,000 rows written in portions with an undo record each, without a journal
and with one that is sealed at the end; the quicker of some turns counts.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

CHANGES, TURNS = 200_000, 3
BAR_SHARE, BAR_SECONDS = 10.0, 10.0
WITH_VALUES = 10


def show(case: str, value: float, unit: str, bar: str = "", met: bool = True) -> bool:
    """Print one figure; return whether its bar is met."""
    from django.db import connection

    line = {"case": case, "database": connection.vendor, "value": value, "unit": unit, "bar": bar}
    print(json.dumps(line), flush=True)
    return met


def work_seconds() -> float:
    """Return the CPU seconds of this process and of the server's that works for it.

    What else runs on the machine changes them little, and the clock's much.
    """
    from django.db import connection

    spent = time.process_time()
    if connection.vendor == "postgresql":
        connection.ensure_connection()
        pid = connection.connection.info.backend_pid
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        spent += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return spent


def imported(with_journal: bool) -> tuple[float, float]:
    """Write the rows of an import; return its seconds by the clock and of work."""
    from django.db import transaction
    from django.utils import timezone

    from emporion.core import journal
    from emporion.core.bulk import chunks, load_rows
    from emporion.core.ids import derived_id
    from emporion.core.models import ImportBatch, ImportChange
    from emporion.core.sealing import seals

    batch = ImportBatch.objects.create(
        tenant="bench", subject="requests", place="", source="bench", file_name="", file_digest="",
        started_at=timezone.now(),
    )  # fmt: skip
    ids = [derived_id("bench", str(n)) for n in range(CHANGES)]
    before = {"state": "open", "weight": 3, "message": "Looking for a partner in Finland"}
    worked, started = work_seconds(), time.perf_counter()
    for part in chunks(ids):
        with transaction.atomic():
            rows = [(batch.pk, "request", one, before) for one in part]
            load_rows(ImportChange, ["batch", "object_kind", "object_id", "before"], rows)
            if with_journal:
                journal.record("request.change", "request", part, fields=["weight"])
    if with_journal:
        seals.seal()
    spent = time.perf_counter() - started, work_seconds() - worked
    ImportChange.objects.filter(batch=batch).delete()
    return spent


def fill(count: int) -> None:
    """Write `count` entries, every tenth with values."""
    from django.db import transaction

    from emporion.core import bulk, journal
    from emporion.core.models import JournalEntry, JournalValue

    columns = ["id", "at", "tenant", "action", "actor", "on_behalf", "object_kind", "object_ids",
               "object_count", "object_id", "fields", "commitment"]  # fmt: skip
    at = dt.datetime(2023, 11, 23, 9, tzinfo=dt.UTC)
    for start in range(0, count, 50_000):
        with transaction.atomic():
            keys = bulk.reserve_ids(JournalEntry, min(50_000, count - start))
            entries, values = [], []
            for key in keys:
                one, salt, text = (
                    f"object{key % 5000:04}",
                    f"{key:032x}",
                    f'{{"name":"Aino {key}"}}',
                )
                kept = key % WITH_VALUES == 0
                entries.append(
                    (key, at + dt.timedelta(milliseconds=key), "tenant", "person.change",
                     f"user:{key % 90:04}", "", "person", [one], 1, one, ["name"],
                     journal.commitment(salt, text) if kept else "")
                )  # fmt: skip
                if kept:
                    values.append((key, salt, text))
            bulk.load_rows(JournalEntry, columns, entries)
            bulk.load_rows(JournalValue, ["entry", "salt", "text"], values)


def measured(entries: int) -> bool:
    """Measure on the database of the settings; return whether every bar is met."""
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "emporion.project.settings"
    django.setup()
    from django.core.management import call_command

    from emporion.core.models import JournalEntry
    from emporion.core.sealing import seals, verifying

    call_command("migrate", interactive=False, verbosity=0)
    turns = [(imported(False), imported(True)) for _ in range(TURNS)]
    (without, bare), (within, full) = (
        tuple(min(one[n][kind] for one in turns) for kind in (0, 1)) for n in (0, 1)
    )
    share = round(100 * (within / without - 1), 1)
    show("import of 200,000 without a journal", round(without, 2), "s")
    show("work that journal and seals add to it", round(100 * (full / bare - 1), 1), "%")
    good = show(
        "what journal and seals add to it", share, "%", f"<= {BAR_SHARE:g}", share <= BAR_SHARE
    )
    fill(entries)
    started = time.perf_counter()
    sealed = seals.seal(patience=30)
    show(f"sealing {sealed:,} entries", round(time.perf_counter() - started, 2), "s")
    started = time.perf_counter()
    report = verifying.verify()
    spent = round(time.perf_counter() - started, 2)
    good &= show(
        f"proving {report.entries:,} entries and {report.values:,} values", spent, "s",
        f"<= {BAR_SECONDS:g}", spent <= BAR_SECONDS and report.is_whole,
    )  # fmt: skip
    touched = JournalEntry.objects.order_by("-pk")[entries // 3]
    JournalEntry.objects.filter(pk=touched.pk).update(actor="user:somebody")
    problem = verifying.verify().problem
    named = problem is not None and (problem.entry, problem.fields) == (touched.pk, ("actor",))
    return show("a touched entry is named", int(named), "entries", "= 1", named) and good


def main() -> int:
    """Measure; the exit status says whether every bar is met."""
    parser = argparse.ArgumentParser(prog="./run bench journal")
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.here:
        return 0 if measured(options.entries) else 1
    from tests import machine

    words = [sys.executable, __file__, "--here", "--entries", str(options.entries)]
    kept = {**os.environ, "EMPORION_INSECURE_LOCAL": "1", "EMPORION_LOG_LEVEL": "WARNING"}
    kept["PYTHONPATH"] = str(ROOT / "src")
    kept.pop("DATABASE_URL", None)
    status = 0
    with tempfile.TemporaryDirectory(prefix="emporion-bench-") as folder:
        status |= subprocess.run(words, env={**kept, "EMPORION_DATA_DIR": folder}).returncode
    with tempfile.TemporaryDirectory(prefix="emporion-bench-") as folder:
        try:
            with machine.cluster(durable=True) as url:
                create(url)
                more = {"EMPORION_DATA_DIR": folder, "DATABASE_URL": url}
                status |= subprocess.run(words, env={**kept, **more}).returncode
        except machine.Missing as why:
            print(f"left out: {why}", file=sys.stderr)
    return status


def create(url: str) -> None:
    """Make the database that `url` of a cluster names."""
    import dj_database_url
    import psycopg

    parts = dj_database_url.parse(url)
    with psycopg.connect(
        host=parts["HOST"], user=parts["USER"], dbname="postgres", autocommit=True
    ) as connection:
        connection.execute("CREATE DATABASE emporion")


if __name__ == "__main__":
    sys.exit(main())
