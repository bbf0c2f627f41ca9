"""Compile the kernels once, at set-up: ``python -m emporion.engines.scheduling.warm``."""

from __future__ import annotations

import time


def compile_kernels() -> float:
    """Compile every kernel into the cache (or load it from there); gives the seconds it took."""
    # Most kernels are compiled when their module is loaded.
    began = time.monotonic()
    from .baseline import greedy
    from .generating import generate
    from .solving import solve
    from .tidying import fewer_breaks

    small = generate(
        exhibitors=3, buyers=30, requests=40, days=2, slots_per_day=4, walking=True, zipf=3.0
    )
    fewer_breaks(small, solve(small, work_limit=3000).slot, work_limit=100)
    greedy(small)
    return time.monotonic() - began


if __name__ == "__main__":
    import sys

    sys.stderr.write(f"scheduling kernels ready in {compile_kernels():.1f} s\n")
