"""One key that comes twice at once: the constraint on keys is what lets it have one effect."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from django.db import connection

from emporion.api.domain import idempotency
from emporion.api.models import IdempotencyKey
from emporion.core.models import JournalEntry
from emporion.edition.domain import editions
from emporion.registry.models import Expo
from tests import factories
from tests.racing import hold_after, race


@pytest.fixture
def once(monkeypatch) -> Any:
    """A function that sends one key twice at once; it returns the outcomes."""
    hold_after(monkeypatch, idempotency.timezone, "now")
    edition = factories.make_edition(phase="open")
    phases = iter(("running", "closed"))

    def send() -> None:
        def do() -> tuple[int, Any]:
            editions.set_phase(edition, next(phases))
            return 200, {}

        idempotency.once("user:a", "key", "digest", do)

    return partial(race, Expo.objects.get(), [send, send])


def effects() -> int:
    return JournalEntry.objects.filter(action="edition.phase").count()


@pytest.mark.django_db(transaction=True)
def test_one_key_at_once_has_one_effect(once) -> None:
    assert (once(), effects()) == (["done", "done"], 1)


@pytest.mark.django_db(transaction=True)
def test_without_the_constraint_one_key_has_two_effects_or_fails(once) -> None:
    """PostgreSQL: each does it. SQLite has one writer: the second finds two keys and breaks off."""
    told = IdempotencyKey._meta
    (constraint,) = kept = told.constraints
    # SQLite makes the table anew as the model says.
    told.constraints = []
    with connection.schema_editor() as tables:
        tables.remove_constraint(IdempotencyKey, constraint)
    try:
        expected = {
            "sqlite": (["MultipleObjectsReturned", "done"], 1),
            "postgresql": (["done", "done"], 2),
        }
        assert (once(), effects()) == expected[connection.vendor]
    finally:
        IdempotencyKey.objects.all().delete()
        told.constraints = kept
        with connection.schema_editor() as tables:
            tables.add_constraint(IdempotencyKey, constraint)
