"""The officer's pages: members at a glance, acting for one, a banner until it ends."""

from __future__ import annotations

import pytest
from django.test import Client

from emporion.core.models import JournalEntry
from emporion.edition.domain import officers
from emporion.edition.models import Officer
from emporion.meetings.models import MeetingRequest
from tests.edition.test_officers import make_delegation
from tests.factories import (
    make_organiser,
    make_participation,
    make_release,
    make_request,
    make_slots,
    make_user,
)
from tests.portal.fairs import address, page, statements


@pytest.fixture
def delegation(edition):
    return make_delegation(edition)


@pytest.fixture
def officer(delegation):
    user = make_user()
    officers.appoint_officer(delegation, user)
    return user


def test_only_for_officers(edition, delegation, officer, signed_in):
    where = address("portal:delegation", edition)
    assert Client().get(where).status_code == 302
    assert signed_in(make_user()).get(where).status_code == 403
    assert signed_in(make_organiser(edition)).get(where).status_code == 403
    assert signed_in(officer).get(where).status_code == 200


def test_overview_counts_what_waits_and_what_is_set(edition, delegation, officer, signed_in):
    member = make_participation(edition, name="Aava", delegation=delegation, offers=["vr"])
    make_participation(edition, name="Foreign")
    guests = [make_participation(edition, "buyer") for _ in range(3)]
    held = make_request(guests[0], member, "accepted")
    make_request(guests[1], member)
    make_request(member, guests[2])
    make_release(edition, [(held, make_slots(edition)[0])], state="published")
    rows = page(signed_in(officer).get(address("portal:delegation", edition))).select(".member")
    assert [row.h2.get_text(strip=True) for row in rows] == ["Aava"]
    text = rows[0].get_text(" ", strip=True)
    assert "1 request waits" in text
    assert "1 meeting set" in text
    assert "what you need" in text
    assert "what you offer" not in text


def test_number_of_statements_does_not_grow(edition, delegation, officer, signed_in):
    counts = []
    for _ in range(2):
        for _ in range(4):
            member = make_participation(edition, delegation=delegation)
            make_request(make_participation(edition, "buyer"), member)
        counts.append(statements(signed_in(officer), address("portal:delegation", edition)))
    assert counts[0] == counts[1]


def test_acting_shows_a_banner_answers_for_the_member_and_names_both(
    edition, delegation, officer, signed_in
):
    member = make_participation(edition, name="Aava", delegation=delegation)
    asked = make_request(make_participation(edition, "buyer"), member)
    client = signed_in(officer)
    inbox = address("meetings:requests", edition)
    assert client.get(inbox).status_code == 403
    act = address("portal:act_for", edition, member.public_id)
    assert client.get(act).status_code == 405
    assert client.post(act)["Location"] == inbox
    for name in ("meetings:requests", "portal:profile", "portal:front", "meetings:day"):
        shown = page(client.get(address(name, edition)))
        assert "You act for Aava" in shown.select_one(".acting").get_text(" ", strip=True)
    client.post(address("meetings:answer", edition, asked.public_id), {"act": "accept"})
    asked.refresh_from_db()
    assert asked.state == "accepted"
    entry = JournalEntry.objects.get(action="request.accept")
    assert (entry.actor, entry.on_behalf) == (officer.actor, f"participation:{member.public_id}")
    client.post(address("portal:stop_acting", edition))
    assert client.get(inbox).status_code == 403
    assert page(client.get(address("portal:front", edition))).select(".acting") == []


def test_nobody_acts_for_a_stranger(edition, delegation, officer, signed_in):
    stranger = make_participation(edition)
    member = make_participation(edition, delegation=delegation)
    act = address("portal:act_for", edition, stranger.public_id)
    assert signed_in(officer).post(act).status_code == 404
    act = address("portal:act_for", edition, member.public_id)
    assert signed_in(make_user()).post(act).status_code == 404
    assert signed_in(make_organiser(edition)).post(act).status_code == 404


def test_a_dismissed_officer_acts_no_more(edition, delegation, officer, signed_in):
    member = make_participation(edition, delegation=delegation)
    asked = make_request(make_participation(edition, "buyer"), member)
    client = signed_in(officer)
    client.post(address("portal:act_for", edition, member.public_id))
    Officer.objects.all().delete()
    where = address("meetings:answer", edition, asked.public_id)
    assert client.post(where, {"act": "accept"}).status_code == 403
    assert MeetingRequest.objects.get().state == "open"
