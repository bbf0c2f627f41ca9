"""An edition set up, planned and mended by a program, as the desk does it."""

from __future__ import annotations

import pytest
from django.utils import timezone

from emporion.core.jobs import perform
from emporion.core.models import ImportBatch, JobRecord, JournalEntry
from emporion.meetings.domain.incidents import tell
from emporion.meetings.models import ScheduleRun
from emporion.registry.models import Organiser, Person
from tests import factories
from tests.api.test_gates import is_problem


@pytest.fixture
def desk(edition, program):
    return program(factories.make_organiser(edition), edition)


def done(action: str) -> int:
    return JournalEntry.objects.filter(action=action).count()


def test_edition_is_changed_in_the_version_that_was_read(edition, desk) -> None:
    address = f"/api/v1/editions/{edition.slug}"
    read = desk.get(address)
    sent = {"title": {"en": "Fair", "zh-hans": "博览会"}, "zone": "Europe/Vienna"}
    assert is_problem(desk.call("PATCH", address, sent), 428)
    changed = desk.call("PATCH", address, sent, If_Match=read["ETag"])
    assert (changed.status_code, changed.json()["title"]) == (200, sent["title"])
    assert (changed.json()["zone"], changed.json()["starts"]) == ("Europe/Vienna", "2023-11-23")
    assert is_problem(desk.call("PATCH", address, sent, If_Match=read["ETag"]), 412)
    hidden = desk.call("PATCH", address, {"title": {"en": "a\u202eb"}}, If_Match=changed["ETag"])
    assert is_problem(hidden, 422)
    assert done("edition.change") == 1


def test_further_edition_is_made_once(desk) -> None:
    sent = {"name": "fair-2", "title": {"en": "Next"}, "starts": "2027-05-01",
            "ends": "2027-05-03", "zone": "Asia/Shanghai"}  # fmt: skip
    made = desk.post("further", sent)
    assert (made.status_code, made.json()["name"]) == (201, "fair-2")
    assert is_problem(desk.post("further", sent), 409)


def test_pavilions_walks_and_slots_are_set(edition, desk) -> None:
    for letter in "AB":
        made = desk.call("PUT", f"pavilions/{letter}", {"name": {"en": f"Hall {letter}"}})
        assert made.status_code == 200, made.content
    changed = desk.call("PUT", "pavilions/A", {"name": {"en": "Main"}, "gate_minutes": 4})
    assert changed.json()[0] == {"letter": "A", "name": {"en": "Main"}, "gate_minutes": 4}
    walks = [{"from": "A", "to": "B", "minutes": 6}]
    assert (
        desk.call("PUT", "walking", {"minutes": walks}).json()
        == walks
        == (desk.get("walking").json())
    )
    assert is_problem(desk.call("PUT", "walking", {"minutes": []}), 409)
    assert desk.call("PUT", "walking", {"minutes": [], "less": True}).json() == []
    factories.make_participation(edition, pavilion=edition.pavilions.get(letter="A"))
    assert is_problem(desk.call("DELETE", "pavilions/A"), 409)
    assert [one["letter"] for one in desk.call("DELETE", "pavilions/B").json()] == ["A"]
    slots = [{"date": "2023-11-23", "starts": at, "minutes": 30} for at in ("10:00", "09:00")]
    set_ = desk.call("PUT", "slots", {"slots": slots}).json()
    assert [(one["number"], one["starts"]) for one in set_] == [(1, "09:00"), (2, "10:00")]
    outside = [{"date": "2024-11-23", "starts": "09:00"}]
    assert is_problem(desk.call("PUT", "slots", {"slots": outside}), 409)
    assert desk.get("slots").json() == set_


