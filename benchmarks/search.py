"""How long a search takes, on SQLite and PostgreSQL, with facets and counts.

    ./run bench search [--scale N]

16,226 made-up documents in three scripts (with real descriptions where the shared list of
exhibitors lies beside the repository), 42 queries of every sort. Prints JSON lines
``{"case", "value", "unit", "bar"}``; the last compares all hits of all queries on both databases.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]
BAR_MS = 60


def show(case: str, value: object, unit: str, bar: str | None = None) -> None:
    """Print one line of figures."""
    print(
        json.dumps({"case": case, "value": value, "unit": unit, "bar": bar}, ensure_ascii=False),
        flush=True,
    )


def real_texts() -> list[str]:
    """Descriptions of real exhibitors, or none when the shared folder is not there."""
    path = ROOT.parent / "shared" / "data" / "ces-2026-exhibitors" / "exhibitors.csv"
    if not path.exists():
        return []
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return [row["Description"] for row in csv.DictReader(lines) if row["Description"]]


def measure(scale: float, rounds: int) -> None:
    """Build and query on the database of DATABASE_URL; the digest goes to stderr's last line."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from benchmarks.search_corpus import QUERIES, SYNONYMS, corpus
    from emporion.core.searchindex.index import index_documents
    from emporion.core.searchindex.query import search
    from emporion.core.searchindex.synonyms import SynonymBook, register_synonyms

    call_command("migrate", "searchindex", verbosity=0, skip_checks=True)
    vendor = connection.vendor
    counts = [round(n * scale) for n in (826, 5_000, 10_400)]
    exhibitors, offers, organisations = counts
    docs = list(corpus(7, exhibitors, offers, organisations, texts=real_texts()))
    started = time.perf_counter()
    index_documents("bench", docs)
    show(
        f"search build {vendor} documents={len(docs)}", round(time.perf_counter() - started, 1), "s"
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM searchindex_searchterm")
        show(f"search postings {vendor}", cursor.fetchone()[0], "rows")
        if vendor == "postgresql":
            cursor.execute("ANALYZE")
    started = time.perf_counter()
    for doc in docs[:50]:
        index_documents("bench", [type(doc)(**{**doc.__dict__, "title": doc.title + " Neo"})])
    show(f"search re-index one {vendor}", round((time.perf_counter() - started) * 20, 2), "ms")
    for doc in docs[:50]:
        index_documents("bench", [doc])

    register_synonyms(SynonymBook(SYNONYMS))
    started = time.perf_counter()
    search("bench", "sauna")
    show(
        f"search first after a change {vendor}", round((time.perf_counter() - started) * 1000), "ms"
    )
    digest = hashlib.sha256()
    times: list[tuple[float, str]] = []
    for turn in range(rounds + 1):
        for text, facets in QUERIES:
            started = time.perf_counter()
            result = search("bench", text, facets=facets, language="en")
            spent = (time.perf_counter() - started) * 1000
            if turn:
                times.append((spent, f"{text} {facets or ''}".strip()))
            else:
                everything = search("bench", text, facets=facets, limit=100_000)
                digest.update(
                    repr([(h.kind, h.object_id, h.score) for h in everything.hits]).encode()
                )
                digest.update(repr((result.kinds, result.facets, result.total)).encode())
    spent_ms = sorted(ms for ms, _ in times)
    show(f"search p50 {vendor}", round(statistics.median(spent_ms), 1), "ms")
    p95 = spent_ms[int(len(spent_ms) * 0.95)]
    show(f"search p95 {vendor}", round(p95, 1), "ms", f"<= {BAR_MS}")
    worst = {text: ms for ms, text in sorted(times)}
    for text, ms in sorted(worst.items(), key=lambda item: -item[1])[:5]:
        show(f"search worst {vendor}: {text or '(everything)'}", round(ms, 1), "ms")
    print(digest.hexdigest(), file=sys.stderr)


def run_child(url: str, arguments: list[str]) -> str:
    """Measure in a process of its own on ``url``; return the digest."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, __file__, "--here", *arguments],
            env={
                **os.environ,
                "DATABASE_URL": url or f"sqlite:///{folder}/search.sqlite3",
                "EMPORION_DATA_DIR": folder,
                "EMPORION_INSECURE_LOCAL": "1",
                "DJANGO_SETTINGS_MODULE": "emporion.project.settings",
            },
            stderr=subprocess.PIPE,
            text=True,
        )
    if done.returncode:
        sys.exit(done.stderr)
    return done.stderr.split()[-1]


def main() -> None:
    """Measure on SQLite, and on PostgreSQL where there is one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.here:
        measure(options.scale, options.rounds)
        return
    from tests.machine import Missing, cluster

    arguments = [f"--scale={options.scale}", f"--rounds={options.rounds}"]
    digests = [run_child("", arguments)]
    try:
        with cluster() as server:
            url = server.rsplit("/", 1)[0] + "/postgres"
            digests.append(run_child(url, arguments))
    except Missing as missing:
        show("search PostgreSQL", f"left out: {missing}", "")
    else:
        same = "equal" if digests[0] == digests[1] else "different"
        show("search hits on both databases", same, "", "equal")


if __name__ == "__main__":
    main()
