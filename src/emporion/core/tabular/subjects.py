"""What can be taken out of an edition as a list: one declaration for each subject.

Each capability declares those of its own tables; `portal.queries.subjects` puts them together. A
row holds plain values (texts, numbers, truth values, lists, objects); `flat` says what a cell of a
spreadsheet makes of them.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet

from emporion.core.translated import as_dict, best

# So many rows are read at once, whatever the length of the list.
CHUNK = 1000
Rows = Iterator[list[Any]]


@dataclass(frozen=True)
class Asked:
    """What is taken out of: an edition (with its expo); of `of_release` one schedule by number.

    `knows_requests` says whether the one who asks may know who asks and meets whom.
    """

    edition: Any
    release: int | None = None
    knows_requests: bool = False


def plain(value: Any) -> Any:
    """Return a stored value as a row holds it: moments, days and times as ISO 8601 says."""
    return value.isoformat() if isinstance(value, dt.datetime | dt.date | dt.time) else value


def english(value: Any) -> str:
    """Return the text that a column without a language shows."""
    return best(value, "en")[1]


def without_keys(figures: dict[str, Any]) -> dict[str, Any]:
    """Return the figures of a computation but for keys of rows, which say nothing outside."""
    return {name: value for name, value in figures.items() if not name.endswith("_first")}


@dataclass(frozen=True)
class Column:
    """A heading, the path of the ORM that leads to its value, and how a row holds it."""

    heading: str
    path: str
    shown: Callable[[Any], Any] = plain


def in_languages(heading: str, path: str) -> tuple[Column, Column]:
    """Return two columns of a text in languages: one to read, and one that holds all of it."""
    return Column(heading, path, english), Column(f"{heading} in languages", path, as_dict)


@dataclass(frozen=True)
class Subject:
    """One list: its name, the tables it gives out, who may have it, its headings and rows.

    `act` is what a role must be allowed to do (`registry.domain.roles`). With `of_release` it is
    of one schedule: the published one where none is named. `given` are the paths of the ORM, from
    the first of the tables, to all that a row holds.
    """

    name: str
    tables: tuple[str, ...]
    act: str
    header: Sequence[str]
    rows: Callable[[Asked], Rows] = field(repr=False)
    of_release: bool = False
    given: tuple[str, ...] = ()


def subject(
    name: str,
    tables: Sequence[str],
    act: str,
    columns: Sequence[Column],
    found: Callable[[Asked], QuerySet[Any, Any]],
    *,
    of_release: bool = False,
) -> Subject:
    """Declare a list of the rows that `found` returns, in the order in which they were stored."""
    return Subject(
        name,
        tuple(tables),
        act,
        tuple(column.heading for column in columns),
        lambda asked: stored(found(asked), columns),
        of_release,
        tuple(column.path for column in columns),
    )


def stored(found: QuerySet[Any, Any], columns: Sequence[Column]) -> Rows:
    """Yield the rows of a query by primary key, a chunk at a time; a query for each chunk.

    No cursor is held open between two chunks: whoever reads slowly holds nothing in the database.
    """
    paths = [column.path for column in columns]
    wanted = list(dict.fromkeys(["pk", *paths]))
    places = [wanted.index(path) for path in paths]
    last = None
    while True:
        part = found if last is None else found.filter(pk__gt=last)
        rows = list(part.order_by("pk").values_list(*wanted)[:CHUNK])
        for row in rows:
            pairs = zip(columns, places, strict=True)
            yield [column.shown(row[place]) for column, place in pairs]
        if len(rows) < CHUNK:
            return
        last = rows[-1][0]


def flat(value: Any) -> str | int | float | None:
    """Return a value of a row as a cell of a spreadsheet: yes or no, parts joined, objects as JSON.

    A list of texts is joined by semicolons; any other list, and an object, is its JSON.
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, list | tuple) and all(isinstance(one, str) for one in value):
        return "; ".join(value)
    return json.dumps(value, ensure_ascii=False)
