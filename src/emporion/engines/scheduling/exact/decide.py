"""A process of its own for one question: is there a timetable with at most so many breaks?

Reads one JSON object from standard input (`question`), writes one to standard output: ``slots``, a
slot for each meeting, or null when there is none.  A SAT solver cannot be interrupted inside a
question, so whoever asks ends the process.
"""

from __future__ import annotations

import ctypes
import importlib.util
import json
import signal
import sys
from typing import Any

from .encoding import PEOPLE, Encoding
from .limits import Limits
from .timetable import Timetable

#: For "at most k", and for "any at all" (Biere et al., SAT competition 2024).
DECIDER, FINDER = "kissat404", "cadical195"
_DIE_WITH_PARENT = 1


def available() -> bool:
    """Whether python-sat is installed."""
    return importlib.util.find_spec("pysat") is not None


def question(it: Timetable, limits: Limits, most: int | None, tables: str = PEOPLE) -> str:
    """The question as text; ``most`` None: any number of breaks."""
    return json.dumps(
        {"timetable": vars(it), "limits": vars(limits), "most": most, "tables": tables}
    )


def decide(it: Timetable, limits: Limits, most: int | None, tables: str) -> list[int] | None:
    """The slots of a timetable with at most ``most`` breaks, None when there is none."""
    encoding = Encoding(it, limits, tables)
    clauses = encoding.cnf.clauses if most is None else encoding.limited(most)
    if [] in clauses:
        return None
    from pysat.solvers import Solver

    with Solver(FINDER if most is None else DECIDER, bootstrap_with=clauses) as solver:
        return encoding.slots_of(solver.get_model()) if solver.solve() else None


def main() -> int:
    """Answer the question on standard input."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
    data: dict[str, Any] = json.load(sys.stdin)
    it, limits = Timetable(**data["timetable"]), Limits(**data["limits"])
    json.dump({"slots": decide(it, limits, data["most"], data["tables"])}, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
