"""Finding people and reading the journal: who is found, what is told, and what is kept of it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from emporion.core import history, journal
from emporion.core.models import JournalEntry
from emporion.edition.domain.editions import set_phase
from emporion.meetings.domain import requests as request_domain
from emporion.registry import domain as registry
from emporion.registry.models import Person
from emporion.registry.queries import people_like
from tests.factories import (
    make_edition,
    make_expo,
    make_organiser,
    make_participation,
    make_release,
    make_request,
    make_slots,
    make_user,
)
from tests.portal.fairs import address, page, statements


@pytest.fixture
def organiser(edition: Any, signed_in: Any) -> Client:
    return signed_in(make_organiser(edition))


@pytest.fixture
def people(edition: Any) -> Any:
    """Four people of this expo and one of another."""
    firm = registry.create_organisation(
        edition.expo, registry.NewOrganisation({"en": "Himal Digital", "zh-hans": "喜马数码"})
    )
    rows = [
        registry.NewPerson("Sita Gurung", phone="+977 980-123 4567", organisation_id=firm.pk),
        registry.NewPerson("单雨兰", name_latin="Shan Yulan", phone="+8657199887766"),
        registry.NewPerson("Élodie Müller", email="elodie@example.org"),
        registry.NewPerson("أحمد منصور"),
    ]
    registry.add_people(edition.expo, rows)
    registry.add_people(make_expo(), [registry.NewPerson("Sita Stranger", phone="9801234567")])
    return rows


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("gurung", ["Sita Gurung"]),
        ("SITA", ["Sita Gurung"]),
        ("muller", ["Élodie Müller"]),
        ("müll", ["Élodie Müller"]),
        ("雨兰", ["单雨兰"]),
        ("shan y", ["单雨兰"]),
        ("yulan", ["单雨兰"]),
        ("منصور", ["أحمد منصور"]),
        ("8012345", ["Sita Gurung"]),
        ("980 12", ["Sita Gurung"]),
        ("٩٨٠١", ["Sita Gurung"]),
        ("+86 571", ["单雨兰"]),
        ("himal", ["Sita Gurung"]),
        ("sit", []),
        ("123", []),
        ("", []),
        ("%%%%", []),
        ("____", []),
        ("stranger", []),
    ],
)
def test_people_are_found_by_letters_and_digits(
    edition: Any, people: Any, words: str, found: list[str]
) -> None:
    assert [person.name for person in people_like(edition.expo, words, 30)] == found


def test_look_up_stands_in_the_journal_without_what_was_looked_for(
    edition: Any, organiser: Client, people: Any
) -> None:
    where = address("portal:find_people", edition)
    shown = organiser.post(where, {"q": "gurung"})
    assert "+977 980-123 4567" in shown.content.decode()
    entry = JournalEntry.objects.get(action="person.read")
    assert entry.object_ids == [Person.objects.get(name="Sita Gurung").public_id]
    assert entry.actor.startswith("user:") and not entry.commitment
    organiser.post(where, {"q": "nobody here"})
    assert JournalEntry.objects.filter(action="person.read").count() == 1


def test_too_many_look_ups_show_nothing(
    edition: Any, organiser: Client, people: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr("emporion.registry.domain.people.MOST_READS", 2)
    where = address("portal:find_people", edition)
    answers = [organiser.post(where, {"q": "gurung"}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2]["Retry-After"] == "600"
    assert "+977" not in answers[2].content.decode()
    JournalEntry.objects.update(at=timezone.now() - dt.timedelta(minutes=11))
    assert organiser.post(where, {"q": "gurung"}).status_code == 200


def test_people_page_tells_for_whom_they_act(edition: Any, organiser: Client) -> None:
    one = make_participation(edition, "exhibitor", "Aava Wellbeing", stand="7")
    elsewhere = make_participation(make_edition(edition.expo), "buyer", "Elsewhere Trading")
    where = address("portal:find_people", edition)
    name = one.delegates.get().person.name
    shown = page(organiser.post(where, {"q": name})).select("main li.row")
    assert "Aava Wellbeing" in " ".join(row.get_text() for row in shown)
    other = organiser.post(where, {"q": elsewhere.delegates.get().person.name})
    assert "not in this edition" in other.content.decode()
    few = organiser.post(where, {"q": "abc"}).content.decode()
    assert "Write at least four letters" in few


def test_entries_of_one_object_are_found_alone_and_in_bulk(edition: Any) -> None:
    from django.db import transaction

    tenant = edition.expo.public_id
    with transaction.atomic(), journal.acting("user:x", tenant=tenant):
        journal.record("thing.one", "thing", "aaa")
        journal.record("thing.two", "thing", ["aaa", "bbb"])
        journal.record("thing.three", "thing", "aaab")
        journal.record("other.one", "other", "aaa")
        journal.record("thing.four", "thing", "aaa", tenant="else")
    wanted = history.Wanted(kind="thing", id="aaa")
    assert [e.action for e in history.entries(tenant, wanted)] == ["thing.two", "thing.one"]
    every = history.entries(tenant, history.Wanted())
    pages, before = [], 0
    while part := history.entries(tenant, history.Wanted(), before=before, limit=3):
        pages += part
        before = part[-1].pk
    assert pages == every and len(every) == 4
    assert history.entries(tenant, history.Wanted(), before=10**9) == []


def test_journal_tells_what_happened_to_a_request(
    edition: Any, organiser: Client, signed_in: Any
) -> None:
    asking, answering = make_user(name="Sita Gurung"), make_user(name="Elina Korhonen")
    buyer = make_participation(edition, "buyer", "Himal", user=asking)
    seller = make_participation(edition, "exhibitor", "Aava", user=answering)
    other = make_participation(edition, "exhibitor", "Other")
    tenant = edition.expo.public_id
    with journal.acting(asking.actor, tenant=tenant):
        request_domain.ask(buyer, seller, "secret words")
        request_domain.ask(buyer, other, "")
    asked = seller.requests_received.get()
    with journal.acting(answering.actor, tenant=tenant):
        request_domain.answer(asked, seller, accept=True)
    make_release(edition, [(asked, make_slots(edition, 1)[0])], state="published")
    where = address("portal:journal", edition)
    shown = organiser.get(where, {"kind": "request", "id": asked.public_id})
    rows = [row.get_text(" ", strip=True) for row in page(shown).select(".desk-entry")]
    assert len(rows) == 2
    assert "A request was accepted" in rows[0] and "Elina Korhonen , on a page" in rows[0]
    assert "A meeting was asked for : Himal asks Aava" in rows[1] and "Sita Gurung" in rows[1]
    assert "secret words" not in shown.content.decode()
    assert "meeting on Thu 23 Nov, 09:00" in page(shown).get_text(" ", strip=True)
    theirs = organiser.get(where, {"kind": "participation", "id": buyer.public_id})
    links = [a.get_text() for a in page(theirs).select("section[aria-labelledby=requests] a")]
    assert links == ["Himal asks Other", "Himal asks Aava"]
    by_actor = organiser.get(where, {"actor": answering.actor})
    assert len(page(by_actor).select(".desk-entry")) == 1


def test_journal_is_narrowed_by_day_and_noun_in_the_fair_s_own_time(
    edition: Any, organiser: Client
) -> None:
    with journal.acting("command:x", tenant=edition.expo.public_id):
        set_phase(edition, "running")
        set_phase(edition, "closed")
    # 23:30 UTC is the next day in Shanghai.
    first = JournalEntry.objects.filter(action="edition.phase").earliest("pk")
    JournalEntry.objects.exclude(pk=first.pk).update(at="2023-11-20T12:00Z")
    JournalEntry.objects.filter(pk=first.pk).update(at="2023-11-22T23:30Z")
    where = address("portal:journal", edition)
    day = {"since": "2023-11-23", "until": "2023-11-23"}
    rows = page(organiser.get(where, {"about": "edition", **day})).select(".desk-entry")
    assert len(rows) == 1 and "23 November 2023, 07:30" in rows[0].get_text()
    assert "command x" in rows[0].get_text() and "by a command" in rows[0].get_text()
    assert not page(organiser.get(where, {"about": "request", **day})).select(".desk-entry")
    wrong = organiser.get(where, {"since": "soon"})
    assert wrong.status_code == 200 and page(wrong).select_one(".form-errors")


def test_journal_of_another_expo_is_not_shown(edition: Any, signed_in: Any) -> None:
    with journal.acting("command:x", tenant=edition.expo.public_id):
        set_phase(edition, "closed")
    own = make_edition()
    client = signed_in(make_organiser(own))
    shown = client.get(address("portal:journal", own))
    assert not page(shown).select(".desk-entry")
    named = {"kind": "edition", "id": edition.public_id}
    shown = client.get(address("portal:journal", own), named)
    assert not page(shown).select(".desk-entry") and str(edition) not in shown.content.decode()


def test_every_deed_that_is_recorded_has_its_words() -> None:
    import re

    from emporion.portal.interfaces.desk.deeds import DEEDS
    from tests.machine import ROOT

    recorded = set()
    for path in (ROOT / "src" / "emporion").rglob("*.py"):
        for call in re.findall(r"\brecord\(\s*\"([a-z_]+\.[a-z_]+)\"", path.read_text("utf-8")):
            recorded.add(call)
    assert recorded - set(DEEDS) == set() and len(recorded) > 30


def test_journal_takes_as_many_statements_for_many_entries(edition: Any, organiser: Client) -> None:
    from django.db import transaction

    tenant = edition.expo.public_id
    where = address("portal:journal", edition)

    def write(count: int) -> None:
        for n in range(count):
            user = make_user(name=f"U {n}")
            one = make_request(
                make_participation(edition, "buyer"), make_participation(edition, "exhibitor")
            )
            with transaction.atomic(), journal.acting(user.actor, tenant=tenant):
                journal.record("request.ask", "request", one.public_id)
                journal.record("participation.change", "participation", one.asker.public_id)

    write(1)
    few = statements(organiser, where)
    write(20)
    assert statements(organiser, where) == few <= 12
