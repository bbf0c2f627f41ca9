"""What is past its time goes; what is not stays."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from emporion.core import jobs, journal, privacy
from emporion.core.models import JobRecord, JournalEntry, JournalValue
from emporion.meetings.models import MeetingRequest, PersonalLink
from emporion.portal.interfaces.privacy import retention
from emporion.portal.interfaces.privacy.commands import retention as command
from emporion.registry.models import Person
from tests.factories import make_edition, make_participation, make_request

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def link_of(participation: Any, expires_at: Any) -> PersonalLink:
    person = participation.delegates.get().person
    return PersonalLink.objects.create(
        participation=participation, person=person, made_at=expires_at, expires_at=expires_at
    )


def test_rows_go_on_the_day_after_their_last(edition: Any) -> None:
    now = timezone.now()
    gone = link_of(make_participation(edition), now - 31 * DAY)
    kept = link_of(make_participation(edition), now - 29 * DAY)
    assert privacy.counts(now)["meetings.PersonalLink"] == 1
    assert privacy.let_go(now)["meetings.PersonalLink"] == 1
    assert list(PersonalLink.objects.values_list("pk", flat=True)) == [kept.pk] != [gone.pk]


def test_message_goes_and_request_stays() -> None:
    from emporion.core.tenancy import scope

    edition = make_edition()
    with scope(expo=edition.expo):
        buyer, host = make_participation(edition, "buyer"), make_participation(edition)
        request = make_request(buyer, host, "accepted", message="see you")
        after = dt.datetime.combine(edition.ends, dt.time(), dt.UTC) + 731 * DAY
        privacy.let_go(after - 2 * DAY)
        assert MeetingRequest.objects.get().message == "see you"
        privacy.let_go(after)
        request.refresh_from_db()
        assert (request.message, request.state) == ("", "accepted")
        assert privacy.let_go(after).get("meetings.MeetingRequest") is None


def test_values_of_the_journal_go_and_its_entries_stay() -> None:
    with transaction.atomic():
        journal.record("person.change", "person", "ab", values={"name": "Aino"})
    privacy.let_go(timezone.now() + 731 * DAY)
    assert (JournalValue.objects.count(), JournalEntry.objects.count()) == (0, 1)


def test_people_are_erased_three_years_after_their_last_edition(edition: Any) -> None:
    person = make_participation(edition, "buyer").delegates.get().person
    end = dt.datetime.combine(edition.ends, dt.time(), dt.UTC)
    assert retention.PEOPLE not in retention.past(end + 1095 * DAY)
    late = make_edition(
        edition.expo, starts=edition.ends + 900 * DAY, ends=edition.ends + 901 * DAY
    )
    regular = make_participation(late, "buyer").delegates.get().person
    assert retention.let_go(end + 1096 * DAY)[retention.PEOPLE] == 1
    person.refresh_from_db()
    regular.refresh_from_db()
    assert (person.name, person.erased_at is not None) == (person.public_id, True)
    assert regular.erased_at is None


def test_demonstration_stays_as_it_was_built() -> None:
    from emporion.core.tenancy import scope

    edition = make_edition(is_demonstration=True)
    with scope(expo=edition.expo):
        buyer, host = make_participation(edition, "buyer"), make_participation(edition)
        Person.objects.update(is_made_up=True)
        make_request(buyer, host, message="see you")
        assert retention.past(timezone.now() + 9999 * DAY) == {}


def test_command_changes_nothing_without_apply(edition: Any, capsys: Any) -> None:
    link_of(make_participation(edition), timezone.now() - 31 * DAY)
    Person.objects.update(is_made_up=True)
    assert command([]) == 0
    assert PersonalLink.objects.count() == 1
    assert command(["--apply"]) == 0
    assert PersonalLink.objects.count() == 0
    said = capsys.readouterr().out
    assert said.count("meetings.PersonalLink: 1") == 2 and "Add --apply" in said


def test_worker_plans_one_a_day(edition: Any) -> None:
    retention.plan()
    retention.plan()
    (job,) = JobRecord.objects.filter(kind=retention.KIND)
    assert job.next_at > timezone.now() + 23 * dt.timedelta(hours=1)
    JobRecord.objects.update(next_at=timezone.now())
    jobs.perform(job.public_id)
    states = JobRecord.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["done", "waiting"]
    assert Person.objects.count() == 0


def test_run_that_fails_for_good_is_not_the_last(
    edition: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise OSError("no room for a thought")

    monkeypatch.setattr(retention, "let_go", fail)
    retention.plan()
    for _ in range(jobs.kinds.ATTEMPTS):
        first = JobRecord.objects.order_by("pk")[0]
        JobRecord.objects.filter(pk=first.pk).update(next_at=timezone.now())
        jobs.perform(first.public_id)
    states = JobRecord.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["failed", "waiting"]
