"""What is known of somebody as one file: `data.json` for programs, `data.html` to read.

It is written piece by piece: what is in memory is a row, however much there is.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from itertools import groupby
from typing import IO, Any

from django.db import models
from django.template.loader import render_to_string
from django.utils import timezone

from emporion.core import privacy
from emporion.portal.interfaces.privacy.words import TABLES, shown

VERSION = 1


def write_archive(file: IO[bytes], owner: privacy.Owner, language: str) -> None:
    """Write a zip file of all that belongs to somebody."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as book:
        for name, texts in (("data.json", _json), ("data.html", _page)):
            with book.open(name, "w") as part:
                for text in texts(owner, language):
                    part.write(text.encode())


def tables(owner: privacy.Owner) -> Iterator[tuple[Any, list[list[tuple[Any, str]]]]]:
    """Yield (table, [what a row says]) of somebody's tables, for people to read."""
    for label, rows in groupby(privacy.given(owner), key=lambda one: one.table.label):
        said = [shown(one.table, one.values) for one in rows]
        yield privacy.register()[label], [row for row in said if row]


def _json(owner: privacy.Owner, language: str) -> Iterator[str]:
    head = {"format": "emporion-own-data", "version": VERSION, "made_at": timezone.now()}
    yield _text(head)[:-1] + ',"tables":{'
    first = True
    for label, rows in groupby(privacy.given(owner), key=lambda one: one.table.label):
        table = privacy.register()[label]
        about = {
            "kept": table.kept.says,
            "fields": {
                name: {"for": line.purpose, "seen_by": line.seen_by, "erasure": line.erasure}
                for name, line in table.fields.items()
            },
        }
        yield f"{'' if first else ','}{_text(label)}:{_text(about)[:-1]},"
        yield '"rows":'
        yield from _list(one.values for one in rows)
        yield "}"
        first = False
    yield "}"
    for name, part in privacy.BESIDE.items():
        yield f',"{name}":'
        yield from _list(part(owner))
    yield "}\n"


def _list(rows: Iterator[dict[str, Any]]) -> Iterator[str]:
    yield "["
    for number, row in enumerate(rows):
        yield f"{',' if number else ''}\n{_text(row)}"
    yield "]"


def _page(owner: privacy.Owner, language: str) -> Iterator[str]:
    yield render_to_string("portal/privacy/file_head.html", {"made_at": timezone.now()})
    for table, rows in tables(owner):
        yield render_to_string(
            "portal/privacy/file_part.html",
            {"head": TABLES.get(table.label, table.label), "rows": rows},
        )
    yield "</main></html>\n"


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=_plain)


def _plain(value: Any) -> Any:
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return value.pk if isinstance(value, models.Model) else str(value)