def test_trial_is_started_stopped_kept_and_removed(edition, desk) -> None:
    started = desk.post("runs", {"seconds": 2})
    assert (started.status_code, started.json()["is_trial"]) == (202, True)
    address = f"runs/{started.json()['id']}"
    assert is_problem(desk.post(f"{address}/keep"), 409)
    assert is_problem(desk.call("DELETE", address), 409)
    stopped = desk.post(f"{address}/stop").json()
    assert stopped["job"]["state"] == "stopped"
    assert desk.get(address).json() == stopped
    assert desk.call("DELETE", address).json() == [] == desk.get("runs").json()["items"]
    assert is_problem(desk.get(address), 404)


def test_request_is_pinned_to_a_slot_and_unpinned(edition, desk) -> None:
    factories.make_slots(edition)
    asked = factories.make_request(
        factories.make_participation(edition, "buyer"), factories.make_participation(edition)
    )
    address = f"requests/{asked.public_id}/pin"
    (pinned,) = desk.call("PUT", address, {"slot": 3}).json()
    assert (pinned["request"], pinned["slot"]["number"]) == (asked.public_id, 3)
    assert is_problem(desk.call("PUT", address, {"slot": 99}), 404)
    assert desk.get("pins").json() == {"items": [pinned], "next": None}
    assert desk.call("DELETE", address).json() == [] == desk.get("pins").json()["items"]


def test_matching_is_started_once_and_stopped(desk) -> None:
    started = desk.post("matchings", {"equality": 0.5})
    assert (started.status_code, started.json()["kind"]) == (202, "match.run")
    assert is_problem(desk.post("matchings"), 409)
    assert desk.post("matchings/stop").json() == []
    assert JobRecord.objects.get().state == "stopped"


def test_participants_are_moved_and_limited(edition, desk) -> None:
    factories.make_pavilions(edition)
    one = factories.make_participation(edition)
    moved = desk.post("acts/move", {"ids": [one.public_id], "pavilion": "B"})
    assert moved.json() == {"changed": 1}
    limit = {"ids": [one.public_id], "max_meetings_per_day": 6}
    assert desk.post("acts/limit", limit).json() == {"changed": 1}
    told = desk.get(f"participations/{one.public_id}").json()
    assert (told["pavilion"], told["max_meetings_per_day"]) == ("B", 6)


def test_import_is_listed_and_its_undoing_is_a_job(edition, desk) -> None:
    now = timezone.now()
    batch = ImportBatch.objects.create(
        tenant=edition.expo.public_id, subject="buyers", place=edition.slug, source="crm",
        file_name="a.csv", file_digest="0" * 64, state="done", started_at=now, ended_at=now,
    )  # fmt: skip
    (told,) = desk.get("imports").json()["items"]
    assert (told["id"], told["state"]) == (batch.public_id, "done")
    assert desk.post(f"imports/{batch.public_id}/undo").json()["kind"] == "import.undo"
    assert is_problem(desk.post(f"imports/{batch.public_id}/undo"), 409)


def test_people_are_found_and_wishes_to_go_are_ended(edition, desk, program) -> None:
    user = factories.make_user()
    factories.make_participation(edition, "buyer", user=user)
    Person.objects.update(name="Aino Virtanen", phone="+358401234567")
    (found,) = desk.post("people/find", {"words": "virtanen"}).json()
    assert found["phone"] == "+358401234567"
    assert done("person.read") == 1
    mine = program(user, edition)
    assert mine.call("PUT", "me/erasure").json()["asked_at"] is not None
    (wish,) = desk.get("erasures").json()
    address = f"erasures/{wish['person']['id']}"
    assert is_problem(desk.post(address, {"act": "decline", "reason": " "}), 409)
    ended = desk.post(address, {"act": "decline", "reason": "Bills are open."})
    assert ended.json() == {"ended": True, "left": []}
    assert mine.get("me/erasure").json() == {"asked_at": None}


