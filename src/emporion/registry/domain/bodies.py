"""Guest countries, international organisations and associations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from django.db import transaction

from emporion.core import bulk, journal
from emporion.core.ids import new_id
from emporion.registry.models import Body, Expo


class NewBody(NamedTuple):
    """A body to be made; `kind` is one of `Body.Kind`."""

    kind: str
    name: Mapping[str, str]
    country: str = ""
    is_made_up: bool = False
    public_id: str = ""


_COLUMNS = ("id", "expo", "public_id", "kind", "name", "country", "is_made_up")


def create_body(expo: Expo, row: NewBody) -> Body:
    """Make one body."""
    (key,) = add_bodies(expo, [row])
    return Body._base_manager.get(pk=key)


def add_bodies(expo: Expo, rows: Sequence[NewBody]) -> list[int]:
    """Make many bodies; return their primary keys in the order of `rows`.

    Raises ValueError for an unknown kind, before anything is written.
    """
    for row in rows:
        if row.kind not in Body.Kind.values:
            raise ValueError(f"{row.kind!r} is no kind of body: {', '.join(Body.Kind.values)}.")
    named = [row if row.public_id else row._replace(public_id=new_id()) for row in rows]
    with transaction.atomic():
        ids = bulk.reserve_ids(Body, len(named))
        bulk.load_rows(
            Body,
            _COLUMNS,
            (
                (pk, expo.pk, row.public_id, row.kind, dict(row.name), row.country, row.is_made_up)
                for pk, row in zip(ids, named, strict=True)
            ),
        )
        if named:
            journal.record(
                "body.add", "body", [row.public_id for row in named], tenant=expo.public_id
            )
    return ids
