"""Asking, answering, withdrawing: every refusal is a sentence, and one pair has one request."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from emporion.core.models import JournalEntry
from emporion.core.tenancy import scope
from emporion.matchmaking.domain.wishes import wish
from emporion.matchmaking.models import Wish
from emporion.meetings.domain.intake import Asked, take_requests
from emporion.meetings.domain.requests import (
    AlreadyAnswered,
    AlreadyAsked,
    RequestError,
    answer,
    ask,
    withdraw,
)
from emporion.meetings.models import MeetingRequest
from tests.factories import make_edition, make_participation, make_request


def both(edition: Any) -> tuple[Any, Any]:
    return make_participation(edition, "buyer"), make_participation(edition, "exhibitor")


def test_ask_makes_one_open_request_and_one_journal_row(edition):
    guest, host = both(edition)
    request = ask(guest, host, "  We look for\r\ncold chain.  ")
    assert (request.state, request.message) == ("open", "We look for\ncold chain.")
    assert (request.low, request.high) == tuple(sorted((guest.pk, host.pk)))
    entry = JournalEntry.objects.get()
    assert (entry.action, entry.object_ids) == ("request.ask", [request.public_id])
    assert "cold" not in str(entry.__dict__)


def test_ask_oneself_is_refused(edition):
    guest, _ = both(edition)
    with pytest.raises(RequestError, match="yourself"):
        ask(guest, guest)
    assert MeetingRequest.objects.count() == 0


def test_ask_somebody_of_another_edition_is_refused(edition):
    guest, _ = both(edition)
    stranger = make_participation(make_edition(edition.expo))
    with pytest.raises(RequestError, match="same edition"):
        ask(guest, stranger)


@pytest.mark.parametrize("phase", ["building", "closed"])
def test_ask_in_an_edition_that_takes_none_is_refused(db, phase):
    edition = make_edition(phase=phase)
    with scope(expo=edition.expo), pytest.raises(RequestError, match="takes no requests"):
        ask(*both(edition))


@pytest.mark.parametrize(
    ("message", "why"), [("x" * 501, "501 characters"), ("a\x00b", "character 2")]
)
def test_ask_with_a_message_that_cannot_be_kept_is_refused(edition, message, why):
    with pytest.raises(RequestError, match=why):
        ask(*both(edition), message)


def test_ask_a_pair_twice_is_refused_in_both_orders(edition):
    guest, host = both(edition)
    first = ask(guest, host)
    with pytest.raises(AlreadyAsked, match="You have asked already") as again:
        ask(guest, host)
    with pytest.raises(AlreadyAsked, match="Answer that request") as other:
        ask(host, guest)
    assert again.value.request == other.value.request == first
    assert MeetingRequest.objects.count() == 1


def test_ask_again_after_withdrawing_opens_the_request_again(edition):
    guest, host = both(edition)
    first = ask(guest, host, "one")
    withdraw(first, guest)
    again = ask(host, guest, "two")
    assert again.pk == first.pk
    assert (again.state, again.message, again.asker, again.counterpart) == (
        "open",
        "two",
        host,
        guest,
    )


def test_answer_accepts_once(edition):
    guest, host = both(edition)
    request = ask(guest, host)
    assert answer(request, host, accept=True).state == "accepted"
    with pytest.raises(AlreadyAnswered, match="it is accepted"):
        answer(request, host, accept=False)
    request.refresh_from_db()
    assert request.state == "accepted"


def test_decline_keeps_the_reason(edition):
    guest, host = both(edition)
    declined = answer(ask(guest, host), host, accept=False, reason="no_time")
    assert (declined.state, declined.decline_reason) == ("declined", "no_time")
    with pytest.raises(AlreadyAsked, match="it is declined"):
        ask(guest, host)


def test_answer_by_anybody_but_the_one_asked_is_refused(edition):
    guest, host = both(edition)
    request = ask(guest, host)
    for other in (guest, make_participation(edition)):
        with pytest.raises(RequestError, match="Only the side that was asked"):
            answer(request, other, accept=True)


def test_decline_with_an_unknown_reason_is_refused(edition):
    guest, host = both(edition)
    with pytest.raises(RequestError, match="none of those that can be chosen"):
        answer(ask(guest, host), host, accept=False, reason="weather")


def test_withdraw_is_for_the_asker_and_for_live_requests(edition):
    guest, host = both(edition)
    request = ask(guest, host)
    with pytest.raises(RequestError, match="Only the side that asked"):
        withdraw(request, host)
    assert withdraw(answer(request, host, accept=True), guest).state == "withdrawn"
    with pytest.raises(AlreadyAnswered):
        withdraw(request, guest)


@pytest.mark.django_db(transaction=True)
def test_two_sides_that_ask_at_once_leave_one_request():
    edition = make_edition()
    guest, host = both(edition)
    ready, outcomes = threading.Barrier(2), []

    def work(asker: Any, counterpart: Any) -> None:
        try:
            with scope(expo=edition.expo):
                ready.wait(5)
                ask(asker, counterpart)
                outcomes.append("asked")
        except AlreadyAsked:
            outcomes.append("already")
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=pair) for pair in ((guest, host), (host, guest))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes) == ["already", "asked"]


def asked(number: int, asker: int, counterpart: int, **values: Any) -> Asked:
    return Asked(f"r{number:05}", asker, counterpart, timezone.now(), **values)


def test_take_requests_writes_all_and_one_journal_row_a_thousand(edition):
    guest = make_participation(edition, "buyer")
    hosts = [make_participation(edition) for _ in range(5)]
    done: list[int] = []
    chunks: list[int] = []
    rows = [asked(n, guest.pk, host.pk, state="accepted") for n, host in enumerate(hosts)]
    count = take_requests(
        edition,
        rows,
        source="list",
        on_progress=done.append,
        within=lambda part: chunks.append(len(part)),
    )
    assert (count, done, chunks) == (5, [5], [5])
    assert MeetingRequest.objects.filter(state="accepted", source="list").count() == 5
    entry = JournalEntry.objects.get(action="request.take_in")
    assert entry.object_ids == [row.public_id for row in rows]
    assert take_requests(edition, []) == 0


def test_take_requests_names_the_row_that_is_off_and_writes_nothing(edition):
    guest, host = both(edition)
    third, fourth = make_participation(edition), make_participation(edition)
    stranger = make_participation(make_edition(edition.expo))
    make_request(guest, third)
    good = asked(1, guest.pk, host.pk)
    for bad, why in [
        (asked(2, guest.pk, guest.pk), "cannot ask itself"),
        (asked(2, host.pk, guest.pk), "asked in row 1"),
        (asked(2, third.pk, guest.pk), "has a request already"),
        (asked(2, guest.pk, stranger.pk), "does not take part"),
        (asked(2, guest.pk, fourth.pk, state="perhaps"), "'perhaps'"),
        (asked(2, guest.pk, fourth.pk, weight=0), "weight 0"),
    ]:
        with pytest.raises(RequestError, match=f"Row 2 .*{why}"):
            take_requests(edition, [good, bad])
    assert MeetingRequest.objects.count() == 1


@pytest.mark.parametrize(
    "roles", [("buyer", "buyer"), ("exhibitor", "co_exhibitor"), ("organisation", "exhibitor")]
)
def test_only_one_with_a_stand_and_one_who_comes_to_it_can_meet(edition, roles):
    one, other = (make_participation(edition, role) for role in roles)
    with pytest.raises(RequestError, match="somebody with a stand"):
        ask(one, other)
    asked = Asked("r1", one.pk, other.pk, timezone.now())
    with pytest.raises(RequestError, match="exactly one of the two must have a stand"):
        take_requests(edition, [asked])
    assert MeetingRequest.objects.count() == 0


def test_asking_takes_the_own_veto_back_and_leaves_that_of_the_other(edition):
    guest, host = both(edition)
    wish(guest, host, "veto")
    wish(host, guest, "veto")
    ask(guest, host)
    assert list(Wish.objects.values_list("participation_id", "kind")) == [(host.pk, "veto")]


def test_accepting_takes_the_own_veto_back_and_declining_leaves_it(edition):
    guest, host, other = (make_participation(edition, r) for r in ("buyer", "exhibitor", "buyer"))
    wish(host, guest, "veto")
    wish(host, other, "veto")
    answer(ask(guest, host), host, accept=True)
    answer(ask(other, host), host, accept=False)
    found = Wish.objects.values_list("participation_id", "counterpart_id", "kind")
    assert list(found) == [(host.pk, other.pk, "veto")]


def test_a_closed_edition_takes_no_answer_and_no_withdrawal(edition):
    guest, host = both(edition)
    request = ask(guest, host)
    edition.phase = "closed"
    edition.save()
    for change in (
        lambda: answer(request, host.__class__.objects.get(pk=host.pk), accept=True),
        lambda: withdraw(request, guest.__class__.objects.get(pk=guest.pk)),
    ):
        with pytest.raises(RequestError, match="is closed"):
            change()
    request.refresh_from_db()
    assert request.state == "open"
