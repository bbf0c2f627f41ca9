"""Lists of programs: sent and taken in, many at once, and everything given out again."""

from __future__ import annotations

import io
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from openpyxl import load_workbook

from emporion.core import jobs, places
from emporion.core.models import JobRecord, JournalEntry
from emporion.core.tabular.reading import read_table
from emporion.core.tenancy import scope
from emporion.edition.models import Participation
from emporion.registry.domain import make_organiser, people
from tests import factories
from tests.api.test_gates import is_problem

ROWS = [
    {
        "id": "b1",
        "name": {"en": "Aava", "zh-hans": "阿瓦"},
        "country": "FI",
        "needs": ["health.sleep"],
        "contact": "Aino",
        "phone": "+358401234567",
        "about": {"en": "=1+1"},
        "max_meetings": 5,
    },
    {"id": "b2", "name": {"ar": "النخبة"}, "country": "AE", "markets": ["CN"]},
]


@pytest.fixture
def desk(edition, program):
    return program(factories.make_organiser(edition), edition)


def bulk(desk, rows=ROWS, **words):
    sent = {"subject": "buyers", "source": "crm", "rows": rows, **words}
    return desk.post("bulk/participations", sent)


def do_jobs() -> None:
    """Do what waits for nothing, as a worker would."""
    for job in JobRecord.objects.filter(state="waiting", next_at=None).order_by("pk"):
        jobs.perform(job.public_id)


def text(answer) -> str:
    return b"".join(answer.streaming_content).decode()


@pytest.mark.django_db(transaction=True)
def test_many_participants_come_in_with_one_call_and_again_as_changes(program) -> None:
    edition = factories.make_edition()
    desk = program(factories.make_organiser(edition), edition)
    started = bulk(desk)
    assert (started.status_code, started.json()["state"]) == (202, "waiting")
    do_jobs()
    job = desk.get(f"jobs/{started.json()['id']}").json()
    assert (job["state"], job["reason"], list(job["result"])) == ("done", "", ["batch"])
    found = desk.get("participations?source=crm&expand=people&expand=needs").json()["items"]
    assert [one["name"] for one in found] == [{"en": "Aava", "zh-hans": "阿瓦"}, {"ar": "النخبة"}]
    first = found[0]
    assert (first["country"], first["about"], first["max_meetings"]) == ("FI", {"en": "=1+1"}, 5)
    assert (first["people"][0]["name"], first["needs"][0]["code"]) == ("Aino", "health.sleep")
    assert found[1]["markets"] == ["CN"]
    bulk(desk, [{**ROWS[0], "max_meetings": 9}, ROWS[1]])
    do_jobs()
    again = desk.get("participations?source=crm").json()["items"]
    assert [one["max_meetings"] for one in again] == [9, None]


@pytest.mark.parametrize(
    ("rows", "pointer"),
    [
        ([{"id": "b1"}], "/rows/0/name"),
        ([ROWS[0], {**ROWS[1], "country": "Finland"}], "/rows/1/country"),
        ([{**ROWS[0], "country": "QX"}], "/rows/0/country"),
        ([{**ROWS[0], "needs": ["no.such"]}], "/rows/0/needs"),
        ([ROWS[0], ROWS[0]], "/rows/1/id"),
        ([{**ROWS[0], "colour": "red"}], "/rows/0/colour"),
        ([], "/rows"),
    ],
)
def test_row_that_does_not_fit_is_named_and_nothing_is_done(desk, rows, pointer: str) -> None:
    refused = bulk(desk, rows)
    assert is_problem(refused, 422)
    assert refused.json()["errors"][0]["pointer"] == pointer
    assert JobRecord.objects.count() == 0


def test_body_that_is_no_json_or_too_long_is_refused(desk) -> None:
    assert is_problem(desk.call("POST", "bulk/participations", b"{nonsense"), 422)
    huge = desk.call("POST", "bulk/participations", b" " * ((32 << 20) + 1))
    assert is_problem(huge, 413)
    assert is_problem(desk.call("POST", "drafts", b" " * (3 << 20)), 413)


def test_long_list_waits_among_the_few_who_send(desk, monkeypatch) -> None:
    few = places.Places(1, 0.1)
    monkeypatch.setattr("emporion.api.interfaces.lists.senders", few)
    desk.client.raise_request_exception = False
    with few.taken():
        refused = bulk(desk)
    assert (refused.status_code, refused["Retry-After"]) == (503, "5")
    assert JobRecord.objects.count() == 0
    assert bulk(desk).status_code == 202


@pytest.mark.django_db(transaction=True)
def test_list_is_sent_looked_at_and_taken_in(program) -> None:
    edition = factories.make_edition()
    desk = program(factories.make_organiser(edition), edition)
    file = SimpleUploadedFile("buyers.csv", b"Id,Name,Country\nx1,Aava,FI\nx2,,FI\n")
    sent = desk.client.post(
        f"/api/v1/editions/{edition.slug}/lists",
        {"subject": "buyers", "source": "desk", "file": file},
        headers=desk.headers,
    )
    assert sent.status_code == 202, sent.content
    address = f"lists/{sent.json()['id']}"
    assert is_problem(desk.post(f"{address}/take"), 409)
    do_jobs()
    found = desk.get(address).json()
    assert (found["rows"], found["failed"], found["counts"]["new"]) == (2, 1, 1)
    assert found["wrong"][0]["line"] == 3
    assert is_problem(desk.post(f"{address}/take"), 409)
    taken = desk.post(f"{address}/take", {"leave_out_bad_rows": True})
    assert taken.status_code == 202
    do_jobs()
    assert desk.get(address).json()["batch"] != ""
    with scope(expo=edition.expo):
        assert Participation.objects.get().external_id == "x1"


