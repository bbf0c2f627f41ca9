"""Standing rules: who is accepted, up to how many, and what the journal says of it."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from emporion.core.models import JournalEntry
from emporion.matchmaking.models import Wish
from emporion.meetings.domain import requests, standing
from emporion.meetings.models import MeetingRequest, RuleAnswer
from tests.factories import make_edition, make_participation, make_request, make_user
from tests.portal.fairs import address, page, rank, statements, user_of


@pytest.fixture
def host(edition):
    return make_participation(edition, user=make_user())


@pytest.fixture
def guests(edition):
    return [make_participation(edition, "buyer") for _ in range(4)]


def states():
    return list(MeetingRequest.objects.order_by("pk").values_list("state", flat=True))


def test_requests_from_the_list_are_accepted_up_to_the_limit(edition, host, guests):
    rank(edition, host, guests[:3])
    rule, answered = standing.set_rule(host, "list", 2, waiting=False)
    assert answered == 0
    made = [requests.ask(guest, host) for guest in (guests[3], *guests[:3])]
    assert [each.state for each in made] == ["open", "accepted", "accepted", "open"]
    assert states() == ["open", "accepted", "accepted", "open"]
    entries = JournalEntry.objects.filter(action="request.accept_by_rule").order_by("pk")
    assert [(e.actor, e.on_behalf, e.object_ids) for e in entries] == [
        (f"rule:{rule.public_id}", f"participation:{host.public_id}", [each.public_id])
        for each in made[1:3]
    ]
    # A place that is given back is given again.
    requests.withdraw(made[1], guests[0])
    made[3].refresh_from_db()
    requests.withdraw(made[3], guests[2])
    assert requests.ask(guests[2], host).state == "accepted"
    assert requests.ask(guests[0], host).state == "open"


def test_saved_only_and_never_a_veto(edition, host, guests):
    for guest, kind in zip(guests, ("save", "veto"), strict=False):
        Wish.objects.create(
            participation=host, counterpart=guest, kind=kind, made_at=timezone.now()
        )
    rank(edition, host, guests)
    standing.set_rule(host, "saved", 9, waiting=False)
    assert [requests.ask(guest, host).state for guest in guests[:3]] == [
        "accepted", "open", "open"]  # fmt: skip
    MeetingRequest.objects.all().delete()
    standing.set_rule(host, "list", 9, waiting=False)
    assert [requests.ask(guest, host).state for guest in guests[:3]] == [
        "accepted", "open", "accepted"]  # fmt: skip


def test_those_that_wait_are_answered_oldest_first_only_if_wanted(edition, host, guests):
    rank(edition, host, guests)
    for guest in guests[::-1]:
        make_request(guest, host)
    assert standing.set_rule(host, "list", 3, waiting=False)[1] == 0
    assert states() == ["open"] * 4
    assert standing.set_rule(host, "list", 3, waiting=True)[1] == 3
    assert states() == ["accepted", "accepted", "accepted", "open"]
    assert standing.set_rule(host, "list", 3, waiting=True)[1] == 0
    assert RuleAnswer.objects.count() == 3


def test_a_stopped_rule_answers_nothing_and_keeps_what_it_did(edition, host, guests):
    rank(edition, host, guests)
    standing.set_rule(host, "list", 9, waiting=False)
    requests.ask(guests[0], host)
    assert [standing.stop_rule(host) for _ in range(2)] == [True, False]
    requests.ask(guests[1], host)
    assert states() == ["accepted", "open"]


def test_rules_answer_for_their_own_side_only(edition, host, guests):
    rank(edition, host, guests)
    rank(edition, guests[0], [host])
    standing.set_rule(host, "list", 9, waiting=True)
    # The host asks: the guest has no rule.
    assert requests.ask(host, guests[0]).state == "open"
    elsewhere = make_edition(edition.expo)
    other = make_participation(elsewhere)
    assert requests.ask(make_participation(elsewhere, "buyer"), other).state == "open"


@pytest.mark.parametrize(("source", "limit"), [("all", 3), ("list", 0), ("list", 61)])
def test_a_rule_that_cannot_be_says_why(edition, host, source, limit):
    with pytest.raises(standing.RuleError):
        standing.set_rule(host, source, limit, waiting=True)


def test_asking_anew_forgets_that_a_rule_once_accepted(edition, host, guests):
    rank(edition, host, guests)
    standing.set_rule(host, "list", 9, waiting=False)
    made = requests.ask(guests[0], host)
    requests.withdraw(made, guests[0])
    standing.stop_rule(host)
    again = requests.ask(guests[0], host)
    assert (again.pk, again.state, RuleAnswer.objects.count()) == (made.pk, "open", 0)


def test_page_sets_shows_and_stops_the_rule(edition, host, guests, signed_in):
    where = address("meetings:standing", edition)
    assert Client().get(where).status_code == 302
    assert signed_in(make_user()).get(where).status_code == 403
    client = signed_in(user_of(host))
    for data in ({"source": "list", "limit": "0"}, {"source": "x", "limit": "3"}, {}):
        wrong = client.post(where, data)
        assert wrong.status_code == 422
        assert page(wrong).select(".form-errors li")
    rank(edition, host, guests)
    make_request(guests[0], host)
    done = client.post(where, {"source": "list", "limit": "12", "waiting": "on"}, follow=True)
    assert "it accepted 1 request" in done.content.decode()
    assert "Accepted by your standing rule" in done.content.decode()
    assert "up to 12; so far 1" in page(client.get(where)).select_one(".rule-now").get_text()
    stop = address("meetings:stop_standing", edition)
    assert client.get(stop).status_code == 405
    client.post(stop)
    assert page(client.get(where)).select(".rule-now") == []


def test_the_other_side_reads_accepted_and_no_rule(edition, host, signed_in):
    guest = make_participation(edition, "buyer", user=make_user())
    rank(edition, host, [guest])
    standing.set_rule(host, "list", 9, waiting=False)
    client = signed_in(user_of(guest))
    done = client.post(address("meetings:ask", edition, host.public_id), follow=True)
    assert "Accepted at once" in done.content.decode()
    sent = client.get(address("meetings:requests", edition) + "?box=sent").content.decode()
    assert "Accepted" in sent
    assert "by your standing rule" not in sent


def test_number_of_statements_is_fixed(edition, host, guests, signed_in):
    client, where = signed_in(user_of(host)), address("meetings:standing", edition)
    without = statements(client, where)
    rank(edition, host, guests)
    standing.set_rule(host, "list", 3, waiting=False)
    counts = []
    for guest in guests[:2]:
        requests.ask(guest, host)
        counts.append(statements(client, where))
    assert (without, *counts) == (8, 9, 9)
