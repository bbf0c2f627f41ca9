"""Checking a whole list before anything is written: entries, errors, and what could not be told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from emporion.core.ids import derived_id
from emporion.core.tabular.headings import Mapping as Columns
from emporion.core.tabular.reading import Table
from emporion.core.tabular.report import CellError
from emporion.core.text.fold import fold
from emporion.edition.domain.intake import Entry, Key
from emporion.edition.domain.lists.cells import Bad, Unclear, read
from emporion.edition.domain.lists.columns import LISTS, Column
from emporion.edition.domain.lists.halls import Halls, Said, plan_halls
from emporion.edition.domain.merging import language_of
from emporion.edition.domain.records import OURS, ROLES

LANGUAGES = ("en", "zh-hans", "ar")
EVERY = 500


@dataclass
class Row:
    """One row, read: what stands in it by field, with what is wrong."""

    line: int
    values: dict[str, Any]
    failed: bool = False


@dataclass
class Checked:
    """What a list holds. With `errors` nothing may be written but by leaving their rows out."""

    entries: list[Entry] = field(default_factory=list)
    errors: list[CellError] = field(default_factory=list)
    # Left out of their rows, never guessed.
    listed: list[CellError] = field(default_factory=list)
    # Words of a field that could not be told, with how many rows have them.
    unknown: dict[str, Counter[str]] = field(default_factory=dict)
    # Rows that failed but whose key can be read: they are not vanished.
    skipped: list[Key] = field(default_factory=list)
    failed_rows: int = 0
    told: list[str] = field(default_factory=list)
    halls: Halls = field(default_factory=Halls)

    def names(self) -> list[tuple[str, str]]:
        """Return (line, name) of every name in every language, for finding likely doubles."""
        return [
            (str(entry.line), text)
            for entry in self.entries
            for text in dict.fromkeys(
                [entry.values["name"][0] or "", *entry.values["name"][1].values()]
                if "name" in entry.values
                else []
            )
            if text
        ]


def read_rows(
    table: Table,
    subject: str,
    mapping: Columns,
    checked: Checked,
    on_progress: Callable[[int], None] | None = None,
) -> list[Row]:
    """Read every cell; errors and what is unclear go into `checked`."""
    checked.errors += table.problems
    checked.failed_rows += len({problem.line for problem in table.problems})
    used: list[tuple[Column, str, int]] = [
        (column, mapping.columns[column.field], table.column(mapping.columns[column.field]))
        for column in LISTS[subject]
        if column.field in mapping.columns and column.kind != "ignored"
    ]
    rows = []
    for count, line in enumerate(table.rows, 1):
        row = Row(line.line, {})
        for column, heading, place in used:
            cell = line.cells[place]
            try:
                row.values[column.field] = read(column, cell, mapping.values.get(column.field, {}))
            except Bad as error:
                row.failed = True
                checked.errors.append(
                    CellError(row.line, heading, cell, error.what, error.expected)
                )
            except Unclear as error:
                words = checked.unknown.setdefault(column.field, Counter())
                for word in error.words:
                    words[word] += 1
                    checked.listed.append(
                        CellError(row.line, heading, word, error.what, error.expected)
                    )
                if error.value:
                    row.values[column.field] = error.value
        rows.append(row)
        if on_progress is not None and count % EVERY == 0:
            on_progress(count)
    return rows


def check(
    table: Table,
    subject: str,
    mapping: Columns,
    source: str,
    pavilions: Mapping[str, Mapping[str, str]],
    on_progress: Callable[[int], None] | None = None,
) -> Checked:
    """Check a list of exhibitors or buyers.

    `source` names where it comes from, for rows that do not say it themselves; `pavilions` are
    those of the edition, {letter: names}, none if it is to be made. O(cells).
    """
    checked = Checked()
    rows = read_rows(table, subject, mapping, checked, on_progress)
    headings = mapping.columns
    _require(subject, rows, headings, checked)
    if "id" not in headings:
        checked.told.append(
            _(
                "The list has no column of ids: each row's id is derived from its name, contact "
                "and country, so a row with a new name is a new entry."
            )
            if subject == "buyers"
            else _(
                "The list has no column of ids: each row's id is derived from its name and "
                "country, so a row with a new name is a new entry."
            )
        )
    for row in rows:
        _name_texts(row)
    if any(name in headings for name in ("pavilion", "hall_id")):
        _pavilions(rows, pavilions, headings, checked)
    seen: dict[Key, int] = {}
    for row in rows:
        key = _key(row, subject, source, headings, checked)
        if key is None or row.failed:
            checked.failed_rows += 1
            checked.skipped += [key] if key else []
            continue
        if key in seen:
            checked.failed_rows += 1
            checked.errors.append(_twice(row, key, seen[key], headings))
            continue
        seen[key] = row.line
        main = row.values.pop("main", None)
        if "main" in headings:
            row.values["main"] = (OURS if key[0] == OURS else key[0], main) if main else None
        for name in ("id", "source"):
            row.values.pop(name, None)
        checked.entries.append(Entry(row.line, key, ROLES[subject][0], row.values))
    _resolve_mains(checked)
    return checked


def _require(
    subject: str, rows: Sequence[Row], headings: Mapping[str, str], checked: Checked
) -> None:
    """Everybody needs a name; a buyer may have a contact's instead of a firm's."""
    names = [f"name:{language}" for language in LANGUAGES] + ["name"]
    if subject == "buyers":
        names.append("contact")
    for row in rows:
        if not row.failed and not any(row.values.get(name) for name in names):
            row.failed = True
            column = next((headings[name] for name in names[::-1] if name in headings), None)
            checked.errors.append(
                CellError(
                    row.line,
                    column,
                    "",
                    _("The name is missing"),
                    _("Write the name, or delete the row."),
                )
            )


def _name_texts(row: Row) -> None:
    """Join the columns of a translated text: (text without language, {language: text})."""
    for name in ("name", "about"):
        plain = row.values.pop(name, None)
        languages = {
            language: row.values.pop(f"{name}:{language}")
            for language in LANGUAGES
            if f"{name}:{language}" in row.values
        }
        if plain is not None or languages:
            # A column of its own is more exact than the one that may hold any language.
            if plain and languages.get(language_of(plain)):
                plain = None
            row.values[name] = (plain, languages)


def _pavilions(
    rows: Sequence[Row],
    pavilions: Mapping[str, Mapping[str, str]],
    headings: Mapping[str, str],
    checked: Checked,
) -> None:
    said: list[Said] = [
        (
            row.values.pop("pavilion", "") or "",
            row.values.pop("hall_id", ()) or (),
            row.values.pop("pavilion_name", "") or "",
        )
        for row in rows
    ]
    heading = headings.get("pavilion") or headings["hall_id"]
    checked.halls = halls = plan_halls(said, pavilions, heading)
    checked.told += halls.told
    for row, own in zip(rows, said, strict=True):
        letter = halls.letters[own]
        if letter is not None:
            row.values["pavilion"] = letter
            continue
        checked.unknown.setdefault("pavilion", Counter())[own[0] or "; ".join(own[1])] += 1
        checked.listed.append(
            CellError(
                row.line,
                heading,
                own[0] or "; ".join(own[1]),
                _("The edition has no such pavilion"),
                _("There are: %(letters)s.") % {"letters": ", ".join(sorted(pavilions))},
            )
        )


def _key(
    row: Row, subject: str, source: str, headings: Mapping[str, str], checked: Checked
) -> Key | None:
    own_source = row.values.get("source") or source
    if "id" in headings:
        own = row.values.get("id", "")
        if own:
            return own_source, own
        if "id" in row.values:
            checked.errors.append(
                CellError(
                    row.line,
                    headings["id"],
                    "",
                    _("The id is missing"),
                    _("Every row needs one, or leave the whole column out."),
                )
            )
        return None
    if row.failed:
        return None
    plain, languages = row.values.get("name", ("", {}))
    name = plain or next((languages[lang] for lang in LANGUAGES if languages.get(lang)), "")
    parts = [fold(name), row.values.get("country") or ""]
    if subject == "buyers":
        # Several people of one firm buy; an exhibitor with a new contact is the same exhibitor.
        parts.append(fold(row.values.get("contact") or ""))
    return own_source, derived_id(own_source, *parts)


def _twice(row: Row, key: Key, first: int, headings: Mapping[str, str]) -> CellError:
    if "id" in headings:
        return CellError(
            row.line,
            headings["id"],
            key[1],
            _("Line %(line)d has the same id") % {"line": first},
            _("Every id may stand once."),
        )
    return CellError(
        row.line,
        headings.get("name"),
        "",
        _("Line %(line)d has the same name and country") % {"line": first},
        _("Delete one of them, or add a column of ids."),
    )


def _resolve_mains(checked: Checked) -> None:
    """A main exhibitor is named by the id that stands in its own row, whatever its source."""
    by_id: dict[str, list[Key]] = {}
    for entry in checked.entries:
        by_id.setdefault(entry.key[1], []).append(entry.key)
    for entry in checked.entries:
        main = entry.main
        if main is not None and len(by_id.get(main[1], ())) == 1:
            entry.values["main"] = by_id[main[1]][0]


def request_key(row: Row, source: str, headings: Mapping[str, str]) -> Key | None:
    """Return the key of a row of requests: its id, else one derived from the two sides."""
    own_source = row.values.get("source") or source
    if "id" in headings:
        return (own_source, row.values["id"]) if row.values.get("id") else None
    sides = sorted(str(row.values.get(name) or "") for name in ("asker", "counterpart"))
    return own_source, derived_id(own_source, *sides)
