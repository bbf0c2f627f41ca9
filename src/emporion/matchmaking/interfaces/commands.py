"""`emporion match --edition E`: compute everybody's ranked list."""

from __future__ import annotations

import argparse
import sys

from emporion.core import journal
from emporion.core.progress import Job
from emporion.core.tenancy import scope
from emporion.edition import queries as editions
from emporion.matchmaking.domain.runs import RULES, MatchError, run_match


def match(argv: list[str]) -> int:
    """Run the matching of an edition; the lists are shown when all of them are written."""
    parser = argparse.ArgumentParser(prog="emporion match")
    parser.add_argument("--edition", required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--equality", type=float, default=0.0, help="from 0, most matches, to 1, most equal"
    )
    parser.add_argument(
        "--rule",
        choices=RULES,
        help="how places are shared out: by prices of full calendars (the usual way), or by the"
        " equilibrium with transferable utility (usual from an equality of 0.975 on)",
    )
    parser.add_argument(
        "--no-exploring",
        action="store_true",
        help="draw no places: without it the last of a list are drawn among near-equals",
    )
    options = parser.parse_args(argv)
    edition = editions.edition_by_slug(options.edition)
    if edition is None:
        print(f"emporion match: there is no edition {options.edition!r}.", file=sys.stderr)
        return 1
    job = Job(f"match {edition.slug}", ["Matching"])
    with (
        scope(expo=edition.expo),
        journal.acting("command:match", tenant=edition.expo.public_id),
    ):
        try:
            with job.step("Matching") as step:
                run = run_match(
                    edition,
                    seed=options.seed,
                    equality=options.equality,
                    rule=options.rule,
                    explore=not options.no_exploring,
                    on_progress=lambda name: step.advance(1, name),
                )
        except MatchError as error:
            print(f"emporion match: {error}", file=sys.stderr)
            return 1
    figures = run.figures
    print(
        f"Run {run.number}: lists for {figures['buyers']:,} guests and "
        f"{figures['exhibitors']:,} exhibitors in {figures['seconds']} s, digest {run.digest[:12]}."
    )
    for name, value in figures.items():
        if isinstance(value, list | dict):
            continue
        print(f"  {name}: {value}")
    return 0
