"""The tables as they are written: which columns, of which kind, in which order of rows.

A row is a line of PostgreSQL's COPY text format: columns divided by tabs, `\\N` for NULL, and
backslash, tab and line ends written with a backslash. What a column holds is written in one way,
whichever database it comes from, but for `float` and `json`, which are as the database writes them:
making them alike would take longer than all the rest, and only a comparison needs it (`plain`).

    int, text       as they are                 bool      0 or 1
    datetime        2023-11-23 09:00:00.000000 in UTC     date      2023-11-23
    time            09:00:00.000000             bytes     hexadecimal digits
    uuid            32 hexadecimal digits
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection, models
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

NULL = "\\N"
KINDS = {
    "AutoField": "int", "BigAutoField": "int", "SmallAutoField": "int", "IntegerField": "int",
    "BigIntegerField": "int", "SmallIntegerField": "int", "PositiveIntegerField": "int",
    "PositiveBigIntegerField": "int", "PositiveSmallIntegerField": "int", "CharField": "text",
    "TextField": "text", "SlugField": "text", "URLField": "text", "EmailField": "text",
    "FileField": "text", "FilePathField": "text", "GenericIPAddressField": "text",
    "BooleanField": "bool", "DateTimeField": "datetime", "DateField": "date",
    "TimeField": "time", "FloatField": "float", "JSONField": "json", "BinaryField": "bytes",
    "UUIDField": "uuid",
}  # fmt: skip


@dataclass(frozen=True)
class Shape:
    """One table: its columns as (name, kind), and the columns that order its rows."""

    table: str
    columns: tuple[tuple[str, str], ...]
    order: tuple[str, ...]

    def is_same(self, one: str, other: str) -> bool:
        """Whether two lines hold the same row, also where the databases write it differently."""
        if one == other:
            return True
        return self.plain(one) == self.plain(other)

    def plain(self, line: str) -> str:
        """Return a line in the one form that is the same for both databases."""
        parts = line.split("\t")
        for n, (_, kind) in enumerate(self.columns):
            if kind in PLAIN and parts[n] != NULL:
                parts[n] = PLAIN[kind](parts[n])
        return "\t".join(parts)


def every_shape() -> list[Shape]:
    """Return all tables of the product as they are in the database, what others refer to first.

    Before an upgrade that is not how the models of this program describe them. Raises TypeError
    for a kind of field that is new to backups.
    """
    # What a proxy shows lies in the table of another model.
    every = [m for m in _apps().get_models(include_auto_created=True) if not m._meta.proxy]
    return [_shape(model) for model in _in_order([MigrationRecorder.Migration, *every])]


def leaves(loader: MigrationLoader, done: set[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the last migrations of `done`: whoever asks for these gets all of it."""
    nodes = loader.graph.node_map
    return [
        one
        for one in sorted(done)
        if not any(child.key in done and child.key[0] == one[0] for child in nodes[one].children)
    ]


def _apps() -> Any:
    """Return the models that fit the database: those of the past while a migration waits."""
    loader = MigrationExecutor(connection).loader
    done = set(loader.applied_migrations) & set(loader.disk_migrations)
    if done == set(loader.disk_migrations):
        return apps
    return loader.project_state(leaves(loader, done)).apps


def _shape(model: type[models.Model]) -> Shape:
    columns = tuple((str(f.column), _kind(f)) for f in model._meta.concrete_fields if f.column)
    order = tuple(str(f.column) for f in model._meta.pk_fields)
    return Shape(model._meta.db_table, columns, order)


def _kind(field: Any) -> str:
    while field.remote_field is not None:
        field = field.target_field
    if isinstance(field, models.JSONField):
        return "json"
    internal = field.get_internal_type()
    if internal not in KINDS:
        raise TypeError(f"{field.model.__name__}.{field.name}: a backup knows no {internal} yet")
    return KINDS[internal]


def _in_order(every: list[type[models.Model]]) -> list[type[models.Model]]:
    done: list[type[models.Model]] = []

    def add(model: type[models.Model], above: tuple[Any, ...]) -> None:
        if model in done or model in above:
            return
        for field in model._meta.concrete_fields:
            if field.remote_field is not None:
                add(field.remote_field.model, (*above, model))
        done.append(model)

    for model in every:
        add(model, ())
    return [model for model in done if model in every]


def _plain_float(text: str) -> str:
    """Return a number as Python writes it: the shortest that is read as the same."""
    return repr(float(text))


_dump = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode


def _plain_json(text: str) -> str:
    """Return JSON (escaped as in a line) with sorted keys and real characters."""
    plain = text.replace("\\\\", "\\")
    # jsonb keeps numbers in full and has no negative zero.
    unusual = "e+" in plain or "E" in plain or "-0.0" in plain
    value = json.loads(plain, parse_float=_as_in_jsonb) if unusual else json.loads(plain)
    return _dump(value).replace("\\", "\\\\")


def _as_in_jsonb(text: str) -> float | int:
    number = float(text)
    return int(number) if abs(number) >= 1e16 else number + 0.0


def _plain_text(text: str) -> str:
    """Return a text with the escapes of `escaped`, also of a backup of before it knew them all."""
    return escaped(unescaped(text)) if any(one in text for one in _LATER) else text


# As COPY of PostgreSQL writes them, which knows no others (its manual, "Text Format").
_ESCAPES = {"\t": "\\t", "\n": "\\n", "\r": "\\r", "\b": "\\b", "\f": "\\f", "\v": "\\v"}
# Those that a backup written on SQLite held as they are, once.
_LATER = ("\b", "\f", "\v")
PLAIN: dict[str, Callable[[str], str]] = {
    "float": _plain_float, "json": _plain_json, "text": _plain_text,
}  # fmt: skip


def escaped(text: str) -> str:
    """Return `text` as it stands in a line."""
    text = text.replace("\\", "\\\\")
    for one, written in _ESCAPES.items():
        text = text.replace(one, written)
    return text


def unescaped(text: str) -> str:
    """Return what `escaped` was given."""
    if "\\" not in text:
        return text
    return "\\".join(_named(part) for part in text.split("\\\\"))


def _named(part: str) -> str:
    for one, written in _ESCAPES.items():
        part = part.replace(written, one)
    return part
