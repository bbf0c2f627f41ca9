"""Scheduling at the size of an expo: value, service, breaks, a million requests, reading."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.scheduling_lines import MILLION, MOST, Lines, measured, run
from emporion.engines import scheduling

#: Name: walking, seconds, share of the flow bound, share of the best certified bound, requests.
VALUES: dict[str, tuple[bool, int, str | None, str | None, dict[str, int]]] = {
    "value-10": (False, 10, ">= 99.80", None, {}),
    "value-30": (False, 30, ">= 99.85", None, {}),
    "value-300": (False, 300, None, ">= 99.93", {}),
    "value-300k": (False, 30, ">= 99.88", None, MOST),
    "walking-60": (True, 60, ">= 99.1", ">= 99.55", {}),
    "walking-300": (True, 300, None, ">= 99.7", {}),
    "million-60": (False, 60, ">= 99.80", None, MILLION),
    "million-300": (False, 300, ">= 99.88", None, MILLION),
}
#: Sizes of the same shape, and the share of the flow bound up to which they are timed.
SIZES, REACHED = (25_000, 50_000, 100_000, 200_000, 400_000, 1_000_000), 99.5


def value(name: str) -> Callable[[Lines, int], None]:
    """The case ``name`` of `VALUES`."""
    walking, seconds, of_flow, of_bound, size = VALUES[name]
    memory = "<= 3" if size == MILLION else "<= 1"

    def measure(lines: Lines, seed: int) -> None:
        path = lines.instance(seed, walking, **size)
        instance = scheduling.read_instance(path)
        free = scheduling.service_price(instance).free
        greedy = {"greedy": round(100 * scheduling.greedy(instance).weight / free, 3)}
        del instance
        out = lines.folder / "solution.json"
        done = run(path, out, "--time-limit", str(seconds), "--seed", str(seed))
        share = 100 * done.weight / free
        lines.show(f"{name}: of flow", share, "%", of_flow, greedy, seed, **done.took)
        share = 100 * done.weight / done.bound
        lines.show(f"{name}: of bound", share, "%", of_bound, None, seed)
        lines.show(f"{name}: seconds", done.wall, "s", f"<= {seconds + 0.5}", None, seed)
        lines.show(f"{name}: peak memory", done.peak, "GiB", memory, None, seed)
        report = scheduling.check_files(path, out)
        assert report.bound is not None
        off = abs(report.bound - done.bound) / done.bound
        lines.show(f"{name}: violations", len(report.violations), "count", "<= 0", None, seed)
        lines.show(f"{name}: bound recomputed, off by", off, "share", "<= 1e-6", None, seed)

    return measure


def service(lines: Lines, seed: int) -> None:
    """Every requesting buyer served: how many are not, and the price against the least price."""
    path, out = lines.instance(seed), lines.folder / "solution.json"
    instance = scheduling.read_instance(path)
    limit = scheduling.service_price(instance)
    done = run(path, out, "--time-limit", "30", "--serve", "1", "--seed", str(seed))
    held = {meeting["request"] for meeting in done.found["meetings"]}
    rows = zip(instance.request_ids, instance.second.tolist(), strict=True)
    unserved = limit.people - len({buyer for name, buyer in rows if name in held})
    alone = {"by weight alone": limit.unserved}
    lines.show("service: buyers not served", unserved, "count", "<= 0", alone, seed, **done.took)
    above = 100 * (limit.bound - done.weight) / limit.free
    lines.show("service: price above the least", above, "%-points", "<= 0.08", None, seed)


def sizes(lines: Lines, seed: int) -> None:
    """Seconds from an instance in memory to `REACHED` % of flow, and their growth with the size."""
    points = []
    for requests in SIZES:
        share = requests / 200_000
        instance = scheduling.generate(
            seed=seed,
            exhibitors=round(1000 * share),
            buyers=round(15_000 * share),
            requests=requests,
        )
        free = scheduling.service_price(instance).free
        seen: dict[str, float] = {}

        def reached(now: dict[str, Any], free: float = free, seen: dict[str, float] = seen) -> bool:
            seen["share"] = 100 * now["weight"] / free
            seen["seconds"] = now["seconds"]
            return seen["share"] < REACHED

        began = time.process_time()
        scheduling.solve(instance, seed=seed, time_limit=120, on_progress=reached)
        seconds = time.process_time() - began
        good = seen["share"] >= REACHED
        lines.show(
            f"size {requests}: to {REACHED} % of flow",
            seen["seconds"] if good else None,
            "s",
            seed=seed,
            share=round(seen["share"], 3),
            processor_seconds_with_the_end=round(seconds, 1),
        )
        if good:
            points.append([math.log(requests), math.log(seen["seconds"])])
    size, time_taken = np.array(points).T
    exponent = float(np.polyfit(size, time_taken, 1)[0])
    lines.show("sizes: exponent of the time", exponent, "power of the requests", seed=seed)


def breaks(walking: bool) -> Callable[[Lines, int], None]:
    """Buyers' breaks in ten seconds after the value is fixed, counted over the event and by day."""
    case, bar = ("breaks-walking", "<= -31") if walking else ("breaks", "<= -42")

    def measure(lines: Lines, seed: int) -> None:
        instance = scheduling.read_instance(lines.instance(seed, walking))
        first = scheduling.solve(instance, seed=seed, time_limit=10, tidy=False)
        buyers = instance.place < 0
        for scope in ("event", "day"):
            instance.break_scope = scope
            before = scheduling.count_breaks(instance, first.slot)
            began = time.monotonic()
            slot = scheduling.fewer_breaks(instance, first.slot, seed=seed, time_limit=10)
            seconds = round(time.monotonic() - began, 2)
            after = scheduling.count_breaks(instance, slot)
            change = 100 * (after[buyers].sum() / before[buyers].sum() - 1)
            lost = float(instance.weight[first.slot >= 0].sum() - instance.weight[slot >= 0].sum())
            hosts = {"hosts": [int(before[~buyers].sum()), int(after[~buyers].sum())]}
            idle = [scheduling.count_idle(instance, x) for x in (first.slot, slot)]
            hosts |= {"idle": [int(x[buyers].sum()) for x in idle],
                      "idle_of_hosts": [int(x[~buyers].sum()) for x in idle]}  # fmt: skip
            bar_here = bar if scope == "event" else None
            lines.show(
                f"{case}: over the {scope}", change, "%", bar_here, None, seed,
                buyers=[int(before[buyers].sum()), int(after[buyers].sum())],
                seconds=seconds, **hosts,
            )  # fmt: skip
            lines.show(f"{case}: value lost, {scope}", lost, "weight", "<= 0", None, seed)

    return measure


