"""Whether a solution has the form of the format at all, for the checker alone."""

from __future__ import annotations

import math
from typing import Any

SOLUTION_KEYS = {
    "format", "instance", "status", "meetings", "ungranted", "objective", "bound", "seconds",
    "seed", "steps",
}  # fmt: skip
STATES = ("optimal", "feasible", "infeasible", "unknown")
MEETING_KEYS, UNGRANTED_KEYS = {"request", "slot", "table"}, {"request", "reason"}
FIGURE_KEYS, BOUND_KEYS = {"weight", "breaks"}, {"weight", "breaks", "method", "certificate"}


def form_faults(solution: Any) -> list[str]:
    """What keeps the parsed ``solution`` from being read, one sentence each; unknown keys too."""
    if not isinstance(solution, dict):
        return ["solution: not an object"]
    found = _unknown(solution, SOLUTION_KEYS, "solution")
    if solution.get("format") != "emporion-schedule-solution/1":
        found.append('solution: format is not "emporion-schedule-solution/1"')
    if solution.get("status") not in STATES:
        found.append(f"solution: status {solution.get('status')!r} is none of {STATES}")
    for key, known, noun in (
        ("meetings", MEETING_KEYS, "meeting"),
        ("ungranted", UNGRANTED_KEYS, "ungranted"),
    ):
        items = solution.get(key, [])
        if not isinstance(items, list):
            found.append(f"solution: {key} is not a list")
            continue
        for n, item in enumerate(items):
            if not isinstance(item, dict):
                found.append(f"{key}: item {n} is not an object")
                continue
            found += _unknown(item, known, noun)
            found += [
                f'{key}: item {n} has no "{name}" that is a text'
                for name in known - {"table"}
                if not isinstance(item.get(name), str)
            ]
    for key, known in (("objective", FIGURE_KEYS), ("bound", BOUND_KEYS)):
        figures = solution.get(key)
        if figures is None:
            continue
        if not isinstance(figures, dict):
            found.append(f"solution: {key} is not an object")
            continue
        found += _unknown(figures, known, key)
        found += [
            f"{key}: {name} {figures[name]!r} is not a number"
            for name in ("weight", "breaks")
            if name in figures and not is_number(figures[name])
        ]
    return found


def is_number(value: Any) -> bool:
    """Whether it is a finite number of JSON."""
    return (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and abs(value) <= 1e300
        and math.isfinite(value)
    )


def unreadable(solution: Any) -> bool:
    """Whether the checker cannot go on with ``solution``: a list or an item is none."""
    if not isinstance(solution, dict):
        return True
    for key, names in (("meetings", ("request", "slot")), ("ungranted", ("request", "reason"))):
        items = solution.get(key, [])
        if not isinstance(items, list) or not all(
            isinstance(item, dict) and all(isinstance(item.get(n), str) for n in names)
            for item in items
        ):
            return True
    for key in ("objective", "bound"):
        figures = solution.get(key)
        if figures is not None and not (
            isinstance(figures, dict)
            and all(is_number(figures[n]) for n in ("weight", "breaks") if n in figures)
        ):
            return True
    return False


def _unknown(item: dict[str, Any], known: set[str], noun: str) -> list[str]:
    return [
        f'{noun}: unknown key "{key}"'
        for key in item
        if key not in known and not key.startswith("x-")
    ]
