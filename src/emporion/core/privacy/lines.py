"""The register: a line for each field that can hold something of a person."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from importlib.util import find_spec
from typing import Any

from django.apps import apps
from django.db import models


class Does(StrEnum):
    """What an erasure does to a field of a person's row."""

    EMPTIES = "empties"  # the field's empty value
    RENAMES = "renames"  # the public id of the row stands for the person from then on
    KEEPS = "keeps"  # it says nothing of the person once the other fields are gone; `why` says so
    STEP = "step"  # the capability's own step does it; `why` names it


@dataclass(frozen=True)
class Held:
    """One field that holds something of a person."""

    purpose: str
    seen_by: str
    erasure: Does
    why: str = ""
    # Secrets (a password's hash, a signed key) are told of, and not given out.
    exported: bool = True


@dataclass(frozen=True)
class Kept:
    """How long rows are kept: `days` after the instant or date in `after` (a path of the ORM).

    Without `after` they go with what `says` names, and retention has nothing to do. `where` narrows
    to rows that may go at all. `row_stays`: only the fields that an erasure empties are emptied.
    """

    says: str
    after: str = ""
    days: int = 0
    where: Mapping[str, Any] = field(default_factory=dict)
    row_stays: bool = False


@dataclass(frozen=True)
class Table:
    """A table. `whose` maps a kind of owner ("person", "user", ...) to the path that leads there.

    With `row_goes` an erasure deletes the owner's rows. `others` are its fields of text that hold
    nothing of a person. `is_people`: a row stands for somebody, and what points at it is theirs.
    """

    label: str
    whose: Mapping[str, str]
    kept: Kept
    fields: Mapping[str, Held]
    others: frozenset[str]
    row_goes: bool = False
    is_people: bool = False

    @property
    def model(self) -> type[models.Model]:
        return _models()[self.label]


_tables: dict[str, Table] = {}


def held(
    purpose: str, seen_by: str, erasure: Does, why: str = "", *, exported: bool = True
) -> Held:
    """Say what one field is for; KEEPS and STEP need a reason."""
    if erasure in (Does.KEEPS, Does.STEP) and not why:
        raise ValueError(f"A field that an erasure {erasure} needs a reason: {purpose}")
    return Held(purpose, seen_by, erasure, why, exported)


def declare(
    label: str,
    *,
    whose: Mapping[str, str] | None = None,
    kept: Kept,
    fields: Mapping[str, Held],
    others: str = "",
    row_goes: bool = False,
    is_people: bool = False,
) -> None:
    """Put a table into the register; `others` are names with spaces between them."""
    if label in _tables:
        raise ValueError(f"{label} is declared twice.")
    _tables[label] = Table(
        label, whose or {}, kept, fields, frozenset(others.split()), row_goes, is_people
    )


def not_of_people(label: str, others: str = "") -> None:
    """Say of a table that none of its fields (`others`) holds anything of a person."""
    declare(label, kept=Kept("with what it belongs to"), fields={}, others=others)


@cache
def _models() -> dict[str, type[models.Model]]:
    return {m._meta.label: m for m in apps.get_models(include_auto_created=True)}


@cache
def register() -> dict[str, Table]:
    """Return every table by its label. The first call loads the lines of all capabilities."""
    for config in apps.get_app_configs():
        if config.name.startswith("emporion.") and find_spec(f"{config.name}.personal"):
            importlib.import_module(f"{config.name}.personal")
    return dict(sorted(_tables.items()))


def could_hold(model_field: Any) -> bool:
    """Whether a column could hold something of a person: text, JSON, bytes, an address, a file.

    Numbers, times, flags and keys to rows that have lines of their own cannot.
    """
    return isinstance(
        model_field,
        (
            models.CharField,
            models.TextField,
            models.JSONField,
            models.BinaryField,
            models.FileField,
            models.GenericIPAddressField,
            models.UUIDField,
        ),
    )


def undeclared(tables: Mapping[str, Table]) -> list[str]:
    """Return "Model.field" of every column without a line that could hold personal data.

    A key to a table of people needs one as well: by it a row is somebody's.
    """
    people = [table.model for table in tables.values() if table.is_people]
    missing = []
    for model in apps.get_models(include_auto_created=True):
        table = tables.get(model._meta.label)
        known = set(table.fields) | table.others if table else set()
        missing += [
            f"{model._meta.label}.{column.name}"
            for column in model._meta.concrete_fields
            if column.related_model in people
            and (table is None or column.name not in {*table.whose.values(), *known})
        ]
        missing += [
            f"{model._meta.label}.{column.name}"
            for column in model._meta.concrete_fields
            if could_hold(column) and column.name not in known
        ]
    return missing


def unknown() -> list[str]:
    """Return "Model.field" of every line that speaks of no column."""
    wrong = []
    for table in register().values():
        columns = {column.name for column in table.model._meta.concrete_fields}
        named = [*table.fields, *sorted(table.others)]
        wrong += [f"{table.label}.{name}" for name in named if name not in columns]
    return wrong
