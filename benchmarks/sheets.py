"""How long an A4 day sheet takes, asked, set and written, when everybody's are printed.

    ./run bench sheets                the data of EMPORION_DATA_DIR or DATABASE_URL
    ./run bench sheets --build 1      a model edition of its own, on SQLite

Runs `emporion day-sheets` into a new folder, stops it half way, lets it go on, and prints JSON
lines ``{"case", "value", "unit", "bar"}``: milliseconds a sheet with everything (database, setting,
writing), the most memory held, the bytes of a sheet, and the seconds until it goes on again.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src"), str(ROOT / "benchmarks")]
BAR_MS = 60


def show(case: str, value: float, unit: str, bar: float | None = None) -> None:
    print(json.dumps({"case": case, "value": value, "unit": unit, "bar": bar}), flush=True)


def held(folder: Path) -> dict[str, dict[str, int]]:
    there = folder / "day-sheets.json"
    return json.loads(there.read_text())["parts"] if there.exists() else {}


def main() -> int:
    """Measure; the exit status says whether the bar is met."""
    parser = argparse.ArgumentParser(prog="./run bench sheets")
    parser.add_argument("--edition", default="model", help="its slug")
    parser.add_argument("--build", type=float, metavar="SCALE", help="build a model edition first")
    parser.add_argument("--untagged", action="store_true", help="without what screen readers need")
    options = parser.parse_args()
    os.environ.setdefault("EMPORION_INSECURE_LOCAL", "1")
    os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    with ExitStack() as stack:
        if options.build is not None:
            from benchmarks.pages import build

            build(options.build, False, stack)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="emporion-sheets-")))
        command = [sys.executable, "-m", "emporion.cli", "day-sheets", "--edition",
                   options.edition, "-o", str(folder)]  # fmt: skip
        command += ["--untagged"] if options.untagged else []
        seconds = 0.0
        # The first run is killed after its second part: what is whole stays.
        started = time.monotonic()
        first = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while first.poll() is None and len(held(folder)) < 2:
            time.sleep(0.02)
        first.kill()
        first.wait()
        seconds += time.monotonic() - started
        kept = len(held(folder))
        started = time.monotonic()
        done = subprocess.run(command, check=False)
        seconds += time.monotonic() - started
        if done.returncode:
            return done.returncode
        parts = held(folder)
        sheets = sum(part["sheets"] for part in parts.values())
        show("people", sum(part["people"] for part in parts.values()), "")
        show("sheets", sheets, "")
        show("parts kept by a killed run", kept, "")
        value = round(1000 * seconds / sheets, 2)
        show("a sheet", value, "ms", BAR_MS)
        show("all of them", round(seconds, 1), "s")
        show("size of a sheet", round(sum(p["bytes"] for p in parts.values()) / sheets), "bytes")
        most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        show("memory", round(most), "MiB")
    return 0 if value <= BAR_MS else 1


if __name__ == "__main__":
    sys.exit(main())
