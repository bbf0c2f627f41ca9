"""Compile the kernels once, at set-up: ``python -m emporion.engines.scheduling.warm``."""

from __future__ import annotations

import time


def compile_kernels() -> float:
    """Compile every kernel into the cache (or load it from there); gives the seconds it took."""
    from .baseline import greedy
    from .generating import generate
    from .solving import solve

    began = time.monotonic()
    small = generate(
        exhibitors=3, buyers=30, requests=40, days=2, slots_per_day=4, walking=True, zipf=3.0
    )
    solve(small, work_limit=3000)
    greedy(small)
    return time.monotonic() - began


if __name__ == "__main__":
    import sys

    sys.stderr.write(f"scheduling kernels ready in {compile_kernels():.1f} s\n")
