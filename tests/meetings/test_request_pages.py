"""Requests as pages: the two sides and nobody else, with few statements."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from emporion.matchmaking.domain.wishes import wish
from emporion.matchmaking.models import MatchRun, RankedList
from emporion.meetings.models import MeetingRequest
from emporion.registry import taxonomy
from tests.factories import (
    make_edition,
    make_organiser,
    make_participation,
    make_release,
    make_request,
    make_slots,
    make_user,
)


def address(name: str, edition: Any, *words: Any) -> str:
    with override("en"):
        return reverse(f"meetings:{name}", args=[edition.slug, *words])


@pytest.fixture
def guest(edition: Any) -> Any:
    return make_participation(edition, "buyer", user=make_user())


@pytest.fixture
def host(edition: Any) -> Any:
    return make_participation(edition, user=make_user())


def user_of(participation: Any) -> Any:
    return participation.delegates.get().person.user


def names(response: Any) -> list[str]:
    page = BeautifulSoup(response.content, "html.parser")
    return [row.h2.bdi.get_text() for row in page.select(".request")]


def test_pages_are_for_those_who_take_part(edition, signed_in, guest, host):
    where = address("requests", edition)
    assert Client().get(where).status_code == 302
    assert signed_in(make_user()).get(where).status_code == 403
    assert signed_in(make_organiser(edition)).get(where).status_code == 403
    assert signed_in(user_of(guest)).get(where).status_code == 200
    assert Client().post(address("ask", edition, host.public_id)).status_code == 302
    assert signed_in(make_user()).post(address("ask", edition, host.public_id)).status_code == 403
    assert MeetingRequest.objects.count() == 0


def test_asking_goes_back_to_where_one_was(edition, signed_in, guest, host):
    client = signed_in(user_of(guest))
    where = address("ask", edition, host.public_id)
    assert client.get(where).status_code == 405
    done = client.post(where, {"next": "/en/somewhere/", "message": "Cold chain"})
    assert done["Location"] == "/en/somewhere/"
    request = MeetingRequest.objects.get()
    assert (request.asker, request.counterpart, request.message) == (guest, host, "Cold chain")
    away = client.post(where, {"next": "https://elsewhere.example/"}, follow=True)
    assert away.redirect_chain[0][0] == address("requests", edition)
    assert "You have asked already" in away.content.decode()


@pytest.mark.parametrize("act", ["accept", "dance"])
def test_what_went_wrong_is_in_sight_without_script(edition, signed_in, guest, host, act):
    client = signed_in(user_of(guest))
    where, row = address("ask", edition, host.public_id), "/en/somewhere/?page=2#row"
    assert client.post(where, {"next": row})["Location"] == row
    # The message stands at the top, so the page opens there and not at the row.
    assert client.post(where, {"next": row})["Location"] == "/en/somewhere/?page=2"
    asked = MeetingRequest.objects.get()
    answer = address("answer", edition, asked.public_id)
    assert client.post(answer, {"next": row, "act": act})["Location"] == "/en/somewhere/?page=2"
    with override("en"):
        wish = reverse("matchmaking:wish", args=[edition.slug, host.public_id])
    assert client.post(wish, {"next": row, "kind": "save"})["Location"] == row
    assert client.post(wish, {"next": row, "kind": act})["Location"] == "/en/somewhere/?page=2"


def test_asking_somebody_of_another_edition_is_not_found(edition, signed_in, guest):
    stranger = make_participation(make_edition(edition.expo))
    client = signed_in(user_of(guest))
    for public_id in (stranger.public_id, "nobody"):
        assert client.post(address("ask", edition, public_id)).status_code == 404


def test_asking_oneself_says_so(edition, signed_in, guest):
    client = signed_in(user_of(guest))
    page = client.post(address("ask", edition, guest.public_id), follow=True)
    assert "You cannot ask yourself" in page.content.decode()


def test_inbox_and_sent_hold_each_side(edition, signed_in, guest, host):
    other = make_participation(edition, name="Other")
    make_request(guest, host)
    make_request(other, guest, message="We saw\nyour need")
    make_request(make_participation(edition), guest, "withdrawn")
    client = signed_in(user_of(guest))
    inbox = client.get(address("requests", edition))
    assert names(inbox) == ["Other"]
    assert "1 request waits for your answer" in inbox.content.decode()
    assert "We saw<br>your need" in inbox.content.decode()
    assert names(client.get(address("requests", edition) + "?box=sent")) == [
        host.display_name["en"]
    ]
    assert names(signed_in(user_of(host)).get(address("requests", edition))) == [
        guest.display_name["en"]
    ]


def test_answering_from_the_page(edition, signed_in, guest, host):
    request = make_request(guest, host)
    where = address("answer", edition, request.public_id)
    client = signed_in(user_of(host))
    assert client.get(where).status_code == 405
    client.post(where, {"act": "accept"})
    request.refresh_from_db()
    assert request.state == "accepted"
    page = client.post(where, {"act": "decline", "reason": "no_time"}, follow=True)
    assert "not open any more: it is accepted" in page.content.decode()
    page = client.post(where, {"act": "dance"}, follow=True)
    assert "nothing was changed" in page.content.decode()
    signed_in(user_of(guest)).post(where, {"act": "withdraw"})
    request.refresh_from_db()
    assert request.state == "withdrawn"


def test_declining_keeps_the_reason_and_shows_it(edition, signed_in, guest, host):
    request = make_request(guest, host)
    signed_in(user_of(host)).post(
        address("answer", edition, request.public_id), {"act": "decline", "reason": "no_time"}
    )
    sent = signed_in(user_of(guest)).get(address("requests", edition) + "?box=sent")
    assert "No time" in sent.content.decode()


def test_a_request_of_others_is_not_found(edition, signed_in, guest, host):
    foreign = make_request(make_participation(edition, "buyer"), host)
    elsewhere = make_edition(edition.expo)
    distant = make_request(make_participation(elsewhere), make_participation(elsewhere))
    client = signed_in(user_of(guest))
    for public_id in (foreign.public_id, distant.public_id, "nothing"):
        where = address("answer", edition, public_id)
        assert client.post(where, {"act": "accept"}).status_code == 404
    assert set(MeetingRequest.objects.values_list("state", flat=True)) == {"open"}


def test_the_published_meeting_or_its_refusal_stands_beside_the_request(
    edition, signed_in, guest, host
):
    other, third = make_participation(edition), make_participation(edition)
    held, refused = make_request(guest, host, "accepted"), make_request(guest, other)
    vetoed = make_request(guest, third)
    make_release(
        edition,
        [(held, make_slots(edition)[0])],
        [(refused, "walking"), (vetoed, "excluded")],
        state="published",
    )
    text = (
        signed_in(user_of(guest)).get(address("requests", edition) + "?box=sent").content.decode()
    )
    assert "Thu 23 Nov" in text and "09:00" in text
    assert "No meeting in the public schedule: Walk too long." in text
    # Whoever said "not for me" is not given away, and not by an answer left out either.
    assert "No meeting in the public schedule: No free time in common." in text
    assert "Not wanted" not in text


def test_a_pair_that_the_reader_keeps_apart_is_told_so_to_them_alone(
    edition, signed_in, guest, host
):
    vetoed = make_request(guest, host)
    make_release(edition, [], [(vetoed, "excluded")], state="published")
    wish(host, guest, "veto")
    said = {
        person: BeautifulSoup(
            signed_in(user_of(person)).get(f"{address('requests', edition)}?box={box}").content,
            "html.parser",
        )
        .select_one("main")
        .get_text(" ")
        for person, box in ((guest, "sent"), (host, "received"))
    }
    assert ["Not wanted by one side" in said[person] for person in (guest, host)] == [False, True]
    assert ["No free time in common" in said[person] for person in (guest, host)] == [True, False]


def test_a_request_shows_what_it_is_judged_by(edition, signed_in, host):
    asking = make_participation(
        edition, "buyer", name="Sita", country="NP", needs=["ai.vision"], offers=["ai"]
    )
    asking.organisation.name = {"en": "Himal Systems"}
    asking.organisation.save()
    plain = make_participation(edition, "buyer", name="Plain")
    make_request(plain, host)
    make_request(asking, host)
    run = MatchRun.objects.create(
        edition=edition, number=1, state="current", computed_at=timezone.now()
    )
    reasons = [{"code": "their_need", "detail": {"code": "ai.vision"}}]
    entry = {"id": asking.pk, "p": 0.8, "q": 0.5, "score": 0.4, "reasons": reasons}
    RankedList.objects.create(run=run, participation=host, entries=[entry])
    theirs = {"id": host.pk, "p": 0.9, "q": 0.3, "score": 0.27, "reasons": reasons}
    RankedList.objects.create(run=run, participation=plain, entries=[theirs])
    page = BeautifulSoup(
        signed_in(user_of(host)).get(address("requests", edition)).content, "html.parser"
    )
    first, second = page.select(".request")
    text = " ".join(first.get_text(" ").split())
    vision = taxonomy.label("ai.vision", "en")
    assert "Himal Systems · Nepal" in text
    assert [chip.get_text(" ", strip=True) for chip in first.select(".chip")] == [
        f"Looks for {vision}",
        f"Offers {taxonomy.label('ai', 'en')}",
        f"They look for {vision}",
    ]
    assert len(first.select(".fit")) == len(second.select(".fit")) == 1
    # Their reasons are theirs; only the fit is told.
    assert second.select(".chip") == []


@pytest.mark.parametrize("box", ["received", "sent"])
def test_statements_do_not_grow_with_rows(edition, signed_in, guest, box):
    client = signed_in(user_of(guest))
    counts = []
    for _ in range(2):
        for _ in range(6):
            one = guest
            other = make_participation(edition, needs=["ai"], offers=["ai.vision"], country="FI")
            make_request(*((other, one) if box == "received" else (one, other)))
        client.get(address("requests", edition))
        with CaptureQueriesContext(connection) as captured:
            response = client.get(address("requests", edition) + f"?box={box}")
        counts.append(len(captured))
    assert len(names(response)) == 12
    assert counts[0] == counts[1] <= 20


def test_pages_of_many_requests(edition, signed_in, guest):
    for number in range(27):
        make_request(make_participation(edition, name=f"N{number:02}"), guest)
    client = signed_in(user_of(guest))
    first = names(client.get(address("requests", edition)))
    rest = names(client.get(address("requests", edition) + "?page=2"))
    assert (first[0], len(first), rest) == ("N26", 25, ["N01", "N00"])
    assert names(client.get(address("requests", edition) + "?page=99")) == rest


def test_what_was_refused_stays_on_the_page_and_what_was_done_passes(
    edition, signed_in, guest, host
):
    asked = make_request(guest, host)
    client = signed_in(user_of(host))
    where = address("answer", edition, asked.public_id)
    done = BeautifulSoup(client.post(where, {"act": "accept"}, follow=True).content, "html.parser")
    assert done.select_one("[data-passing]").get_text(strip=True) == "Accepted."
    assert done.select(".refused") == []
    twice = BeautifulSoup(
        client.post(where, {"act": "decline"}, follow=True).content, "html.parser"
    )
    assert twice.select("[data-passing]") == []
    assert twice.select_one(".refused[role=alert]").get_text(strip=True) == (
        "This request is not open any more: it is accepted."
    )
