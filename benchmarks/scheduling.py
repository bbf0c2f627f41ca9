"""The scheduling engine at the size of an expo: share of the bound, baseline, memory, reading.

    ./run bench scheduling [--seeds 1 2 3] [--small]

Every case runs in a process of its own, time counted from its start; each prints one JSON line
``{"case", "value", "unit", "bar", "rival"}``.  Walking cases are measured against the bound that
ignores the walks.  ``--small`` is a tenth of the size, for a quick look.
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
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src")]
COMMAND = [sys.executable, "-m", "emporion.engines.scheduling.command"]
ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT / "src")}
CASES = (
    # walking, seconds, bar on the share in percent
    (False, 10, 99.5),
    (False, 30, 99.5),
    (False, 60, 99.5),
    (True, 30, 98.0),
    (True, 60, 98.5),
)


def show(case: str, value: float, unit: str, bar: float | None, rival: Any = None) -> None:
    """Print one figure."""
    line = {"case": case, "value": round(value, 4), "unit": unit, "bar": bar, "rival": rival}
    print(json.dumps(line), flush=True)


def main() -> int:
    """Generate, schedule, check; 1 when a bar is missed or a schedule is not valid."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--small", action="store_true")
    args = parser.parse_args()
    from emporion.engines import scheduling

    show("kernels ready", scheduling.compile_kernels(), "s", None)
    missed = 0
    with tempfile.TemporaryDirectory() as folder:
        for seed in args.seeds:
            missed += _seed(seed, args.small, Path(folder))
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20
    show("peak memory of a process", peak, "GiB", 1.0)
    return 1 if missed or peak > 1 else 0


def _seed(seed: int, small: bool, folder: Path) -> int:
    from emporion.engines import scheduling

    size = {"exhibitors": 1000, "buyers": 15_000, "requests": 200_000}
    if small:
        size = {name: number // 10 for name, number in size.items()}
    missed = 0
    for walking in (False, True):
        name = f"seed {seed}" + (", walking" if walking else "")
        path, out = folder / "instance.json", folder / "solution.json"
        scheduling.write_instance(path, scheduling.generate(seed=seed, walking=walking, **size))
        began = time.monotonic()
        instance = scheduling.read_instance(path)
        show(f"{name}: reading", time.monotonic() - began, "s", 2.0)
        baseline = scheduling.greedy(instance)
        plain = scheduling.generate(seed=seed, **size) if walking else instance
        limit = scheduling.bound(plain).weight
        for with_walks, seconds, bar in CASES:
            if with_walks is not walking:
                continue
            began = time.monotonic()
            subprocess.run(
                [*COMMAND, str(path), "-o", str(out), "--time-limit", str(seconds), "--quiet"],
                env=ENVIRONMENT, check=True,
            )  # fmt: skip
            wall = time.monotonic() - began
            solution = json.loads(out.read_text("utf-8"))
            share = 100 * solution["objective"]["weight"] / limit
            case = f"{name}, {seconds} s (took {wall:.1f}, {solution['steps']} steps)"
            rival = {"greedy": round(100 * baseline.weight / limit, 3)}
            show(case, share, "% of bound", bar, rival)
            certified = solution["bound"]["weight"]
            if walking:
                value = 100 * solution["objective"]["weight"] / certified
                show(f"{case}, walks in the bound", value, "% of bound", None)
            missed += share < bar and not small
        report = scheduling.check_files(path, out)
        show(f"{name}: violations", len(report.violations), "count", 0)
        missed += len(report.violations)
    return missed


if __name__ == "__main__":
    sys.exit(main())
