"""What was sent to whom, and what was given up: read by who may, tried again, dropped, written."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from emporion.core import jobs
from emporion.core.models import JournalEntry, OutboxRow
from emporion.core.tenancy import scopes_disabled
from emporion.meetings.domain.messages import TELL
from emporion.messaging.models import Receipt
from emporion.registry.models import Organiser, Person
from tests.factories import make_edition, make_organiser, make_participation
from tests.portal.fairs import address, page, statements

pytestmark = pytest.mark.django_db


@pytest.fixture
def organiser(edition: Any, signed_in: Any) -> Client:
    return signed_in(make_organiser(edition))


def person_of(edition: Any, name: str) -> Person:
    with scopes_disabled():
        made = make_participation(edition).delegates.get().person
        made.name = name
        made.save()
    return made


def receipt(person: Person, carrier: str, outcome: str, reason: str = "") -> Receipt:
    return Receipt._base_manager.create(
        person=person, key="k", template="meetings.changed", carrier=carrier, outcome=outcome,
        reason=reason, at=timezone.now(),
    )  # fmt: skip


def dead(edition: Any, number: int, cause: str = "CarrierDown", **payload: Any) -> OutboxRow:
    now = timezone.now()
    return OutboxRow.objects.create(
        key=f"m{number}", kind="webhook" if "endpoint" in payload else "message", lane=f"l{number}",
        tenant=edition.expo.public_id, payload=payload, state="dead", attempt=8, cause=cause,
        made_at=now, next_at=now, ended_at=now,
    )  # fmt: skip


def texts(answer: Any, column: int) -> list[str]:
    rows = page(answer).select("tbody tr")
    return [row.select("td")[column].get_text(" ", strip=True) for row in rows]


def test_page_says_to_whom_by_which_way_and_why_not(edition: Any, organiser: Client) -> None:
    li, sita = person_of(edition, "Li"), person_of(edition, "Sita")
    receipt(li, "mail", "refused", "the mail server does not know the address")
    receipt(li, "sms", "taken")
    receipt(sita, "wechat", "refused", "WeChat answered 43004")
    receipt(person_of(make_edition(), "Stranger"), "mail", "taken")
    where = address("portal:messages", edition)
    answer = organiser.get(where)
    assert [one.get_text() for one in page(answer).select("tbody th")] == ["Sita", "Li", "Li"]
    assert texts(answer, 0) == 3 * ["Meetings were moved"]
    assert texts(answer, 2) == [
        "not reached WeChat does not reach this person (code 43004).",
        "handed over",
        "not reached The mail server does not know the address.",
    ]
    assert texts(organiser.get(f"{where}?person={li.public_id}"), 1) == ["Text message", "E-mail"]
    assert texts(organiser.get(f"{where}?outcome=taken"), 1) == ["Text message"]


def test_what_was_given_up_is_named_with_its_reason(edition: Any, organiser: Client) -> None:
    li = person_of(edition, "Li")
    dead(edition, 1, "no carrier reaches this person", person=li.public_id, template="x")
    dead(edition, 2, "Failed", endpoint="gone", body={"type": "request.asked"})
    dead(make_edition(), 3, person="other", template="x")
    answer = organiser.get(address("portal:given_up", edition))
    assert (texts(answer, 0), texts(answer, 1)) == (
        ["is gone", "Li"],
        [
            "The other system did not take it.",
            "There is no address or number at which they are reached.",
        ],
    )


def test_what_is_ticked_is_tried_again_or_dropped_and_nobody_elses(
    edition: Any, organiser: Client
) -> None:
    li, act = person_of(edition, "Li"), address("portal:given_up_act", edition)
    for number in (1, 2):
        dead(edition, number, person=li.public_id, template="x")
    dead(make_edition(), 3, person=li.public_id, template="x")
    organiser.post(act, {"act": "again", "key": ["m1", "m3"]})
    organiser.post(act, {"act": "drop", "key": ["m1", "m2", "m3"]})
    assert list(OutboxRow.objects.order_by("pk").values_list("key", "state", "attempt")) == [
        ("m1", "waiting", 0), ("m3", "dead", 8),
    ]  # fmt: skip
    entries = JournalEntry.objects.filter(action__startswith="message.").order_by("pk")
    assert list(entries.values_list("action", "object_id")) == [
        ("message.try_again", li.public_id), ("message.drop", li.public_id),
    ]  # fmt: skip


def test_telling_that_failed_is_begun_again_from_here(edition: Any, organiser: Client) -> None:
    act = address("portal:given_up_act", edition)
    with transaction.atomic():
        job = jobs.enqueue(TELL, {}, tenant=edition.expo.public_id, owner="system")
    job.state, job.ended_at, job.attempt = "failed", timezone.now(), 4
    job.save()
    assert "Begin it again" in organiser.get(address("portal:given_up", edition)).content.decode()
    organiser.post(act, {"act": "work", "job": job.public_id})
    job.refresh_from_db()
    assert (job.state, job.attempt, job.is_live) == ("waiting", 0, True)
    assert JournalEntry.objects.filter(action="job.begin_again").count() == 1


def test_pages_are_for_owners_and_support(edition: Any, organiser: Client) -> None:
    for role, status in (("support", 200), ("analyst", 403), ("reviewer", 403)):
        Organiser.objects.update(role=role)
        for name in ("messages", "given_up"):
            assert organiser.get(address(f"portal:{name}", edition)).status_code == status
    act = address("portal:given_up_act", edition)
    assert organiser.post(act, {"act": "drop", "key": "m1"}).status_code == 403


def test_statements_do_not_grow_with_rows(edition: Any, organiser: Client) -> None:
    counts = []
    for start in (0, 3):
        for number in range(1 + start):
            person = person_of(edition, f"P{number}")
            receipt(person, "mail", "taken")
            dead(edition, 10 * start + number, person=person.public_id, template="x")
        counts.append(
            [
                statements(organiser, address(f"portal:{n}", edition))
                for n in ("messages", "given_up")
            ]
        )
    assert counts[0] == counts[1]
