"""Two answers, imports or decisions at once: none is lost without a word; the lock alone does it.

Two that publish are in `test_publishing`, two that send one key in `tests/api/test_races`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from emporion.core.models import ImportBatch, JournalEntry
from emporion.core.tenancy import scope
from emporion.edition.domain import batches, drafts
from emporion.edition.models import ListDraft
from emporion.meetings.domain import incidents, requests
from emporion.meetings.models import Incident
from tests import factories
from tests.racing import hold_after, race, take_locks_away, without_a_lock

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(params=[True, False], ids=["locked", "unlocked"])
def locked(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether rows are locked; both are tried."""
    if not request.param:
        take_locks_away(monkeypatch)
    return bool(request.param)


def outcomes(expo: Any, works: list[Callable[[], Any]], locked: bool) -> list[str]:
    return race(expo, works, unlocked=not locked)


def test_two_that_answer_one_request_at_once(monkeypatch, locked: bool) -> None:
    edition = factories.make_edition()
    with scope(expo=edition.expo):
        guest = factories.make_participation(edition, "buyer")
        asked = factories.make_request(factories.make_participation(edition), guest)
    hold_after(monkeypatch, requests, "_locked")
    works = [partial(requests.answer, asked, guest, accept=yes) for yes in (True, False)]
    told = ["AlreadyAnswered", "done"] if locked else without_a_lock()
    assert outcomes(edition.expo, works, locked) == told
    answers = JournalEntry.objects.filter(action__in=["request.accept", "request.decline"])
    assert answers.count() == told.count("done")


def test_two_imports_into_one_edition_at_once(monkeypatch, locked: bool) -> None:
    edition = factories.make_edition()
    hold_after(monkeypatch, batches, "unfinished")
    works = [partial(batches.claim, edition, "buyers", name, "a.csv", "0") for name in "ab"]
    told = ["Busy", "done"] if locked else without_a_lock()
    assert outcomes(edition.expo, works, locked) == told
    assert ImportBatch.objects.count() == told.count("done")


def test_two_that_decide_on_doubles_of_one_list_at_once(monkeypatch, locked: bool) -> None:
    edition = factories.make_edition()
    with scope(expo=edition.expo):
        sent = drafts.send_list(edition, "buyers", "s", "a.csv", b"name\nOne\n", "user:a")
        # Each has the list open as it was before either decided.
        open_at = [ListDraft.objects.get(pk=sent.pk) for _ in range(2)]
    hold_after(monkeypatch, drafts, "_with_decisions")
    said = [{"a|b": "merge"}, {"c|d": "apart"}]
    works = [partial(drafts.set_decisions, *one) for one in zip(open_at, said, strict=True)]
    told = ["done", "done"] if locked else without_a_lock()
    assert outcomes(edition.expo, works, locked) == told
    with scope(expo=edition.expo):
        kept = ListDraft.objects.get(pk=sent.pk).decisions
    assert len(kept) == (2 if locked else 1)


def test_two_that_tell_the_same_at_once(monkeypatch, locked: bool) -> None:
    edition = factories.make_edition()
    with scope(expo=edition.expo):
        slot = factories.make_slots(edition)[0]
        who = factories.make_participation(edition, "buyer")
    hold_after(monkeypatch, incidents, "_is_told")
    works = [
        partial(
            incidents.tell, edition, "absent", participation=who, first=slot, last=slot, actor=one
        )
        for one in ("user:a", "user:b")
    ]
    told = ["IncidentError", "done"] if locked else without_a_lock()
    assert outcomes(edition.expo, works, locked) == told
    with scope(expo=edition.expo):
        assert Incident.objects.count() == told.count("done")
