"""Everything is given out whole, in each of three forms, to those who may have it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from emporion.core import journal
from emporion.core.models import ImportBatch, JobRecord, JournalEntry, OutboxRow
from emporion.core.tabular import subjects as tabular
from emporion.core.tabular import writing
from emporion.core.tabular.formulas import restored
from emporion.core.tabular.subjects import Asked, flat
from emporion.core.tenancy import scope, scopes_disabled
from emporion.edition import models as edition_tables
from emporion.edition.domain.lists import rows as lists
from emporion.edition.domain.lists.rows import DEMONSTRATION
from emporion.edition.queries import Edition
from emporion.matchmaking.models import MatchRun
from emporion.meetings import models as meeting_tables
from emporion.messaging.models import Delivery, Endpoint, Receipt
from emporion.portal.queries.subjects import OF_PEOPLE, SUBJECTS
from emporion.registry import taxonomy
from emporion.registry.domain import make_organiser, people
from emporion.registry.models import ErasureRequest, Organisation, Organiser, Person
from tests import factories
from tests.api.test_gates import is_problem
from tests.house.rights import programs, world
from tests.once import made_once

Keys = list[Any]


def _at(model: Any, path: str, key: str, *, by: str = "pk") -> Callable[[Edition], Keys]:
    """Return what reads the keys of the rows that belong to an edition, in their order."""

    def read(edition: Edition) -> Keys:
        whose = {"expo": edition.expo, "edition": edition, "tenant": edition.expo.public_id,
                 "place": edition.slug, "pk": edition.pk}[path.rpartition("__")[2]]  # fmt: skip
        return list(model.objects.filter(**{path: whose}).order_by(by).values_list(key, flat=True))

    return read


def _interests(model: Any) -> Callable[[Edition], Keys]:
    return _at(model, "participation__edition", "participation__public_id")


# The heading that names a row, and what reads these names from the tables.
HELD: dict[str, tuple[str, Callable[[Edition], Keys]]] = {
    "exhibitors": ("Id", lambda e: list(edition_tables.Participation.objects.filter(
        edition=e, role__in=["exhibitor", "co_exhibitor"]).order_by("sort_key", "pk").values_list(
        "public_id", flat=True))),
    "buyers": ("Id", lambda e: list(edition_tables.Participation.objects.filter(
        edition=e, role="buyer").order_by("sort_key", "pk").values_list("public_id", flat=True))),
    "participants": ("Id", _at(edition_tables.Participation, "edition", "public_id")),
    "delegates": ("Person id", _at(
        edition_tables.Delegate, "participation__edition", "person__public_id")),
    "needs": ("Participant id", _interests(edition_tables.Need)),
    "offers": ("Participant id", _interests(edition_tables.Offer)),
    "edition": ("Id", _at(edition_tables.Edition, "pk", "public_id")),
    "facts": ("Key", _at(edition_tables.Fact, "edition", "key")),
    "pavilions": ("Letter", _at(edition_tables.Pavilion, "edition", "letter")),
    "walking": ("From", _at(edition_tables.PavilionMinutes, "origin__edition", "origin__letter")),
    "delegations": ("Id", _at(edition_tables.Delegation, "edition", "public_id")),
    "officers": ("User id", _at(
        edition_tables.Officer, "delegation__edition", "user__public_id")),
    "posts-offered": ("Id", _at(edition_tables.PostOffer, "expo", "public_id")),
    "lists": ("Id", _at(edition_tables.ListDraft, "edition", "public_id")),
    # Of this edition: firms and people of other years alone are not in its lists.
    "organisations": ("Id", lambda e: [
        one.public_id for one in Organisation.objects.filter(expo=e.expo).order_by("pk")
        if any(side.edition_id == e.pk for side in one.participations.all())]),
    "people": ("Id", lambda e: [
        one.public_id for one in Person.objects.filter(expo=e.expo).order_by("pk")
        if any(side.edition_id == e.pk for side in one.participations.all())
        or any(post.participation.edition_id == e.pk for post in one.delegates.all())]),
    "staff": ("User id", _at(Organiser, "expo", "user__public_id")),
    "erasures": ("Id", _at(ErasureRequest, "person__expo", "public_id")),
    "taxonomy": ("Code", lambda e: list(taxonomy.codes())),
    "requests": ("Id", _at(meeting_tables.MeetingRequest, "edition", "public_id")),
    "meetings": ("Guest id", lambda e: list(meeting_tables.Meeting.objects.filter(
        release__edition=e, release__state="published").order_by(
        "slot__number", "host__sort_key", "table", "pk").values_list(
        "guest__public_id", flat=True))),
    "refusals": ("Request id", _at(
        meeting_tables.Refusal, "release__edition", "request__public_id")),
    "change-reasons": ("Request id", _at(
        meeting_tables.ChangeReason, "release__edition", "request__public_id")),
    "told": ("Participant id", lambda e: [
        edition_tables.Participation.objects.get(pk=row[0]).public_id
        for counted in meeting_tables.ReleaseTold.objects.filter(release__edition=e)
        for row in counted.rows]),
    "pins": ("Request id", _at(meeting_tables.Pin, "request__edition", "request__public_id")),
    "incidents": ("Id", _at(meeting_tables.Incident, "edition", "public_id")),
    "slots": ("Number", _at(meeting_tables.Slot, "edition", "number")),
    "releases": ("Number", _at(meeting_tables.Release, "edition", "number")),
    "runs": ("Id", _at(meeting_tables.ScheduleRun, "edition", "public_id")),
    "matchings": ("Id", _at(MatchRun, "edition", "public_id")),
    "messages": ("Person id", _at(Receipt, "person__expo", "person__public_id")),
    "given-up": ("Key", lambda e: list(OutboxRow.objects.filter(
        tenant=e.expo.public_id, state="dead").order_by("pk").values_list("key", flat=True))),
    "webhooks": ("Id", _at(Endpoint, "expo", "public_id")),
    "deliveries": ("Key", _at(Delivery, "endpoint__expo", "key")),
    # Quiet deeds are told to nobody but whose they are.
    "journal": ("Action", lambda e: [
        action for action in _at(JournalEntry, "tenant", "action")(e)
        if action.partition(".")[0] not in journal.quiet()]),
    "imports": ("Id", _at(ImportBatch, "place", "public_id")),
    "jobs": ("Id", _at(JobRecord, "tenant", "public_id")),
}  # fmt: skip


def _make() -> world.World:
    """Make two fairs with rows of everything."""
    fairs = world.make()
    with scopes_disabled():
        for slug in ("fair-own", "fair-foreign"):
            _fill(Edition.objects.select_related("expo").get(slug=slug))
    return fairs


@pytest.fixture(scope="module")
def made(django_db_setup: None, django_db_blocker: Any) -> Iterator[world.World]:
    with made_once(django_db_blocker, _make) as fairs:
        yield fairs


@pytest.fixture
def fairs(db: None, made: world.World, monkeypatch: pytest.MonkeyPatch) -> world.World:
    monkeypatch.setattr(people, "MOST_LISTS", 10**6)
    return world.lent(made)


def _fill(edition: Edition) -> None:
    """Make what the world has none of."""
    at = timezone.now()
    edition_tables.Fact.objects.create(
        edition=edition, key="visitors", value="900", label={"en": "Visitors", "ar": "زوار"},
        source="A report", source_date=edition.starts,
    )  # fmt: skip
    release = meeting_tables.Release.objects.get(edition=edition, state="published")
    waiting = meeting_tables.MeetingRequest.objects.filter(edition=edition, state="open")
    for request in waiting:
        meeting_tables.Refusal.objects.create(release=release, request=request, reason="full")
        meeting_tables.ChangeReason.objects.create(
            release=release, request=request, reason="absent"
        )
    first = edition_tables.Participation.objects.filter(edition=edition).first()
    assert first is not None
    first.about = {"en": '=1+1, of course; "so"\nagain', "zh-hans": "睡眠"}
    first.markets = ["FI", "CN"]
    first.save()
    meeting_tables.ReleaseTold.objects.create(
        release=release, earlier=0, rows=[[first.pk, 1, 2, 3]]
    )
    MatchRun.objects.create(
        edition=edition, number=1, state="current", policy="prices", computed_at=at,
        figures={"buyers": 2, "without_first": [first.pk]},
    )  # fmt: skip
    person = Person.objects.filter(expo=edition.expo).first()
    Receipt.objects.create(
        person=person, key=f"r-{edition.slug}", template="release", carrier="mail",
        outcome="taken", at=at,
    )  # fmt: skip


@pytest.fixture
def own(fairs: world.World) -> Edition:
    with scopes_disabled():
        return Edition.objects.select_related("expo").get(slug="fair-own")


Take = Callable[..., Any]


@pytest.fixture
def take(fairs: world.World) -> Take:
    """A function that takes a list out of the own fair, as a role."""
    headers = programs.readers(fairs)
    client = Client()

    def call(subject: str, kind: str = "jsonl", role: str = "owner", more: str = "") -> Any:
        where = f"/api/v1/editions/fair-own/export/{subject}?format={kind}{more}"
        answer = client.get(where, headers=headers[role])
        if answer.streaming:
            # Read to its end, as a server does: until then the request is not over.
            answer.streaming_content = [b"".join(answer.streaming_content)]
        return answer

    return call


def content(answer: Any) -> bytes:
    assert answer.status_code == 200, answer.content
    return b"".join(answer.streaming_content)


def read(kind: str, raw: bytes) -> tuple[list[str], list[list[Any]]]:
    """Return (headings, rows) of a file, read by nothing of ours."""
    if kind == "jsonl":
        rows = [json.loads(line) for line in raw.decode().splitlines()]
        return list(rows[0]), [list(row.values()) for row in rows]
    if kind == "csv":
        header, *rows = csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""))
        return header, [[restored(cell) for cell in row] for row in rows]
    header, *rows = load_workbook(io.BytesIO(raw)).active.iter_rows(values_only=True)
    return list(header), [
        [restored(cell) if isinstance(cell, str) else cell for cell in row] for row in rows
    ]


def as_read(kind: str, value: Any) -> Any:
    """Return what a file of this kind gives back of a value."""
    cell = flat(value)
    if kind == "jsonl":
        return value
    if kind == "csv":
        return "" if cell is None else str(cell)
    return None if cell == "" else cell


@pytest.mark.parametrize("kind", ["csv", "xlsx", "jsonl"])
def test_file_of_each_subject_gives_back_its_rows(own: Edition, take: Take, kind: str) -> None:
    for name, (heading, held) in HELD.items():
        header, rows = read(kind, content(take(name, kind)))
        with scope(expo=own.expo):
            # What is taken out is journalled before it leaves, so the journal ends with it.
            there = list(SUBJECTS[name].rows(Asked(own, knows_requests=True)))
            keys = held(own)
        assert header == list(SUBJECTS[name].header), name
        assert rows == [[as_read(kind, value) for value in row] for row in there], name
        assert [row[header.index(heading)] for row in rows] == [
            as_read(kind, key) for key in keys
        ], name
        assert rows != [], name


def test_every_subject_is_tried() -> None:
    assert set(HELD) == set(SUBJECTS)


def test_texts_in_languages_are_given_out_whole(own: Edition, take: Take) -> None:
    rows = [json.loads(line) for line in content(take("participants")).splitlines()]
    assert rows[0]["About in languages"] == {
        "en": '=1+1, of course; "so"\nagain',
        "zh-hans": "睡眠",
    }
    assert (rows[0]["About"], rows[0]["Markets"]) == ('=1+1, of course; "so"\nagain', ["FI", "CN"])
    assert rows[0]["Made up"] is False


def test_nothing_of_the_other_fair_and_no_secret_is_in_any_file(
    fairs: world.World, take: Take
) -> None:
    for name in SUBJECTS:
        text = content(take(name)).decode()
        assert world.FOREIGN not in text, name
        assert world.QUIET not in text, name
    webhooks = json.loads(content(take("webhooks")).splitlines()[0])
    assert list(webhooks) == [
        "Id", "Address", "Events", "Active", "Failing since", "Made at", "Note",
    ]  # fmt: skip


def test_each_row_of_a_demonstration_says_that_it_is_one(own: Edition, take: Take) -> None:
    with scopes_disabled():
        Edition.objects.filter(pk=own.pk).update(is_demonstration=True)
    for name in SUBJECTS:
        rows = [json.loads(line) for line in content(take(name)).splitlines()]
        assert {row["Note"] for row in rows} == {DEMONSTRATION}, name


@pytest.mark.parametrize("name", ["participants", "exhibitors", "buyers"])
def test_rows_are_read_in_chunks_of_one_order(
    own: Edition, take: Take, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    with scope(expo=own.expo):
        hosts = edition_tables.Participation.objects.filter(edition=own, role="exhibitor")
        first, *_others, last = hosts.order_by("sort_key", "pk")
        last.main_exhibitor = first
        last.save()
    whole = content(take(name))
    with CaptureQueriesContext(connection) as at_once:
        content(take(name))
    for module in (tabular, lists):
        monkeypatch.setattr(module, "CHUNK", 1)
    with CaptureQueriesContext(connection) as in_parts:
        assert content(take(name)) == whole
    assert len(in_parts) > len(at_once)
    if name == "exhibitors":
        *_rows, row = [json.loads(line) for line in whole.splitlines()]
        assert (row["Id"], row["Main exhibitor"]) == (last.public_id, first.public_id)


def test_request_of_another_list_is_tied_to_its_pin_and_meeting(own: Edition, take: Take) -> None:
    with scope(expo=own.expo):
        pin = meeting_tables.Pin.objects.filter(request__edition=own).first()
        met = meeting_tables.Meeting.objects.filter(
            release__edition=own, release__state="published"
        ).first()
        assert pin is not None and met is not None
        for number, request in enumerate({pin.request, met.request}):
            request.source, request.external_id = "crm", f"REQ-{number}"
            request.state, request.decline_reason = "declined", "no_time"
            request.save()
    rows = [json.loads(line) for line in content(take("requests")).splitlines()]
    told = {row["Emporion id"]: row for row in rows}
    pinned = [json.loads(line) for line in content(take("pins")).splitlines()]
    meetings = [json.loads(line) for line in content(take("meetings")).splitlines()]
    for key, listed in ((pin.request.public_id, pinned), (met.request.public_id, meetings)):
        assert [row["Request id"] for row in listed].count(key) == 1
        assert told[key]["Id"].startswith("REQ-")
        assert (told[key]["Source"], told[key]["Decline reason"]) == ("crm", "no_time")


def test_list_that_was_taken_in_names_its_import(own: Edition, take: Take) -> None:
    with scope(expo=own.expo):
        draft = edition_tables.ListDraft.objects.filter(edition=own).first()
        assert draft is not None
        draft.batch = "abcdefghjk"
        draft.save()
    rows = [json.loads(line) for line in content(take("lists")).splitlines()]
    assert [row["Import id"] for row in rows if row["Id"] == draft.public_id] == ["abcdefghjk"]


# Subjects that a role is given besides what all of the staff are given.
EVERYBODY = {
    "edition", "facts", "pavilions", "walking", "delegations", "taxonomy", "told", "incidents",
    "slots", "releases", "runs", "matchings", "journal",
}  # fmt: skip
CONTACTS = {
    "exhibitors", "buyers", "participants", "delegates", "needs", "offers", "organisations",
    "people",
}  # fmt: skip
REQUESTS = {"requests", "meetings", "refusals", "change-reasons", "pins"}
LISTS = {"lists", "imports"}
OUTGOING = {"messages", "given-up"}
OWNERS = {"staff", "erasures", "officers", "posts-offered", "webhooks", "deliveries", "jobs"}


@pytest.mark.parametrize(
    ("role", "more"),
    [
        ("owner", CONTACTS | REQUESTS | LISTS | OUTGOING | OWNERS),
        ("reviewer", CONTACTS | REQUESTS | LISTS),
        ("programme_editor", REQUESTS),
        ("gate_chief", CONTACTS),
        ("support", CONTACTS | OUTGOING),
        ("analyst", set()),
    ],
)
def test_role_is_given_what_its_pages_show(
    fairs: world.World, take: Take, role: str, more: set[str]
) -> None:
    headers = programs.readers(fairs)[role]
    listed = Client().get("/api/v1/editions/fair-own/export", headers=headers).json()
    assert {one["subject"] for one in listed} == EVERYBODY | more
    for name in SUBJECTS:
        status = 200 if name in EVERYBODY | more else 403
        assert take(name, role=role).status_code == status, name


def test_journal_taken_out_names_requests_to_those_who_know_them(own: Edition, take: Take) -> None:
    with scope(expo=own.expo):
        JournalEntry.objects.create(
            at=timezone.now(), tenant=own.expo.public_id, action="request.ask", actor="user:a",
            object_kind="request", object_ids=["r1"],
        )  # fmt: skip

        with journal.acting("user:a", tenant=own.expo.public_id):
            journal.record("wish.veto", "participation", "p1")

    def named(role: str) -> list[Any]:
        rows = [json.loads(line) for line in content(take("journal", role=role)).splitlines()]
        assert "wish.veto" not in {row["Action"] for row in rows}
        return [row["Object ids"] for row in rows if row["Actor"] == "user:a"]

    assert (named("reviewer"), named("analyst")) == ([["r1"]], [[]])


def test_lists_of_people_are_counted_and_the_others_only_written_down(
    own: Edition, take: Take, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "MOST_LISTS", 1)
    JournalEntry.objects.all().delete()
    assert [take("slots").status_code for _ in range(3)] == [200, 200, 200]
    assert take("people").status_code == 200
    assert is_problem(take("buyers"), 429)
    noted = JournalEntry.objects.order_by("pk").values_list("action", "fields")
    assert list(noted) == [*[("export.list", ["slots"])] * 3, ("contacts.list", ["people"])]


def test_all_lists_of_people_can_be_taken_out_once_an_hour() -> None:
    assert people.MOST_LISTS == sum(one.act in OF_PEOPLE for one in SUBJECTS.values())


def test_schedule_is_named_by_its_number(own: Edition, take: Take) -> None:
    assert content(take("meetings", more="&release=1")) == content(take("meetings"))
    assert content(take("meetings", more="&release=2")) == b""
    assert is_problem(take("meetings", more="&release=9"), 404)
    refused = take("slots", more="&release=1")
    assert is_problem(refused, 422)
    assert refused.json()["errors"][0]["pointer"] == "/release"


def test_list_that_no_workbook_holds_is_refused_whole(
    take: Take, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "MOST_ROWS", 3)
    refused = take("participants", "xlsx")
    assert is_problem(refused, 409)
    assert refused.json()["mend"] == "Ask for csv or jsonl."
    monkeypatch.setattr(writing, "MOST_ROWS", 10**6)
    monkeypatch.setattr(writing, "MOST_SIGNS", 5)
    assert is_problem(take("participants", "xlsx"), 409)


def test_role_without_the_second_fair_is_refused(edition: Any, program: Any) -> None:
    stranger = factories.make_user()
    make_organiser(factories.make_edition().expo, stranger, "owner")
    assert is_problem(program(stranger, edition).get("export/slots"), 403)
