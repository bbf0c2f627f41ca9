"""`./run test`: every test, on SQLite and on PostgreSQL, two processes side by side.

Tests that use no database, or the same one in both rounds, run once (the folders of ONCE). What
the machine lacks is left out and said at the end; with CI=true or EMPORION_REQUIRE_ALL=1 it is a
failure. Options of pytest are passed on: `./run test tests/meetings -k publish`.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from tests import machine

ONCE = ("browser", "engines", "house", "conformance", "faults")
# Two rounds run at a time. The two longest begin, since a long one that begins last runs alone at
# the end; `house` is next, as the two chains that follow are then of one length: browser with house
# and engines, PostgreSQL with SQLite and conformance.
ORDER = ("browser", "PostgreSQL", "house", "SQLite", "engines", "conformance", "faults")
SIDE_BY_SIDE = 2
NOTHING_COLLECTED = 5


@dataclass
class Round:
    """One pytest process: what it runs, and on which database."""

    name: str
    words: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    # Whether what it says is shown while it runs.
    live: bool = False
    status: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)

    def start(self, folder: Path) -> None:
        """Start it; what it says and counts goes into files of `folder`."""
        self.report, self.said = folder / f"{self.name}.xml", folder / f"{self.name}.txt"
        data = folder / f"{self.name}-data"
        data.mkdir()
        self.started = time.monotonic()
        words = ["-q", "--tb=short", "--no-header", f"--junitxml={self.report}"]
        words += ["--durations=4", "--durations-min=2", *self.words]
        with self.said.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "pytest", *words],
                cwd=machine.ROOT,
                stdout=None if self.live else out,
                stderr=subprocess.STDOUT,
                env={
                    **os.environ,
                    "OMP_NUM_THREADS": "1",
                    "EMPORION_DATA_DIR": str(data),
                    **self.environment,
                },
            )

    def finished(self) -> bool:
        """Whether it is over; then its figures are printed, and what it said if it failed."""
        status = self.process.poll()
        if status is None:
            return False
        self.status = status
        if self.report.exists():
            self.read(self.report)
        spent = time.monotonic() - self.started
        print(f"--- {self.name}: {_line(self.counts)}, {spent:.0f} s", flush=True)
        output = self.said.read_text("utf-8", errors="replace")
        print(output if self.failed else _slowest(output), end="", flush=True)
        return True

    def read(self, report: Path) -> None:
        """Count what a JUnit report says."""
        for case in ET.parse(report).getroot().iter("testcase"):
            skipped = case.find("skipped")
            if case.find("failure") is not None or case.find("error") is not None:
                self.counts["failed"] += 1
            elif skipped is not None and skipped.get("type") != "pytest.xfail":
                self.counts["skipped"] += 1
                self.skipped[skipped.get("message") or "no reason given"] += 1
            else:
                self.counts["passed"] += 1

    @property
    def failed(self) -> bool:
        return self.status not in {0, NOTHING_COLLECTED} or self.counts["failed"] > 0


def _line(counts: Counter[str]) -> str:
    return ", ".join(f"{counts[word]} {word}" for word in ("passed", "failed", "skipped"))


def _slowest(output: str) -> str:
    """Return the lines of pytest's list of slow tests."""
    lines = output.partition("slowest")[2].splitlines()
    return "".join(f"    {line}\n" for line in lines if " call " in line or " setup " in line)


def run(every: list[Round], folder: Path) -> None:
    """Run all rounds in their order, two at a time. Whatever ends this ends them too."""
    waiting, running = list(every), list[Round]()
    try:
        while waiting or running:
            while waiting and len(running) < SIDE_BY_SIDE:
                running.append(waiting.pop(0))
                running[-1].start(folder)
            time.sleep(0.1)
            running = [one for one in running if not one.finished()]
    finally:
        for one in running:
            one.process.terminate()
        for one in running:
            one.process.wait()


def rounds(words: list[str], stack: ExitStack, left_out: list[str]) -> list[Round]:
    """Return what is to run, and fill `left_out` with what cannot."""
    quick = ["-m", "not slow"]
    browser: dict[str, str] = {}
    try:
        browser = {"EMPORION_CHROMIUM": machine.chromium()}
    except machine.Missing as why:
        left_out.append(f"tests in a browser: {why}")
        quick = ["-m", "not slow and not browser"]
    twice = [f"--ignore=tests/{name}" for name in ONCE]
    every: list[Round] = []
    if words:
        every.append(Round("SQLite", [*quick, *words], browser))
    else:
        every.append(Round("SQLite", [*quick, *twice]))
    try:
        address = stack.enter_context(machine.cluster())
        every.append(Round("PostgreSQL", [*quick, *twice, *words], {"DATABASE_URL": address}))
    except machine.Missing as why:
        left_out.append(f"the whole round on PostgreSQL: {why}")
    if not words:
        every += [
            Round(name, [*quick, f"tests/{name}"], browser)
            for name in ONCE
            if (machine.ROOT / "tests" / name).is_dir() and (browser or name != "browser")
        ]
    try:
        machine.shared_data()
    except machine.Missing as why:
        left_out.append(f"tests on public data: {why}")
    return sorted(every, key=lambda one: ORDER.index(one.name))


def slow_rounds(kind: str, words: list[str]) -> list[Round]:
    """Return the one round of `./run faults` or `./run conformance NAME`."""
    where = f"tests/{kind}"
    if kind == "conformance" and words:
        where += f"/test_{words.pop(0)}.py"
    if not (machine.ROOT / where).exists():
        names = sorted(p.stem[5:] for p in (machine.ROOT / "tests" / kind).glob("test_*.py"))
        sys.exit(f"There is no {where}. There is: {', '.join(names) or 'nothing yet'}.")
    return [Round(kind, ["-s", where, *words], live=True)]


def main(words: list[str]) -> int:
    """Run and sum up; the exit status says whether all is well."""
    started = time.monotonic()
    # As an interruption does, so that the cluster and what runs are ended and cleared away.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    left_out: list[str] = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="emporion-suite-")))
        if words and words[0] in {"--faults", "--conformance"}:
            every = slow_rounds(words[0][2:], words[1:])
        else:
            every = rounds(words, stack, left_out)
        print("running: " + ", ".join(r.name for r in every), flush=True)
        run(every, folder)

    counts: Counter[str] = sum((r.counts for r in every), Counter())
    print("\nleft out:" if left_out else "\nnothing was left out for want of a program or data")
    for text in left_out:
        print(f"  {text}")
    for reason, number in sum((r.skipped for r in every), Counter()).items():
        print(f"  {number} x skipped: {reason}")
    failed = [r.name for r in every if r.failed]
    complaints = [f"{name} failed" for name in failed]
    if not counts:
        complaints.append("no test fits these words")
    if machine.everything_required() and (left_out or counts["skipped"]):
        complaints.append("nothing may be left out or skipped here")
    print(f"{_line(counts)} in {time.monotonic() - started:.0f} s")
    print("FAILED: " + "; ".join(complaints) if complaints else "all is well")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
