"""The whole model edition, built by the real command: seconds, memory, violations, shares.

    ./run bench demo [--scale N] [--only build|others]

Builds in a temporary data folder (on the database of DATABASE_URL if it is set, which must be
empty) and samples the memory of the process tree. The published schedule is then exported and
checked by other processes, scheduled again without minutes on foot, and instances of another
generator are scheduled. Prints JSON lines ``{"case", "value", "unit", "bar"}``; the exit status
is 1 when a bar is missed at full size.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src")]
EMPORION = [sys.executable, "-m", "emporion.cli"]
SECONDS, GIBIBYTES = 180, 2
WITHOUT_WALKING, GREEDY, WITH_WALKING, OTHERS = 99.5, 97.5, 98.5, 99.0
OTHERS_SEEDS = (1, 2, 3)
missed: list[str] = []


def show(
    case: str, value: float, unit: str, *, most: float | None = None, least: float | None = None
) -> None:
    """Print one figure and remember a missed bar."""
    bar = f"<= {most:g}" if most is not None else f">= {least:g}" if least is not None else None
    if (most is not None and value > most) or (least is not None and value < least):
        missed.append(case)
    print(
        json.dumps({"case": case, "value": round(value, 3), "unit": unit, "bar": bar}), flush=True
    )


def memory(root: int) -> int:
    """Return the resident bytes of a process and all below it.

    Shared pages are shared out among those who use them (PSS) where the kernel tells it.
    """
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text()
            except OSError:
                continue
            parents[int(entry.name)] = int(stat.rpartition(")")[2].split()[1])
    tree, more = {root}, True
    while more:
        below = {pid for pid, parent in parents.items() if parent in tree} - tree
        tree |= below
        more = bool(below)
    return sum(_resident(pid) for pid in tree)


def _resident(pid: int) -> int:
    for name, word in (("smaps_rollup", "Pss:"), ("status", "VmRSS:")):
        try:
            for line in Path(f"/proc/{pid}/{name}").read_text().splitlines():
                if line.startswith(word):
                    return int(line.split()[1]) * 1024
        except OSError:
            continue
    return 0


def run(words: list[str], environment: dict[str, str]) -> tuple[float, float, float]:
    """Run a command to its end: wall seconds, processor seconds, peak GiB of the process tree."""
    before = os.times()
    began = time.perf_counter()
    process = subprocess.Popen([*EMPORION, *words], cwd=ROOT, env=environment, stdout=sys.stderr)
    peak = 0

    def watch() -> None:
        nonlocal peak
        while process.poll() is None:
            peak = max(peak, memory(process.pid))
            time.sleep(0.25)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    status = process.wait()
    watcher.join(2)
    if status:
        sys.exit(f"emporion {' '.join(words)} ended with status {status}")
    after = os.times()
    spent = sum(after[2:4]) - sum(before[2:4])
    return time.perf_counter() - began, spent, peak / 2**30


def build(scale: float, folder: Path, environment: dict[str, str]) -> None:
    """Build, export and check."""
    full = scale >= 1
    seconds, spent, peak = run(["demo", "--no-serve", "--scale", f"{scale:g}"], environment)
    show("build", seconds, "s", most=SECONDS if full else None)
    show("build, processor", spent, "s")
    show("build, peak memory of the process tree", peak, "GiB", most=GIBIBYTES)
    kept = json.loads((folder / "demo-steps.json").read_text())
    for step, value in kept["seconds"].items():
        show(f"step {step}", value, "s")
    figures = kept["figures"]
    for name in ("exhibitors", "buyers", "requests", "meetings"):
        show(name, figures[name], "count")
    show("texts with a near twin", 100 * figures["near_duplicate_texts"], "%")
    names = [str(folder / "instance.json"), str(folder / "solution.json")]
    run(
        ["schedule-export", "--edition", "model", "--instance", names[0], "--solution", names[1]],
        environment,
    )
    report = check(*names, environment=environment)
    show("violations of the published schedule", report.violations, "count", most=0)
    show(
        "with walking, of the walking-free bound",
        report.share,
        "%",
        least=WITH_WALKING if full else None,
    )


@dataclass(frozen=True)
class Checked:
    """What the checker says in its last lines; share is of the bound that it recomputed itself."""

    violations: int
    share: float


def check(instance: str, solution: str, *, environment: dict[str, str]) -> Checked:
    """Check two files in a process of its own."""
    done = subprocess.run(
        [*EMPORION, "schedule", "--check", instance, solution],
        cwd=ROOT, env=environment, capture_output=True, text=True,
    )  # fmt: skip
    share = re.search(r"share ([0-9.]+) %", done.stdout)
    broken = re.search(r"NOT VALID: (\d+) violations", done.stdout)
    if done.returncode not in (0, 1) or (not broken and "valid" not in done.stdout):
        sys.exit(f"the checker ended with status {done.returncode}: {done.stdout}{done.stderr}")
    return Checked(int(broken.group(1)) if broken else 0, float(share.group(1)) if share else 0.0)


def schedule(
    name: str, instance: Path, seconds: float, environment: dict[str, str], least: float | None
) -> None:
    """Schedule a file by the command, check what came of it, and show the share."""
    solution = instance.with_suffix(".solution.json")
    wall, _, peak = run(
        ["schedule", str(instance), "-o", str(solution), "--time-limit", f"{seconds:g}",
         "--seed", "1", "--quiet"], environment,
    )  # fmt: skip
    found = check(str(instance), str(solution), environment=environment)
    show(f"{name}, of the bound", found.share, "%", least=least)
    show(f"{name}, violations", found.violations, "count", most=0)
    show(f"{name}, whole command", wall, "s")
    show(f"{name}, peak memory", peak, "GiB")


def without_walking(folder: Path, environment: dict[str, str], full: bool) -> None:
    """The published instance without minutes on foot: ours, and first come, first served."""
    whole = json.loads((folder / "instance.json").read_text())
    whole.pop("walking", None)
    path = folder / "instance-without-walking.json"
    path.write_text(json.dumps(whole, ensure_ascii=False))
    schedule("without walking", path, 30, environment, WITHOUT_WALKING if full else None)
    from emporion.engines import scheduling

    instance = scheduling.read_instance(str(path))
    kept = json.loads(path.with_suffix(".solution.json").read_text())
    greedy = scheduling.greedy(instance).weight
    show(
        "without walking, greedy, of the bound",
        100 * greedy / kept["bound"]["weight"],
        "%",
        most=GREEDY if full else None,
    )


def others(folder: Path, environment: dict[str, str]) -> None:
    """Instances of another generator at full size."""
    for seed in OTHERS_SEEDS:
        path = folder / f"others-{seed}.json"
        run(
            [
                "schedule-generate",
                "-o",
                str(path),
                "--exhibitors",
                "1000",
                "--buyers",
                "15000",
                "--requests",
                "200000",
                "--seed",
                str(seed),
            ],
            environment,
        )
        schedule(f"1,000 x 15,000, seed {seed}", path, 60, environment, OTHERS)


def main() -> int:
    """Measure; 1 when a bar is missed."""
    parser = argparse.ArgumentParser(prog="run bench demo", description=__doc__.split("\n")[0])
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument(
        "--only",
        choices=("build", "others"),
        help="build: the model edition alone; others: instances made by others",
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="emporion-bench-demo-") as name:
        folder = Path(name)
        environment = {
            **os.environ, "EMPORION_DATA_DIR": name, "EMPORION_INSECURE_LOCAL": "1",
            "PYTHONPATH": f"{ROOT / 'src'}",
        }  # fmt: skip
        if options.only != "others":
            build(options.scale, folder, environment)
            without_walking(folder, environment, options.scale >= 1)
        if options.only != "build":
            others(folder, environment)
    for case in missed:
        print(f"bar missed: {case}", file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
