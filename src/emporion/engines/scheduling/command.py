"""``emporion schedule`` and ``emporion schedule-generate``: the engine on files, without Django."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import Any

from .clock import process_start
from .options import seconds, share, steps, weight

# The exit status when no schedule can meet the constraints.
INFEASIBLE = 3


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="emporion schedule",
        description="Give slots to meeting requests; or check a schedule with --check.",
        epilog="Exit status: 0 done or valid; 1 the schedule breaks constraints; 2 wrong input; "
        "3 proven infeasible (the file is written and says so).",
    )
    parser.add_argument("instance", metavar="INSTANCE.json")
    parser.add_argument("solution", nargs="?", metavar="SOLUTION.json", help="only with --check")
    parser.add_argument(
        "-o", "--output", metavar="SOLUTION.json", help="where to write the schedule"
    )
    parser.add_argument("--check", action="store_true", help="verify SOLUTION.json independently")
    parser.add_argument(
        "--time-limit", type=seconds, metavar="S", help="seconds from the start of the process"
    )
    parser.add_argument(
        "--work-limit", type=steps, metavar="N", help="search steps: makes the run repeatable"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--serve",
        type=steps,
        default=0,
        metavar="N",
        help="the first N meetings of every requesting buyer go before all other weight",
    )
    parser.add_argument(
        "--serve-bonus",
        type=weight,
        metavar="W",
        help="with --serve or --balance: they are worth W more each (a trade, not a rule)",
    )
    parser.add_argument(
        "--balance",
        type=share,
        default=0.0,
        metavar="SHARE",
        help="so large a share (0 to 1) of what every buyer asks for goes first in the same way",
    )
    parser.add_argument(
        "--service-price",
        action="store_true",
        help="only print what --serve (default 1) and --balance would cost at least, and stop",
    )
    parser.add_argument(
        "--keep", metavar="PREVIOUS.json", help="start from this schedule and move little of it"
    )
    parser.add_argument(
        "--move-price", type=float, metavar="W", help="with --keep: weight that a move must bring"
    )
    parser.add_argument(
        "--no-proof", action="store_true", help="leave out the proof of small instances"
    )
    parser.add_argument(
        "--proof-stages",
        type=steps,
        metavar="N",
        help="end the proof after so many stages, as a run did that the clock has cut",
    )
    parser.add_argument("--quiet", action="store_true", help="no progress, no summary")
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """``emporion schedule``.  0 done or valid, 1 violations, 2 wrong input, 3 infeasible."""
    began = process_start()
    args = _parser().parse_args(argv)
    if args.check:
        if args.solution is None:
            return _fail("--check needs INSTANCE.json and SOLUTION.json")
        return _check(args.instance, args.solution)
    if args.solution is not None:
        return _fail("a second file is read with --check only; the schedule goes to -o")
    if args.service_price:
        serve = args.serve if args.serve or args.balance else 1
        return _service_price(args.instance, serve, args.balance)
    if args.move_price is not None and not args.keep:
        return _fail("--move-price goes with --keep")
    if args.keep and (args.serve or args.balance):
        return _fail("--keep does not go together with --serve and --balance")
    if args.output is None:
        return _fail("say with -o where the schedule is to be written")
    folder = os.path.dirname(os.path.abspath(args.output))
    if not os.path.isdir(folder):
        return _fail(f"{args.output}: there is no such folder")
    from .instance import InstanceError
    from .reading import read_instance

    try:
        instance = read_instance(args.instance)
    except (InstanceError, OSError) as error:
        return _fail(_why(error))
    from .digest import schedule_digest
    from .progress import progress_bar
    from .solving import solve
    from .writing import write_solution

    with progress_bar(args.quiet) as on_progress:
        try:
            options: dict[str, Any] = {
                "seed": args.seed,
                "time_limit": args.time_limit,
                "work_limit": args.work_limit,
                "on_progress": on_progress,
                "started": began,
            }
            if args.keep:
                from .repairing.command import announced
                from .repairing.keeping import solve_keeping

                previous = announced(args.keep, instance)
                solution = solve_keeping(instance, previous, move_price=args.move_price, **options)
            else:
                options |= {"serve": args.serve, "serve_bonus": args.serve_bonus}
                options |= {"balance": args.balance}
                options |= {"prove": not args.no_proof, "proof_stages": args.proof_stages}
                solution = solve(instance, **options)
        except (InstanceError, OSError) as error:
            return _fail(_why(error))
    try:
        write_solution(args.output, instance, solution)
    except OSError as error:
        return _fail(f"{args.output}: {error.strerror}")
    for sentence in solution.conflicts[:50]:
        print(f"emporion schedule: {sentence}", file=sys.stderr)
    if not args.quiet:
        print(_summary(solution), file=sys.stderr)
        if args.serve or args.balance:
            print(_shares(instance, solution), file=sys.stderr)
        held = (solution.slot >= 0).nonzero()[0].tolist()
        meetings = (
            (instance.request_ids[r], instance.slot_ids[int(solution.slot[r])]) for r in held
        )
        print(f"digest {schedule_digest(meetings)}", file=sys.stderr)
    return INFEASIBLE if solution.status == "infeasible" else 0


def _summary(solution: Any) -> str:
    held = int((solution.slot >= 0).sum())
    text = f"{solution.status}: {held} of {len(solution.slot)} requests, weight {solution.weight:g}"
    if solution.share is not None:
        text += f" = {100 * solution.share:.3f} % of the bound"
    text += f", {solution.breaks} breaks, {solution.seconds:.1f} s, {solution.steps} steps"
    if (stages := solution.extra.get("x-proof-stages")) is not None:
        text += f", proof cut after {stages} stages"
    return text


def _shares(instance: Any, solution: Any) -> str:
    from .balance import balance_of

    it = balance_of(instance, solution.slot)
    return (
        f"buyers got of what they asked for: lowest {100 * it.lowest:.0f} %, lowest tenth at most "
        f"{100 * it.tenth:.0f} %, median {100 * it.median:.0f} %, Jain's index {it.jain:.3f}"
    )


def _service_price(path: str, serve: int, balance: float) -> int:
    from .instance import InstanceError
    from .reading import read_instance
    from .service import service_price

    try:
        found = service_price(read_instance(path), serve, balance)
    except (InstanceError, OSError) as error:
        return _fail(_why(error))
    print(f"{found.people} buyers ask; by weight alone {found.unserved} of them go short")
    print(f"bound by weight alone {found.free:g}, with {found.served} served {found.bound:g}")
    print(f"price of service at least {100 * found.price:.3f} % of the weight")
    return 0


def _check(instance_path: str, solution_path: str) -> int:
    from .instance import InstanceError
    from .reading import read_instance

    try:
        read_instance(instance_path)
        from .checking import check_files

        report = check_files(instance_path, solution_path)
    except (InstanceError, OSError, ValueError) as error:
        return _fail(_why(error))
    for sentence in report.violations:
        print(sentence)
    for note in report.notes:
        print(f"note: {note}")
    print(f"digest {report.digest}")
    print(
        f"{report.meetings} meetings, weight {report.weight:g}, {report.breaks} breaks, "
        f"{report.idle} idle slots"
    )
    if (flat := report.bound_without_walking) is not None:
        part = 100 * report.weight / flat if flat else 100.0
        print(f"bound without walking {flat:.3f} recomputed, share {part:.3f} %")
    if report.bound is not None and report.share is not None:
        print(f"bound {report.bound:.3f} recomputed, share {100 * report.share:.3f} %")
    if report.proven:
        print(f"{report.status}: proven here too")
    print("valid" if report.valid else f"NOT VALID: {len(report.violations)} violations")
    return 0 if report.valid else 1


def generate_main(argv: Sequence[str] | None = None) -> int:
    """``emporion schedule-generate``: a made-up expo of any size, from a seed."""
    parser = argparse.ArgumentParser(
        prog="emporion schedule-generate", description="Write a made-up instance of an expo."
    )
    parser.add_argument("-o", "--output", required=True, metavar="INSTANCE.json")
    for name, default in (
        ("exhibitors", 1000),
        ("buyers", 15_000),
        ("requests", 200_000),
        ("days", 5),
        ("slots-per-day", 8),
        ("quota", 12),
        ("halls", 5),
        ("seed", 0),
    ):
        parser.add_argument(f"--{name}", type=int, default=default, metavar="N")
    parser.add_argument("--zipf", type=float, default=0.7, help="how uneven the popularity is")
    parser.add_argument("--walking", action="store_true", help="distances between halls count")
    parser.add_argument("--scarce", action="store_true", help="most exhibitors have few tables")
    parser.add_argument(
        "--pooled", type=float, default=0.0, metavar="SHARE",
        help="so many exhibitors have no booth and meet at the tables of their hall's pool",
    )  # fmt: skip
    parser.add_argument(
        "--family", metavar="NAME", help="a small hard instance instead, such as breaks-A"
    )
    args = parser.parse_args(argv)
    from .families import generate_family
    from .generating import generate
    from .writing import write_instance

    options = {k: v for k, v in vars(args).items() if k not in ("output", "family")}
    try:
        made = generate_family(args.family, args.seed) if args.family else generate(**options)
        write_instance(args.output, made)
    except (ValueError, OSError) as error:
        print(f"emporion schedule-generate: {error}", file=sys.stderr)
        return 2
    return 0


def _why(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return f"{error.filename}: there is no such file or folder"
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}"
    return str(error)


def _fail(message: str) -> int:
    print(f"emporion schedule: {message}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
