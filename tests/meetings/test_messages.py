"""Who is told what by message: requests, schedules, changes; and what other systems hear."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from emporion.core import jobs, outbox
from emporion.core.jobs import JobRecord
from emporion.core.models import OutboxRow
from emporion.meetings.domain import messages, requests
from emporion.meetings.domain.links import open_link
from emporion.meetings.domain.releases import publish
from emporion.meetings.models import MeetingRequest, PersonalLink, Release, ReleaseTold
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


def test_participants_whose_ids_begin_alike_are_both_told_in_an_edition_with_a_long_name(
    edition: Any, mail: fakes.Post
) -> None:
    factories.make_slots(edition)
    edition.slug = "e" * 50
    edition.save()
    pair = [reachable(edition, "exhibitor", "Aava"), reachable(edition, "buyer", "Bo")]
    for number, one in enumerate(pair):
        one.public_id = f"aaaaaaaaaaa{number}"
        one.save()
    release = draft(edition, *pair)
    release.number = 120
    release.save()
    publish(edition, 120, "user:li")
    for _twice in range(2):
        messages.tell_people(edition, 120)
    due()
    assert sorted(m["To"] for m in mail.taken) == ["aava@example.org", "bo@example.org"]


def told_of(mail: fakes.Post) -> list[tuple[str, str]]:
    """Who got which message since the last look, by address."""
    found = sorted((m["To"], m["Subject"]) for m in mail.taken)
    mail.taken.clear()
    return found


@dataclass
class Fair:
    """Aava with two buyers; a release is a slot for Bo and one for Cai, None for no meeting."""

    edition: Any
    bo: MeetingRequest
    cai: MeetingRequest

    def keep(self, bo: int | None, cai: int | None) -> Release:
        slots = list(self.edition.slots.all())
        asked = ((self.bo, bo), (self.cai, cai))
        return factories.make_release(
            self.edition, [(found, slots[at]) for found, at in asked if at is not None]
        )

    def publish(self, bo: int | None, cai: int | None) -> None:
        """Keep and publish one, and write its messages; none leaves yet."""
        self.go_public(self.keep(bo, cai))

    def go_public(self, release: Release) -> None:
        publish(self.edition, release.number, "user:li")
        for job in JobRecord.objects.filter(state="waiting").order_by("pk"):
            assert jobs.perform(job.public_id).state == "done"


@pytest.fixture
def fair(edition: Any) -> Fair:
    factories.make_slots(edition)
    host = reachable(edition, "exhibitor", "Aava")
    asked = [
        factories.make_request(reachable(edition, "buyer", name), host, "accepted")
        for name in ("Bo", "Cai")
    ]
    return Fair(edition, *asked)


FIRST = {
    name: (f"{name.lower()}@example.org", f"The meetings of {name}") for name in ("Aava", "Bo")
}
CHANGED = {
    name: (f"{name.lower()}@example.org", f"Meetings of {name} have changed")
    for name in ("Aava", "Bo", "Cai")
}


def test_later_schedule_is_told_to_those_whose_day_it_changes(fair: Fair, mail: fakes.Post) -> None:
    fair.publish(0, 1)
    due()
    told_of(mail)
    fair.publish(2, 1)
    due()
    assert told_of(mail) == [CHANGED["Aava"], CHANGED["Bo"]]


def test_first_schedule_is_told_where_a_second_comes_before_its_messages_leave(
    fair: Fair, mail: fakes.Post
) -> None:
    fair.publish(0, 1)
    fair.publish(0, 2)
    due()
    # Bo's day is that of the first, and a message of the first is the only one there is for Bo.
    assert [to for to, _subject in told_of(mail)] == [
        "aava@example.org", "bo@example.org", "cai@example.org",
    ]  # fmt: skip


def test_schedule_superseded_before_its_job_ran_is_told_all_the_same(
    fair: Fair, mail: fakes.Post
) -> None:
    publish(fair.edition, fair.keep(0, None).number, "user:li")
    fair.publish(0, 1)
    due()
    assert told_of(mail) == [
        FIRST["Aava"], FIRST["Bo"], ("cai@example.org", "Meetings of Cai have changed"),
    ]  # fmt: skip


def test_day_that_is_again_as_it_was_told_is_not_told_of(fair: Fair, mail: fakes.Post) -> None:
    fair.publish(0, None)
    due()
    told_of(mail)
    fair.publish(1, None)
    fair.publish(0, None)
    due()
    assert told_of(mail) == []


def test_meetings_gone_before_anybody_heard_of_them_are_not_called_a_schedule(
    fair: Fair, mail: fakes.Post
) -> None:
    fair.publish(0, 1)
    fair.publish(None, 1)
    due()
    assert told_of(mail) == [
        FIRST["Aava"],
        CHANGED["Bo"],
        ("cai@example.org", "The meetings of Cai"),
    ]


def test_draft_kept_before_another_was_published_tells_by_what_it_supersedes(
    fair: Fair, mail: fakes.Post
) -> None:
    fair.publish(0, 1)
    due()
    told_of(mail)
    second, third = fair.keep(2, 1), fair.keep(0, 3)
    for release in (second, third):
        aava = fair.bo.counterpart_id
        rows = [[aava, 1, 0, 0], [(fair.bo if release == second else fair.cai).asker_id, 1, 0, 0]]
        ReleaseTold.objects.create(release=release, earlier=1, rows=rows)
    fair.go_public(second)
    due()
    assert told_of(mail) == [CHANGED["Aava"], CHANGED["Bo"]]
    fair.go_public(third)
    due()
    assert told_of(mail) == [CHANGED["Aava"], CHANGED["Bo"], CHANGED["Cai"]]


def test_message_that_was_lost_is_brought_again_and_tells_the_same(
    fair: Fair, mail: fakes.Post
) -> None:
    fair.publish(0, None)
    due()
    assert told_of(mail) == [FIRST["Aava"], FIRST["Bo"]]
    for row in OutboxRow.objects.filter(kind="message"):
        outbox.replay(row)
    due()
    assert told_of(mail) == [FIRST["Aava"], FIRST["Bo"]]


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
