"""What a look at a list found, as plain data that a page shows without reading the file again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from emporion.core.tabular.report import CellError, grouped
from emporion.core.translated import best
from emporion.edition.domain.records import Record
from emporion.portal.interfaces.desk.examining import Examined

FIRST, WRONG, GROUPS, PAIRS, NAMES, WORDS = 6, 50, 12, 60, 20, 25
# Fields whose words the organiser may translate on the page.
TRANSLATED = ("country", "offers", "needs")
LONG = 120


def report(found: Examined, doubles: list[Any] | None = None) -> dict[str, Any]:
    """Return the report of a look; `doubles` are those of an earlier look, not looked for again."""
    table, difference = found.table, found.difference
    made = {
        "rows": len(table.rows) + len(table.problems),
        "how": {
            "sheet": table.sheet or "",
            "encoding": table.encoding or "",
            "delimiter": table.delimiter or "",
            "header_line": table.header_line,
            "skipped": [line[:200] for line in table.skipped],
        },
        "header": list(table.header),
        "first": [[row.line, [_short(cell) for cell in row.cells]] for row in table.rows[:FIRST]],
        "missing": found.missing,
        "counts": found.counts(),
        "failed": len(found.failed),
        "wrong": _wrong(found),
        "groups": _groups(found.errors),
        "conflicts": _groups(found.conflicts),
        "unclear": _groups(
            error for error in found.checked.listed if error.column not in _translated(found)
        ),
        "words": {
            name: found.checked.unknown[name].most_common(WORDS)
            for name in TRANSLATED
            if name in found.checked.unknown
        },
        "told": found.checked.told,
        "doubles": doubles if doubles is not None else _pairs(found),
    }
    if difference is not None:
        made["vanished"] = [_named(one) for one in difference.vanished[:NAMES]]
    return made


def _translated(found: Examined) -> set[str]:
    columns = found.work.mapping.columns
    return {columns[name] for name in TRANSLATED if name in columns}


def _wrong(found: Examined) -> list[dict[str, Any]]:
    """The first rows that fail: their line, their name, and each wrong cell with its message."""
    columns = found.work.mapping.columns
    named = next((columns[n] for n in ("name", "contact", "asker") if n in columns), None)
    cells = {row.line: row.cells for row in found.table.rows}
    by_line: dict[int, list[CellError]] = {}
    for error in found.errors:
        by_line.setdefault(error.line, []).append(error)
    rows = []
    for line in sorted(by_line)[:WRONG]:
        own = cells.get(line)
        rows.append(
            {
                "line": line,
                "name": _short(own[found.table.column(named)]) if own and named else "",
                "cells": [
                    {
                        "column": error.column or "",
                        "value": _short(error.value),
                        "what": error.what,
                        "expected": error.expected,
                    }
                    for error in by_line[line]
                ],
            }
        )
    return rows


def _groups(errors: Iterable[CellError]) -> list[dict[str, Any]]:
    return [
        {
            "column": group.column or "",
            "what": group.what,
            "expected": group.expected,
            "count": len(group.lines),
            "lines": list(group.lines[:8]),
            "values": [_short(value) for value in group.values[:5]],
        }
        for group in grouped(errors)[:GROUPS]
    ]


def _pairs(found: Examined) -> list[dict[str, Any]]:
    return [
        {
            "key": f"{pair.first}|{pair.second}",
            "first": pair.first,
            "second": pair.second,
            "first_name": pair.first_name,
            "second_name": pair.second_name,
            "stored": not pair.second.isdigit(),
            "score": round(100 * pair.score),
        }
        for pair in found.doubles[:PAIRS]
    ]


def _named(one: Record | str) -> str:
    return best(one.name, "en")[1] or one.key[1] if isinstance(one, Record) else one


def _short(text: str) -> str:
    # A workbook may hold what no database keeps.
    flat = " ".join(text.replace("\0", "").split())
    return flat if len(flat) <= LONG else flat[: LONG - 1] + "…"
