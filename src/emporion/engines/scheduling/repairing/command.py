"""``emporion schedule-repair``: an announced schedule after somebody has not come."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ..clock import process_start
from ..instance import Instance, InstanceError, Ints
from ..json_values import load_json
from ..options import seconds, steps
from ..writing import SOLUTION_FORMAT, write_instance, write_solution, write_text


def main(argv: Sequence[str] | None = None) -> int:
    """0 done, 2 wrong input; nothing is written then."""
    parser = argparse.ArgumentParser(
        prog="emporion schedule-repair",
        description="Change an announced schedule as little as possible after an absence.",
    )
    parser.add_argument("instance", metavar="INSTANCE.json")
    parser.add_argument("solution", metavar="ANNOUNCED.json")
    parser.add_argument("order", metavar="REPAIR.json", help="what has happened")
    parser.add_argument("-o", "--output", required=True, metavar="CHANGES.json")
    parser.add_argument("--solution-output", metavar="SOLUTION.json", help="the whole new schedule")
    parser.add_argument(
        "--instance-output", metavar="LEFT.json", help="the instance it can be checked against"
    )
    parser.add_argument(
        "--time-limit", type=seconds, metavar="S", help="seconds from the start of the process"
    )
    parser.add_argument(
        "--work-limit", type=steps, metavar="N", help="trials: makes the run repeatable"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--quiet", action="store_true", help="no progress, no summary")
    args = parser.parse_args(argv)
    from ..progress import progress_bar
    from ..reading import read_instance
    from . import changes_to_json, read_order, repair
    from .resettle import MOST_FAULTS

    began = process_start()
    try:
        for path in filter(None, (args.output, args.solution_output, args.instance_output)):
            if not (folder := Path(path).resolve().parent).is_dir():
                raise InstanceError(path, f"there is no folder {folder}")
        instance = read_instance(args.instance)
        slot = announced(args.solution, instance)
        order = read_order(args.order, instance)
        with progress_bar(args.quiet, parser.prog) as on_progress:
            solution, changes, left = repair(
                instance,
                slot,
                order,
                seed=args.seed,
                time_limit=args.time_limit,
                work_limit=args.work_limit,
                on_progress=on_progress,
                started=began,
            )
        text = json.dumps(changes_to_json(instance, changes), indent=1, ensure_ascii=False)
        if args.instance_output:
            write_instance(args.instance_output, left)
        if args.solution_output:
            write_solution(args.solution_output, left, solution)
        write_text(args.output, text + "\n")
    except InstanceError as error:
        print(f"emporion schedule-repair: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"emporion schedule-repair: {error.filename}: {error.strerror}", file=sys.stderr)
        return 2
    for sentence in (*changes.faults, *solution.conflicts[:MOST_FAULTS]):
        print(f"emporion schedule-repair: {sentence}", file=sys.stderr)
    if args.quiet:
        return 0
    print(
        f"{len(changes.changes)} changes: {changes.new} new meetings, {changes.moved} moved, "
        f"weight lost {changes.lost:g}, regained {changes.regained:g}",
        file=sys.stderr,
    )
    return 0


def announced(path: str, instance: Instance) -> Ints:
    """The slot of every request in a solution file, int32[R]; -1 where it is not held.

    Requests and slots that the instance does not have are left out: they were withdrawn.
    Raises `InstanceError` when the file is no solution, or lists a meeting twice.
    """
    data = load_json(path)
    try:
        meetings = [(m["request"], m["slot"]) for m in data["meetings"]]
        known = data["format"] == SOLUTION_FORMAT
    except (KeyError, TypeError):
        known = False
    if not known or not all(isinstance(name, str) for pair in meetings for name in pair):
        raise InstanceError(str(path), f"is no {SOLUTION_FORMAT}")
    times = Counter(request for request, _ in meetings)
    if twice := next((request for request, count in times.items() if count > 1), None):
        raise InstanceError(str(path), f'meeting "{twice}" is listed twice')
    slot_at = {name: t for t, name in enumerate(instance.slot_ids)}
    request_at = {name: r for r, name in enumerate(instance.request_ids)}
    slot: Ints = np.full(len(instance.request_ids), -1, dtype=np.int32)
    for request, name in meetings:
        if request in request_at and name in slot_at:
            slot[request_at[request]] = slot_at[name]
    return slot


if __name__ == "__main__":
    sys.exit(main())
