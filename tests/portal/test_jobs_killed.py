"""Each kind of work that a page starts, killed after each of its commits, has its effect once."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.db.models.functions import Now

from emporion.core import jobs
from emporion.core.jobs import kinds, lease, running
from emporion.core.models import ImportBatch, JobRecord, JournalEntry
from emporion.core.tenancy import scope
from emporion.edition.domain import batches, drafts
from emporion.edition.models import Participation
from emporion.matchmaking.domain import starting, vectors
from emporion.matchmaking.domain.runs import run_match
from emporion.matchmaking.models import MatchRun
from emporion.meetings.domain import runs
from emporion.meetings.models import Release, ScheduleRun
from emporion.portal.interfaces.desk import looking, taking
from tests import factories
from tests.killed import die_after, killed_after_each_commit
from tests.meetings.test_scheduling import small_fair

pytestmark = pytest.mark.django_db(transaction=True)
ROWS = b"Id,Name\n1,Aava\n2,Blom\n3,Cano\n"
Begun = tuple[JobRecord, Callable[[], int]]


@pytest.fixture
def edition() -> Iterator[Any]:
    made = factories.make_edition()
    with scope(expo=made.expo):
        yield made


def another(edition: Any) -> Any:
    """An edition of the same expo, for the next death."""
    return factories.make_edition(edition.expo)


def take(edition: Any, data: bytes = ROWS) -> JobRecord:
    draft = drafts.send_list(edition, "exhibitors", "plain", "list.csv", data, "user:li")
    looking.look(edition, draft, doubles=False)
    return drafts.start_taking(draft, "user:li")


def in_state(edition: Any, state: str) -> int:
    return batches.batches(edition).filter(state=state).count()


def test_list_is_taken_in_once(edition: Any) -> None:
    used = []

    def begin() -> Begun:
        used.append(another(edition))
        return take(used[-1]), lambda: in_state(used[-1], "done")

    assert killed_after_each_commit(begin) > 3
    for one in used:
        assert Participation.objects.filter(edition=one).count() == 3
        assert in_state(one, "writing") == 0


def test_import_is_undone_once(edition: Any) -> None:
    used = []

    def begin() -> Begun:
        used.append(another(edition))
        taken = jobs.perform(take(used[-1]).public_id)
        assert taken is not None
        batch = ImportBatch.objects.get(public_id=taken.result["batch"])
        job = drafts.start_undo(used[-1], batch, "user:li", with_requests=False)
        return job, lambda: in_state(used[-1], "undone")

    assert killed_after_each_commit(begin) > 2
    for one in used:
        assert Participation.objects.filter(edition=one).count() == 0


@pytest.mark.parametrize("trial", [True, False])
def test_schedule_is_computed_once(edition: Any, trial: bool) -> None:
    def begin() -> Begun:
        made = another(edition)
        run = computing(made, trial=trial)
        job = JobRecord.objects.get(public_id=run.job)
        computed = ScheduleRun.objects.filter(edition=made, state="computed")
        return job, (computed if trial else drafts_of(made)).count

    assert killed_after_each_commit(begin) > (0 if trial else 3)


def test_trial_is_kept_once(edition: Any) -> None:
    def begin() -> Begun:
        made = another(edition)
        run = computing(made, trial=True)
        jobs.perform(run.job)
        runs.ask_to_keep(run, "user:li")
        job = JobRecord.objects.get(subject=run.public_id, kind=runs.KEEP)
        return job, drafts_of(made).count

    assert killed_after_each_commit(begin) > 2


def computing(edition: Any, *, trial: bool) -> ScheduleRun:
    small_fair(edition, guests=4)
    return runs.start_run(edition, runs.Options(seconds=0.1), "user:li", trial=trial)


def drafts_of(edition: Any) -> Any:
    return Release.objects.filter(edition=edition, state="draft")


def market(edition: Any) -> Participation:
    factories.make_participation(edition, "exhibitor", offers=["ai"])
    return factories.make_participation(edition, "buyer", needs=["ai"])


def test_lists_are_ranked_once(edition: Any) -> None:
    used = []

    def begin() -> Begun:
        used.append(another(edition))
        market(used[-1])
        shown = MatchRun.objects.filter(edition=used[-1]).exclude(state="writing")
        return starting.start_match(used[-1], "user:li"), shown.count

    assert killed_after_each_commit(begin) > 2
    for one in used:
        assert [run.state for run in MatchRun.objects.filter(edition=one)] == ["current"]


def test_list_of_who_wrote_something_is_made_once(edition: Any) -> None:
    def begin() -> Begun:
        guest = market(another(edition))
        vectors.ask_for_list(guest)
        job = JobRecord.objects.filter(kind=vectors.READ).latest("pk")
        made = JournalEntry.objects.filter(action="match.first_list", object_id=guest.public_id)
        return job, made.count

    assert killed_after_each_commit(begin) > 0


def test_list_that_a_machine_left_half_in_stops_no_other_one(edition: Any) -> None:
    left, next_one = take(edition), take(edition, b"Id,Name\n7,Gorm\n")
    assert die_after(left, 4, host="machine-that-is-gone")
    half = batches.unfinished(edition)
    assert half is not None and half.changes.count() > 0
    ended = jobs.perform(next_one.public_id)
    assert ended is not None
    assert (ended.state, ended.reason) == ("done", "")
    assert in_state(edition, "undone") == 1
    again = jobs.perform(left.public_id)
    assert again is not None
    assert (again.state, Participation.objects.count()) == ("done", 4)


def test_list_that_another_machine_is_taking_in_is_waited_for(edition: Any) -> None:
    left, next_one = take(edition), take(edition, b"Id,Name\n7,Gorm\n")
    assert die_after(left, 4, host="machine-that-works")
    JobRecord.objects.filter(pk=left.pk).update(lease_until=Now() + dt.timedelta(seconds=60))
    # However often it looks: the other one may take longer than all attempts.
    for _look in range(kinds.ATTEMPTS + 2):
        ended = jobs.perform(next_one.public_id)
        assert ended is not None
        assert (ended.state, ended.cause, ended.attempt) == ("waiting", "behind", 0)
        assert "is still writing" in ended.reason
    assert (in_state(edition, "writing"), in_state(edition, "undone")) == (1, 0)
    # Once that one's lease has ended it is its turn.
    past = Now() - dt.timedelta(seconds=1)
    JobRecord.objects.filter(pk=left.pk).update(lease_until=past, cause=lease.LATE)
    ended = jobs.perform(next_one.public_id)
    assert ended is not None
    assert (ended.state, in_state(edition, "done"), in_state(edition, "undone")) == ("done", 1, 1)


def test_list_of_a_command_on_another_machine_is_not_waited_for_without_end(edition: Any) -> None:
    """Of that one nobody here knows whether it lives: a person is told to say so."""
    begun = batches.claim(edition, "exhibitors", "list", "l.csv", "")
    ImportBatch.objects.filter(pk=begun.pk).update(process="elsewhere:1:77")
    job = take(edition)
    for attempt in range(1, kinds.ATTEMPTS + 1):
        ended = jobs.perform(job.public_id)
        assert ended is not None
        assert (ended.attempt, ended.cause) == (attempt, "TryLater")
    assert ended.state == "failed" and "import recover" in ended.reason


def test_lists_of_two_workers_are_taken_in_one_after_the_other(
    edition: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second finds the first at work, looks again and again, and begins when it has ended."""
    first, second = take(edition), take(edition, b"Id,Name\n7,Gorm\n")
    looked: list[tuple[str, int]] = []
    real = taking._write

    def look(*words: Any) -> None:
        if not looked:
            for _look in range(kinds.ATTEMPTS + 2):
                thread = threading.Thread(target=behind)
                thread.start()
                thread.join()
        real(*words)

    def behind() -> None:
        try:
            ended = jobs.perform(second.public_id)
            assert ended is not None
            looked.append((ended.state, ended.attempt))
        finally:
            connection.close()

    monkeypatch.setattr(taking, "_write", look)
    done = [jobs.perform(job.public_id) for job in (first, second)]
    assert looked == [("waiting", 0)] * (kinds.ATTEMPTS + 2)
    assert [job.state for job in done if job] == ["done", "done"]
    assert (Participation.objects.count(), in_state(edition, "done")) == (4, 2)


def test_lists_that_a_machine_left_half_written_stop_no_matching(edition: Any) -> None:
    market(edition)
    left = starting.start_match(edition, "user:li")
    assert die_after(left, 2, host="machine-that-is-gone")
    assert MatchRun.objects.get().state == "writing"
    assert [run_match(edition).number, MatchRun.objects.count()] == [1, 1]


def test_worker_that_leaves_takes_a_list_in_to_its_end(
    edition: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = take(edition)
    monkeypatch.setattr(running, "_leaving", True)
    ended = jobs.perform(job.public_id)
    assert ended is not None
    assert (ended.state, in_state(edition, "done")) == ("done", 1)


def test_worker_that_leaves_gives_a_schedule_and_a_matching_to_the_next(
    edition: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = computing(edition, trial=False)
    given = [run.job, starting.start_match(edition, "user:li").public_id]
    monkeypatch.setattr(running, "_leaving", True)
    for state, attempt in (("waiting", 0), ("done", 1)):
        ended = [jobs.perform(job) for job in given]
        assert [(job.state, job.attempt) for job in ended if job] == [(state, attempt)] * 2
        monkeypatch.setattr(running, "_leaving", False)
    assert (drafts_of(edition).count(), MatchRun.objects.count()) == (1, 1)
