"""Compile the kernels once, at set-up: ``python -m emporion.engines.scheduling.warm``."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from importlib import import_module

#: Modules whose kernels a second process compiles, in this order, while this one compiles those of
#: the first ones here and what stands on them.
BESIDE = ("daypath", "assignment", "breaks", "calendars", "repairing.refilling")
FIRST = ("chains", "trials")


def compile_kernels() -> float:
    """Compile every kernel into the cache (or load it from there); gives the seconds it took.

    Where the cache is empty and there is a second core, a second process compiles some of them.
    """
    # Most kernels are compiled when their module is loaded.
    began = time.monotonic()
    helper = _begin_beside()
    for name in FIRST:
        import_module(f".{name}", __package__)
    from .baseline import greedy
    from .generating import generate
    from .solving import solve
    from .tidying import fewer_breaks

    small = generate(
        exhibitors=3, buyers=30, requests=40, days=2, slots_per_day=4, walking=True, zipf=3.0
    )
    fewer_breaks(small, solve(small, work_limit=3000).slot, work_limit=100)
    greedy(small)
    if helper is not None:
        helper.wait()
    import_module(".repairing.live", __package__)
    return time.monotonic() - began


def _begin_beside() -> subprocess.Popen[bytes] | None:
    """Begin the second process, None where it would be of no use."""
    from . import compiled, state

    in_cache = not state.put.stats.cache_misses  # type: ignore[attr-defined]
    if in_cache or not compiled.keeps() or _cores() < 2 or not sys.executable:
        return None
    try:
        return subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", f"{__package__}.warm", "beside"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(p or "." for p in sys.path)},
        )
    except OSError:
        return None


def _cores() -> int:
    """Cores on which this process may run."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


if __name__ == "__main__":
    if sys.argv[1:] == ["beside"]:
        for each in BESIDE:
            import_module(f".{each}", __package__)
    else:
        sys.stderr.write(f"scheduling kernels ready in {compile_kernels():.1f} s\n")
