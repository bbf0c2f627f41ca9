"""Publishing: one of two wins, the other reads why; and nothing else ever changes a release."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError, connection

from emporion.core.models import JournalEntry
from emporion.core.tenancy import scope
from emporion.edition.models import Edition
from emporion.meetings.domain import releases
from emporion.meetings.domain.events import release_published
from emporion.meetings.domain.releases import PublishConflict, publish
from emporion.meetings.models import Release
from tests.factories import (
    make_edition,
    make_participation,
    make_release,
    make_request,
    make_slots,
)


def states(edition: Any) -> dict[int, str]:
    return dict(Release.objects.filter(edition=edition).values_list("number", "state"))


def test_publish_flips_both_releases_and_the_edition(edition, monkeypatch):
    make_release(edition, state="published")
    make_release(edition)
    told: list[tuple[Any, Any]] = []
    monkeypatch.setattr(
        release_published, "receivers", [lambda edition, release: told.append((edition, release))]
    )
    release = publish(edition, 2, "user:anna")
    assert states(edition) == {1: "superseded", 2: "published"}
    assert Edition.objects.get(pk=edition.pk).published_release == 2 == edition.published_release
    assert (release.published_by, release.published_at is not None) == ("user:anna", True)
    assert told == [(edition, release)]
    assert JournalEntry.objects.get(action="release.publish").object_ids == [f"{edition.slug}/2"]


@pytest.mark.parametrize(
    ("number", "why"),
    [(9, "no release 9"), (1, "public before"), (2, "public already"), (3, "no release 3")],
)
def test_publish_of_what_is_not_a_draft_is_refused(edition, number, why):
    make_release(edition, state="superseded")
    make_release(edition, state="published")
    make_release(edition, state="writing")
    before = states(edition)
    with pytest.raises(PublishConflict, match=why):
        publish(edition, number, "user:anna")
    assert states(edition) == before


def test_publish_of_a_draft_older_than_the_public_one_is_refused(edition):
    make_release(edition)
    make_release(edition, state="published")
    with pytest.raises(PublishConflict, match="older than release 2"):
        publish(edition, 1, "user:anna")


def test_publish_decided_against_another_release_is_refused(edition):
    make_release(edition, state="superseded")
    make_release(edition, state="published")
    make_release(edition)
    for seen in (1, None):
        with pytest.raises(PublishConflict, match="Release 2 was published in the meantime"):
            publish(edition, 3, "user:anna", seen=seen)
    assert publish(edition, 3, "user:anna", seen=2).number == 3


def test_publish_touches_no_other_edition(edition):
    other = make_edition(edition.expo)
    make_release(other, state="published")
    make_release(edition)
    publish(edition, 1, "user:anna")
    assert states(other) == {1: "published"}


def test_a_failing_receiver_takes_everything_back(edition, monkeypatch):
    def refuse(edition: Any, release: Any) -> None:
        raise RuntimeError("no")

    make_release(edition)
    monkeypatch.setattr(release_published, "receivers", [refuse])
    with pytest.raises(RuntimeError):
        publish(edition, 1, "user:anna")
    assert states(edition) == {1: "draft"}
    assert not JournalEntry.objects.filter(action="release.publish").exists()


def race(edition: Any, works: list[Callable[[], Any]], prepare: Callable[[], None]) -> list[str]:
    """Run the works at once, each on its own connection; return what came of them, sorted."""
    outcomes: list[str] = []
    ready = threading.Barrier(len(works))

    def run(work: Callable[[], Any]) -> None:
        try:
            with scope(expo=edition.expo):
                connection.ensure_connection()
                prepare()
                ready.wait(10)
                work()
            outcomes.append("published")
        except PublishConflict:
            outcomes.append("conflict")
        except OperationalError:
            outcomes.append("database is locked")
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return sorted(outcomes)


@pytest.fixture
def meet_after_the_check(monkeypatch):
    """Hold each publisher after its check until the other is there too, or half a second."""
    meeting = threading.Barrier(2)
    check = releases.check

    def check_and_wait(*words: Any) -> Any:
        found = check(*words)
        try:
            meeting.wait(0.5)
        except threading.BrokenBarrierError:
            pass
        return found

    monkeypatch.setattr(releases, "check", check_and_wait)


@pytest.mark.django_db(transaction=True)
def test_two_organisers_publish_at_once_and_one_wins(meet_after_the_check):
    edition = make_edition()
    make_release(edition)
    works = [lambda: publish(edition, 1, "user:anna"), lambda: publish(edition, 1, "user:bo")]
    assert race(edition, works, lambda: None) == ["conflict", "published"]
    assert JournalEntry.objects.filter(action="release.publish").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_organisers_publish_two_drafts_and_the_second_is_told(meet_after_the_check):
    edition = make_edition()
    make_release(edition)
    make_release(edition)
    works = [
        lambda: publish(edition, 1, "user:anna", seen=None),
        lambda: publish(edition, 2, "user:bo", seen=None),
    ]
    assert race(edition, works, lambda: None) == ["conflict", "published"]
    with scope(expo=edition.expo):
        assert sorted(states(edition).values()) == ["draft", "published"]


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_two_publishers_are_not_told_apart(meet_after_the_check, monkeypatch):
    """The race is real: with the lock off both believe they won, or the database breaks one off.

    PostgreSQL: both publish. SQLite, where the transaction's own IMMEDIATE is the lock: the second
    writer is thrown out in the middle instead of being told.
    """
    edition = make_edition()
    make_release(edition)
    monkeypatch.setattr(releases, "lock_edition", lambda e: Edition.objects.get(pk=e.pk))

    def begin_without_lock() -> None:
        if connection.vendor == "sqlite":
            connection.transaction_mode = "DEFERRED"

    works = [lambda: publish(edition, 1, "user:anna"), lambda: publish(edition, 1, "user:bo")]
    expected = {
        "postgresql": ["published", "published"],
        "sqlite": ["database is locked", "published"],
    }
    assert race(edition, works, begin_without_lock) == expected[connection.vendor]


def test_a_draft_whose_requests_were_removed_is_not_published(edition):
    request = make_request(make_participation(edition, "buyer"), make_participation(edition))
    make_release(edition, [(request, make_slots(edition)[0])])
    request.delete()
    with pytest.raises(PublishConflict, match="Requests of release 1 were removed since"):
        publish(edition, 1, "user:x")
