"""A program with a token: what tests of the open interface begin with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from emporion.accounts.domain import tokens
from emporion.accounts.domain.tokens import make_token
from emporion.accounts.rules import SCOPES


class Program:
    """Calls the interface with a token; `edition` is put in front of addresses that begin bare."""

    def __init__(self, secret: str, slug: str = "") -> None:
        self.client, self.slug = Client(), slug
        self.headers = {"Authorization": f"Bearer {secret}"} if secret else {}

    def call(self, method: str, address: str, body: Any = None, **headers: str) -> Any:
        where = address if address.startswith("/") else f"/api/v1/editions/{self.slug}/{address}"
        sent = {"data": body, "content_type": "application/json"} if body is not None else {}
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.generic(
            method,
            where,
            **({"data": _bytes(body), "content_type": "application/json"} if sent else {}),
            headers={**self.headers, **given},
        )

    def get(self, address: str, **headers: str) -> Any:
        return self.call("GET", address, **headers)

    def post(self, address: str, body: Any = None, **headers: str) -> Any:
        return self.call("POST", address, {} if body is None else body, **headers)


def _bytes(body: Any) -> bytes:
    import json

    return body if isinstance(body, bytes) else json.dumps(body).encode()


@pytest.fixture
def program() -> Callable[..., Program]:
    """A function that gives a program with a token of `user`; all scopes unless told."""

    def make(user: Any, slug: Any = "", scopes: Any = SCOPES) -> Program:
        _token, secret = make_token(user, "test", scopes, 30)
        return Program(secret, getattr(slug, "slug", slug))

    return make


@pytest.fixture(autouse=True)
def _meter_begins_anew() -> Iterator[None]:
    """Keys of tokens come again in the next test."""
    tokens.meter.counts.clear()
    yield
