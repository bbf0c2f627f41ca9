"""`emporion import list | undo | recover`: what was taken in, and taking it back."""

from __future__ import annotations

import argparse
import sys

from emporion.core import journal
from emporion.core.models import ImportBatch
from emporion.core.tenancy import scope
from emporion.edition.domain import batches
from emporion.edition.queries import Edition, edition_by_slug
from emporion.portal.interfaces import reporting, taking_back


def parser() -> argparse.ArgumentParser:
    """Return the parser of the three words."""
    made = argparse.ArgumentParser(prog="emporion import")
    words = made.add_subparsers(dest="word", required=True)
    shown = words.add_parser("list", help="imports of an edition, newest first")
    shown.add_argument("--edition", required=True)
    undo = words.add_parser("undo", help="put everything back to what it was before an import")
    undo.add_argument("id")
    recover = words.add_parser("recover", help="undo an import that was killed in the middle")
    recover.add_argument("--edition", required=True)
    for word in (undo, recover):
        word.add_argument(
            "--with-requests",
            action="store_true",
            help="also remove the meeting requests that hang on it",
        )
    return made


def run(options: argparse.Namespace) -> int:
    """Do what the word says."""
    report = reporting.Report(sys.stdout)
    if options.word == "undo":
        batch = batches.batch_by_id(options.id)
        if batch is None:
            raise reporting.Refused(f"There is no import {options.id!r}.")
        edition = _edition(batch.place)
    else:
        edition = _edition(options.edition)
        batch = batches.unfinished(edition)
    with (
        scope(expo=edition.expo),
        journal.acting("command:import", tenant=edition.expo.public_id),
    ):
        if options.word == "list":
            return _list(edition, report)
        if batch is None:
            report.say(f"No import of {edition.slug!r} is unfinished.")
            return 0
        count = taking_back.undo(edition, batch, report, with_requests=options.with_requests)
    report.say(f"Import {batch.public_id} is undone: {count:,} objects are as they were before.")
    return 0


def _list(edition: Edition, report: reporting.Report) -> int:
    for batch in batches.batches(edition):
        report.say(_line(batch))
    return 0


def _line(batch: ImportBatch) -> str:
    counts = ", ".join(f"{count:,} {name}" for name, count in batch.counts.items())
    return (
        f"{batch.public_id}  {batch.started_at:%Y-%m-%d %H:%M}  {batch.state:<8} "
        f"{batch.subject} of {batch.source} from {batch.file_name}  {counts}"
    )


def _edition(slug: str) -> Edition:
    edition = edition_by_slug(slug)
    if edition is None:
        raise reporting.Refused(f"There is no edition {slug!r}.")
    return edition
