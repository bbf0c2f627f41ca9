"""What a row looks like in a backup, whichever database wrote it."""

from __future__ import annotations

import json

import pytest
from django.apps import apps
from hypothesis import given
from hypothesis import strategies as st

from emporion.core.backups.databases import _stored
from emporion.core.backups.shapes import KINDS, Shape, escaped, every_shape, unescaped


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_text_comes_back_and_never_divides_a_line(text: str) -> None:
    line = escaped(text)
    assert unescaped(line) == text
    assert not set(line) & set("\t\n\r")


@pytest.mark.parametrize("text", ["\\N", "\\", "\\t", "a\\\\n", "\\\\N"])
def test_text_that_looks_escaped_comes_back(text: str) -> None:
    assert _stored(escaped(text), "text") == text
    assert _stored("\\N", "text") is None


@pytest.mark.django_db
def test_every_table_is_written_after_those_it_refers_to() -> None:
    shapes = every_shape()
    names = [shape.table for shape in shapes]
    assert len(set(names)) == len(names)
    models = {m._meta.db_table: m for m in apps.get_models(include_auto_created=True)}
    assert set(names) == {*models, "django_migrations"}
    for name, model in models.items():
        for field in model._meta.concrete_fields:
            if field.remote_field is not None and field.remote_field.model is not model:
                assert names.index(field.remote_field.model._meta.db_table) < names.index(name)
    kinds = {kind for shape in shapes for _, kind in shape.columns}
    assert kinds | {"uuid"} == set(KINDS.values())


SHAPE = Shape("t", (("a", "json"), ("b", "float"), ("c", "text")), ("c",))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('{"b": 1, "a": [1.50, "芬"]}', '{"a": [1.5, "\\\\u82ac"], "b": 1}'),
        ("[1e+22, 1e-7, -0.0]", "[10000000000000000000000, 0.0000001, 0.0]"),
        ('"a\\\\"b\\\\\\\\c"', '"a\\\\"b\\\\\\\\c"'),
    ],
)
def test_json_is_the_same_however_a_database_writes_it(one: str, other: str) -> None:
    assert SHAPE.is_same(f"{one}\t\\N\tx", f"{other}\t\\N\tx")


def test_number_is_the_same_however_a_database_writes_it() -> None:
    assert SHAPE.is_same("1\t1e+15\tx", "1\t1000000000000000\tx")
    assert SHAPE.is_same("1\t0.10000000000000001\tx", "1\t0.1\tx")
    assert not SHAPE.is_same("1\t0.1\tx", "1\t0.10000000000000003\tx")
    assert not SHAPE.is_same('{"a": 1}\t1\tx', '{"a": 2}\t1\tx')
    assert not SHAPE.is_same("1\t1\tx", "1\t1\ty")


def test_plain_json_is_read_as_what_it_was() -> None:
    value = {"z": [1, 2.5, None, True], "a": 'quote " backslash \\ line \n'}
    line = f"{escaped(json.dumps(value))}\t1.0\tx"
    assert json.loads(unescaped(SHAPE.plain(line).split("\t")[0])) == value
