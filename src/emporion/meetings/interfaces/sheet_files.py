"""`emporion day-sheets`: the sheets of everybody on paper, in parts that appear whole."""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from emporion.core.files import whole
from emporion.core.progress import Job, Step
from emporion.core.tenancy import scope
from emporion.design.paper import FontsMissing, forget
from emporion.edition import queries as editions
from emporion.edition.queries import Edition
from emporion.meetings import queries
from emporion.meetings.interfaces.sheets import Paper

# A part is set at once: its sheets lie in memory together.
PEOPLE = 100
MOST_IN_ONE = 2_000
LIST = "day-sheets.json"


class Refused(Exception):
    """What the command says instead of printing."""


def day_sheets(argv: list[str]) -> int:
    """Print everybody's day sheets; return the exit status."""
    options = _parser().parse_args(argv)
    edition = editions.edition_by_slug(options.edition)
    try:
        if edition is None:
            raise Refused(f"There is no edition {options.edition!r}.")
        with scope(expo=edition.expo):
            _print(edition, options)
    except (Refused, FontsMissing) as why:
        sys.stderr.write(f"emporion day-sheets: {why}\n")
        return 1
    except OSError as error:
        sys.stderr.write(
            f"emporion day-sheets: {error.filename or options.output} cannot be written: "
            f"{error.strerror}.\n"
        )
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="emporion day-sheets",
        description="Print the A4 day sheets of everybody who has a meeting, by name, each in the "
        "reader's language. A folder is filled in parts; stopped, the same command goes on.",
    )
    parser.add_argument("--edition", required=True, help="by its name in addresses")
    parser.add_argument(
        "-o", "--output", type=Path, required=True, metavar="FILE|FOLDER",
        help=f"FILE.pdf for at most {MOST_IN_ONE:,} people, else a folder",
    )  # fmt: skip
    parser.add_argument(
        "--people", type=int, default=PEOPLE, metavar="N", help=f"people a part (default {PEOPLE})"
    )
    parser.add_argument(
        "--anew", action="store_true", help="replace the parts that the folder already holds"
    )
    parser.add_argument(
        "--untagged", action="store_true", help="leave out what screen readers need: smaller files"
    )
    parser.add_argument(
        "--site", default="", metavar="https://…",
        help="where readers reach the fair: each sheet then bears a code that opens its live day",
    )  # fmt: skip
    return parser


def _print(edition: Edition, options: argparse.Namespace) -> None:
    if options.site and not options.site.startswith(("http://", "https://")):
        raise Refused(f"--site {options.site}: write it with https:// in front.")
    paper = Paper.of(edition, options.site)
    if paper.release is None:
        raise Refused("No schedule is published yet, so there is nothing to print.")
    if not 1 <= options.people <= MOST_IN_ONE:
        raise Refused(f"--people {options.people}: a part holds 1 to {MOST_IN_ONE:,} people.")
    keys = queries.with_meetings(paper.release)
    if not keys:
        raise Refused(f"Release {paper.release.number} holds no meeting that takes place.")
    if options.output.suffix.lower() == ".pdf" and not options.output.is_dir():
        if len(keys) > MOST_IN_ONE:
            raise Refused(
                f"{len(keys):,} people have meetings; one file takes at most {MOST_IN_ONE:,}. "
                "Name a folder with -o."
            )
        parts = [(options.output, keys)]
        done: dict[str, Any] = {}
    else:
        options.output.mkdir(parents=True, exist_ok=True)
        chunks = [keys[at : at + options.people] for at in range(0, len(keys), options.people)]
        parts = [
            (options.output / f"day-sheets-{number:04}.pdf", chunk)
            for number, chunk in enumerate(chunks, start=1)
        ]
        done = _begun(options.output, _folder(paper, keys, options), options.anew)
    sheets = anew = 0
    with Job(f"day-sheets {edition.slug}", ["Day sheets"]).step("Day sheets", len(keys)) as step:
        for path, count, replaced in _written(paper, parts, done, options, step):
            sheets += count
            anew += replaced
            step.advance(len(parts[0][1]), path.name)
    _still_public(paper)
    folder = f"{len(parts):,} parts in " if done else ""
    changed = f"; {anew:,} of them out of date and made anew" if anew else ""
    sys.stdout.write(
        f"{sheets:,} sheets of {len(keys):,} people, release {paper.release.number} → "
        f"{folder}{options.output}{changed}\n"
    )


def _written(
    paper: Paper,
    parts: Sequence[tuple[Path, list[int]]],
    done: dict[str, Any],
    options: argparse.Namespace,
    step: Step,
) -> Iterator[tuple[Path, int, bool]]:
    """Write part after part; give how many sheets each holds and whether it replaced an old one.

    A part stays when it lies there whole and nothing that stands on its sheets has changed: to know
    that, the sheets are put together each time, but not set.
    """
    for path, chunk in parts:
        people = editions.participations_by_pk(chunk)
        each = paper.sheets_of([people[key] for key in chunk])
        sheets = [sheet for mine in each for sheet in mine]
        known = done.get("parts", {}).get(path.name)
        there = bool(known) and path.exists() and path.stat().st_size == known["bytes"]
        words = paper.words_of(sheets)
        for said in words.values():
            # When it was printed is no reason to print it again.
            del said["printed"]
        says = _digest([sheets, words])
        if there and known.get("says") == says:
            yield path, known["sheets"], False
            continue
        pdf = paper.pdf(sheets, tagged=not options.untagged)
        _still_public(paper)
        with whole(path) as file:
            file.write(pdf)
        if done:
            names = [mine[0]["plain_name"] for mine in each if mine] or [""]
            done["parts"][path.name] = {
                "first": names[0],
                "last": names[-1],
                "people": len(chunk),
                "sheets": len(sheets),
                "bytes": len(pdf),
                "says": says,
            }
            with whole(options.output / LIST) as file:
                file.write(json.dumps(done, ensure_ascii=False, indent=1).encode())
        forget()
        yield path, len(sheets), there


def _still_public(paper: Paper) -> None:
    """Raise Refused when another release was published since the paper was begun; one query."""
    public = queries.published_release(paper.edition)
    if public is None or public.pk != paper.release.pk:
        raise Refused(
            f"Release {paper.release.number} is no longer the public one: another was published "
            "while its sheets were printed. Run this again, for a folder with --anew."
        )


def _folder(paper: Paper, keys: Sequence[int], options: argparse.Namespace) -> str:
    """Name what a folder holds: other people, another release or size of a part is another one."""
    return _digest([
        paper.edition.public_id, paper.release.number, options.people, options.untagged, list(keys),
    ])  # fmt: skip


def _digest(said: Any) -> str:
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _begun(folder: Path, digest: str, anew: bool) -> dict[str, Any]:
    """Return the list of what the folder holds, an empty one for a new folder."""
    fresh: dict[str, Any] = {"holds": digest, "parts": {}}
    there = folder / LIST
    if not there.exists():
        return fresh
    try:
        found = json.loads(there.read_bytes())
        same = found["holds"] == digest and isinstance(found["parts"], dict)
    except (ValueError, KeyError, TypeError):
        found, same = fresh, False
    if same and not anew:
        return dict(found)
    if not anew:
        raise Refused(
            f"{folder} holds sheets of another release, of other people or in other parts. Name "
            "another folder, or replace them with --anew."
        )
    for old in folder.glob("day-sheets-*.pdf"):
        old.unlink()
    there.unlink()
    return fresh
