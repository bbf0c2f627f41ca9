"""Commands on an edition's schedule: compute a draft, publish it, write it out."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from emporion.core import journal
from emporion.core.command_name import command
from emporion.core.progress import Job, Step
from emporion.core.tenancy import scope
from emporion.edition import queries as edition_queries
from emporion.edition.queries import Edition
from emporion.meetings.domain.files import ExportError
from emporion.meetings.domain.files import export as write_files
from emporion.meetings.domain.limits import seconds, seed, steps
from emporion.meetings.domain.market import ScheduleError
from emporion.meetings.domain.releases import PublishConflict
from emporion.meetings.domain.releases import publish as publish_release
from emporion.meetings.domain.repairing import REPAIR_SECONDS
from emporion.meetings.domain.schedule import DEFAULT_SECONDS, compute_release, repair_release
from emporion.meetings.domain.service import NAMES
from emporion.meetings.models import Release
from emporion.meetings.queries import impossible
from emporion.meetings.queries import releases as queries

# Steps of the clock that the progress row counts in.
A_SECOND = 10


class Refused(Exception):
    """What the command says before it ends with status 1."""


def schedule(argv: list[str]) -> int:
    """`emporion schedule --edition E`: compute a draft release."""
    parser = argparse.ArgumentParser(
        "emporion schedule",
        description="Compute a draft release of an edition's meetings.",
    )
    parser.add_argument("--edition", required=True, help="the edition's short name")
    parser.add_argument(
        "--time-limit",
        type=seconds,
        metavar="SECONDS",
        help=f"seconds of search (default {DEFAULT_SECONDS:g}, of a repair {REPAIR_SECONDS:g})",
    )
    parser.add_argument(
        "--work-limit",
        type=steps,
        metavar="STEPS",
        help="stop after so many steps instead: repeats a run exactly",
    )
    parser.add_argument("--seed", type=seed, default=1)
    parser.add_argument(
        "--no-walking", action="store_true", help="leave the minutes on foot between pavilions out"
    )
    parser.add_argument(
        "--service",
        choices=NAMES,
        default="value",
        help="whom to serve first: nobody (value), every guest with one meeting (everybody), or "
        "with a quarter or half of what they ask for",
    )
    parser.add_argument(
        "--repair",
        action="store_true",
        help="change the public schedule as little as what was told at the desk demands",
    )
    parser.add_argument(
        "--as-of", default="", metavar="SLOT", help='of a repair: the slot that is running, "s07"'
    )
    parser.add_argument(
        "--notice", type=int, default=1, metavar="N", help="of a repair: slots told ahead"
    )
    parser.add_argument(
        "--moves", type=int, default=1, metavar="N", help="of a repair: moves that a guest accepts"
    )
    parser.add_argument("--publish", action="store_true", help="publish the draft at once")
    options = parser.parse_args(argv)

    def work(edition: Edition) -> None:
        seen = queries.published(edition)
        usual = REPAIR_SECONDS if options.repair else DEFAULT_SECONDS
        total = options.work_limit or int((options.time_limit or usual) * A_SECOND)
        with Job(f"schedule {edition.slug}", ["Schedule"]).step("Schedule", total) as step:
            common: dict[str, Any] = {
                "seed": options.seed,
                "time_limit": options.time_limit,
                "work_limit": options.work_limit,
                "walking": not options.no_walking,
                "on_progress": lambda said: _tell(step, said, options.work_limit),
            }
            if options.repair:
                release = repair_release(
                    edition,
                    as_of=options.as_of,
                    notice=options.notice,
                    moves=options.moves,
                    **common,
                )
            else:
                release = compute_release(edition, service=options.service, **common)
        _describe(release)
        if options.publish:
            publish_release(
                edition, release.number, "command:schedule", seen=seen.number if seen else None
            )
            print(f"Release {release.number} is public.")
        else:
            print(
                f"Publish it: {command()} publish --edition {edition.slug} "
                f"--release {release.number}"
            )

    return _on(options.edition, "command:schedule", work)


def publish(argv: list[str]) -> int:
    """`emporion publish --edition E [--release N]`: make a draft public."""
    parser = argparse.ArgumentParser("emporion publish", description="Publish a draft release.")
    parser.add_argument("--edition", required=True, help="the edition's short name")
    parser.add_argument("--release", type=int, metavar="N", help="default: the newest draft")
    options = parser.parse_args(argv)

    def work(edition: Edition) -> None:
        number = options.release
        if number is None:
            drafts = [r for r in queries.releases(edition) if r.state == Release.State.DRAFT]
            if not drafts:
                raise Refused(f"The edition {edition.slug} has no draft release.")
            number = drafts[0].number
        publish_release(edition, number, "command:publish")
        print(f"Release {number} is public.")

    return _on(options.edition, "command:publish", work)


def export(argv: list[str]) -> int:
    """`emporion schedule-export --edition E --instance I.json --solution S.json`."""
    parser = argparse.ArgumentParser(
        "emporion schedule-export",
        description="Write the published release (or another) as instance and solution files.",
    )
    parser.add_argument("--edition", required=True, help="the edition's short name")
    parser.add_argument("--release", type=int, metavar="N", help="default: the published one")
    parser.add_argument("--instance", type=Path, required=True, metavar="FILE")
    parser.add_argument("--solution", type=Path, required=True, metavar="FILE")
    options = parser.parse_args(argv)

    def work(edition: Edition) -> None:
        if options.release is None:
            release = queries.published(edition)
            missing = (
                f"The edition {edition.slug} has no published release; name one with --release."
            )
        else:
            release = queries.release(edition, options.release)
            missing = f"The edition {edition.slug} has no release {options.release}."
        if release is None:
            raise Refused(missing)
        meetings, refusals = write_files(release, options.instance, options.solution)
        print(f"Release {release.number}: {meetings} meetings and {refusals} requests not granted.")
        print(f"Check it: {command()} schedule --check {options.instance} {options.solution}")

    return _on(options.edition, "command:schedule-export", work)


def _on(slug: str, actor: str, work: Callable[[Edition], None]) -> int:
    """Do `work` on the edition inside its tenant's scope; say what cannot be done and return 1."""
    edition = edition_queries.edition_by_slug(slug)
    if edition is None:
        known = ", ".join(sorted(e.slug for e in edition_queries.every_edition())) or "none"
        print(f"There is no edition {slug!r}. There is: {known}.", file=sys.stderr)
        return 1
    try:
        with scope(expo=edition.expo), journal.acting(actor, tenant=edition.expo.public_id):
            try:
                work(edition)
            except ScheduleError as error:
                # Whoever runs commands on the server may know who meets whom.
                names = impossible.known([error.why])
                raise Refused(str(impossible.told(error.why, names))) from error
    except (Refused, PublishConflict, ExportError) as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"Cannot write {error.filename}: {error.strerror}.", file=sys.stderr)
        return 1
    return 0


def _tell(step: Step, said: dict[str, Any], work_limit: int | None) -> None:
    share = said.get("share")
    done = said["steps"] if work_limit else said["seconds"] * A_SECOND
    step.reach(int(done), f"{share:.2%} of the bound" if share else str(said.get("phase", "")))


def _describe(release: Release) -> None:
    share = 100 * release.value / release.bound if release.bound else 100.0
    print(
        f"Release {release.number}: {release.meeting_count} of {release.request_count} requests, "
        f"{share:.2f} % of the bound, {release.seconds:.1f} s, {release.steps} steps, "
        f"0 violations."
    )
    if told := release.figures.get("repair"):
        print(
            f"A repair of release {told['release']}: weight lost {told['lost']:g}, regained "
            f"{told['regained']:g}; {told['moved']} moved, {told['new']} new, "
            f"{told['cancelled']} cancelled."
        )
    if not release.figures["walking"]:
        print("Minutes on foot were not counted.")
    for reason, count in release.figures["refusals"].items():
        print(f"  {count} x {reason}")
    print(f"Digest {release.digest}")