def test_everything_is_given_out_in_three_forms(edition, desk, monkeypatch) -> None:
    monkeypatch.setattr(people, "MOST_LISTS", 99)
    buyer = factories.make_participation(edition, "buyer", "=Guest")
    seller = factories.make_participation(edition, "exhibitor", "Seller")
    slots = factories.make_slots(edition)
    request = factories.make_request(buyer, seller, "accepted")
    assert is_problem(desk.get("export/meetings"), 409)
    factories.make_release(edition, [(request, slots[0])], state="published")
    for subject, count in (("exhibitors", 1), ("buyers", 1), ("requests", 1), ("meetings", 1)):
        lines = text(desk.get(f"export/{subject}?format=jsonl")).splitlines()
        table = read_table(text(desk.get(f"export/{subject}")).encode(), name="x.csv")
        book = b"".join(desk.get(f"export/{subject}?format=xlsx").streaming_content)
        page = load_workbook(io.BytesIO(book)).active
        rows = [json.loads(line) for line in lines]
        assert (len(rows), len(table.rows), page.max_row) == (count, count, count + 1), subject
        assert list(rows[0]) == list(table.header) == [cell.value for cell in page[1]], subject
    (row,) = [json.loads(x) for x in text(desk.get("export/buyers?format=jsonl")).splitlines()]
    assert row["Name"] == "=Guest"
    assert "'=Guest" in text(desk.get("export/buyers"))
    assert is_problem(desk.get("export/secrets"), 422)


def test_contact_data_taken_out_is_written_down_and_limited(edition, desk, monkeypatch) -> None:
    monkeypatch.setattr(people, "MOST_LISTS", 1)
    monkeypatch.setattr(people, "MOST_PAGES", 1)
    factories.make_participation(edition, "buyer")
    for where in ("export/buyers", "participations?expand=people"):
        assert desk.get(where).status_code == 200
        refused = desk.get(where)
        assert is_problem(refused, 429) and int(refused["Retry-After"]) >= 600
    # What holds nobody's address is not counted.
    assert desk.get("participations").status_code == 200
    noted = JournalEntry.objects.filter(action__startswith="contacts.").order_by("pk")
    assert list(noted.values_list("action", "fields")) == [
        ("contacts.list", ["buyers"]), ("contacts.page", ["phone", "email"]),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("owner", 200),
        ("reviewer", 200),
        ("programme_editor", 200),
        ("support", 403),
        ("gate_chief", 403),
        ("analyst", 403),
    ],
)
def test_lists_of_who_meets_whom_are_for_few_and_written_down(
    edition, program, monkeypatch, role, status
) -> None:
    monkeypatch.setattr(people, "MOST_LISTS", 2)
    buyer, seller = (factories.make_participation(edition, one) for one in ("buyer", "exhibitor"))
    request = factories.make_request(buyer, seller, "accepted")
    slot = factories.make_slots(edition)[0]
    factories.make_release(edition, [(request, slot)], state="published")
    user = factories.make_user()
    make_organiser(edition.expo, user, role)
    staff = program(user, edition)
    for subject in ("requests", "meetings"):
        assert staff.get(f"export/{subject}").status_code == status
    noted = JournalEntry.objects.filter(action="contacts.list").order_by("pk")
    assert list(noted.values_list("fields", flat=True)) == (
        [["requests"], ["meetings"]] if status == 200 else []
    )
    if status == 200:
        assert is_problem(staff.get("export/requests"), 429)


@pytest.mark.parametrize("role", ["programme_editor", "gate_chief", "support", "analyst"])
def test_who_meets_whom_is_read_page_by_page_as_the_lists_are_taken_out(
    edition, program, monkeypatch, role
) -> None:
    monkeypatch.setattr(people, "MOST_PAGES", 4)
    buyer, seller = (factories.make_participation(edition, one) for one in ("buyer", "exhibitor"))
    request = factories.make_request(buyer, seller, "accepted", message="not for the gate")
    slots = factories.make_slots(edition)
    second = factories.make_participation(edition, "buyer")
    request_of_a_day = factories.make_request(second, seller, "accepted")
    factories.make_release(
        edition, [(request, slots[0]), (request_of_a_day, slots[-1])], state="published"
    )
    with scope(expo=edition.expo):
        type(slots[-1]).objects.filter(pk=slots[-1].pk).update(
            date=timezone.now().astimezone(edition.tz).date()
        )
    user = factories.make_user()
    make_organiser(edition.expo, user, role)
    staff = program(user, edition)
    may_requests, may_meetings = role == "programme_editor", role in {
        "programme_editor", "gate_chief"
    }  # fmt: skip
    for where in ("requests", f"requests/{request.public_id}", "pins"):
        assert staff.get(where).status_code == (200 if may_requests else 403), where
    found = staff.get("meetings")
    assert found.status_code == (200 if may_meetings else 403)
    assert b"not for the gate" not in found.content
    noted = JournalEntry.objects.filter(action="request.page").order_by("pk")
    told = [(one.fields, len(one.object_ids)) for one in noted]
    if may_requests:
        assert told == [(["requests"], 2), (["requests"], 1), (["meetings"], 2)]
        assert staff.get("meetings").status_code == 200
        refused = staff.get("requests")
        assert is_problem(refused, 429) and int(refused["Retry-After"]) == 600
    elif may_meetings:
        # The gate works with the day that it is.
        assert told == [(["meetings"], 1)]
        (one,) = found.json()["items"]
        assert one["request"] == request_of_a_day.public_id
    else:
        assert told == []
