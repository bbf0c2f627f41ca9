"""Rows in every table of a version before, by the models as they were, to be found again later."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import connection, models

from emporion.core.backups import shapes
from emporion.core.journal import commitment

AT = dt.datetime(2023, 11, 23, 9, tzinfo=dt.UTC)
EACH = 3
# What looks like the first address. PostgreSQL writes the letter without a dot large as I, so the
# version before took it there for the first, and refused it.
ALIKE = {"sqlite": "mike.sısk@kiosk.example", "postgresql": "mike.sİsk@kiosk.example"}
# What the kind of a column does not tell, by the table's model or for whatever model: row -> value.
SPECIAL: dict[tuple[str, str], Any] = {
    ("User", "email"): lambda n: addresses()[n],
    ("JournalEntry", "commitment"): lambda n: commitment(f"salt{n}", f"text{n}"),
    ("JournalEntry", "object_ids"): lambda n: [f"object_id{n}"],
    ("JournalEntry", "object_count"): lambda n: 1,
    ("MeetingRequest", "high"): lambda n: n + 2,
    ("", "languages"): lambda n: ["en", "ar"],
    ("", "country"): lambda n: "FI",
}
# Rows that refer to two of one kind are never of one with itself.
OTHERS = ("counterpart", "target", "guest")


def addresses() -> list[str]:
    """Return e-mail addresses as people typed them: large letters, a look-alike, two signs for Å."""
    return ["Mike.Sisk@Kiosk.example", ALIKE[connection.vendor], "A\u030asa@Kiosk.example"]


def fill(apps: Any) -> None:
    """Make `EACH` rows in every table of `apps` that has none; the seals are the sealer's."""
    made: dict[type[models.Model], list[Any]] = {}

    def rows(model: type[models.Model]) -> list[Any]:
        if model not in made:
            made[model] = []
            every = model._base_manager.order_by("pk")
            if not every.exists():
                for n in range(EACH):
                    model._base_manager.create(**_values(model, n))
            made[model] = list(every[:EACH])
        return made[model]

    def _values(model: type[models.Model], n: int) -> dict[str, Any]:
        found = {}
        for field in model._meta.local_concrete_fields:
            if field.column is None or isinstance(field, models.AutoField | models.BigAutoField):
                continue
            if field.remote_field is None:
                found[field.name] = _value(model.__name__, field, n)
            elif field.related_model is not model:
                to = (n + 1) % EACH if field.name in OTHERS else n
                found[field.name] = rows(field.related_model)[to]
        return found

    for model in apps.get_models(include_auto_created=True):
        if model.__name__ != "JournalSeal":
            rows(model)


def _value(model: str, field: Any, n: int) -> Any:
    special = SPECIAL.get((model, field.name)) or SPECIAL.get(("", field.name))
    if special:
        return special(n)
    if field.choices:
        return field.choices[n % len(field.choices)][0]
    if isinstance(field, models.JSONField):
        if field.default is list:
            return [f"{field.name}{n}"]
        return {"en": f"{field.name} {n}", "ar": f"معرض\t{n}\n"}
    if isinstance(field, models.CharField | models.TextField):
        if field.default is not models.NOT_PROVIDED and (said := field.get_default()):
            return said
        text = f"{field.name}{n}"
        return text[-field.max_length :] if field.max_length else text
    plain = {
        "BooleanField": n % 2 == 1, "FloatField": n + 0.1, "BinaryField": bytes([0, 255, n]),
        "DateTimeField": AT + dt.timedelta(hours=n, microseconds=n), "DateField": AT.date(),
        "TimeField": dt.time(9, n),
    }  # fmt: skip
    return plain.get(field.get_internal_type(), n + 1)


def stored() -> dict[str, dict[str, dict[str, str]]]:
    """Return what is in the database: {table: {primary key: {column: value}}}, as it writes it."""
    found = {}
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        for shape in shapes.every_shape():
            names = [name for name, _ in shape.columns]
            cursor.execute(f"SELECT {', '.join(map(quote, names))} FROM {quote(shape.table)}")
            rows = [dict(zip(names, map(_plain, row), strict=True)) for row in cursor.fetchall()]
            found[shape.table] = {",".join(row[key] for key in shape.order): row for row in rows}
    return found


def _plain(value: Any) -> str:
    return value.tobytes().hex() if isinstance(value, memoryview) else repr(value)
