"""A cursor goes through one list of one caller, and through no other."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from emporion.api.interfaces import desk as desk_interface
from emporion.api.interfaces import lists as list_interface
from emporion.core.models import ImportBatch, OutboxRow
from emporion.edition.models import Delegation, ListDraft, Officer
from emporion.matchmaking.models import MatchRun, Wish
from emporion.meetings.domain import pins, releases
from emporion.meetings.models import ScheduleRun
from emporion.messaging.models import Delivery, Endpoint
from emporion.registry.models import Body
from tests import factories
from tests.api.test_gates import is_problem


def after(answer: Any) -> str:
    """Return the address of the next page."""
    return str(answer.json()["next"]).removeprefix("http://testserver")


@pytest.fixture
def desk(edition, program):
    return program(factories.make_organiser(edition), edition)


@pytest.fixture
def asked(edition):
    """Three requests of one buyer: (the buyer, the requests)."""
    guest = factories.make_participation(edition, "buyer", user=factories.make_user())
    sellers = [factories.make_participation(edition) for _ in range(3)]
    return guest, [factories.make_request(guest, seller) for seller in sellers]


def test_cursor_into_a_schedule_that_was_replaced_is_410(edition, desk, asked) -> None:
    _guest, requests = asked
    slots = factories.make_slots(edition)
    held = list(zip(requests, slots, strict=False))
    factories.make_release(edition, held, state="published", value=1)
    first = desk.get("meetings?limit=1")
    assert len(desk.get(after(first)).json()["items"]) == 1
    factories.make_release(edition, held)
    releases.publish(edition, 2, "user:a", seen=1)
    gone = desk.get(after(first))
    assert is_problem(gone, 410)
    assert "without a cursor" in gone.json()["mend"]
    assert len(desk.get("meetings").json()["items"]) == 3


def test_cursor_into_nothing_is_refused(edition, desk) -> None:
    assert desk.get("meetings").json() == {"items": [], "next": None}
    assert is_problem(desk.get("meetings?cursor=bz0tMQ=="), 422)


def test_cursor_of_another_caller_is_422(edition, program, asked) -> None:
    guest, _requests = asked
    user = guest.delegates.get().person.user
    mine = program(user, edition)
    next_page = after(mine.get("me/requests?limit=1"))
    assert len(mine.get(next_page).json()["items"]) == 1
    stranger = factories.make_user()
    other = factories.make_participation(edition, "buyer", user=stranger)
    for seller in (factories.make_participation(edition) for _ in range(2)):
        factories.make_request(other, seller)
    assert is_problem(program(stranger, edition).get(next_page), 422)


def test_cursor_of_one_member_is_422_for_the_next(edition, program, asked) -> None:
    guest, _requests = asked
    body = Body.objects.create(expo=edition.expo, kind="association", name={"en": "Guild"})
    delegation = Delegation.objects.create(edition=edition, body=body)
    officer = factories.make_user()
    Officer.objects.create(delegation=delegation, user=officer, appointed_at=timezone.now())
    guest.delegation = delegation
    guest.save()
    second = factories.make_participation(edition, "buyer", delegation=delegation)
    calling = program(officer, edition)
    first = calling.get("me/requests?limit=1", Emporion_Acting_For=guest.public_id)
    again = calling.get(after(first), Emporion_Acting_For=guest.public_id)
    other = calling.get(after(first), Emporion_Acting_For=second.public_id)
    assert (again.status_code, other.status_code) == (200, 422)


def imports(edition: Any) -> str:
    for number in range(5):
        ImportBatch.objects.create(
            tenant=edition.expo.public_id, subject="buyers", place=edition.slug, source="list",
            file_name=f"k{number}", file_digest="0" * 64, state="done",
            started_at=timezone.now(),
        )  # fmt: skip
    return "imports"


def given_up(edition: Any) -> str:
    for number in range(5):
        OutboxRow.objects.create(
            key=f"k{number}", kind="message", lane="l", tenant=edition.expo.public_id,
            state="dead", payload={}, made_at=timezone.now(), next_at=timezone.now(),
        )  # fmt: skip
    return "given-up"


def deliveries(edition: Any) -> str:
    endpoint = Endpoint.objects.create(
        expo=edition.expo, url="https://a.example/", secret="s", made_at=timezone.now()
    )
    for number in range(5):
        Delivery.objects.create(
            endpoint=endpoint, key=f"k{number}", event="webhook.test", attempt=1, status=200,
            at=timezone.now(),
        )  # fmt: skip
    return f"webhooks/{endpoint.public_id}/deliveries"


def runs(edition: Any) -> str:
    for number in range(5):
        ScheduleRun.objects.create(
            edition=edition, number=number + 1, state="computed",
            started_at=timezone.now(),
        )  # fmt: skip
    return "runs"


def matchings(edition: Any) -> str:
    for number in range(5):
        MatchRun.objects.create(
            edition=edition, number=number + 1, state="earlier", policy="prices",
            computed_at=timezone.now(),
        )  # fmt: skip
    MatchRun.objects.create(
        edition=edition, number=6, state="writing", policy="prices", computed_at=timezone.now()
    )
    return "matchings"


def lists(edition: Any) -> str:
    for number in range(6):
        # The last one was taken in.
        ListDraft.objects.create(
            edition=edition, subject="buyers", source="list", file_name=f"k{number}", digest="0",
            sent_by="user:a", sent_at=timezone.now(), batch="b" if number == 5 else "",
        )  # fmt: skip
    return "lists"


def test_pins_go_on_to_the_first(edition, desk, asked) -> None:
    _guest, requests = asked
    elsewhere = factories.make_edition(edition.expo)
    foreign = factories.make_request(
        factories.make_participation(elsewhere, "buyer"), factories.make_participation(elsewhere)
    )
    for request in (*requests, foreign):
        pins.pin(request, None, "user:a")
    # Pinned anew it keeps its place: a list that is read page by page loses nobody.
    pins.pin(requests[0], None, "user:a")
    first = desk.get("pins?limit=2")
    second = desk.get(after(first))
    found = [[row["request"] for row in one.json()["items"]] for one in (first, second)]
    third, newer, newest = (one.public_id for one in requests)
    assert found == [[newest, newer], [third]]
    assert second.json()["next"] is None
    assert is_problem(desk.get("pins?cursor=bz0tMQ=="), 422)


def test_answer_to_a_change_tells_the_newest(edition, desk, asked, monkeypatch) -> None:
    _guest, requests = asked
    monkeypatch.setattr(desk_interface, "NEWEST", 2)
    monkeypatch.setattr(list_interface, "NEWEST", 2)
    for request in requests:
        told = desk.call("PUT", f"requests/{request.public_id}/pin", {"slot": None}).json()
    assert [one["request"] for one in told] == [one.public_id for one in requests[:0:-1]]
    lists(edition)
    newest = desk.get("lists?limit=1").json()["items"][0]["id"]
    left = desk.call("DELETE", f"lists/{newest}").json()
    assert [one["file_name"] for one in left] == ["k3", "k2"]


@pytest.mark.parametrize("make", [runs, matchings])
def test_list_of_the_newest_runs_goes_on_to_the_oldest(edition, desk, make) -> None:
    pages = [desk.get(f"{make(edition)}?limit=2")]
    while pages[-1].json()["next"]:
        pages.append(desk.get(after(pages[-1])))
    found = [[row["number"] for row in answer.json()["items"]] for answer in pages]
    assert found == [[5, 4], [3, 2], [1]]


def test_wishes_go_on_to_the_oldest_of_their_kind(edition, program) -> None:
    user = factories.make_user()
    me = factories.make_participation(edition, "buyer", user=user)
    others = [factories.make_participation(edition) for _ in range(4)]
    for number, other in enumerate(others):
        Wish.objects.create(
            participation=me, counterpart=other, kind="save" if number else "veto",
            made_at=timezone.now(),
        )  # fmt: skip
    mine = program(user, edition)
    first = mine.get("me/wishes?limit=2")
    second = mine.get(after(first))
    found = [[row["participant"]["id"] for row in one.json()["items"]] for one in (first, second)]
    assert found == [[others[3].public_id, others[2].public_id], [others[1].public_id]]
    assert second.json()["next"] is None
    assert is_problem(mine.get(after(first) + "&kind=veto"), 422)


@pytest.mark.parametrize(
    ("make", "name"),
    [(imports, "file_name"), (lists, "file_name"), (given_up, "key"), (deliveries, "key")],
)
def test_list_of_the_newest_goes_on_to_the_oldest(edition, desk, make, name) -> None:
    pages = [desk.get(f"{make(edition)}?limit=2")]
    while pages[-1].json()["next"]:
        pages.append(desk.get(after(pages[-1])))
    found = [[row[name] for row in answer.json()["items"]] for answer in pages]
    assert found == [["k4", "k3"], ["k2", "k1"], ["k0"]]
    assert pages[0]["Link"] == f'<{pages[0].json()["next"]}>; rel="next"'
