"""`./run test`: every test, on SQLite and on PostgreSQL, two processes side by side.

Tests that use no database, or the same one in both rounds, run once (the folders of ONCE). What
the machine lacks is left out and said at the end; with CI=true or EMPORION_REQUIRE_ALL=1 it is a
failure. Options of pytest are passed on: `./run test tests/meetings -k publish`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from tests import machine

ONCE = ("engines", "house", "conformance", "browser", "faults")
# Longest first: two run at a time.
SIDE_BY_SIDE = 2
NOTHING_COLLECTED = 5


@dataclass
class Round:
    """One pytest process: what it runs, and on which database."""

    name: str
    words: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    status: int = 0
    seconds: float = 0.0
    output: str = ""
    counts: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)

    def run(self, folder: Path) -> Round:
        """Run it; its words and counts are kept."""
        report = folder / f"{self.name}.xml"
        data = folder / f"{self.name}-data"
        data.mkdir()
        started = time.monotonic()
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "pytest",
                "-q",
                "--tb=short",
                "--no-header",
                f"--junitxml={report}",
                "--durations=4",
                "--durations-min=2",
                *self.words,
            ],
            cwd=machine.ROOT,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={
                **os.environ,
                "OMP_NUM_THREADS": "1",
                "EMPORION_DATA_DIR": str(data),
                **self.environment,
            },
        )
        self.status, self.output = done.returncode, done.stdout
        self.seconds = time.monotonic() - started
        if report.exists():
            self.read(report)
        print(f"--- {self.name}: {self.line()}, {self.seconds:.0f} s", flush=True)
        if self.failed or "slowest" in self.output:
            print(self.output if self.failed else _slowest(self.output), flush=True)
        return self

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

    def line(self) -> str:
        return _line(self.counts)


def _line(counts: Counter[str]) -> str:
    return ", ".join(f"{counts[word]} {word}" for word in ("passed", "failed", "skipped"))


def _slowest(output: str) -> str:
    lines = output.splitlines()
    start = next(n for n, text in enumerate(lines) if "slowest" in text)
    return "\n".join(text for text in lines[start + 1 :] if " call " in text or " setup " in text)


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
    return every


def slow_rounds(kind: str, words: list[str]) -> list[Round]:
    """Return the one round of `./run faults` or `./run conformance NAME`."""
    where = f"tests/{kind}"
    if kind == "conformance" and words:
        where += f"/test_{words.pop(0)}.py"
    if not (machine.ROOT / where).exists():
        names = sorted(p.stem[5:] for p in (machine.ROOT / "tests" / kind).glob("test_*.py"))
        sys.exit(f"There is no {where}. There is: {', '.join(names) or 'nothing yet'}.")
    return [Round(kind, ["-s", where, *words])]


def main(words: list[str]) -> int:
    """Run and sum up; the exit status says whether all is well."""
    started = time.monotonic()
    left_out: list[str] = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="emporion-suite-")))
        if words and words[0] in {"--faults", "--conformance"}:
            every = slow_rounds(words[0][2:], words[1:])
        else:
            every = rounds(words, stack, left_out)
        print("running: " + ", ".join(r.name for r in every), flush=True)
        with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
            every = list(pool.map(lambda r: r.run(folder), every))

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
