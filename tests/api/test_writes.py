"""Writes of programs: through the functions of the pages, of the version meant, once a key."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.utils import timezone

from emporion.api.domain import idempotency
from emporion.api.models import IdempotencyKey
from emporion.core.jobs import JobRecord
from emporion.core.models import JournalEntry
from emporion.core.tenancy import scope
from emporion.matchmaking.domain.runs import run_match
from emporion.matchmaking.domain.wishes import wish
from emporion.meetings.models import MeetingRequest
from emporion.messaging.models import Endpoint
from tests import factories
from tests.api.conftest import Program
from tests.api.test_gates import is_problem


@pytest.fixture
def pair(edition, program):
    """A buyer and an exhibitor with a program each: (buyer, its program, exhibitor, its)."""
    users = factories.make_user(), factories.make_user()
    buyer = factories.make_participation(edition, "buyer", "Guest", user=users[0])
    seller = factories.make_participation(edition, "exhibitor", "Seller", user=users[1])
    return buyer, program(users[0], edition), seller, program(users[1], edition)


def test_request_is_asked_read_by_both_and_accepted(edition, pair) -> None:
    buyer, asking, seller, asked = pair
    made = asking.post("me/requests", {"counterpart": seller.public_id, "message": "您好"})
    assert (made.status_code, made.json()["state"], made.json()["direction"]) == (
        201,
        "open",
        "sent",
    )
    (row,) = asked.get("me/requests?box=received&state=open").json()["items"]
    assert (row["message"], row["asker"]["id"]) == ("您好", buyer.public_id)
    address = f"me/requests/{row['id']}"
    read = asked.get(address)
    assert read["ETag"] == f'"{read.json()["version"]}"'
    done = asked.post(f"{address}/accept", If_Match=read["ETag"])
    assert (done.status_code, done.json()["state"]) == (200, "accepted")
    assert JournalEntry.objects.filter(action="request.accept").count() == 1


@pytest.mark.parametrize("match", [None, '"0123456789abcdef"'])
def test_answer_needs_the_version_that_is_there(edition, pair, match) -> None:
    _buyer, asking, seller, asked = pair
    row = asking.post("me/requests", {"counterpart": seller.public_id}).json()
    given = {"If_Match": match} if match else {}
    refused = asked.post(f"me/requests/{row['id']}/decline", {"reason": "no_fit"}, **given)
    assert is_problem(refused, 412 if match else 428)
    assert MeetingRequest.objects.get().state == "open"


def test_decline_with_reason_then_nothing_is_left_to_withdraw(edition, pair) -> None:
    _buyer, asking, seller, asked = pair
    row = asking.post("me/requests", {"counterpart": seller.public_id}).json()
    address = f"me/requests/{row['id']}"
    match = asked.get(address)["ETag"]
    done = asked.post(f"{address}/decline", {"reason": "no_time"}, If_Match=match)
    assert done.json()["decline_reason"] == "no_time"
    late = asking.post(f"{address}/withdraw", If_Match=asking.get(address)["ETag"])
    assert is_problem(late, 409)
    assert is_problem(asked.post(f"{address}/accept", If_Match=match), 412)


def test_request_of_others_does_not_exist(edition, pair, program) -> None:
    _buyer, asking, seller, _asked = pair
    row = asking.post("me/requests", {"counterpart": seller.public_id}).json()
    user = factories.make_user()
    factories.make_participation(edition, "buyer", user=user)
    third = program(user, edition)
    assert is_problem(third.get(f"me/requests/{row['id']}"), 404)
    refused = third.post(f"me/requests/{row['id']}/accept", If_Match=f'"{row["version"]}"')
    assert is_problem(refused, 404)
    assert third.get("me/requests").json()["items"] == []


def test_same_key_is_answered_again_and_does_nothing(edition, pair) -> None:
    _buyer, asking, seller, _asked = pair
    body = {"counterpart": seller.public_id}
    first = asking.post("me/requests", body, Idempotency_Key="a-1")
    again = asking.post("me/requests", body, Idempotency_Key="a-1")
    assert first.json() == again.json() and again.status_code == 201
    assert ("Idempotency-Replayed" in first, again["Idempotency-Replayed"]) == (False, "true")
    assert JournalEntry.objects.filter(action="request.ask").count() == 1
    other = asking.post("me/requests", {**body, "message": "x"}, Idempotency_Key="a-1")
    assert is_problem(other, 422)
    # Without the key the pair has its request already.
    assert is_problem(asking.post("me/requests", body), 409)


def test_key_of_a_refused_write_can_be_used_again(edition, pair) -> None:
    buyer, asking, seller, _asked = pair
    refused = asking.post("me/requests", {"counterpart": buyer.public_id}, Idempotency_Key="k")
    assert is_problem(refused, 409)
    assert IdempotencyKey.objects.count() == 0
    made = asking.post("me/requests", {"counterpart": seller.public_id}, Idempotency_Key="k")
    assert made.status_code == 201


def test_key_whose_answer_was_forgotten_says_that_it_was_done(edition, pair) -> None:
    _buyer, asking, seller, _asked = pair
    body = {"counterpart": seller.public_id}
    asking.post("me/requests", body, Idempotency_Key="k")
    kept = IdempotencyKey.objects.get()
    assert kept.tenant == edition.expo.public_id
    idempotency.forget([kept.pk])
    again = asking.post("me/requests", body, Idempotency_Key="k")
    assert is_problem(again, 409) and "was done" in again.json()["detail"]
    assert JournalEntry.objects.filter(action="request.ask").count() == 1


def test_keys_are_forgotten_after_a_day(edition, pair) -> None:
    _buyer, asking, seller, _asked = pair
    asking.post("me/requests", {"counterpart": seller.public_id}, Idempotency_Key="k")
    IdempotencyKey.objects.update(made_at=timezone.now() - dt.timedelta(hours=25))
    again = asking.post("me/requests", {"counterpart": seller.public_id}, Idempotency_Key="k")
    assert is_problem(again, 409)


@pytest.mark.django_db(transaction=True)
def test_same_key_at_once_has_one_effect(program) -> None:
    edition = factories.make_edition()
    with scope(expo=edition.expo):
        user = factories.make_user()
        factories.make_participation(edition, "buyer", user=user)
        seller = factories.make_participation(edition, "exhibitor")
    secret = program(user, edition).headers["Authorization"].split()[1]

    def send(_number: int):
        try:
            return Program(secret, edition.slug).post(
                "me/requests", {"counterpart": seller.public_id}, Idempotency_Key="once"
            )
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(send, range(6)))
    assert {(a.status_code, a.content) for a in answers} == {(201, answers[0].content)}
    assert sum("Idempotency-Replayed" in a for a in answers) == 5
    assert JournalEntry.objects.filter(action="request.ask").count() == 1


def test_profile_is_changed_in_the_version_that_was_read(edition, pair) -> None:
    buyer, mine, _seller, _asked = pair
    read = mine.get("me")
    changed = mine.call(
        "PATCH",
        "me",
        {"about": {"en": "We buy saunas."}, "max_meetings": 12},
        If_Match=read["ETag"],
    )
    assert changed.status_code == 200
    assert (changed.json()["about"], changed.json()["max_meetings"]) == (
        {"en": "We buy saunas."},
        12,
    )
    stale = mine.call("PATCH", "me", {"max_meetings": 3}, If_Match=read["ETag"])
    assert is_problem(stale, 412)
    left = mine.call("PATCH", "me", {"languages": ["en"]}, If_Match=changed["ETag"]).json()
    assert (left["about"], left["languages"]) == ({"en": "We buy saunas."}, ["en"])


def test_needs_are_added_changed_and_removed(edition, pair) -> None:
    _buyer, mine, _seller, _asked = pair
    made = mine.post("me/profile/needs", {"code": "health.sleep"})
    assert made.status_code == 201
    (need,) = made.json()["needs"]
    address = f"me/profile/needs/{need['key']}"
    changed = mine.call("PUT", address, {"text": {"en": "beds"}}, If_Match=made["ETag"])
    (now,) = changed.json()["needs"]
    assert (now["code"], now["text"]) == ("", {"en": "beds"})
    gone = mine.call("DELETE", address, If_Match=changed["ETag"])
    assert is_problem(gone, 404)
    address = f"me/profile/needs/{now['key']}"
    assert mine.call("DELETE", address, If_Match=changed["ETag"]).json()["needs"] == []
    assert is_problem(mine.post("me/profile/needs", {"code": "no.such"}), 422)
    assert is_problem(mine.post("me/profile/needs", {"code": "x", "colour": "red"}), 422)


def test_hours_are_closed_and_opened_by_number(edition, pair) -> None:
    factories.make_slots(edition)
    _buyer, mine, _seller, _asked = pair
    closed = mine.call("PATCH", "me/hours", {"close": [1, 3]}).json()
    assert [hour["open"] for hour in closed] == [False, True, False, *[True] * 5]
    opened = mine.call("PATCH", "me/hours", {"open": [1]}).json()
    assert [hour["open"] for hour in opened] == [True, True, False, *[True] * 5]


def test_wishes_are_made_listed_and_taken_back(edition, pair) -> None:
    _buyer, mine, seller, theirs = pair
    address = f"me/wishes/{seller.public_id}"
    assert mine.call("PUT", address, {"kind": "veto", "reason": "known"}).status_code == 200
    (row,) = mine.get("me/wishes?kind=veto").json()["items"]
    assert row["participant"]["id"] == seller.public_id
    assert theirs.get("me/wishes?kind=veto").json()["items"] == []
    assert mine.call("DELETE", address).json()["kind"] == ""
    assert mine.get("me/wishes?kind=veto").json()["items"] == []


def test_draft_is_started_as_a_job_and_a_release_published_once(edition, program) -> None:
    desk = program(factories.make_organiser(edition), edition)
    started = desk.post("drafts", {"seconds": 2, "seed": 7})
    assert (started.status_code, started.json()["state"]) == (202, "waiting")
    job = JobRecord.objects.get(public_id=started.json()["id"])
    assert desk.get(f"jobs/{job.public_id}").json() == started.json()
    factories.make_release(edition)
    done = desk.post("releases/1/publish", {"seen": None})
    assert (done.status_code, done.json()["state"]) == (200, "published")
    assert is_problem(desk.post("releases/1/publish", {"seen": None}), 409)
    assert is_problem(desk.post("releases/9/publish", {"seen": None}), 404)
    assert [one["number"] for one in desk.get("releases").json()] == [1]


def test_day_and_meetings_tell_what_is_published(edition, pair, program) -> None:
    buyer, mine, seller, theirs = pair
    slots = factories.make_slots(edition)
    request = factories.make_request(buyer, seller, "accepted")
    factories.make_release(edition, [(request, slots[2])], state="published")
    (row,) = mine.get("me/day").json()
    assert (row["slot"]["number"], row["hosting"], row["ends"]) == (3, False, "10:50")
    (theirs_row,) = theirs.get("me/day").json()
    assert (theirs_row["hosting"], theirs_row["counterpart"]["id"]) == (True, buyer.public_id)
    (own,) = mine.get("me/requests").json()["items"]
    assert own["slot"]["number"] == 3
    desk = program(factories.make_organiser(edition), edition)
    (meeting,) = desk.get("meetings").json()["items"]
    assert (meeting["host"]["id"], meeting["takes_place"]) == (seller.public_id, True)
    (seen,) = desk.get("requests?state=accepted").json()["items"]
    assert (seen["id"], seen["weight"]) == (request.public_id, 1.0)
    one = desk.get(f"requests/{request.public_id}")
    assert one.json() == seen and one["ETag"] == f'"{seen["version"]}"'


def test_suggestions_tell_both_sides_and_reasons(edition, program) -> None:
    user = factories.make_user()
    factories.make_participation(edition, "buyer", user=user)
    factories.make_participation(edition, "exhibitor", "Sauna", offers=["health.sleep"])
    mine = program(user, edition)
    mine.post("me/profile/needs", {"code": "health.sleep"})
    (row,) = mine.get("me/suggestions").json()["items"]
    assert (row["rank"], row["participant"]["name"]) == (1, {"en": "Sauna"})
    assert 0 < row["wants"] <= 1 and row["reasons"] != []


def test_suggestions_say_whether_more_follow_whom_one_may_see(edition, program) -> None:
    user = factories.make_user()
    me = factories.make_participation(edition, "buyer", needs=["vr"], user=user)
    hosts = [factories.make_participation(edition, "exhibitor", offers=["vr"]) for _ in range(4)]
    run_match(edition)
    mine = program(user, edition)
    wish(hosts[0], me, "veto")
    for limit, seen, more in ((2, 2, True), (3, 3, False), (4, 3, False)):
        found = mine.get(f"me/suggestions?limit={limit}").json()
        assert (len(found["items"]), found["more"]) == (seen, more)


def test_who_will_meet_is_no_suggestion_to_a_program_before_the_next_run(edition, pair) -> None:
    buyer, mine, seller, theirs = pair
    other = factories.make_participation(edition, "exhibitor", offers=["vr"])
    refused = factories.make_participation(edition, "exhibitor", offers=["vr"])
    buyer.needs.create(code="vr")
    seller.offers.create(code="vr")
    run_match(edition)

    def named(program) -> set[str]:
        rows = program.get("me/suggestions").json()["items"]
        assert [row["rank"] for row in rows] == list(range(1, len(rows) + 1))
        return {row["participant"]["id"] for row in rows}

    assert named(mine) == {seller.public_id, other.public_id, refused.public_id}
    assert named(theirs) == {buyer.public_id}
    row = mine.post("me/requests", {"counterpart": seller.public_id}).json()
    factories.make_request(buyer, refused, "declined")
    # Asked is not agreed, and a list says of a refusal until the next run.
    assert named(mine) == {seller.public_id, other.public_id, refused.public_id}
    read = theirs.get(f"me/requests/{row['id']}")
    theirs.post(f"me/requests/{row['id']}/accept", If_Match=read["ETag"])
    assert named(mine) == {other.public_id, refused.public_id}
    assert named(theirs) == set()
    run_match(edition)
    assert named(mine) == {other.public_id}
    assert named(theirs) == set()


def test_profile_is_kept_and_ranked_anew_whatever_comes_of_the_list_at_once(
    edition, pair, monkeypatch
) -> None:
    def fail(*_words) -> None:
        raise OSError("it died here")

    monkeypatch.setattr("emporion.api.interfaces.market.make_first_list", fail)
    buyer, mine, _seller, _asked = pair
    made = mine.post("me/profile/needs", {"code": "health.sleep"}, Idempotency_Key="n1")
    again = mine.post("me/profile/needs", {"code": "health.sleep"}, Idempotency_Key="n1")
    assert (made.status_code, again.status_code, again["Idempotency-Replayed"]) == (
        201,
        201,
        "true",
    )
    (job,) = JobRecord.objects.filter(kind="match.read")
    assert (job.state, job.arguments["participation"]) == ("waiting", buyer.public_id)


def test_webhook_that_is_made_twice_under_one_key_is_one_and_tells_its_secret_again(
    edition, program, settings
) -> None:
    settings.OUTGOING_PRIVATE = ["127.0.0.1:9"]
    mine = program(factories.make_organiser(edition), edition)
    sent = {"url": "http://127.0.0.1:9/told", "events": ["request.asked"]}
    made = mine.post("webhooks", sent, Idempotency_Key="w1")
    again = mine.post("webhooks", sent, Idempotency_Key="w1")
    (endpoint,) = Endpoint.objects.all()
    assert (made.status_code, made.json()) == (again.status_code, again.json())
    assert made.json()["secret"] == endpoint.secret
    assert endpoint.secret not in str(list(IdempotencyKey.objects.values()))
    assert is_problem(mine.post("webhooks", {**sent, "events": []}, Idempotency_Key="w1"), 422)


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ({"HTTP_TRANSFER_ENCODING": "chunked"}, 411),
        ({"SERVER_PROTOCOL": "HTTP/2", "CONTENT_TYPE": "application/json"}, 411),
        ({"SERVER_PROTOCOL": "HTTP/2", "CONTENT_TYPE": "application/json", "CONTENT_LENGTH": "2"},
         200),
        ({}, 200),
    ],
)  # fmt: skip
def test_body_of_unknown_length_is_refused_and_not_taken_for_an_empty_one(
    edition, pair, told: dict[str, str], status: int
) -> None:
    _buyer, mine, seller, _theirs = pair
    address = f"/api/v1/editions/{edition.slug}/me/wishes/{seller.public_id}"
    sent = b"{}" if "CONTENT_LENGTH" in told else b""
    answer = mine.client.generic("DELETE", address, sent, headers=mine.headers, **told)
    assert answer.status_code == status
    if status == 411:
        assert is_problem(answer, 411)
        assert "Content-Length" in answer.json()["mend"]
