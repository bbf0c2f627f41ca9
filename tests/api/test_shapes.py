"""What programs may send: named fields of named types, and nothing that is not meant."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from emporion.api.interfaces.urls import api
from emporion.edition.models import Participation
from tests import factories
from tests.api.test_gates import is_problem

SCHEMA: dict[str, Any] = api.get_openapi_schema()


def bodies() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every operation that takes JSON, with the shape of it."""
    for path in SCHEMA["paths"].values():
        for told in path.values():
            content = told.get("requestBody", {}).get("content", {})
            if "application/json" in content:
                yield told["operationId"], content["application/json"]["schema"]


def shapes(shape: dict[str, Any], seen: set[str]) -> Iterator[dict[str, Any]]:
    """A shape and all that lie in it, each named one once."""
    name = shape.get("$ref", "")
    if name in seen:
        return
    if name:
        seen.add(name)
        shape = SCHEMA["components"]["schemas"][name.rpartition("/")[2]]
    yield shape
    inner = [
        *shape.get("properties", {}).values(),
        *shape.get("anyOf", ()),
        *shape.get("allOf", ()),
    ]
    for key in ("items", "additionalProperties"):
        if isinstance(shape.get(key), dict):
            inner.append(shape[key])
    for one in inner:
        yield from shapes(one, seen)


def test_every_body_names_its_fields_and_refuses_others() -> None:
    every = dict(bodies())
    assert len(every) > 30
    seen: set[str] = set()
    open_ = {
        operation: one
        for operation, body in every.items()
        for one in shapes(body, seen)
        if "properties" in one and one.get("additionalProperties") is not False
    }
    assert open_ == {}


def test_every_field_says_of_what_type_it_is() -> None:
    seen: set[str] = set()
    typed = ("type", "anyOf", "allOf", "enum", "const", "$ref")
    untyped = {
        operation: one
        for operation, body in bodies()
        for one in shapes(body, seen)
        if not any(key in one for key in typed)
    }
    assert untyped == {}


@pytest.mark.parametrize(
    "more",
    [
        {"roles": ["exhibitor"]}, {"state": "approved"}, {"edition": 1}, {"public_id": "x"},
        {"is_staff": True}, {"pk": 1}, {"version": "x"}, {"sort_key": ""}, {"__class__": {}},
    ],
)  # fmt: skip
def test_field_that_is_not_meant_is_refused_and_nothing_is_written(
    edition: Any, program: Any, more: dict[str, Any]
) -> None:
    user = factories.make_user()
    factories.make_participation(edition, "buyer", user=user)
    before = Participation._base_manager.values().get()
    caller = program(user, edition)
    match = caller.get("me")["ETag"]
    refused = caller.call("PATCH", "me", {"max_meetings": 7, **more}, If_Match=match)
    assert is_problem(refused, 422)
    (field,) = more
    assert [error["pointer"] for error in refused.json()["errors"]] == [f"/{field}"]
    assert Participation._base_manager.values().get() == before
    done = caller.call("PATCH", "me", {"max_meetings": 7}, If_Match=match)
    assert (done.status_code, done.json()["max_meetings"]) == (200, 7)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("max_meetings", "many"), ("max_meetings", [7]), ("max_meetings", {"$gt": 0}),
        ("max_meetings", 7.5), ("max_meetings", 0), ("languages", "en"), ("languages", [1]),
        ("languages", {"0": "en"}), ("markets", [None]), ("about", "text"), ("about", {"en": 1}),
        ("about", [["en", "text"]]),
    ],
)  # fmt: skip
def test_value_of_another_type_is_refused_and_named(
    edition: Any, program: Any, field: str, value: Any
) -> None:
    user = factories.make_user()
    factories.make_participation(edition, "buyer", user=user)
    before = Participation._base_manager.values().get()
    caller = program(user, edition)
    refused = caller.call("PATCH", "me", {field: value}, If_Match=caller.get("me")["ETag"])
    assert is_problem(refused, 422)
    pointers = {error["pointer"].split("/")[1] for error in refused.json()["errors"]}
    assert pointers == {field}
    assert Participation._base_manager.values().get() == before
