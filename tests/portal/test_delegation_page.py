"""The officer's pages: members at a glance, acting for one, a banner until it ends."""

from __future__ import annotations

import pytest
from django.test import Client

from emporion.core.models import JournalEntry
from emporion.edition.domain import officers
from emporion.edition.models import Officer
from emporion.meetings.domain import links
from emporion.meetings.models import CalendarAddress, MeetingRequest, PersonalLink
from tests.edition.test_officers import make_delegation
from tests.factories import (
    make_organiser,
    make_participation,
    make_release,
    make_request,
    make_slots,
    make_user,
)
from tests.portal.fairs import address, page, statements, user_of


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


def test_number_of_statements_is_fixed(edition, delegation, officer, signed_in):
    counts = []
    for _ in range(2):
        for _ in range(4):
            member = make_participation(edition, delegation=delegation)
            make_request(make_participation(edition, "buyer"), member)
        counts.append(statements(signed_in(officer), address("portal:delegation", edition)))
    assert counts == [14, 14]


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


@pytest.fixture
def member(edition, delegation):
    made = make_participation(edition, name="Aava", delegation=delegation, user=make_user())
    held = make_request(make_participation(edition, "buyer"), made, "accepted")
    make_release(edition, [(held, make_slots(edition)[0])], state="published")
    return made


@pytest.fixture
def acting(edition, officer, member, signed_in):
    client = signed_in(officer)
    client.post(address("portal:act_for", edition, member.public_id))
    return client


def test_an_officer_has_no_hand_in_the_personal_link_of_a_member(edition, member, acting):
    made = links.make_link(member, member.delegates.get().person)
    deeds = [("post", name) for name in ("make_link", "revoke_link", "end_calendar")]
    for method, name in (("get", "link"), *deeds):
        done = getattr(acting, method)(address(f"meetings:{name}", edition))
        assert done.status_code == 403
        assert "not yours to make" in done.content.decode()
        assert links.key_of(made) not in done.content.decode()
    assert links.open_link(edition, links.key_of(made)) == made
    assert PersonalLink.objects.get() == made
    assert CalendarAddress.objects.count() == 0
    where = address("meetings:link", edition)
    profile = address("portal:profile", edition)
    assert page(acting.get(profile)).select(f"main a[href='{where}']") == []


def test_an_officer_who_is_one_of_them_has_a_link_of_their_own(
    edition, delegation, member, signed_in
):
    officers.appoint_officer(delegation, user_of(member))
    client = signed_in(user_of(member))
    client.post(address("portal:act_for", edition, member.public_id))
    client.post(address("meetings:make_link", edition))
    assert PersonalLink.objects.get().person.user == user_of(member)


def test_an_officer_is_shown_no_calendar_address_that_would_not_open(
    edition, member, acting, signed_in
):
    where, feed = address("meetings:day", edition), address("meetings:day_ics", edition)
    own = signed_in(user_of(member)).get(where).content.decode()
    officers = acting.get(where)
    assert officers.status_code == 200
    assert (feed in own, "In your calendar" in own) == (True, True)
    shown = officers.content.decode()
    assert (feed in shown, "In your calendar" in shown) == (False, False)
