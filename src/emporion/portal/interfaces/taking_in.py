"""`emporion import`: reads and checks a list, has it written as one batch, and reports."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from django.conf import settings
from django.utils.text import slugify

from emporion.core import journal
from emporion.core.models import ImportBatch
from emporion.core.progress import Job
from emporion.core.tabular.headings import (
    Mapping,
    guess_mapping,
    read_mapping,
    with_new_columns,
    write_mapping,
)
from emporion.core.tabular.reading import Table, read_bytes, read_table
from emporion.core.tabular.report import TableError
from emporion.core.tenancy import scope
from emporion.edition.domain import batches, intake, writing
from emporion.edition.domain.lists import checking
from emporion.edition.domain.lists.columns import headings, known_headings
from emporion.edition.queries import Edition, edition_by_slug
from emporion.edition.queries import pavilions as pavilions_of
from emporion.portal.interfaces import making, reporting, taking_requests
from emporion.portal.interfaces.one_import import Work, claim, problems
from emporion.portal.interfaces.reporting import Refused
from emporion.portal.interfaces.taking_back import Undoing, mend

# Fields whose words a mapping file may translate.
TRANSLATED = ("country", "offers", "needs", "markets", "languages", "size", "pavilion")
Compared = tuple[checking.Checked, intake.Difference]


def run(options: argparse.Namespace) -> int:
    """Take in one list; return the exit status."""
    report = reporting.Report(sys.stdout, everything=options.all)
    edition = edition_by_slug(options.edition)
    if edition is None and not options.create_edition:
        raise Refused(f"There is no edition {options.edition!r}. Add --create-edition to make it.")
    work = _read(options, report)
    if edition is not None:
        if options.create_edition:
            report.say(f"The edition {edition.slug!r} is there already; it stays as it is.")
        return _take_in(work, edition)
    if options.subject == "requests":
        raise Refused("Requests join participants: import exhibitors and buyers first.")
    checked, difference = _compare(work, None)
    made = making.plan_edition(options, work.mapping_file)
    report.lines(made.told)
    if options.dry_run:
        return _dry(work, checked, difference)
    return _take_in(work, made.make(), (checked, difference))


def _read(options: argparse.Namespace, report: reporting.Report) -> Work:
    data = read_bytes(options.file)
    table = read_table(
        data,
        name=options.file.name,
        encoding=options.encoding,
        delimiter=options.delimiter,
        sheet=options.sheet,
        known=known_headings(options.subject),
    )
    report.table(options.file.name, table)
    mapping, used = _mapping(options, table, report)
    report.mapping(mapping)
    return Work(options, data, table, mapping, used, report)


def _mapping(
    options: argparse.Namespace, table: Table, report: reporting.Report
) -> tuple[Mapping, Path | None]:
    """The mapping that was given, else the one kept from the last time, else a guess."""
    fields = headings(options.subject)
    if options.mapping is not None:
        return read_mapping(options.mapping, fields, table.header), options.mapping
    kept = settings.DATA_DIR / "mappings" / f"{slugify(options.edition)}-{options.subject}.yaml"
    if kept.exists():
        try:
            mapping = read_mapping(kept, fields, table.header)
        except TableError as error:
            report.say(f"The mapping kept from the last time does not fit: {error}")
            kept = kept.with_suffix(".new.yaml")
        else:
            report.say(f"Columns as written down the last time in {kept}.")
            return _with_new(mapping, kept, table, fields, report), kept
    mapping = guess_mapping(table.header, fields)
    if not options.dry_run:
        kept.parent.mkdir(parents=True, exist_ok=True)
        write_mapping(kept, mapping)
        report.say(
            f"Columns were guessed by their headings and written down in {kept}; correct "
            "them there, the next import reads it."
        )
    return mapping, kept if kept.exists() else None


def _with_new(
    mapping: Mapping,
    kept: Path,
    table: Table,
    fields: dict[str, tuple[str, ...]],
    report: reporting.Report,
) -> Mapping:
    """Guess the columns that the list did not have the last time; the file stays as it is."""
    made = with_new_columns(mapping, table.header, fields)
    new = [
        f"{heading} → {name}"
        for name, heading in made.columns.items()
        if name not in mapping.columns
    ]
    if new:
        report.say(
            f"New columns, guessed by their headings: {', '.join(new)}. Write them down in "
            "that file, under columns, or under headings to leave them out."
        )
    return made


def check(work: Work, edition: Edition | None) -> checking.Checked:
    known = (
        {}
        if edition is None
        else {p.letter: dict(p.name.data or {}) for p in pavilions_of(edition)}
    )
    with reporting.bar("Check", len(work.table.rows)) as progress:
        return checking.check(
            work.table, work.options.subject, work.mapping, work.source, known, progress
        )


def _take_in(work: Work, edition: Edition, ready: Compared | None = None) -> int:
    """Write the list; `ready` is what was found out before the edition was made."""
    options = work.options
    with (
        scope(expo=edition.expo),
        journal.acting("command:import", tenant=edition.expo.public_id),
    ):
        if options.subject == "requests":
            return taking_requests.take_in(work, edition)
        mend(edition, work.report, dry_run=options.dry_run)
        if options.dry_run:
            return _dry(work, *_compare(work, edition))
        batch = claim(work, edition)
        try:
            checked, difference = ready or _compare(work, edition)
        except BaseException:
            # Nothing is written yet: as if it had not been begun.
            batch.delete()
            raise
        _write(work, edition, batch, checked, difference)
        _tell(work, checked, difference)
        work.report.batch(batch.public_id)
    return 0


def _compare(work: Work, edition: Edition | None) -> Compared:
    checked = check(work, edition)
    difference = intake.compare(edition, work.options.subject, checked.entries, checked.skipped)
    _refuse_or_drop(work, checked, difference)
    return checked, difference


def _write(
    work: Work,
    edition: Edition,
    batch: ImportBatch,
    checked: checking.Checked,
    difference: intake.Difference,
) -> None:
    total = len(difference.new) + len(difference.changed)
    with Undoing(edition, batch, work.report):
        with Job(f"import {edition.slug}", ["Write"]).step("Write", total=total) as step:
            writing.make_pavilions(edition, batch, checked.halls.new)
            writing.write(edition, batch, difference, on_progress=step.reach)
        batches.finish(edition, batch, difference.counts())


def _refuse_or_drop(work: Work, checked: checking.Checked, difference: intake.Difference) -> None:
    """Stop with a report when a row fails; with --skip-bad leave those rows out."""
    errors = checked.errors + problems(work, difference.problems)
    work.report.errors(errors, len(work.table.rows))
    if errors and not work.options.skip_bad:
        _tell_unclear(work, checked)
        raise Refused(
            f"{len({e.line for e in errors})} rows fail, so nothing is written. Mend them, or add "
            "--skip-bad to leave them out."
        )


def _dry(work: Work, checked: checking.Checked, difference: intake.Difference) -> int:
    _tell(work, checked, difference)
    work.report.say("This was a dry run: nothing is written.")
    return 0


def _tell(work: Work, checked: checking.Checked, difference: intake.Difference) -> None:
    report = work.report
    report.lines(checked.told)
    _tell_unclear(work, checked)
    listed = {entry.key for entry in checked.entries}
    others = [
        (record.public_id, text)
        for record in difference.stored.values()
        if record.key not in listed
        for text in record.name.values()
    ]
    report.doubles(checked.names(), others)
    report.vanished(difference.vanished)
    report.counts(difference.counts(), len(work.table.rows), work.options.dry_run)


def _tell_unclear(work: Work, checked: checking.Checked) -> None:
    work.report.unclear(checked.listed)
    words = {name: list(found) for name, found in checked.unknown.items() if name in TRANSLATED}
    if words and work.mapping_file is not None:
        name = next(iter(words))
        work.report.say(
            f"  What the list calls otherwise can be translated in {work.mapping_file}:\n"
            f"    values:\n      {name}:\n        {words[name][0]!r}: …"
        )
