"""A real list of 2,088 exhibitors, taken in by the real command: seconds, and that nothing changes.

    ./run bench intake

Reads the list of the shared data beside the repository and writes into a data folder of its own
(or the database of DATABASE_URL, which must be empty). Prints JSON lines
``{"case", "value", "unit", "bar"}``; the exit status is 1 when a bar is missed.
"""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src")]
CES = ROOT.parent / "shared" / "data" / "ces-2026-exhibitors" / "exhibitors.csv"
ROWS, SECONDS, COMPARING = 2088, 20, 3
missed: list[str] = []


def show(case: str, value: float, unit: str, bar: str, met: bool) -> None:
    """Print one figure and remember a missed bar."""
    if not met:
        missed.append(case)
    print(json.dumps({"case": case, "value": value, "unit": unit, "bar": bar}), flush=True)


def emporion(*words: str) -> tuple[float, str]:
    """Run a command of the product; return its seconds and what it said."""
    started = time.monotonic()
    command = [sys.executable, "-m", "emporion.cli", *words]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return time.monotonic() - started, done.stdout + done.stderr


def counted(said: str, what: str) -> int:
    """Return the number before a word of the report."""
    found = re.search(rf"([\d,]+) {what}", said)
    return int(found.group(1).replace(",", "")) if found else 0


def main() -> int:
    """Measure; the exit status says whether every bar is met."""
    if not CES.exists():
        sys.exit(f"This benchmark needs {CES.relative_to(ROOT.parent)} beside the repository.")
    os.environ.setdefault("EMPORION_INSECURE_LOCAL", "1")
    os.environ["PYTHONPATH"] = str(ROOT / "src")
    with tempfile.TemporaryDirectory(prefix="emporion-bench-") as folder:
        os.environ["EMPORION_DATA_DIR"] = folder
        emporion("prepare")
        listed = ("import", "exhibitors", str(CES), "--edition", "ces-2026")
        seconds, said = emporion(*listed, "--create-edition")
        show("first import", round(seconds, 1), "s", f"<= {SECONDS}", seconds <= SECONDS)
        new = counted(said, "new")
        show("new exhibitors", new, "rows", f"= {ROWS}", new == ROWS)
        seconds, said = emporion(*listed)
        show("second import", round(seconds, 1), "s", f"<= {SECONDS}", seconds <= SECONDS)
        same = counted(said, "unchanged")
        show("unchanged exhibitors", same, "rows", f"= {ROWS}", same == ROWS)
        out = Path(folder) / "out.csv"
        emporion("export", "exhibitors", "--edition", "ces-2026", "-o", str(out))
        with out.open(encoding="utf-8-sig", newline="") as lines:
            exported = sum(1 for _ in csv.DictReader(lines))
        show("exported exhibitors", exported, "rows", f"= {ROWS}", exported == ROWS)
    from emporion.core.text.doubles import likely_doubles

    with CES.open(encoding="utf-8", newline="") as lines:
        names = [(row["Exh_id"], row["Name"]) for row in csv.DictReader(lines)]
    started = time.process_time()
    pairs = likely_doubles(names)
    spent = time.process_time() - started
    show("names compared", round(spent, 2), "CPU-s", f"<= {COMPARING}", spent <= COMPARING)
    show("likely doubles", len(pairs), "pairs", "< 20", len(pairs) < 20)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
