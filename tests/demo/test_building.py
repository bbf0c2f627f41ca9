"""Building the model edition: whole, labelled, in short transactions, and begun only once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from emporion.core.models import Progress
from emporion.core.tenancy import scopes_disabled
from emporion.demo.domain import building, loading
from emporion.demo.domain.aside import Aside
from emporion.demo.generator import near_duplicates
from emporion.edition.models import Edition, Participation
from emporion.matchmaking.models import RankedList
from emporion.meetings.models import MeetingRequest, Release
from emporion.project import demo
from tests import factories

# What the rule allows on an idle machine is 250 ms; tests share theirs with others.
LONGEST = 1.0


@contextmanager
def transactions(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """Measure how long each outermost transaction lasts, its commit included."""
    seconds: list[float] = []
    begun: list[float] = []
    enter, leave = transaction.Atomic.__enter__, transaction.Atomic.__exit__

    def timed_enter(self: Any) -> None:
        if not connection.in_atomic_block:
            begun[:] = [time.perf_counter()]
        enter(self)

    def timed_exit(self: Any, *words: Any) -> None:
        leave(self, *words)
        if not connection.in_atomic_block and begun:
            seconds.append(time.perf_counter() - begun.pop())

    with monkeypatch.context() as patch:
        patch.setattr(transaction.Atomic, "__enter__", timed_enter)
        patch.setattr(transaction.Atomic, "__exit__", timed_exit)
        yield seconds


def test_build_is_whole_labelled_and_in_short_transactions(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert building.state() == "none"
    with transactions(monkeypatch) as seconds:
        built = building.build(0.03, schedule_seconds=1)
    assert building.state() == "there"
    assert list(built.seconds) == list(building.STEPS)
    assert {row.state for row in Progress.objects.all()} == {"done"}
    assert (built.figures["violations"], built.figures["exhibitors"]) == (0, 25)
    with scopes_disabled():
        edition = Edition.objects.get()
        assert (edition.slug, edition.is_demonstration) == ("model", True)
        assert set(Participation.objects.values_list("is_made_up", flat=True)) == {True}
        assert Release.objects.get().state == "published"
        assert MeetingRequest.objects.count() > built.figures["requests"]
        # Matched last, as a fair does it again: whoever will meet needs no place on a list.
        agreed = set(
            MeetingRequest.objects.filter(state="accepted").values_list("asker", "counterpart")
        )
        listed = {
            (owner, entry["id"])
            for owner, entries in RankedList.objects.values_list("participation", "entries")
            for entry in entries
        }
        assert agreed and listed
        assert not listed & (agreed | {(other, one) for one, other in agreed})
    assert len(seconds) > 20
    assert max(seconds) < LONGEST


@pytest.mark.parametrize("step", ["add_exhibitors", "add_buyers", "add_requests", "add_cast"])
def test_stopped_build_stays_in_phase_building(
    transactional_db: None, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stops(*words: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(loading, step, stops)
    with pytest.raises(KeyboardInterrupt):
        building.build(0.01, schedule_seconds=1)
    assert building.state() == "unfinished"


def test_stop_between_expo_and_edition_leaves_neither(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    real: Callable[..., Any] = loading.editions.create_edition

    def stops(*words: Any, **more: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(loading.editions, "create_edition", stops)
    with pytest.raises(KeyboardInterrupt):
        building.build(0.01, schedule_seconds=1)
    assert building.state() == "none"
    monkeypatch.setattr(loading.editions, "create_edition", real)
    building.build(0.01, schedule_seconds=1)
    assert building.state() == "there"


@pytest.mark.parametrize("words", [["--reset"], []])
def test_other_editions_are_never_emptied(
    db: None,
    words: list[str],
    settings: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    settings.DATA_DIR = tmp_path
    monkeypatch.setattr(demo, "prepare", lambda words: 0)
    other = factories.make_edition()
    if not words:
        monkeypatch.setattr(building, "state", lambda: "unfinished")
    assert demo.demo(["--no-serve", *words]) == 1
    said = capsys.readouterr().err
    if words or connection.vendor == "sqlite":
        assert f"holds other fairs ({other.expo.slug}, {other.slug})" in said
        assert ("An earlier build was interrupted" in said) == (not words)
    else:
        assert "say so with --reset" in said
    with scopes_disabled():
        assert Edition.objects.count() == 1


def test_taken_port_is_refused_before_anything_is_built(
    db: None,
    settings: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    settings.DATA_DIR = tmp_path
    monkeypatch.setattr(demo, "prepare", lambda words: 0)
    monkeypatch.setattr(demo, "_is_free", lambda port: False)
    assert demo.demo(["--port", "8055"]) == 1
    assert "port 8055" in capsys.readouterr().err
    assert building.state() == "none"


def test_near_duplicates_counted_aside_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [
        f"A text of number {n // 2 * 1000} that some have twice, in this town" for n in range(9)
    ]
    with Aside(texts) as small:
        assert small.near_duplicates() == near_duplicates(texts)
    monkeypatch.setattr("emporion.demo.domain.aside.WORTH_IT", 1)
    with Aside(texts) as large:
        large.kernels()
        assert large.near_duplicates() == near_duplicates(texts)
    with Aside(texts) as killed:
        assert killed._process is not None
        killed._process.kill()
        assert killed.near_duplicates() == near_duplicates(texts)


def test_a_database_with_users_of_its_own_is_not_emptied(
    db: None,
    settings: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    settings.DATA_DIR = tmp_path
    monkeypatch.setattr(demo, "prepare", lambda words: 0)
    owner = factories.make_user()
    assert demo.demo(["--reset", "--no-serve"]) == 1
    assert "holds users besides the demonstration" in capsys.readouterr().err
    owner.refresh_from_db()
