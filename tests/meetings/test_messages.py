"""Who is told what by message: requests, schedules, changes; and what other systems hear."""

from __future__ import annotations

from typing import Any

import pytest

from emporion.core import jobs, outbox
from emporion.core.jobs import JobRecord
from emporion.core.models import OutboxRow
from emporion.meetings.domain import messages, requests
from emporion.meetings.domain.links import open_link
from emporion.meetings.domain.releases import publish
from emporion.meetings.models import PersonalLink, Release, ReleaseTold
from emporion.messaging.domain import webhooks
from tests import factories
from tests.messaging import fakes
from tests.messaging.conftest import carriers, mail, system

__all__ = ["carriers", "mail", "system"]
pytestmark = pytest.mark.django_db


def reachable(edition: Any, role: str, name: str) -> Any:
    made = factories.make_participation(edition, role, name)
    person = made.delegates.get().person
    person.email = f"{name.lower()}@example.org"
    person.save()
    return made


def due() -> None:
    OutboxRow.objects.update(next_at="2020-01-01T00:00Z")
    outbox.drain()


def test_who_was_asked_is_told_of_several_requests_at_once(edition: Any, mail: fakes.Post) -> None:
    host = reachable(edition, "exhibitor", "Aava")
    for name in ("Bo", "Cai"):
        requests.ask(reachable(edition, "buyer", name), host)
    due()
    (taken,) = mail.taken
    assert (taken["To"], taken["Subject"]) == ("aava@example.org", "Meeting requests for Aava")
    text = taken.get_content()
    assert "2 meeting requests wait for the answer of Aava." in text
    link = PersonalLink.objects.get()
    assert open_link(edition, text.partition("?key=")[2].split()[0]) == link
    assert f"https://fair.example.org/en/{edition.slug}/" in text
    # The key to somebody's day is stored nowhere.
    assert link.public_id not in str(list(OutboxRow.objects.values()))


def test_request_that_was_answered_meanwhile_is_not_told_of(edition: Any, mail: fakes.Post) -> None:
    host, guest = reachable(edition, "exhibitor", "Aava"), reachable(edition, "buyer", "Bo")
    requests.answer(requests.ask(guest, host), host, accept=True)
    due()
    assert mail.taken == []


def draft(edition: Any, host: Any, guest: Any) -> Release:
    """A draft in which the two meet, each time in another slot."""
    found = host.requests_received.first() or factories.make_request(guest, host, "accepted")
    slot = edition.slots.all()[edition.releases.count()]
    return factories.make_release(edition, [(found, slot)])


def test_first_schedule_is_told_to_whom_it_concerns_and_to_nobody_twice(
    edition: Any, mail: fakes.Post
) -> None:
    factories.make_slots(edition)
    host, guest = reachable(edition, "exhibitor", "Aava"), reachable(edition, "buyer", "Bo")
    reachable(edition, "buyer", "Cai")
    draft(edition, host, guest)
    publish(edition, 1, "user:li")
    (job,) = JobRecord.objects.all()
    assert (job.kind, job.state) == (messages.TELL, "waiting")
    assert jobs.perform(job.public_id).result == {"told": 2}
    assert messages.tell_people(edition, 1) == 2
    due()
    assert sorted(m["To"] for m in mail.taken) == ["aava@example.org", "bo@example.org"]
    assert {m["Subject"] for m in mail.taken} == {"The meetings of Aava", "The meetings of Bo"}


def test_later_schedule_is_told_to_those_whose_day_it_changes(
    edition: Any, mail: fakes.Post
) -> None:
    factories.make_slots(edition)
    host, guest = reachable(edition, "exhibitor", "Aava"), reachable(edition, "buyer", "Bo")
    first, second = draft(edition, host, guest), draft(edition, host, guest)
    publish(edition, 1, "user:li")
    ReleaseTold.objects.create(release=second, earlier=first.number, rows=[[guest.pk, 0, 1, 0]])
    publish(edition, 2, "user:li")
    for job in JobRecord.objects.order_by("pk"):
        jobs.perform(job.public_id)
    due()
    assert [(m["To"], m["Subject"]) for m in mail.taken] == [
        ("bo@example.org", "Meetings of Bo have changed")
    ]


def test_without_a_carrier_a_publish_starts_no_job(edition: Any, carriers: Any) -> None:
    factories.make_slots(edition)
    host, guest = reachable(edition, "exhibitor", "Aava"), reachable(edition, "buyer", "Bo")
    draft(edition, host, guest)
    publish(edition, 1, "user:li")
    assert (JobRecord.objects.count(), OutboxRow.objects.count()) == (0, 0)


def test_other_systems_hear_of_requests_and_releases(edition: Any, system: fakes.Web) -> None:
    webhooks.register(edition.expo, f"{system.url}/hook")
    factories.make_slots(edition)
    host, guest = reachable(edition, "exhibitor", "Aava"), reachable(edition, "buyer", "Bo")
    third = reachable(edition, "buyer", "Cai")
    request = requests.answer(requests.ask(guest, host), host, accept=True)
    requests.withdraw(request, guest)
    requests.answer(requests.ask(third, host), host, accept=False)
    draft(edition, host, third)
    publish(edition, 1, "user:li")
    due()
    assert [asked.json["type"] for asked in system.asked] == [
        "request.asked", "request.accepted", "request.withdrawn", "request.asked",
        "request.declined", "release.published",
    ]  # fmt: skip
    assert system.asked[1].json["data"] == {
        "request": request.public_id, "edition": edition.slug, "asker": guest.public_id,
        "counterpart": host.public_id,
    }  # fmt: skip
    assert system.asked[-1].json["data"] == {"edition": edition.slug, "release": 1}