def reading(lines: Lines, seed: int) -> None:
    """Reading a file of 200,000 requests in a fresh process, less the start of Python."""
    path = lines.instance(seed)
    head = "import sys, time; from emporion.engines import scheduling; scheduling.read_instance; "
    body = "t = time.monotonic(); scheduling.read_instance(sys.argv[1]); t = time.monotonic() - t; "
    tail = "open(sys.argv[2], 'w').write(str(t))"
    out = lines.folder / "seconds"
    _, _, peak = measured([sys.executable, "-c", head + body + tail, str(path), str(out)], {0})
    megabytes = round(path.stat().st_size / 1e6, 1)
    seconds = float(out.read_text())
    lines.show("reading", seconds, "s", "<= 2", None, seed, megabytes=megabytes, gib=round(peak, 2))


def compile_cold(lines: Lines, seed: int) -> None:
    """All kernels into an empty cache, once; then from it."""
    cache: Path = lines.folder / "cache"
    command = [sys.executable, "-m", "emporion.engines.scheduling.warm"]
    cpu, wall, _ = measured(command, {0}, NUMBA_CACHE_DIR=str(cache))
    lines.show("compile: cold", wall, "s", "<= 30", processor_seconds=round(cpu, 1))
    cpu, wall, _ = measured(command, {0}, NUMBA_CACHE_DIR=str(cache))
    lines.show("compile: warm", wall, "s", processor_seconds=round(cpu, 1))


def determinism(lines: Lines, seed: int) -> None:
    """The same seed and work limit in two processes: the same bytes apart from the seconds.

    The digest is printed so that another machine's can be laid beside it.
    """
    path, out = lines.instance(seed, True, **{k: v // 10 for k, v in MOST.items()}), lines.folder
    seen = set()
    digest = ""
    for n in range(2):
        done = run(path, out / f"{n}.json", "--work-limit", "20000", "--seed", str(seed))
        done.found.pop("seconds")
        seen.add(repr(done.found))
        meetings = ((m["request"], m["slot"]) for m in done.found["meetings"])
        digest = scheduling.schedule_digest(meetings)
    lines.show("determinism: different results", len(seen), "count", "<= 1", None, seed,
               digest=digest, python=sys.version.split()[0], numpy=np.__version__)  # fmt: skip
