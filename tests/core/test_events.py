from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import transaction

from emporion.core import events
from emporion.core.models import Progress


@pytest.fixture
def answered(monkeypatch: pytest.MonkeyPatch) -> Iterator[events.Event]:
    """An event that is forgotten after the test."""
    monkeypatch.setattr(events, "_declared", {})
    yield events.declare("request.answered", "request", "answer")


@pytest.mark.django_db
def test_receivers_run_at_once_and_in_order(answered: events.Event) -> None:
    heard: list[tuple[str, int, str]] = []

    @events.on(answered)
    def first(request: int, answer: str) -> None:
        heard.append(("first", request, answer))

    @events.on(answered)
    def second(request: int, answer: str) -> None:
        heard.append(("second", request, answer))

    answered.emit(request=3, answer="yes")
    assert heard == [("first", 3, "yes"), ("second", 3, "yes")]


@pytest.mark.django_db(transaction=True)
def test_receiver_that_fails_takes_everything_back(answered: events.Event) -> None:
    @events.on(answered)
    def write(request: int, answer: str) -> None:
        Progress.objects.create(job="receiver", step="s")

    @events.on(answered)
    def fail(request: int, answer: str) -> None:
        raise RuntimeError("no")

    with pytest.raises(RuntimeError, match="no"), transaction.atomic():
        Progress.objects.create(job="sender", step="s")
        answered.emit(request=3, answer="yes")
    assert Progress.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_event_outside_of_a_transaction_is_refused(answered: events.Event) -> None:
    with pytest.raises(RuntimeError, match=r"request\.answered must be emitted inside"):
        answered.emit(request=3, answer="yes")


@pytest.mark.django_db
@pytest.mark.parametrize("values", [{}, {"request": 3}, {"request": 3, "answer": "yes", "more": 1}])
def test_event_carries_what_it_declares(answered: events.Event, values: dict[str, object]) -> None:
    with pytest.raises(TypeError, match="carries"):
        answered.emit(**values)


def test_name_is_declared_once(answered: events.Event) -> None:
    with pytest.raises(ValueError, match="declared twice"):
        events.declare("request.answered")
    assert events.declared() == {"request.answered": answered}
