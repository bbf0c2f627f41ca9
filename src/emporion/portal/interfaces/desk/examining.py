"""A list that was sent, looked at: what it holds, what is wrong, what taking it in would do.

Nothing is written here. The same look serves the page before the organiser decides and the taking
in afterwards, so that both say the same.
"""

from __future__ import annotations

import argparse
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from emporion.core.tabular.headings import Mapping, guess_mapping
from emporion.core.tabular.reading import Table, read_table
from emporion.core.tabular.report import CellError
from emporion.core.text.doubles import Double, likely_doubles
from emporion.edition.domain import drafts, intake
from emporion.edition.domain.lists import checking
from emporion.edition.domain.lists.columns import headings, known_headings
from emporion.edition.domain.records import OURS, Record, records
from emporion.edition.queries import Edition
from emporion.meetings.domain import lists as request_lists
from emporion.portal.interfaces import reporting, taking_in, taking_requests
from emporion.portal.interfaces.one_import import Work, problems

# Fields without which a list says nothing: one of each group must have a column.
NEEDED = {
    "exhibitors": (("name", "name:en", "name:zh-hans", "name:ar"),),
    "buyers": (("name", "name:en", "name:zh-hans", "name:ar", "contact"),),
    "requests": (("asker",), ("counterpart",)),
}
MERGE, APART = "merge", "apart"
Tell = Callable[[str], object]


@dataclass
class Examined:
    """What a look at a list found. `difference` is None while a needed column is missing."""

    work: Work
    missing: list[str] = field(default_factory=list)
    checked: checking.Checked = field(default_factory=checking.Checked)
    difference: intake.Difference | request_lists.Difference | None = None
    errors: list[CellError] = field(default_factory=list)
    conflicts: list[CellError] = field(default_factory=list)
    doubles: list[Double] = field(default_factory=list)
    left_out: set[int] = field(default_factory=set)

    @property
    def table(self) -> Table:
        return self.work.table

    @property
    def failed(self) -> set[int]:
        """The lines that fail."""
        return {error.line for error in self.errors}

    def counts(self) -> dict[str, int]:
        return self.difference.counts() if self.difference is not None else {}


def read(draft: Any) -> Table:
    """Read the file of a draft. Raises TableError for what cannot be read."""
    return read_table(
        drafts.content(draft),
        name=draft.file_name,
        known=known_headings(draft.subject),
        encoding=draft.encoding or None,
    )


def guessed(draft: Any, table: Table) -> dict[str, str]:
    """Return the columns of a list as far as its headings tell them: {field: heading}."""
    return guess_mapping(table.header, headings(draft.subject)).columns


def examine(
    edition: Edition, draft: Any, *, look_for_doubles: bool = True, tell: Tell | None = None
) -> Examined:
    """Look at a draft in the light of what `edition` has. Raises TableError.

    Cells in about O(cells); doubles take about a second for 1,000 names. `tell` is given the name
    of each step as it begins: reading, checking, doubles, comparing.
    """
    tell = tell or (lambda step: None)
    tell("reading")
    table = read(draft)
    columns = {f: h for f, h in draft.columns.items() if h in table.header}
    used = set(columns.values())
    mapping = Mapping(columns, [h for h in table.header if h not in used], draft.values)
    work = Work(
        argparse.Namespace(subject=draft.subject, source=draft.source, dry_run=True),
        b"",
        table,
        mapping,
        None,
        reporting.Report(io.StringIO()),
    )
    found = Examined(work)
    found.missing = [group[0] for group in NEEDED[draft.subject] if not used_of(group, columns)]
    if found.missing:
        return found
    tell("checking")
    if draft.subject == "requests":
        _requests(edition, found, tell)
    else:
        _participants(edition, draft, found, look_for_doubles, tell)
    return found


def used_of(group: Sequence[str], columns: dict[str, str]) -> list[str]:
    """Return those fields of a group that have a column."""
    return [name for name in group if name in columns]


def _requests(edition: Edition, found: Examined, tell: Tell) -> None:
    found.checked, rows, skipped = taking_requests.check(found.work)
    tell("comparing")
    difference = request_lists.compare(edition, rows, skipped)
    found.errors = found.checked.errors + problems(found.work, difference.problems)
    found.conflicts = problems(found.work, difference.conflicts)
    found.difference = difference


def _participants(
    edition: Edition, draft: Any, found: Examined, look_for_doubles: bool, tell: Tell
) -> None:
    checked = found.checked = taking_in.check(found.work, edition)
    stored = records(edition, draft.subject)
    if look_for_doubles:
        tell("doubles")
        found.doubles = _doubles(checked, stored)
    tell("comparing")
    _merge(draft.decisions, found, stored)
    difference = intake.compare(edition, draft.subject, checked.entries, checked.skipped)
    found.errors = checked.errors + problems(found.work, difference.problems)
    found.difference = difference


def _doubles(checked: checking.Checked, stored: Sequence[Record]) -> list[Double]:
    listed = {entry.key for entry in checked.entries}
    names = checked.names()
    others = [
        (record.public_id, text)
        for record in stored
        if record.key not in listed
        for text in record.name.values()
    ]
    if len(names) + len(others) > reporting.MOST_NAMES:
        return []
    return likely_doubles(names, others)


def _merge(decisions: dict[str, str], found: Examined, stored: Sequence[Record]) -> None:
    """Lay together what the organiser said is one, before the list is compared.

    A row that is somebody stored speaks for them; what it leaves empty stays as it is. Of two rows
    the later one is left out, and fills what the earlier one leaves empty.
    """
    wanted = [pair.split("|", 1) for pair, word in decisions.items() if word == MERGE]
    if not wanted:
        return
    checked = found.checked
    by_line = {str(entry.line): entry for entry in checked.entries}
    by_id = {record.public_id: record for record in stored}
    sources = {entry.key[0] for entry in checked.entries}
    taken: set[str] = set()
    for first, second in sorted(wanted):
        one, other = by_line.get(first), by_line.get(second)
        if one is not None and other is not None:
            early, late = sorted((one, other), key=lambda entry: entry.line)
            for name, value in late.values.items():
                if not early.values.get(name):
                    early.values[name] = value
            del by_line[str(late.line)]
            checked.entries.remove(late)
            checked.skipped.append(late.key)
            found.left_out.add(late.line)
        elif one is not None and second in by_id:
            record = by_id[second]
            if second in taken:
                checked.errors.append(_taken_twice(found, one.line))
                continue
            taken.add(second)
            # Their own key only where the list has their source: of a source that it does not
            # have, nobody has vanished.
            one.key = record.key if record.key[0] in sources else (OURS, record.public_id)
            one.values = {name: value for name, value in one.values.items() if _says(value)}


def _taken_twice(found: Examined, line: int) -> CellError:
    return CellError(
        line,
        found.work.mapping.columns.get("name"),
        "",
        _("Another row stands for the same participant already"),
        _("Keep one of the two apart."),
    )


def _says(value: Any) -> bool:
    """Whether a value says anything; a text is (without language, {language: text})."""
    if isinstance(value, tuple) and len(value) == 2 and isinstance(value[1], dict):
        return bool(value[0] or any(value[1].values()))
    return value not in (None, "", [], ())
