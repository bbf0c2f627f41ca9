"""What somebody thought of a meeting: asked where it stood, told to nobody, learnt from."""

from __future__ import annotations

import datetime as dt

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from emporion.core.models import JournalEntry
from emporion.core.tenancy import scopes_disabled
from emporion.matchmaking.domain.absence import why_absent
from emporion.matchmaking.domain.market import read_market
from emporion.meetings import rules
from emporion.meetings.domain import ratings
from emporion.meetings.models import MeetingRating
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def met(edition):
    """A host, a guest with a user, and their request; the meeting was in November 2023."""
    host = factories.make_participation(
        edition, "exhibitor", name="Host", user=factories.make_user()
    )
    guest = factories.make_participation(edition, "buyer", name="Guest", user=factories.make_user())
    request = factories.make_request(guest, host, "accepted")
    factories.make_release(
        edition, [(request, factories.make_slots(edition)[0])], state="published"
    )
    return host, guest, request


def user_of(participation):
    with scopes_disabled():
        return participation.delegates.get().person.user


def pressed(response):
    found = BeautifulSoup(response.content, "html.parser").select(".agenda-asked button")
    return [(one["value"], one["aria-pressed"]) for one in found]


def test_my_day_asks_of_what_is_over_and_one_press_answers_and_takes_back(edition, met, signed_in):
    host, guest, request = met
    client = signed_in(user_of(guest))
    day = reverse("meetings:day", args=[edition.slug])
    assert pressed(client.get(day)) == [("5", "false"), ("3", "false"), ("1", "false")]
    rate = reverse("meetings:rate", args=[edition.slug, request.public_id])
    back = client.post(rate, {"value": "5", "date": "2023-11-23"})
    assert back.url == f"{day}?date=2023-11-23"
    assert pressed(client.get(day)) == [("", "true"), ("3", "false"), ("1", "false")]
    # The other side sees the question, and nothing of the answer.
    assert pressed(signed_in(user_of(host)).get(day))[0] == ("5", "false")
    client.post(rate, {"value": "", "date": "//elsewhere"})
    assert not MeetingRating.objects.exists()
    told = JournalEntry.objects.filter(action__contains="rate").order_by("pk")
    assert [(entry.action, entry.object_ids) for entry in told] == [
        ("meeting.rate", [guest.public_id]),
        ("meeting.unrate", [guest.public_id]),
    ]


def test_only_an_own_meeting_that_is_over_is_rated(edition, met, monkeypatch):
    host, guest, request = met
    stranger = factories.make_participation(edition, "buyer")
    unplaced = factories.make_request(stranger, host, "accepted")
    for rater, asked, value in (
        (stranger, request, 5),
        (stranger, unplaced, 5),
        (guest, request, 6),
    ):
        with pytest.raises(ratings.RatingError):
            ratings.rate(rater, asked, value)
    monkeypatch.setattr(rules, "has_ended", lambda slot, now: False)
    with pytest.raises(ratings.RatingError):
        ratings.rate(guest, request, 5)


def test_a_slot_is_over_at_its_end_in_the_time_of_the_fair(edition):
    slot = factories.make_slots(edition)[0]
    ends = dt.datetime(2023, 11, 23, 9, 30, tzinfo=edition.tz)
    assert rules.has_ended(slot, ends)
    assert not rules.has_ended(slot, ends - dt.timedelta(minutes=1))


def test_a_rating_teaches_of_its_own_side_and_who_met_is_not_suggested_again(edition, met):
    host, guest, request = met
    ratings.rate(guest, request, 5)
    ratings.rate(guest, request, 1)
    market = read_market(edition).market
    assert [(s.sender, s.receiver, s.value, s.only_teaches) for s in market.signals if s.kind == "rating"] == [
        (guest.public_id, host.public_id, 1, True)
    ]  # fmt: skip
    assert market.exclusions == [(host.public_id, guest.public_id)]
    assert [why_absent(a, b).code for a, b in ((guest, host), (host, guest))] == ["met", "met"]
