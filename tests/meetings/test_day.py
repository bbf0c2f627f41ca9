"""My day: on the page, on paper and in a calendar."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from bs4 import BeautifulSoup
from django.core import signing
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from icalendar import Calendar

from emporion.core.models import JournalEntry
from emporion.core.tenancy import scopes_disabled
from emporion.edition.models import Delegate
from emporion.meetings.domain import calendar_address
from emporion.meetings.interfaces import day
from emporion.meetings.models import MeetingRequest
from emporion.meetings.queries import meeting_count
from emporion.registry.models import Person
from tests.factories import (
    FIRST_DAY,
    make_edition,
    make_organiser,
    make_participation,
    make_pavilions,
    make_release,
    make_request,
    make_slots,
    make_user,
)

PAGES = ("day", "day_print")


def address(name: str, edition: Any) -> str:
    with override("en"):
        return reverse(f"meetings:{name}", args=[edition.slug])


def user_of(participation: Any) -> Any:
    with scopes_disabled():
        return participation.delegates.get().person.user


def page(response: Any) -> BeautifulSoup:
    return BeautifulSoup(response.content, "html.parser")


@pytest.fixture
def buyer(edition: Any) -> Any:
    return make_participation(edition, "buyer", name="Sita", user=make_user())


@pytest.fixture
def fair(edition: Any, buyer: Any) -> list[Any]:
    """Three meetings of the buyer: two close in pavilions 6 minutes apart, one on the next day."""
    halls = make_pavilions(edition, "AB", 6)
    slots = make_slots(edition)
    hosts = [
        make_participation(
            edition, name=f"Host {n}", pavilion=halls[letter], stand=f"{letter} 10{n}"
        )
        for n, letter in enumerate("ABA")
    ]
    held = [
        (make_request(buyer, host, "accepted", message="Bring <b>samples</b>"), slots[at])
        for host, at in zip(hosts, (0, 1, 4), strict=True)
    ]
    make_release(edition, held, state="published")
    return hosts


@pytest.mark.parametrize("name", PAGES)
def test_only_for_those_who_take_part(edition, buyer, signed_in, name):
    where = address(name, edition)
    assert Client().get(where).status_code == 302
    assert signed_in(make_user()).get(where).status_code == 403
    assert signed_in(make_organiser(edition)).get(where).status_code == 403
    elsewhere = make_participation(make_edition(), "buyer", user=make_user())
    assert signed_in(user_of(elsewhere)).get(where).status_code == 403
    assert signed_in(user_of(buyer)).get(where).status_code == 200


def test_day_tells_time_walk_place(edition, buyer, fair, signed_in):
    found = page(signed_in(user_of(buyer)).get(address("day", edition)))
    entries = found.select(".agenda-entry")
    assert [e.select_one(".agenda-name").get_text() for e in entries] == ["Host 0", "Host 1"]
    assert [e.select_one(".plate-number").get_text() for e in entries] == ["100", "101"]
    assert entries[0].select_one("time")["datetime"] == "09:00"
    assert fair[0].delegates.get().person.name in entries[0].get_text()
    assert found.select_one(".agenda-walk").get_text(" ", strip=True) == "6 min walk, 4 to spare"
    assert [f.get_text(strip=True)[:1] for f in found.select(".figure-value")] == ["2", "6"]
    assert [n.get_text() for n in found.select(".day-note")] == ["2 meetings", "1 meeting"]


def test_a_host_sees_for_which_firm_a_guest_comes(edition, buyer, fair, signed_in):
    buyer.organisation.name = {"en": "Himal Systems"}
    buyer.organisation.save()
    host = fair[0]
    person = host.delegates.get().person
    person.user = make_user()
    person.save()
    entry = page(signed_in(user_of(host)).get(address("day", edition))).select_one(".agenda-entry")
    assert entry.select_one(".agenda-name").get_text() == "Sita"
    assert entry.select_one(".agenda-with").get_text() == "Himal Systems · Bring <b>samples</b>"


@pytest.mark.parametrize("odd", ["", "2023-11-23", "yesterday", "2024-01-01", "\x00", "23"])
def test_odd_dates_show_the_first_day(edition, buyer, fair, signed_in, odd):
    found = page(signed_in(user_of(buyer)).get(address("day", edition), {"date": odd}))
    assert found.select_one("[aria-current=page][href^='?date=']")["href"] == "?date=2023-11-23"


def test_a_long_gap_is_told_by_the_clock(edition, buyer, signed_in):
    halls = make_pavilions(edition, "AB", 6)
    slots = make_slots(edition)
    hosts = [make_participation(edition, pavilion=halls[letter]) for letter in "AB"]
    make_release(
        edition,
        [
            (make_request(buyer, hosts[0], "accepted"), slots[0]),
            (make_request(buyer, hosts[1], "accepted"), slots[3]),
        ],
        state="published",
    )
    found = page(signed_in(user_of(buyer)).get(address("day", edition)))
    assert found.select_one(".agenda-free .agenda-walk").get_text(strip=True) == (
        "free from 09:30 to 11:00, then 6 min on foot"
    )
    assert found.select(".figure-value")[1].get_text(strip=True).startswith("6")


def test_during_the_fair_what_has_passed_is_told_apart(
    edition, buyer, fair, signed_in, monkeypatch
):
    # 09:45 in Shanghai: the first meeting has ended at 09:30, the second runs from 09:40.
    now = dt.datetime(2023, 11, 23, 1, 45, tzinfo=dt.UTC)
    monkeypatch.setattr(day.timezone, "now", lambda: now)
    entries = page(signed_in(user_of(buyer)).get(address("day", edition))).select(".agenda-entry")
    assert ["agenda-past" in entries[0]["class"], "agenda-now" in entries[1]["class"]] == [
        True,
        True,
    ]
    assert "now, 25 min left" in entries[1].get_text()


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (None, "The schedule is not public yet"),
        ("draft", "The schedule is not public yet"),
        ("published", "No meetings are set for you"),
    ],
)
def test_an_empty_day_says_why(edition, buyer, signed_in, state, words):
    make_slots(edition)
    if state:
        make_release(edition, state=state)
    assert words in signed_in(user_of(buyer)).get(address("day", edition)).content.decode()


def test_an_edition_without_slots_has_no_tabs(edition, buyer, signed_in):
    assert page(signed_in(user_of(buyer)).get(address("day", edition))).select(".day-tabs") == []


def test_paper_has_a_sheet_a_day_and_the_key_of_signs(edition, buyer, fair, signed_in):
    client = signed_in(user_of(buyer))
    whole = page(client.get(address("day_print", edition)))
    assert [len(sheet.select(".sheet-row")) for sheet in whole.select(".sheet-day")] == [2, 1]
    one = page(client.get(address("day_print", edition), {"date": "2023-11-24"}))
    assert [len(sheet.select(".sheet-row")) for sheet in one.select(".sheet-day")] == [1]
    assert len(one.select(".sheet-key li")) == 3
    assert "Bring &lt;b&gt;samples&lt;/b&gt;" in str(whole)


@pytest.mark.parametrize("name", PAGES)
def test_statements_do_not_grow_with_meetings(edition, buyer, signed_in, name):
    halls = make_pavilions(edition, "AB", 2)
    slots = make_slots(edition, 40, minutes=10, gap=2, starts="06:00")
    client = signed_in(user_of(buyer))
    requests: list[Any] = []
    counts = []
    for more in (3, 27):
        for _ in range(more):
            host = make_participation(edition, pavilion=halls["AB"[len(requests) % 2]])
            requests.append(make_request(buyer, host, "accepted"))
        edition.releases.all().delete()
        make_release(edition, list(zip(requests, slots, strict=False)), state="published")
        client.get(address(name, edition))
        with CaptureQueriesContext(connection) as captured:
            found = client.get(address(name, edition))
        counts.append(len(captured))
    rows = page(found).select(".agenda-entry, .sheet-row")
    assert len(rows) == 30
    assert counts[0] == counts[1] <= 18


def calendar(edition: Any, token: str) -> Any:
    return Client().get(address("day_ics", edition), {"token": token})


def test_calendar_holds_the_meetings_in_universal_time(edition, buyer, fair):
    response = calendar(edition, calendar_address.token(buyer, user_of(buyer)))
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    events = Calendar.from_ical(response.content).walk("VEVENT")
    assert [str(event["SUMMARY"]) for event in events] == ["Host 0", "Host 1", "Host 2"]
    assert events[0].decoded("DTSTART") == dt.datetime.combine(FIRST_DAY, dt.time(1), dt.UTC)
    assert events[0].decoded("DTEND") == dt.datetime.combine(FIRST_DAY, dt.time(1, 30), dt.UTC)
    assert str(events[0]["LOCATION"]) == "A 100"
    assert len({str(event["UID"]) for event in events}) == 3


def test_a_meeting_waits_until_its_request_is_answered(edition, buyer, fair, signed_in):
    MeetingRequest.objects.filter(counterpart=fair[0]).update(state="open", answered_at=None)
    found = page(signed_in(user_of(buyer)).get(address("day", edition)))
    assert [m.get_text(strip=True) for m in found.select(".agenda-entry .mark")] == [
        "not answered yet",
        "confirmed",
    ]
    events = Calendar.from_ical(
        calendar(edition, calendar_address.token(buyer, user_of(buyer))).content
    ).walk("VEVENT")
    assert [(str(e["STATUS"]), e["SEQUENCE"]) for e in events] == [
        ("TENTATIVE", 3),
        ("CONFIRMED", 4),
        ("CONFIRMED", 4),
    ]


@pytest.mark.parametrize("demonstration", [True, False])
def test_a_calendar_of_a_demonstration_says_that_it_is_made_up(edition, buyer, fair, demonstration):
    edition.is_demonstration = demonstration
    edition.save()
    MeetingRequest.objects.filter(counterpart=fair[1]).update(message="")
    found = Calendar.from_ical(
        calendar(edition, calendar_address.token(buyer, user_of(buyer))).content
    )
    said = "Demonstration: this meeting and those who meet are made up."
    expected = (
        [f"Bring <b>samples</b>\n\n{said}", said] if demonstration else ["Bring <b>samples</b>", ""]
    )
    assert str(found.get("X-WR-CALDESC", "")) == (said if demonstration else "")
    assert [str(e.get("DESCRIPTION", "")) for e in found.walk("VEVENT")[:2]] == expected


def test_a_moved_meeting_stays_the_same_entry(edition, buyer, fair):
    before = Calendar.from_ical(
        calendar(edition, calendar_address.token(buyer, user_of(buyer))).content
    ).walk("VEVENT")
    meeting = edition.releases.get().meetings.order_by("pk").first()
    meeting.slot = edition.slots.order_by("-number").first()
    meeting.save()
    after = Calendar.from_ical(
        calendar(edition, calendar_address.token(buyer, user_of(buyer))).content
    ).walk("VEVENT")
    assert {str(e["UID"]) for e in before} == {str(e["UID"]) for e in after}


def test_only_a_true_and_young_token_opens_a_calendar(edition, buyer, fair, monkeypatch):
    good = calendar_address.token(buyer, user_of(buyer))
    elsewhere = make_edition(edition.expo)
    forged = [
        "",
        "x",
        good[:-1],
        good + "x",
        signing.dumps(buyer.public_id, salt="another"),
        signing.dumps({"id": 1}, salt=calendar_address.SALT),
        signing.dumps("nobody", salt=calendar_address.SALT),
        signing.dumps(buyer.public_id, salt=calendar_address.SALT),
        calendar_address.token(buyer, make_user()),
    ]
    assert [calendar(edition, token).status_code for token in forged] == [404] * 9
    # It opens one edition only.
    assert calendar(elsewhere, good).status_code == 404
    assert calendar(edition, good).status_code == 200
    monkeypatch.setattr(calendar_address, "SECONDS", -1)
    assert calendar(edition, good).status_code == 404


@pytest.mark.parametrize("state", ["withdrawn", "declined"])
def test_a_meeting_without_its_request_is_cancelled_on_both_sides(
    edition, buyer, fair, signed_in, state
):
    gone = MeetingRequest.objects.get(counterpart=fair[1])
    gone.state, gone.answered_at = state, timezone.now()
    gone.save()
    client = signed_in(user_of(buyer))
    found = page(client.get(address("day", edition)))
    kept, off = found.select(".agenda-entry")
    assert ("agenda-confirmed" in kept["class"], "agenda-cancelled" in off["class"]) == (True, True)
    assert off.select_one(".mark").get_text(strip=True) == "cancelled"
    # Nobody walks there, and it is not counted.
    assert found.select(".agenda-walk") == []
    assert [n.get_text() for n in found.select(".day-note")] == ["1 meeting", "1 meeting"]
    assert [f.get_text(strip=True)[:1] for f in found.select(".figure-value")] == ["1", "0"]
    names = [
        n.get_text() for n in page(client.get(address("day_print", edition))).select(".sheet-name")
    ]
    assert names == ["Host 0", "Host 2"]
    assert meeting_count(buyer) == 2
    person = fair[1].delegates.get().person
    person.user = make_user()
    person.save()
    [entry] = page(signed_in(person.user).get(address("day", edition))).select(".agenda-entry")
    assert "agenda-cancelled" in entry["class"]
    events = Calendar.from_ical(
        calendar(edition, calendar_address.token(buyer, user_of(buyer))).content
    ).walk("VEVENT")
    assert [str(event["STATUS"]) for event in events] == ["CONFIRMED", "CANCELLED", "CONFIRMED"]
    assert [event["SEQUENCE"] for event in events] == [4, 5, 4]


def test_the_walk_leads_past_a_cancelled_meeting(edition, buyer, signed_in):
    halls = make_pavilions(edition, "AB", 6)
    slots = make_slots(edition)
    hosts = [make_participation(edition, pavilion=halls[letter]) for letter in "AAB"]
    requests = [make_request(buyer, host, "accepted") for host in hosts]
    requests[1].state = "withdrawn"
    requests[1].save()
    make_release(edition, list(zip(requests, slots[:3], strict=True)), state="published")
    found = page(signed_in(user_of(buyer)).get(address("day", edition)))
    assert [w.get_text(" ", strip=True) for w in found.select(".agenda-walk")] == [
        "6 min walk, 44 to spare"
    ]


@pytest.mark.parametrize("gone", ["delegate", "person", "user", "account"])
def test_a_calendar_closes_with_the_right_to_read_it(edition, buyer, fair, gone):
    user = user_of(buyer)
    token = calendar_address.token(buyer, user)
    assert calendar(edition, token).status_code == 200
    with scopes_disabled():
        delegate = buyer.delegates.get()
    if gone == "delegate":
        delegate.delete()
    elif gone == "person":
        delegate.person.user = make_user()
        delegate.person.save()
    elif gone == "user":
        user.is_active = False
        user.save()
    else:
        user.delete()
    assert calendar(edition, token).status_code == 404


def token_on(found: BeautifulSoup) -> str:
    """Return the token of the address that a day tells."""
    return parse_qs(urlsplit(str(found.select_one("a[href*='day.ics']")["href"])).query)["token"][0]


def test_owner_ends_the_address_of_a_calendar_and_has_a_new_one(edition, buyer, fair, signed_in):
    user = user_of(buyer)
    client = signed_in(user)
    # As it was told before one could be ended, and as the page tells it now.
    first = signing.dumps([buyer.public_id, user.public_id], salt="meetings.day")
    shown = token_on(page(client.get(address("day", edition))))
    old = [first, shown]
    for _ in range(2):
        assert [calendar(edition, token).status_code for token in old] == [200] * len(old)
        answer = client.post(address("end_calendar", edition), follow=True)
        entry = JournalEntry.objects.latest("pk")
        assert (entry.action, entry.actor, entry.object_ids) == (
            "calendar.end", user.actor, [buyer.public_id],
        )  # fmt: skip
        # To whoever holds it, an ended one is one that never was.
        refused = [calendar(edition, token) for token in [*old, "x"]]
        told = {(one.status_code, page(one).main.get_text(" ", strip=True)) for one in refused}
        assert told == {(404, page(refused[-1]).main.get_text(" ", strip=True))}
        old = [token_on(page(answer))]
    assert calendar(edition, old[0]).status_code == 200


def test_address_of_a_calendar_is_ended_also_where_no_meeting_is_left(edition, buyer, signed_in):
    client = signed_in(user_of(buyer))
    shown = page(client.get(address("day", edition)))
    assert shown.select_one(f"form[action='{address('end_calendar', edition)}']") is not None
    assert "Add it once" not in shown.main.get_text()


def test_ended_address_of_one_leaves_those_of_others(edition, buyer, fair, signed_in):
    owner, colleague, host = user_of(buyer), make_user(), fair[0]
    second = Person.objects.create(expo=edition.expo, name="Bo", sort_key="bo", user=colleague)
    Delegate.objects.create(participation=buyer, person=second, is_lead=False)
    person = host.delegates.get().person
    person.user = owner
    person.save()
    others = [calendar_address.token(buyer, colleague), calendar_address.token(host, owner)]
    assert signed_in(owner).post(address("end_calendar", edition)).status_code == 302
    assert [calendar(edition, token).status_code for token in others] == [200, 200]


@pytest.mark.parametrize(("date", "words"), [("2023-11-23", "meetings"), ("2023-11-24", "meeting")])
def test_the_word_under_the_number_fits_it(edition, buyer, fair, signed_in, date, words):
    found = page(signed_in(user_of(buyer)).get(address("day", edition), {"date": date}))
    assert found.select_one(".figure-label").get_text(strip=True) == words
