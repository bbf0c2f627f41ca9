"""Many participants in one call: written as the list that they could have been sent as.

So they take the way of every list: compared with what is there, all or nothing, seen at the desk,
and taken back from there.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction

from emporion.core.jobs import JobRecord
from emporion.core.tabular.formulas import neutralised
from emporion.edition.domain import drafts
from emporion.edition.domain.lists.columns import LISTS
from emporion.edition.queries import Edition
from emporion.registry import taxonomy
from emporion.registry.countries import country_codes
from emporion.registry.markets import REGIONS

# Fields of a row that hold codes, and what they may be.
_CODES = {"offers": "code", "needs": "code", "markets": "market", "country": "country"}


def as_list(subject: str, rows: Iterable[Mapping[str, Any]]) -> tuple[bytes, dict[str, str]]:
    """Return rows of {field: value} as the CSV of a list, and {field: heading}; O(cells).

    Texts in languages are {"name": {language: text}}; fields are those of the list's columns.
    """
    headings = {column.field: column.heading for column in LISTS[subject]}
    flat = [_flat(row) for row in rows]
    used = [field for field in headings if any(field in row for row in flat)]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([headings[field] for field in used])
    for row in flat:
        writer.writerow([neutralised(row.get(field, "")) for field in used])
    return out.getvalue().encode(), {field: headings[field] for field in used}


def _flat(row: Mapping[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in row.items():
        if value is None:
            continue
        if isinstance(value, Mapping):
            for language, text in value.items():
                # The column without a language is English; of the name there is one for each.
                plain = name == "about" and language == "en"
                found[name if plain else f"{name}:{language}"] = text
        elif isinstance(value, list):
            found[name] = "; ".join(value)
        elif isinstance(value, bool):
            found[name] = "yes" if value else "no"
        else:
            found[name] = str(value)
    return found


def wrong_codes(rows: Sequence[Mapping[str, Any]]) -> list[tuple[int, str, str]]:
    """Return (row, field, word) of every code that is none, and of ids that come twice; O(words).

    A list would leave such a word out and say so; a program is told before anything is written.
    """
    known = {
        "code": set(taxonomy.codes()),
        "country": set(country_codes()),
        "market": set(country_codes()) | set(REGIONS),
    }
    found = []
    ids: set[str] = set()
    for number, row in enumerate(rows):
        for field, kind in _CODES.items():
            value = row.get(field) or []
            for word in [value] if isinstance(value, str) else value:
                if word not in known[kind]:
                    found.append((number, field, word))
        if row["id"] in ids:
            found.append((number, "id", row["id"]))
        ids.add(row["id"])
    return found


def load(
    edition: Edition,
    subject: str,
    source: str,
    content: tuple[bytes, dict[str, str]],
    actor: str,
) -> JobRecord:
    """Keep a list of `as_list` and have it taken in; return the job. Raises DraftError."""
    data, columns = content
    with transaction.atomic():
        draft = drafts.send_list(
            edition, subject, source, f"{source}.csv", data, actor, encoding="utf-8"
        )
        drafts.set_columns(draft, columns)
        return drafts.start_taking(draft, actor)
