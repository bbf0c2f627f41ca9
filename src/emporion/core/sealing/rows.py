"""A journal entry as the one text that is hashed: the same on SQLite and PostgreSQL.

The database joins the fields, which is several times faster than fetching eleven columns a row.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator

from django.db import connection

from emporion.core.models import JournalEntry
from emporion.core.sealing import merkle

# In the order in which they are joined.
FIELDS = (
    "at", "tenant", "action", "actor", "on_behalf", "object_kind", "object_ids", "object_count",
    "object_id", "fields", "commitment",
)  # fmt: skip
JSON = tuple(FIELDS.index(name) for name in ("object_ids", "fields"))
BETWEEN = "\x1f"
TABLE = JournalEntry._meta.db_table


def read(after: int, upto: int, limit: int) -> list[tuple[int, str]]:
    """Return (key, text) of at most `limit` entries with after < key <= upto, by their keys."""
    name = connection.ops.quote_name
    if connection.vendor == "postgresql":
        columns = {
            "at": "to_char(\"at\" AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')",
            "object_ids": '"object_ids"::text',
            "fields": '"fields"::text',
        }
        joined = "concat_ws(chr(31), " + ", ".join(columns.get(f, name(f)) for f in FIELDS) + ")"
    else:
        at = 'CASE WHEN length("at") = 19 THEN "at" || \'.000000\' ELSE "at" END'
        joined = " || char(31) || ".join(f"({at})" if f == "at" else name(f) for f in FIELDS)
    statement = (
        f'SELECT "id", {joined} FROM "{TABLE}"'  # noqa: S608 (names of ours)
        ' WHERE "id" > %s AND "id" <= %s ORDER BY "id" LIMIT %s'
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [after, upto, limit])
        return [(key, _canonical(key, text)) for key, text in cursor.fetchall()]


def every(after: int, upto: int, size: int = 20_000) -> Iterator[tuple[int, str]]:
    """Yield what `read` returns, however many there are, a portion at a time."""
    while True:
        portion = read(after, upto, size)
        yield from portion
        if len(portion) < size:
            return
        after = portion[-1][0]


def leaf(key: int, text: str) -> bytes:
    """Return the leaf of the entry `key` with this text."""
    return merkle.leaf(f"{key}{BETWEEN}{text}".encode())


def checks(text: str) -> bytes:
    """Return two bytes for each field: enough to say which one changed, nothing to rely on."""
    return b"".join(
        (zlib.crc32(part.encode()) & 0xFFFF).to_bytes(2, "little") for part in _parts(text)
    )


def changed_fields(text: str, sealed: bytes) -> list[str]:
    """Return the names of the fields that are no longer what `checks` said of them."""
    now = checks(text)
    return [
        name for n, name in enumerate(FIELDS) if now[2 * n : 2 * n + 2] != sealed[2 * n : 2 * n + 2]
    ]


def _parts(text: str) -> list[str]:
    return list(json.loads(text)) if text.startswith("[") else text.split(BETWEEN)


def _canonical(key: int, text: str) -> str:
    """Return the same text for what the two databases write in two ways.

    Most entries are plain; only JSON with other than ASCII characters is written differently.
    """
    if text.count(BETWEEN) != len(FIELDS) - 1:
        # A field holds the separator itself: where one ends would be anybody's guess.
        return _listed(key)
    if text.isascii() and "\\" not in text:
        return text
    parts = text.split(BETWEEN)
    for n in JSON:
        parts[n] = json.dumps(json.loads(parts[n]), ensure_ascii=False)
    return BETWEEN.join(parts)


def _listed(key: int) -> str:
    entry = JournalEntry.objects.filter(pk=key).values(*FIELDS).get()
    return json.dumps(
        [
            json.dumps(entry[name]) if n in JSON else str(entry[name])
            for n, name in enumerate(FIELDS)
        ]
    )
