"""`emporion demo-buyers`: made-up buyers for an edition whose exhibitors are real or not."""

from __future__ import annotations

import argparse
import sys

from emporion.core import journal
from emporion.core.command_name import command
from emporion.core.progress import Job
from emporion.core.tenancy import scope
from emporion.demo.domain import guests
from emporion.demo.generator import SEED
from emporion.edition import queries as editions
from emporion.edition.queries import Edition
from emporion.meetings.domain.slots import SlotError

MOST = 60_000
STEPS = ("profiles", "buyers", "requests")


def demo_buyers(argv: list[str]) -> int:
    """Add made-up buyers and their requests to an edition; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="emporion demo-buyers",
        description="Add made-up buyers who need what an edition's exhibitors offer, and their "
        "requests. Buyers and requests are marked as made up; exhibitors are left as they are.",
    )
    parser.add_argument("--edition", required=True, help="the edition's short name")
    parser.add_argument("--count", type=int, required=True, help="how many buyers")
    parser.add_argument(
        "--seed", type=int, default=SEED, help="the same seed makes the same buyers"
    )
    options = parser.parse_args(argv)
    if not 1 <= options.count <= MOST:
        return _refuse(f"--count is {options.count}; expected 1 to {MOST:,}.", 2)
    if options.seed < 0:
        return _refuse(f"--seed is {options.seed}; expected 0 or more.", 2)
    edition = editions.edition_by_slug(options.edition)
    if edition is None:
        known = ", ".join(sorted(e.slug for e in editions.every_edition())) or "none"
        return _refuse(f"There is no edition {options.edition!r}. There is: {known}.")
    with (
        scope(expo=edition.expo),
        journal.acting("command:demo-buyers", tenant=edition.expo.public_id),
    ):
        try:
            _add(edition, options.count, options.seed)
        except (guests.GuestsError, SlotError) as error:
            return _refuse(str(error))
    return 0


def _add(edition: Edition, count: int, seed: int) -> None:
    job = Job(f"demo-buyers {edition.slug}", STEPS)
    with job.step("profiles"):
        planned = guests.plan(edition, count, seed)
    with job.step("buyers", count) as step:
        keys, new = guests.add_buyers(planned, step.reach)
    with job.step("requests", len(planned.guests.weight)) as step:
        asked = guests.add_requests(planned, keys, step.reach)
    if not new and not asked:
        print(f"These {count:,} made-up buyers and their requests are in {edition.slug} already.")
        return
    there = f" ({count - new:,} were there already)" if new < count else ""
    print(
        f"{new:,} made-up buyers added to {edition.slug}{there}, with {asked:,} requests. "
        "Buyers and requests are made up; the exhibitors and what they say are not touched.\n"
        f"Go on with: {command()} match --edition {edition.slug}\n"
        f"            {command()} schedule --edition {edition.slug}"
    )


def _refuse(why: str, status: int = 1) -> int:
    print(f"emporion demo-buyers: {why}", file=sys.stderr)
    return status