@pytest.mark.parametrize(
    ("role", "may"),
    [("programme_editor", {"pins", "runs"}), ("reviewer", {"pins", "runs", "imports"}),
     ("support", {"runs", "participations", "given-up"}), ("pavilion_manager", set())],
)  # fmt: skip
def test_staff_reads_what_its_role_may(edition, program, role: str, may: set[str]) -> None:
    staff = factories.make_organiser(edition)
    Organiser.objects.filter(user=staff).update(role=role)
    reader = program(staff, edition)
    lists = ("pins", "runs", "imports", "participations", "erasures", "webhooks", "given-up")
    found = {one for one in lists if reader.get(one).status_code == 200}
    assert found == may | ({"participations"} if role == "reviewer" else set())
    assert is_problem(reader.call("PUT", "slots", {"slots": []}), 403)


def test_incident_is_told_listed_and_taken_back(edition, desk) -> None:
    factories.make_slots(edition)
    guest = factories.make_participation(edition, "buyer")
    stranger = factories.make_participation(factories.make_edition(edition.expo), "buyer")
    away = {"kind": "absent", "participation": guest.public_id, "first": 2, "last": 5}
    told = desk.post("incidents", away)
    assert told.status_code == 201
    assert {key: told.json()[key] for key in ("kind", "pavilion")} == {
        "kind": "absent", "pavilion": None,
    }  # fmt: skip
    assert told.json()["participation"]["id"] == guest.public_id
    assert [told.json()[key]["number"] for key in ("first", "last")] == [2, 5]
    assert is_problem(desk.post("incidents", away), 409)
    assert is_problem(desk.post("incidents", {**away, "first": 99}), 404)
    assert is_problem(desk.post("incidents", {**away, "kind": "closed", "pavilion": "A"}), 409)
    of_another = {**away, "participation": stranger.public_id}
    assert is_problem(desk.post("incidents", of_another), 404)
    assert is_problem(desk.post("incidents", {**away, "participation": None}), 409)
    assert desk.get("incidents").json() == {"items": [told.json()], "next": None}
    missing = desk.post("incidents", {**away, "kind": "no_show", "last": None})
    assert missing.json()["last"]["number"] == 2
    address = f"incidents/{told.json()['id']}"
    assert desk.call("DELETE", address).json() == [missing.json()]
    assert is_problem(desk.call("DELETE", address), 404)
    elsewhere = tell(
        stranger.edition, "absent", participation=stranger, actor="user:x",
        **dict.fromkeys(("first", "last"), factories.make_slots(stranger.edition)[0]),
    )  # fmt: skip
    assert is_problem(desk.call("DELETE", f"incidents/{elsewhere.public_id}"), 404)


def test_repair_is_started_as_a_trial_and_as_a_draft(edition, desk) -> None:
    slots = factories.make_slots(edition)
    asked = factories.make_request(
        factories.make_participation(edition, "buyer"), factories.make_participation(edition)
    )
    body = {"seconds": 1, "repair": True, "as_of": 1, "notice": 2, "moves": 3}
    assert is_problem(desk.post("runs", body), 409)
    factories.make_release(edition, [(asked, slots[3])], state="published")
    assert is_problem(desk.post("drafts", body), 409)
    desk.post(
        "incidents",
        {"kind": "absent", "participation": asked.asker.public_id, "first": 4, "last": 4},
    )
    started = desk.post("runs", body).json()
    asked_for = {"as_of": 1, "notice": 2, "moves": 3}
    assert {name: started["repair"][name] for name in asked_for} == asked_for
    assert started["repair"]["regained"] is None
    assert desk.post("drafts", body).status_code == 202
    for run in ScheduleRun.objects.all():
        perform(run.job)
    told = desk.get(f"runs/{started['id']}").json()["repair"]
    assert (told["release"], told["lost"], told["regained"], told["moved"]) == (1, 1.0, 1.0, 1)
    assert told["reasons"] == {"later": 1}
    assert [one["repairs"] for one in desk.get("releases").json()] == [1, None]
    assert desk.post("runs", {"seconds": 1}).json()["repair"] is None
    for told, seconds in (({**body, "seconds": None}, 4), ({}, 20)):
        begun = ScheduleRun.objects.get(public_id=desk.post("runs", told).json()["id"])
        assert begun.options["seconds"] == seconds
