"""Rows of lists to be written: the columns that an import reads, filled from what is stored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from emporion.edition.domain.lists.columns import LISTS
from emporion.edition.domain.records import Record, flat, keys_by_name, list_ids, records
from emporion.edition.models import Edition
from emporion.edition.queries import pavilions

Cell = str | int | None
# So many participants are in memory at once, however long the list.
CHUNK = 500

DEMONSTRATION = (
    "Demonstration: a model edition. What is marked as made up in the column “Made up” is "
    "generated; it is no real company and no real person."
)


def header(subject: str) -> list[str]:
    """Return the headings of a list. The columns that imports read besides these are left out."""
    return [column.heading for column in LISTS[subject] if column.field not in _NOT_WRITTEN]


# The name stands in its shown language under Name; hall ids belong to foreign lists.
_NOT_WRITTEN = frozenset({"name:en", "hall_id"})


def rows(edition: Edition, subject: str) -> Iterator[list[Cell]]:
    """Yield the rows of everybody whom a list of `subject` holds, by name; a part at a time."""
    names = {p.letter: p.name for p in pavilions(edition)}
    fields = [c.field for c in LISTS[subject] if c.field not in _NOT_WRITTEN]
    note = note_of(edition)
    keys = keys_by_name(edition, subject)
    for start in range(0, len(keys), CHUNK):
        found = records(edition, subject, keys[start : start + CHUNK])
        mains = list_ids([one.main_exhibitor_id for one in found if one.main_exhibitor_id])
        for record in found:
            values = _values(record, mains, names, note)
            yield [cell(values[field]) for field in fields]


def note_of(edition: Edition) -> str:
    """Return what every row of a demonstration's list says, "" for a real edition."""
    return DEMONSTRATION if edition.is_demonstration else ""


def cell(value: Any) -> Cell:
    """Return a stored value as a cell holds it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return "; ".join(map(str, value))
    return value if isinstance(value, str | int) or value is None else str(value)


def _values(
    record: Record, mains: Mapping[int, str], names: Mapping[str, Any], note: str
) -> dict[str, Any]:
    source, own = record.key
    values = {
        "id": own,
        "source": source,
        **flat(record),
        "note": note,
        "pavilion_name": str(names.get(record.pavilion, "")),
        "main": mains.get(record.main_exhibitor_id or 0, ""),
    }
    firm = record.name if record.organisation_id else {}
    for language in ("zh-hans", "ar"):
        values[f"name:{language}"] = firm.get(language, "")
        values[f"about:{language}"] = record.about.get(language, "")
    return values
