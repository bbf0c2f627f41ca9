"""What the benchmarks of scheduling share: a line of figures, an instance on disk, a run apart."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
COMMAND = [sys.executable, "-m", "emporion.engines.scheduling.command"]
ENVIRONMENT = os.environ | {"PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
EXPO = {"exhibitors": 1000, "buyers": 15_000, "requests": 200_000}
MOST = {"requests": 300_000}
MILLION = {"exhibitors": 4000, "buyers": 60_000, "requests": 1_000_000}


@dataclass
class Lines:
    """Prints one JSON line a figure and remembers how many bars were missed.

    ``apart`` says that the sizes are not those of the bars: nothing is missed then.
    """

    folder: Path
    apart: bool = False
    missed: list[str] = field(default_factory=list)

    def show(
        self,
        case: str,
        value: float | None,
        unit: str,
        bar: str | None = None,
        rival: Any = None,
        seed: int | None = None,
        **more: Any,
    ) -> None:
        """Print a figure; ``bar`` is a relation such as ">= 99.8"."""
        value = None if value is None else round(float(value), 4)
        line = {"case": case, "value": value, "unit": unit, "bar": bar, "rival": rival}
        if bar is not None and not self.apart:
            relation, _, number = bar.partition(" ")
            good = value is not None and (
                value >= float(number) if relation == ">=" else value <= float(number)
            )
            line["met"] = good
            if not good:
                self.missed.append(case)
        print(json.dumps(line | {"seed": seed} | more, ensure_ascii=False), flush=True)

    def instance(self, seed: int, walking: bool = False, scarce: bool = False, **size: int) -> Path:
        """The file of a made-up expo; made once in each run."""
        from emporion.engines import scheduling

        wanted = EXPO | size
        name = "-".join(map(str, wanted.values())) + f"-{seed}" + ("-walking" if walking else "")
        name += "-scarce" if scarce else ""
        path = self.folder / f"{name}.json"
        if not path.exists():
            if self.apart:
                wanted = {key: number // 10 for key, number in wanted.items()}
            made = scheduling.generate(seed=seed, walking=walking, scarce=scarce, **wanted)
            scheduling.write_instance(path, made)
        return path


@dataclass
class Run:
    """One run of the command, in a process of its own: what it wrote, and what it took."""

    found: dict[str, Any]
    wall: float
    cpu: float
    peak: float

    @property
    def weight(self) -> float:
        return float(self.found["objective"]["weight"])

    @property
    def bound(self) -> float:
        return float(self.found["bound"]["weight"])

    @property
    def took(self) -> dict[str, Any]:
        """What a line of figures says beside the value."""
        return {
            "seconds": round(self.wall, 1),
            "processor_seconds": round(self.cpu, 1),
            "gib": round(self.peak, 2),
            "steps": self.found.get("steps"),
        }


def run(path: Path, out: Path, *options: str) -> Run:
    """``emporion schedule`` on ``path``; time from the start of its process."""
    cpu, wall, peak = measured([*COMMAND, str(path), "-o", str(out), "--quiet", *options], {0, 3})
    return Run(json.loads(out.read_text("utf-8")), wall, cpu, peak)


def measured(command: list[str], good: set[int], **given: str) -> tuple[float, float, float]:
    """Processor seconds, wall seconds and peak memory (GiB) of a command and what it starts."""
    began = time.monotonic()
    process = subprocess.Popen(command, env=ENVIRONMENT | given)
    _, status, used = os.wait4(process.pid, 0)
    wall = time.monotonic() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in good:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    unit = 2**30 if sys.platform == "darwin" else 2**20
    return used.ru_utime + used.ru_stime, wall, used.ru_maxrss / unit
