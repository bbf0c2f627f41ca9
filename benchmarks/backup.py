"""A backup of the full model edition while 50 writes a second go on, and back on both databases.

    ./run bench backup --data FOLDER          a data folder with a model edition on SQLite; it is
                                              copied, and nothing is written into it
    ./run bench backup --build 0.05           builds a small one first

Prints JSON lines ``{"case", "value", "unit", "bar"}``; the exit status is 1 when a bar is missed.
Writers record a change in the journal, as every command does, in transactions of their own.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

BAR_SECONDS, WRITES = 10.0, 50
WRITER = f"""
import django, time, sys
django.setup()
from django.db import transaction
from emporion.core import journal
began, n, late = time.monotonic(), 0, 0.0
while True:
    wait = began + n / {WRITES} - time.monotonic()
    if wait > 0:
        time.sleep(wait)
    started = time.monotonic()
    with transaction.atomic():
        journal.record("bench.write", "bench", str(n), values={{"n": n}})
    late, n = max(late, time.monotonic() - started), n + 1
    print(n, round(n / (time.monotonic() - began), 1), round(late * 1000), flush=True)
"""
DIGESTS = """
import django, json
django.setup()
from emporion.core.backups import databases, shapes, writing
with databases.one_moment() as d:
    print(json.dumps({s.table: writing.digest_of_table(d, s) for s in shapes.every_shape()}))
"""
missed: list[str] = []


def show(case: str, value: float, unit: str, bar: str = "", met: bool = True) -> None:
    """Print one figure and remember a missed bar."""
    if not met:
        missed.append(case)
    print(json.dumps({"case": case, "value": value, "unit": unit, "bar": bar}), flush=True)


class Place:
    """An installation in a folder, on SQLite or the database of a URL."""

    def __init__(self, folder: Path, url: str = "") -> None:
        folder.mkdir(exist_ok=True)
        kept = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"}
        self.environment = {
            **kept, "EMPORION_DATA_DIR": str(folder), "EMPORION_INSECURE_LOCAL": "1",
            "EMPORION_LOG_LEVEL": "WARNING", "PYTHONPATH": str(ROOT / "src"),
            "DJANGO_SETTINGS_MODULE": "emporion.project.settings",
            **({"DATABASE_URL": url} if url else {}),
        }  # fmt: skip

    def run(self, *words: str) -> str:
        """Run a command of the product; return what it printed."""
        command = [sys.executable, "-m", "emporion.cli", *words]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"emporion {' '.join(words)}: {done.stderr[-2000:]}")
        return done.stdout

    def python(self, code: str) -> subprocess.Popen[str]:
        """Start Python in this installation."""
        return subprocess.Popen(
            [sys.executable, "-c", code], env=self.environment, stdout=subprocess.PIPE, text=True
        )

    def digests(self) -> dict[str, list[object]]:
        """Return rows and digest of every table."""
        return dict(json.loads(self.python(DIGESTS).communicate()[0]))


def backed_up(place: Place, name: str, to: Path) -> None:
    """Back up while others write; print seconds, and what the writers noticed."""
    writer = place.python(WRITER)
    assert writer.stdout is not None
    for _ in range(2 * WRITES):
        writer.stdout.readline()
    made = json.loads(place.run("backup", "-o", str(to), "--json"))
    writer.terminate()
    _, rate, longest = writer.communicate()[0].splitlines()[-1].split()
    spent = made["seconds"]
    show(f"{name}: backup of {made['rows']:,} rows while others write", spent, "s",
         f"<= {BAR_SECONDS:g}", spent <= BAR_SECONDS)  # fmt: skip
    show(f"{name}: size of the file", round(made["bytes"] / 1e6, 1), "MB")
    show(
        f"{name}: writes meanwhile", float(rate), "1/s", f"= {WRITES}", float(rate) > 0.95 * WRITES
    )
    show(f"{name}: longest write meanwhile", float(longest), "ms")


def restored(source: Place, backup: Path, place: Place, name: str) -> None:
    """Restore a backup of a place that nobody writes to any more, and compare all rows."""
    source.run("journal", "seal")
    source.run("backup", "-o", str(backup))
    started = time.perf_counter()
    place.run("restore", "--live", str(backup))
    show(f"{name}: restore", round(time.perf_counter() - started, 1), "s")
    there, here = source.digests(), place.digests()
    different = sum(there[table] != here.get(table) for table in there)
    show(f"{name}: tables that differ after the restore", different, "tables", "= 0", not different)


def main() -> int:
    """Measure; the exit status says whether every bar is met."""
    from benchmarks.journal import create
    from tests import machine

    parser = argparse.ArgumentParser(prog="./run bench backup")
    parser.add_argument("--data", type=Path, help="a data folder with a model edition")
    parser.add_argument("--build", type=float, default=1.0, metavar="SCALE")
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="emporion-bench-") as name,
        machine.cluster(durable=True) as url,
    ):
        folder = Path(name)
        if options.data:
            shutil.copytree(options.data, folder / "source")
        source = Place(folder / "source")
        if options.data:
            source.run("upgrade", "--no-backup")
        else:
            source.run("demo", "--no-serve", "--scale", str(options.build))
        backed_up(source, "SQLite", folder / "a.backup")
        create(url)
        there = Place(folder / "postgresql", url)
        restored(source, folder / "b.backup", there, "SQLite to PostgreSQL")
        backed_up(there, "PostgreSQL", folder / "c.backup")
        restored(there, folder / "d.backup", Place(folder / "again"), "PostgreSQL to SQLite")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
