"""Bulk loading against the slow and obvious way: saving one object after the other."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.forms.models import model_to_dict

from emporion.core import bulk
from emporion.core.models import ImportBatch, ImportChange, JournalEntry, Progress
from emporion.core.translated import Translated
from emporion.registry.models import Body, Expo
from tests import factories

AT = dt.datetime(2023, 11, 23, 9, 30, tzinfo=dt.UTC)
# What COPY, JSON and SQL quote in their own ways.
AWKWARD = ["", "芬兰", "فنلندا", "a\tb\\n\n'\"", "\\N", "{}", "null", "%s", "\\."]


@pytest.mark.django_db
def test_load_rows_stores_what_save_stores() -> None:
    columns = ["at", "tenant", "action", "actor", "on_behalf", "object_kind", "object_ids",
               "object_count", "fields", "commitment", "object_id"]  # fmt: skip
    rows: list[tuple[Any, ...]] = [
        (AT, "t", text[:60], "a", "", text[:40], [text, "x"], n, [text], "", "")
        for n, text in enumerate(AWKWARD)
    ]
    assert bulk.load_rows(JournalEntry, columns, rows) == len(AWKWARD)
    loaded = [model_to_dict(e, columns) for e in JournalEntry.objects.order_by("pk")]
    JournalEntry.objects.all().delete()
    for row in rows:
        JournalEntry.objects.create(**dict(zip(columns, row, strict=True)))
    saved = [model_to_dict(e, columns) for e in JournalEntry.objects.order_by("pk")]
    assert loaded == saved


@pytest.mark.django_db
def test_load_rows_stores_translated_text_null_and_keys() -> None:
    expo = Expo.objects.create(slug="e", name={"en": "E"})
    columns = ["expo", "public_id", "kind", "name", "country", "is_made_up"]
    names = [Translated({"zh-hans": "芬兰", "en": ""}), {"ar": "فنلندا"}, {}]
    rows = [(expo.pk, f"id{n}", "association", name, "", True) for n, name in enumerate(names)]
    assert bulk.load_rows(Body, columns, rows) == 3
    stored = [b.name.data for b in Body._base_manager.order_by("public_id")]
    assert stored == [{"zh-hans": "芬兰"}, {"ar": "فنلندا"}, {}]

    batch = ImportBatch.objects.create(
        tenant="t", subject="s", place="p", source="s", file_name="f", file_digest="d",
        started_at=AT,
    )  # fmt: skip
    changes = [(batch.pk, "k", "1", None), (batch.pk, "k", "2", {"名": None})]
    bulk.load_rows(ImportChange, ["batch", "object_kind", "object_id", "before"], changes)
    assert list(batch.changes.order_by("object_id").values_list("before", flat=True)) == [
        None, {"名": None},
    ]  # fmt: skip
    assert batch.changes.filter(before__isnull=True).count() == 1


@pytest.mark.django_db
def test_load_rows_takes_no_rows_and_any_iterable() -> None:
    assert bulk.load_rows(Progress, ["job", "step"], []) == 0
    columns = ["job", "step", "position", "state", "done", "total", "message", "seconds"]
    rows = (("j", str(n), n, "waiting", 0, 0, "", 0.5) for n in range(3))
    assert bulk.load_rows(Progress, columns, rows) == 3


@pytest.mark.django_db
def test_load_rows_stores_each_row_once_where_a_statement_holds_fewer() -> None:
    columns = ["job", "step", "position", "state", "done", "total", "message", "seconds"]
    rows = [("j", str(n), n, "waiting", 0, 0, AWKWARD[n % 9], n / 8) for n in range(277)]
    assert bulk.load_rows(Progress, columns, rows) == 277
    assert list(Progress.objects.order_by("position").values_list(*columns)) == rows


@pytest.mark.django_db(transaction=True)
def test_load_rows_leaves_nothing_behind_when_one_row_is_refused() -> None:
    columns = ["job", "step", "position", "state", "done", "total", "message", "seconds"]
    rows = [("j", "one", 0, "waiting", 0, 0, "", 0.0), ("j", "two", 0, "waiting", 5, 3, "", 0.0)]
    with pytest.raises(IntegrityError):
        bulk.load_rows(Progress, columns, rows)
    assert Progress.objects.count() == 0


@pytest.mark.django_db
def test_load_rows_refuses_a_row_of_another_length() -> None:
    with pytest.raises(DatabaseError):
        bulk.load_rows(Progress, ["job", "step"], [("j", "s", 1)])


def test_load_rows_refuses_a_row_of_another_length_before_asking_the_database() -> None:
    with pytest.raises(ValueError, match="zip"):
        bulk.load_rows(Body, ["name", "country"], [({"en": "x"},)])


@pytest.mark.django_db
def test_reserved_ids_are_fresh_ascending_and_not_given_again() -> None:
    first = Progress.objects.create(job="j", step="0")
    with transaction.atomic():
        ids = bulk.reserve_ids(Progress, 5)
        assert ids == sorted(set(ids)) and len(ids) == 5 and min(ids) > first.pk
        columns = ["id", "job", "step", "position", "state", "done", "total", "message", "seconds"]
        bulk.load_rows(
            Progress, columns, [(i, "j", str(i), 0, "waiting", 0, 0, "", 0.0) for i in ids]
        )
    later = Progress.objects.create(job="j", step="later")
    assert later.pk > max(ids)
    assert bulk.reserve_ids(Progress, 0) == []


def test_chunks_hold_every_row_once_and_in_order() -> None:
    rows = list(range(10))
    assert [list(c) for c in bulk.chunks(rows, 4)] == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
    assert list(bulk.chunks([], 4)) == []


@pytest.mark.django_db
def test_json_text_keeps_real_characters() -> None:
    Expo.objects.create(slug="e", name={"zh-hans": "芬兰"})
    with connection.cursor() as cursor:
        cursor.execute("SELECT CAST(name AS text) FROM registry_expo")
        assert "芬兰" in cursor.fetchone()[0]


def test_statistics_are_refreshed_without_changing_anything(db: None) -> None:
    factories.make_expo()
    bulk.refresh_statistics()
    assert Expo.objects.count() == 1


def test_rows_are_made_ahead_in_their_order_in_lists_of_a_size() -> None:
    assert list(bulk.made_ahead(iter(range(7)), 3)) == [[0, 1, 2], [3, 4, 5], [6]]
    assert list(bulk.made_ahead([], 3)) == []


def test_next_rows_are_made_while_those_before_are_written() -> None:
    second = threading.Event()

    def rows() -> Iterator[int]:
        yield 0
        second.set()
        yield 1

    parts = bulk.made_ahead(rows(), 1)
    assert next(parts) == [0]
    assert second.wait(10)
    assert list(parts) == [[1]]


def test_what_making_rows_raises_reaches_who_writes_them() -> None:
    def rows() -> Iterator[int]:
        yield 0
        raise ValueError("no row")

    parts = bulk.made_ahead(rows(), 1)
    assert next(parts) == [0]
    with pytest.raises(ValueError, match="no row"):
        next(parts)
