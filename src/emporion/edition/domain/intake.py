"""Comparing a list with what is stored: what is new, changed, unchanged, vanished."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from emporion.edition.domain.merging import new_interests, new_texts
from emporion.edition.domain.records import (
    OURS,
    Record,
    flat,
    interest_codes,
    interest_text,
    records,
)
from emporion.edition.models import Edition

Key = tuple[str, str]

# Fields of a list that say something of an organisation alone, and of the person who leads.
OF_ORGANISATION = ("city", "website", "size")
OF_CONTACT = {
    "contact": "name",
    "job_title": "job_title",
    "email": "email",
    "phone": "phone",
    "contact_language": "language",
}
_TOGETHER = {"name", "about", "offers", "needs", "offer_text", "need_text", "main"}


@dataclass(slots=True)
class Entry:
    """One row of a list, checked. `values` holds only the fields that the list has."""

    line: int
    key: Key
    role: str
    values: dict[str, Any]

    @property
    def main(self) -> Key | None:
        """The main exhibitor that this one stands with."""
        main: Key | None = self.values.get("main")
        return main


class Problem(NamedTuple):
    """What is wrong with an entry in the light of what is stored."""

    line: int
    field: str
    value: str
    what: str
    expected: str


@dataclass
class Difference:
    """What taking in a list would do."""

    new: list[Entry] = field(default_factory=list)
    changed: list[tuple[Record, Entry, dict[str, Any]]] = field(default_factory=list)
    unchanged: int = 0
    vanished: list[Record] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    # Who was there before, and where each key leads.
    stored: dict[Key, Record] = field(default_factory=dict)

    def counts(self) -> dict[str, int]:
        return {
            "new": len(self.new),
            "changed": len(self.changed),
            "unchanged": self.unchanged,
            "vanished": len(self.vanished),
        }


def compare(
    edition: Edition | None, subject: str, entries: Sequence[Entry], skipped: Sequence[Key] = ()
) -> Difference:
    """Compare `entries` with what `edition` has; None is an edition that is not there yet.

    Whoever came from one of the list's sources before and is not in it is vanished, unless their
    row was skipped.
    """
    found = Difference()
    stored = records(edition, subject) if edition is not None else []
    found.stored = {record.key: record for record in stored}
    by_public_id = {record.public_id: record for record in stored}
    listed = {entry.key: entry for entry in entries}
    for entry in entries:
        record = found.stored.get(entry.key)
        if record is None and entry.key[0] == OURS:
            record = by_public_id.get(entry.key[1])
            if record is None:
                found.problems.append(
                    Problem(
                        entry.line,
                        "id",
                        entry.key[1],
                        _("Nobody in this edition has this id of ours"),
                        _("Write an id as the export writes it, or another source."),
                    )
                )
                continue
        if entry.main is not None:
            problem = _main_problem(entry, listed, found.stored)
            if problem:
                found.problems.append(problem)
                continue
        if record is None:
            found.new.append(entry)
            continue
        fields = _changes(record, entry, found.stored)
        if fields:
            found.changed.append((record, entry, fields))
        else:
            found.unchanged += 1
    there = {*listed, *skipped}
    sources = {source for source, _ in there} - {OURS}
    found.vanished = [r for r in stored if r.key[0] in sources and r.key not in there]
    return found


def _changes(record: Record, entry: Entry, stored: Mapping[Key, Record]) -> dict[str, Any]:
    """Return the new value of every field in which `entry` differs from `record`."""
    values, now = entry.values, flat(record)
    found: dict[str, Any] = {}
    for name in ("name", "about"):
        before = getattr(record, name) if name == "about" or record.organisation_id else {}
        if name in values:
            after = new_texts(before, values[name])
            if after != before and (after or name == "about"):
                found[name] = after
    for codes, text, own in (
        ("offers", "offer_text", record.offers),
        ("needs", "need_text", record.needs),
    ):
        after_codes, after_text = values.get(codes), values.get(text)
        if after_codes is not None and sorted(after_codes) == sorted(interest_codes(own)):
            after_codes = None
        if after_text is not None and after_text == interest_text(own):
            after_text = None
        if after_codes is not None or after_text is not None:
            found[codes] = new_interests(own, after_codes, after_text)
    for name, value in values.items():
        if name in _TOGETHER or (name in OF_CONTACT and not values.get("contact")):
            continue
        if name in OF_ORGANISATION and not (record.organisation_id or "name" in found):
            continue
        if _ordered(value) != _ordered(now[name]):
            found[name] = value
    if "main" in values:
        main = stored.get(entry.main) if entry.main is not None else None
        known = entry.main is None or main is not None
        if not known or record.main_exhibitor_id != (main.pk if main else None):
            found["main"] = entry.main
    return found


def _ordered(value: Any) -> Any:
    """Lists of countries and languages have no order."""
    return sorted(value) if isinstance(value, list) else value


def _main_problem(
    entry: Entry, listed: Mapping[Key, Entry], stored: Mapping[Key, Record]
) -> Problem | None:
    assert entry.main is not None
    main = listed.get(entry.main)
    if main is not None and main.main is None and main is not entry:
        return None
    known = stored.get(entry.main)
    if main is None and known is not None and known.role == "exhibitor":
        return None
    return Problem(
        entry.line,
        "main",
        entry.main[1],
        _("No main exhibitor has this id"),
        _("Write the id of an exhibitor that is not a co-exhibitor itself."),
    )
