"""The scheduling engine at the size of an expo: share of the bound, baseline, memory, reading.

    ./run bench scheduling [--seeds 1 2 3] [--small] [--long] [--million]

Every case runs in a process of its own, time counted from its start; each prints one JSON line
``{"case", "value", "unit", "bar", "rival"}``.  "of flow" is the share of the slot-free flow, which
ignores walks; "of bound" the share of the certified bound in the solution, which does not.
``--small`` is a tenth of the size, for a quick look; ``--long`` adds the runs of five minutes,
``--million`` the market of 4,000 x 60,000.
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
    # walking, seconds, bars in percent: share of the flow bound, share of the certified bound
    (False, 10, 99.80, None),
    (False, 30, 99.85, None),
    (True, 60, 99.1, 99.55),
)
LONG = ((False, 300, None, 99.93), (True, 300, None, 99.7))
MILLION: dict[str, Any] = {"exhibitors": 4000, "buyers": 60_000, "requests": 1_000_000}


def show(case: str, value: float, unit: str, bar: float | None, rival: Any = None) -> None:
    """Print one figure."""
    line = {"case": case, "value": round(value, 4), "unit": unit, "bar": bar, "rival": rival}
    print(json.dumps(line), flush=True)


def main() -> int:
    """Generate, schedule, check; 1 when a bar is missed or a schedule is not valid."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--million", action="store_true")
    args = parser.parse_args()
    from emporion.engines import scheduling

    show("kernels ready", scheduling.compile_kernels(), "s", None)
    missed = 0
    with tempfile.TemporaryDirectory() as folder:
        for seed in args.seeds:
            missed += _seed(seed, args.small, args.long, Path(folder))
        if args.million:
            missed += _million(Path(folder))
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20
    most = 3.0 if args.million else 1.0
    show("peak memory of a process", peak, "GiB", most)
    return 1 if missed or peak > most else 0


def _seed(seed: int, small: bool, long: bool, folder: Path) -> int:
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
        limit = scheduling.service_price(instance)
        free, steps = limit.free, 0
        for with_walks, seconds, of_flow, of_bound in CASES + (LONG if long else ()):
            if with_walks is not walking:
                continue
            wall, weight, certified, steps = _run(path, out, seconds)
            case = f"{name}, {seconds} s (took {wall:.1f}, {steps} steps)"
            rival = {"greedy": round(100 * baseline.weight / free, 3)}
            share = 100 * weight / free
            show(f"{case}, of flow", share, "%", of_flow, rival)
            missed += of_flow is not None and share < of_flow and not small
            share = 100 * weight / certified
            show(f"{case}, of bound", share, "%", of_bound)
            missed += of_bound is not None and share < of_bound and not small
        report = scheduling.check_files(path, out)
        show(f"{name}: violations", len(report.violations), "count", 0)
        missed += len(report.violations)
        if not walking:
            missed += _service(name, instance, path, out, limit)
    return missed


def _run(path: Path, out: Path, seconds: int, *more: str) -> tuple[float, float, float, int]:
    """Wall seconds, weight, certified bound and steps of a run of the command."""
    began = time.monotonic()
    subprocess.run(
        [*COMMAND, str(path), "-o", str(out), "--time-limit", str(seconds), "--quiet", *more],
        env=ENVIRONMENT, check=True,
    )  # fmt: skip
    wall = time.monotonic() - began
    found = json.loads(out.read_text("utf-8"))
    return wall, found["objective"]["weight"], found["bound"]["weight"], found["steps"]


def _service(name: str, instance: Any, path: Path, out: Path, limit: Any) -> int:
    """Every requesting buyer served: how many are not, and the price against the least price."""
    _, weight, _, _ = _run(path, out, 30, "--serve", "1")
    found = json.loads(out.read_text("utf-8"))
    held = {meeting["request"] for meeting in found["meetings"]}
    rows = zip(instance.request_ids, instance.second.tolist(), strict=True)
    unserved = limit.people - len({buyer for name, buyer in rows if name in held})
    show(f"{name}: buyers not served", unserved, "count", 0, {"by weight alone": limit.unserved})
    above = 100 * (limit.bound - weight) / limit.free
    show(f"{name}: price of service above the least", above, "%-points", 0.08, None)
    return int(unserved > 0) + int(above > 0.08)


def _million(folder: Path) -> int:
    """4,000 x 60,000 with a million requests, reading included."""
    from emporion.engines import scheduling

    path, out = folder / "million.json", folder / "million-solution.json"
    instance = scheduling.generate(seed=1, **MILLION)
    scheduling.write_instance(path, instance)
    free = scheduling.service_price(instance).free
    del instance
    missed = 0
    for seconds, bar in ((60, 99.80), (300, 99.88)):
        wall, weight, _, steps = _run(path, out, seconds)
        share = 100 * weight / free
        case = f"a million requests, {seconds} s (took {wall:.1f}, {steps} steps), of flow"
        show(case, share, "%", bar)
        missed += share < bar
    return missed


if __name__ == "__main__":
    sys.exit(main())
