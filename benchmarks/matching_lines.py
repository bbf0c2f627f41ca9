"""What the benchmarks of matching share: a line of figures, a peak of memory, an area."""

from __future__ import annotations

import json
import resource
import sys
from typing import Any

import numpy as np
import numpy.typing as npt


def show(case: str, value: Any, unit: str, bar: str | None = None, **more: Any) -> None:
    """Print one line of figures."""
    line = {"case": case, "value": value, "unit": unit, "bar": bar, **more}
    print(json.dumps(line, ensure_ascii=False), flush=True)


def peak_mb() -> int:
    """Return the peak of memory of this process so far."""
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(kilobytes / (1024 * (1024 if sys.platform == "darwin" else 1)))


def area_under(score: npt.ArrayLike, happened: npt.ArrayLike) -> float:
    """Return the chance that one that happened stands above one that did not (AUC)."""
    values, yes = np.asarray(score, dtype=np.float64), np.asarray(happened, dtype=bool)
    _, place, times = np.unique(values, return_inverse=True, return_counts=True)
    # Equals share the middle of their ranks.
    ranks = (np.cumsum(times) - (times - 1) / 2)[place]
    positive, negative = int(yes.sum()), int((~yes).sum())
    return float((ranks[yes].sum() - positive * (positive + 1) / 2) / (positive * negative))
