"""Lists of requests: checked, then written as one batch."""

from __future__ import annotations

from django.utils.translation import gettext as _

from emporion.core.progress import Job
from emporion.core.tabular.report import CellError
from emporion.edition.domain import batches
from emporion.edition.domain.lists import checking
from emporion.edition.queries import Edition
from emporion.meetings.domain import lists
from emporion.portal.interfaces import reporting, taking_back
from emporion.portal.interfaces.one_import import Work, claim, problems

STATES = ("open", "accepted", "declined", "withdrawn")


def take_in(work: Work, edition: Edition) -> int:
    """Take in one list of requests; in the scope of the edition's expo."""
    options, report = work.options, work.report
    for name in ("asker", "counterpart"):
        if name not in work.mapping.columns:
            raise reporting.Refused(
                f"No column says who the {name} is. Call one {name.capitalize()!r}, or name it in "
                "a mapping file."
            )
    taking_back.mend(edition, report, dry_run=options.dry_run)
    batch = None if options.dry_run else claim(work, edition)
    try:
        checked, rows, skipped = check(work)
        difference = lists.compare(edition, rows, skipped)
        errors = checked.errors + problems(work, difference.problems)
        report.errors(errors, len(work.table.rows))
        report.unclear(checked.listed)
        if errors and not options.skip_bad:
            raise reporting.Refused(
                f"{len({e.line for e in errors})} rows fail, so nothing is written. Mend them, or "
                "add --skip-bad to leave them out."
            )
    except BaseException:
        if batch is not None:
            batch.delete()
        raise
    if batch is not None:
        total = len(difference.new) + len(difference.changed)
        with taking_back.Undoing(edition, batch, report):
            with Job(f"import {edition.slug}", ["Write"]).step("Write", total=total) as step:
                lists.write(edition, batch, difference, on_progress=step.reach)
            batches.finish(edition, batch, difference.counts())
    report.lines(checked.told)
    report.conflicts(problems(work, difference.conflicts))
    if difference.vanished:
        report.say(
            f"\nVanished ({len(difference.vanished):,}; they stay as they are): "
            f"{', '.join(difference.vanished[:20])}"
        )
    report.counts(difference.counts(), len(work.table.rows), options.dry_run)
    report.say("This was a dry run: nothing is written.") if batch is None else report.batch(
        batch.public_id
    )
    return 0


def check(work: Work) -> tuple[checking.Checked, list[lists.Row], list[lists.Key]]:
    checked = checking.Checked()
    headings = work.mapping.columns
    with reporting.bar("Check", len(work.table.rows)) as progress:
        rows = checking.read_rows(work.table, "requests", work.mapping, checked, progress)
    if "id" not in headings:
        checked.told.append(
            _("The list has no column of ids: each row's id is derived from its two sides.")
        )
    found: list[lists.Row] = []
    seen: dict[lists.Key, int] = {}
    for row in rows:
        if not row.failed:
            _require(row, headings, checked)
        key = checking.request_key(row, work.source, headings)
        if row.failed or key is None:
            checked.skipped += [key] if key else []
            continue
        if key in seen:
            checked.errors.append(
                CellError(
                    row.line,
                    headings.get("id"),
                    key[1],
                    _("Line %(line)d has the same id") % {"line": seen[key]},
                    _("Every id may stand once."),
                )
            )
            continue
        seen[key] = row.line
        found.append(lists.Row(row.line, key, row.values))
    return checked, found, checked.skipped


def _require(row: checking.Row, headings: dict[str, str], checked: checking.Checked) -> None:
    missing = {
        "asker": _("Who asks is missing"),
        "counterpart": _("Who is asked is missing"),
    }
    problems = [
        (headings[name], "", missing[name], _("Write the id of a participant."))
        for name in ("asker", "counterpart")
        if not row.values.get(name)
    ]
    if "id" in headings and not row.values.get("id"):
        problems.append((headings["id"], "", _("The id is missing"), _("Every row needs one.")))
    # An empty cell says nothing: a request that is there stays what it is, a new one is open.
    state = row.values.pop("state", "").lower()
    if state:
        row.values["state"] = state
        if state not in STATES:
            problems.append(
                (
                    headings["state"],
                    state,
                    _("This state is not known"),
                    _("One of %(states)s.") % {"states": ", ".join(STATES)},
                )
            )
    for column, value, what, expected in problems:
        row.failed = True
        checked.errors.append(CellError(row.line, column, value, what, expected))
