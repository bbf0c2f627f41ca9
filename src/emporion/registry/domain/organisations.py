"""Organisations: one by one, and many at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from django.db import transaction

from emporion.core import bulk, journal
from emporion.core.ids import new_id
from emporion.core.text.sortkey import sort_key
from emporion.core.translated import best
from emporion.registry.domain.rows import change_rows, hold_values, remove_rows
from emporion.registry.models import Expo, Organisation


class NewOrganisation(NamedTuple):
    """An organisation to be made; `name` holds a text for each language."""

    name: Mapping[str, str]
    country: str = ""
    city: str = ""
    website: str = ""
    size: str = ""
    source: str = ""
    external_id: str = ""
    is_made_up: bool = False
    public_id: str = ""


_COLUMNS = (
    "id", "expo", "public_id", "source", "external_id", "name", "sort_key", "country", "city",
    "website", "size", "is_made_up",
)  # fmt: skip
# What may change later; `sort_key` follows the name.
CHANGEABLE = ("name", "country", "city", "website", "size", "is_made_up")


def create_organisation(expo: Expo, row: NewOrganisation) -> Organisation:
    """Make one organisation. Raises IntegrityError when (source, external id) is there already."""
    (key,) = add_organisations(expo, [row])
    return Organisation._base_manager.get(pk=key)


def add_organisations(expo: Expo, rows: Sequence[NewOrganisation]) -> list[int]:
    """Make many organisations; return their primary keys in the order of `rows`.

    Raises IntegrityError when one of a chunk is there already; earlier chunks stay unless the
    caller has a transaction open.
    """
    made: list[int] = []
    for part in bulk.chunks(rows):
        named = [row if row.public_id else row._replace(public_id=new_id()) for row in part]
        keys = [name_key(row.name) for row in named]
        with transaction.atomic():
            ids = bulk.reserve_ids(Organisation, len(named))
            bulk.load_rows(
                Organisation,
                _COLUMNS,
                (
                    (
                        pk,
                        expo.pk,
                        row.public_id,
                        row.source,
                        row.external_id,
                        dict(row.name),
                        key,
                        row.country,
                        row.city,
                        row.website,
                        row.size,
                        row.is_made_up,
                    )
                    for pk, row, key in zip(ids, named, keys, strict=True)
                ),
            )
            journal.record(
                "organisation.add",
                "organisation",
                [row.public_id for row in named],
                tenant=expo.public_id,
            )
        made.extend(ids)
    return made


def change_organisations(
    expo: Expo, changes: Mapping[int, Mapping[str, Any]]
) -> dict[str, dict[str, Any]]:
    """Set `changes[primary key] = {column: value}`, columns from `CHANGEABLE`, in one transaction.

    Returns {public id: {column: value before}}. Pass at most some hundred at a time: all of them
    stay locked until the end.
    """
    return change_rows(
        Organisation, expo, changes, CHANGEABLE, lambda organisation: name_key(organisation.name)
    )


def hold_organisations(
    expo: Expo, wanted: Mapping[str, Collection[str]]
) -> dict[str, dict[str, Any]]:
    """Lock them and return {public id: {column: value}}, as `change_organisations` does."""
    return hold_values(Organisation, expo, wanted)


def remove_organisations(expo: Expo, keys: Sequence[int]) -> int:
    """Remove those of `keys` that nobody takes part for and no person belongs to; say how many."""
    return remove_rows(Organisation, expo, keys, participations__isnull=True, people__isnull=True)


def name_key(name: Any) -> str:
    """Return the sort key of a name that has a text for each language."""
    return sort_key(best(name, "en")[1])
