"""The figures of the desk, the journal and the search, as programs read them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from emporion.core import journal
from emporion.core.models import JobRecord, JournalEntry
from emporion.edition.models import Delegation
from emporion.messaging.models import Receipt
from emporion.registry.domain import make_organiser
from emporion.registry.models import Body
from tests import factories
from tests.api.test_cursors import after
from tests.api.test_gates import is_problem
from tests.portal.fairs import list_exhibitor


@pytest.fixture
def desk(edition: Any, program: Any) -> Any:
    return program(factories.make_organiser(edition), edition)


def of_role(edition: Any, program: Any, role: str) -> Any:
    user = factories.make_user()
    make_organiser(edition.expo, user, role)
    return program(user, edition)


def deed(edition: Any, action: str, kind: str, *ids: str, days_ago: int = 0) -> None:
    with journal.acting("user:abc", tenant=edition.expo.public_id):
        journal.record(action, kind, list(ids), fields=["state"])
    if days_ago:
        entry = JournalEntry.objects.latest("pk")
        entry.at = timezone.now() - dt.timedelta(days=days_ago)
        entry.save(update_fields=["at"])


def told(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [row["action"] for row in answer.json()["items"]]


@pytest.fixture
def deeds(edition: Any, desk: Any) -> Any:
    """A journal of four deeds of this expo, of a quiet one, and of one of another expo."""
    JournalEntry.objects.all().delete()
    deed(edition, "list.send", "list", "l1", days_ago=3)
    deed(edition, "request.answer", "request", "r1", days_ago=2)
    deed(edition, "participation.change", "participation", "p1", "p2", days_ago=1)
    deed(edition, "release.publish", "release", f"{edition.slug}/1")
    deed(edition, "wish.veto", "participation", "p1")
    deed(factories.make_edition(), "list.discard", "list", "l9")
    return desk


def test_journal_is_told_newest_first_page_by_page(deeds: Any) -> None:
    pages = [deeds.get("journal?limit=3")]
    pages.append(deeds.get(after(pages[0])))
    assert [told(one) for one in pages] == [
        ["release.publish", "participation.change", "request.answer"], ["list.send"],
    ]  # fmt: skip
    assert pages[1].json()["next"] is None
    row = pages[0].json()["items"][1]
    assert {name: row[name] for name in row if name != "at"} == {
        "action": "participation.change", "actor": "user:abc", "on_behalf": "",
        "kind": "participation", "objects": ["p1", "p2"], "count": 2, "fields": ["state"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("about=request", ["request.answer"]),
        ("kind=participation&id=p2", ["participation.change"]),
        ("kind=list", None),
        ("actor=user:abc&about=list", ["list.send"]),
        ("actor=user:xyz", []),
        ("since={today}", ["release.publish"]),
        ("until={two_ago}", ["request.answer", "list.send"]),
    ],
)
def test_journal_is_narrowed_as_its_page_is(
    edition: Any, deeds: Any, query: str, found: Any
) -> None:
    today = timezone.now().astimezone(edition.tz).date()
    days = {"today": today, "two_ago": today - dt.timedelta(days=2)}
    answer = deeds.get(f"journal?{query.format(**days)}")
    if found is None:
        assert is_problem(answer, 422)
    else:
        assert told(answer) == found


def test_id_of_no_kind_is_refused(deeds: Any) -> None:
    refused = deeds.get("journal?id=p1")
    assert is_problem(refused, 422)
    assert refused.json()["errors"][0]["pointer"] == "/kind"


@pytest.mark.parametrize(
    ("role", "objects", "status"),
    [("reviewer", ["r1"], 200), ("analyst", [], 403), ("support", [], 403)],
)
def test_journal_names_requests_to_those_who_know_them(
    edition: Any, program: Any, deeds: Any, role: str, objects: list[str], status: int
) -> None:
    staff = of_role(edition, program, role)
    (row,) = staff.get("journal?about=request").json()["items"]
    assert (row["objects"], row["count"]) == (objects, 1)
    assert staff.get("journal?kind=request&id=r1").status_code == status


def test_overview_tells_what_the_first_page_counts(edition: Any, desk: Any) -> None:
    new = desk.get("overview").json()
    assert [step["step"] for step in new["steps"] if not step["done"]] == [
        "pavilions", "walking", "slots", "lists", "match", "schedule", "publish",
    ]  # fmt: skip
    hall = factories.make_pavilions(edition, "A")["A"]
    seller = factories.make_participation(edition, pavilion=hall)
    guests = [factories.make_participation(edition, "buyer") for _ in range(3)]
    states = ("open", "accepted", "declined")
    asked = [
        factories.make_request(guest, seller, state)
        for guest, state in zip(guests, states, strict=True)
    ]
    slot = factories.make_slots(edition, 1)[0]
    figures = {"unserved": 2, "refusals": {"walking": 1}}
    factories.make_release(
        edition, [(asked[1], slot)], [(asked[0], "walking")], state="published", figures=figures
    )
    draft = factories.make_release(edition)
    found = desk.get("overview").json()
    assert found["counts"] == {"exhibitors": 1, "buyers": 3, "meetings": 1}
    assert found["pavilions"] == [{"letter": "A", "participants": 1}]
    assert found["requests"] == {
        "asked": 3, "answered": 2, "accepted": 1, "scheduled": 1, "unanswered": 1, "refused": 1,
        "changed": 0,
    }  # fmt: skip
    assert (found["published_release"], found["waiting_draft"]) == (1, draft.number)
    waiting = {one["kind"]: one["count"] for one in found["waiting"]}
    assert waiting == {
        "draft": 1, "setup": 1, "lists": 0, "given_up": 0, "switched_off": 0, "unanswered": 1,
        "since": 0, "unserved": 2, "listless": 0,
    }  # fmt: skip


def test_request_is_laid_open_by_the_schedule_itself(edition: Any, program: Any) -> None:
    seller = factories.make_participation(edition, name="Aava")
    guests = [factories.make_participation(edition, "buyer") for _ in range(3)]
    won, lost, other = (factories.make_request(guest, seller, "accepted") for guest in guests)
    slots = factories.make_slots(edition, 2)
    factories.make_release(edition, [(won, slots[0])], [(lost, "no_table")], state="published")
    factories.make_release(edition, [(lost, slots[0]), (other, slots[1])])
    reviewer = of_role(edition, program, "reviewer")
    address = f"requests/{lost.public_id}/audit"
    found = reviewer.get(f"{address}?release=1").json()
    assert [(one["release"], one["refusal"]) for one in found["outcomes"]] == [
        (2, ""), (1, "no_table"),
    ]  # fmt: skip
    first = found["release"]
    assert (first["number"], first["guest"]["id"], first["host"]["name"]) == (
        1, guests[1].public_id, {"en": "Aava"},
    )  # fmt: skip
    assert [(one["obstacle"], one["is_own"]) for one in first["slots"]] == [
        ("no_table", False), ("", False), ("", False), ("", False),
    ]  # fmt: skip
    assert [(one["request"], one["counterpart"]["id"]) for one in first["slots"][0]["host"]] == [
        (won.public_id, guests[0].public_id)
    ]
    entry = JournalEntry.objects.latest("pk")
    assert (entry.action, entry.fields) == ("request.page", ["audit"])
    assert entry.object_ids == [lost.public_id, won.public_id]
    # Without a number it is the newest that knows the request.
    newest = reviewer.get(address).json()
    assert [one["is_own"] for one in newest["release"]["slots"]] == [True, False, False, False]
    back = reviewer.get(f"requests/{won.public_id}/audit?release=1").json()["release"]
    assert [(one["request"], one["refusal"]) for one in back["stood_back"]] == [
        (lost.public_id, "no_table")
    ]
    assert is_problem(reviewer.get(f"{address}?release=9"), 404)
    assert is_problem(reviewer.get("requests/2222222222/audit"), 404)
    assert is_problem(of_role(edition, program, "support").get(address), 403)


def test_request_that_no_schedule_knows_is_laid_open_without_one(edition: Any, desk: Any) -> None:
    asked = factories.make_request(
        factories.make_participation(edition, "buyer"), factories.make_participation(edition)
    )
    found = desk.get(f"requests/{asked.public_id}/audit").json()
    assert (found["request"], found["outcomes"], found["release"]) == (asked.public_id, [], None)


def hits(answer: Any) -> list[tuple[str, str]]:
    assert answer.status_code == 200, answer.content
    return [(row["kind"], row["participant"]["name"]["en"]) for row in answer.json()["items"]]


def test_search_finds_what_its_page_finds(edition: Any, program: Any) -> None:
    halls = factories.make_pavilions(edition)
    list_exhibitor(
        edition, "Aava Oy", about={"en": "Measures sleep"}, country="FI", pavilion=halls["A"]
    )
    list_exhibitor(edition, "Borealis", country="SE", pavilion=halls["B"])
    anybody = program(factories.make_user(), edition)
    found = anybody.get("search?q=sleep")
    assert hits(found) == [("exhibitor", "Aava Oy")]
    assert (found.json()["total"], found.json()["kinds"]) == (
        1, {"exhibitor": 1, "offer": 0, "organisation": 0},
    )  # fmt: skip
    assert hits(anybody.get("search?country=SE&country=NO")) == [("exhibitor", "Borealis")]
    assert hits(anybody.get("search?pavilion=A&kind=exhibitor")) == [("exhibitor", "Aava Oy")]
    assert found.json()["facets"]["pavilion"] == {"A": 1}
    assert hits(anybody.get("search?q=%3F%3F")) == []


def test_search_goes_on_page_by_page_without_gap_or_repeat(edition: Any, program: Any) -> None:
    for number in range(5):
        list_exhibitor(edition, f"Sauna {number}")
    anybody = program(factories.make_user(), edition)
    answers = [anybody.get("search?q=sauna&limit=2")]
    while answers[-1].json()["next"]:
        answers.append(anybody.get(after(answers[-1])))
    found = [name for answer in answers for _kind, name in hits(answer)]
    assert (len(answers), sorted(found)) == (3, [f"Sauna {n}" for n in range(5)])
    assert found == [name for _kind, name in hits(anybody.get("search?q=sauna"))]
    # A cursor of other words is none of this list.
    refused = anybody.get(after(answers[0]).replace("q=sauna", "q=saun"))
    assert is_problem(refused, 422)


def test_offer_is_told_with_its_code(edition: Any, program: Any) -> None:
    one = list_exhibitor(edition, "Aava Oy", offers=["health.sleep"])
    (hit,) = program(factories.make_user(), edition).get("search?kind=offer").json()["items"]
    assert (hit["participant"]["id"], hit["offer"]["code"]) == (one.public_id, "health.sleep")


def test_somebody_who_is_looked_up_is_told_with_their_firm_and_whom_they_act_for(
    edition: Any, desk: Any
) -> None:
    one = factories.make_participation(edition, "buyer", "Himal")
    name = one.delegates.get().person.name
    (found,) = desk.post("people/find", {"words": name}).json()
    side = {"id": one.public_id, "name": {"en": "Himal"}}
    assert (found["organisation"], found["acts_for"]) == ({"en": "Himal"}, [side])


def test_refusals_of_a_schedule_are_told_by_reason_and_written_down(
    edition: Any, desk: Any, program: Any
) -> None:
    seller = factories.make_participation(edition)
    guests = [factories.make_participation(edition, "buyer") for _ in range(3)]
    asked = [factories.make_request(guest, seller) for guest in guests]
    reasons = ("full", "walking", "full")
    factories.make_release(edition, [], list(zip(asked, reasons, strict=True)))
    found = desk.get("releases/1/refusals?reason=full").json()["items"]
    assert [(row["request"], row["reason"]) for row in found] == [
        (asked[0].public_id, "full"), (asked[2].public_id, "full"),
    ]  # fmt: skip
    assert found[0]["asker"]["id"] == guests[0].public_id
    (noted,) = JournalEntry.objects.filter(action="request.page")
    assert (noted.fields, noted.object_ids) == (
        ["refusals"], [asked[0].public_id, asked[2].public_id],
    )  # fmt: skip
    assert is_problem(desk.get("releases/9/refusals"), 404)
    assert is_problem(of_role(edition, program, "analyst").get("releases/1/refusals"), 403)


def test_messages_are_told_without_their_words_to_those_who_send_again(
    edition: Any, desk: Any, program: Any
) -> None:
    person = factories.make_participation(edition, "buyer").delegates.get().person
    at = timezone.now()
    for outcome in ("taken", "delivered", "refused"):
        Receipt.objects.create(
            person=person, key="k", template="release", carrier="mail", outcome=outcome, at=at
        )
    found = desk.get("messages?outcome=refused").json()["items"]
    assert [(row["person"], row["message"], row["outcome"]) for row in found] == [
        (person.public_id, "release", "refused")
    ]
    rows = desk.get(f"messages?person={person.public_id}").json()["items"]
    assert [row["outcome"] for row in rows] == ["refused", "delivered", "taken"]
    assert is_problem(of_role(edition, program, "reviewer").get("messages"), 403)


@pytest.mark.parametrize(
    ("role", "told"), [("owner", 3), ("reviewer", 2), ("analyst", 1), ("gate_chief", 1)]
)
def test_what_came_of_a_job_is_told_to_whose_role_reads_its_subject(
    edition: Any, program: Any, role: str, told: int
) -> None:
    kinds = ("match.run", "list.take", "thing.of_a_plugin")
    for kind in kinds:
        JobRecord.objects.create(
            kind=kind, tenant=edition.expo.public_id, owner="user:x", state="failed",
            asked_at=timezone.now(), reason="Row 3: Zyxquark", result={"row": "Zyxquark"},
        )  # fmt: skip
    asks = of_role(edition, program, role)
    rows = {row["kind"]: row for row in asks.get("jobs").json()["items"]}
    for number, kind in enumerate(kinds):
        row = rows[kind]
        said = ("Row 3: Zyxquark", {"row": "Zyxquark"}) if number < told else ("", {})
        assert (row["state"], row["reason"], row["result"]) == ("failed", *said)
        assert asks.get(f"jobs/{row['id']}").json() == row


def test_jobs_and_delegations_are_listed(edition: Any, desk: Any) -> None:
    desk.post("drafts", {"seconds": 2})
    (job,) = desk.get("jobs").json()["items"]
    assert desk.get(f"jobs/{job['id']}").json() == job
    body = Body.objects.create(
        expo=edition.expo, kind="guest_country", name={"en": "Nepal"}, country="NP"
    )
    one = Delegation.objects.create(edition=edition, body=body, note={"en": "In hall B"})
    assert desk.get("delegations").json() == [
        {"id": one.public_id, "name": {"en": "Nepal"}, "kind": "guest_country", "country": "NP",
         "note": {"en": "In hall B"}}
    ]  # fmt: skip
