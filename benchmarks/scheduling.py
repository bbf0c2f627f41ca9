"""The scheduling engine against its bars, its bounds and its rivals: one command for all of it.

    ./run bench scheduling [--case NAME ...] [--seeds 1 2 3] [--list] [--small]

Prints one JSON line a figure: ``{"case", "value", "unit", "bar", "rival", "met", "seed", ...}``;
exits with 1 when a bar was missed.  Without ``--case`` everything runs, which takes some three
hours; ``quick`` stands for the cases of a minute or two, ``exact`` for the ten families.  Schedules
of an expo are computed by the command in a process of its own, time counted from its start; "of
flow" is the share of the slot-free flow, which ignores walks, "of bound" the share of the bound
certified in the solution.  ``--small`` is a tenth of the size, for a quick look without bars.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from benchmarks import scheduling_absence as absence  # noqa: E402
from benchmarks import scheduling_exact as exact  # noqa: E402
from benchmarks import scheduling_expo as expo  # noqa: E402
from benchmarks import scheduling_live as live  # noqa: E402
from benchmarks.scheduling_lines import Lines  # noqa: E402

CASES: dict[str, Callable[[Lines, int], None]] = {
    "compile": expo.compile_cold,
    "reading": expo.reading,
    "determinism": expo.determinism,
    **{name: expo.value(name) for name in expo.VALUES},
    "service": expo.service,
    "breaks": expo.breaks(False),
    "breaks-walking": expo.breaks(True),
    "sizes": expo.sizes,
    **{name: exact.family(name) for name in (*exact.CLOSED, *exact.OPEN)},
    "rivals": exact.rivals,
    "no-show": live.no_show(False),
    "no-show-walking": live.no_show(True),
    "no-show-scarce": live.no_show(False, scarce=True),
    "no-show-scarce-walking": live.no_show(True, scarce=True),
    "absent": live.absent(True),
    "absent-flat": live.absent(False),
    "absent-third-day": live.absent(True, 2),
    "absent-third-day-flat": live.absent(False, 2),
    "absent-most": absence.most,
}
#: What does not depend on the seeds given runs once.
ONCE = {"compile", *exact.CLOSED, *exact.OPEN}
LONG = {
    "absent-most",
    "value-300",
    "walking-300",
    "million-60",
    "million-300",
    "sizes",
    "rivals",
    *ONCE,
}
GROUPS = {
    "quick": [name for name in CASES if name not in LONG],
    "exact": [*exact.CLOSED, *exact.OPEN],
}


def main() -> int:
    """Run the cases asked for; 1 when a bar was missed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--case", nargs="+", default=list(CASES), metavar="NAME")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--list", action="store_true", help="only name the cases")
    parser.add_argument("--small", action="store_true")
    args = parser.parse_args()
    wanted = [name for given in args.case for name in GROUPS.get(given, [given])]
    if unknown := sorted(set(wanted) - set(CASES)):
        parser.error(f"no case {', '.join(unknown)}; there are {', '.join([*CASES, *GROUPS])}")
    if args.list:
        print("\n".join([*CASES, *GROUPS]))
        return 0
    from emporion.engines import scheduling

    with tempfile.TemporaryDirectory() as folder:
        lines = Lines(Path(folder), args.small)
        lines.show("kernels ready", scheduling.compile_kernels(), "s")
        for name in dict.fromkeys(wanted):
            for seed in args.seeds[:1] if name in ONCE else args.seeds:
                CASES[name](lines, seed)
    if lines.missed:
        print(f"missed: {', '.join(dict.fromkeys(lines.missed))}", file=sys.stderr)
    return 1 if lines.missed else 0


if __name__ == "__main__":
    sys.exit(main())
