"""The import pages: real and broken lists, corrections, doubles, and an undo that leaves nothing."""

from __future__ import annotations

import csv
import datetime as dt
import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from emporion.core import jobs
from emporion.core.models import ImportBatch
from emporion.core.text.sortkey import sort_key
from emporion.edition.models import ListDraft, Participation
from emporion.meetings.models import MeetingRequest
from emporion.registry.models import Organisation, Person
from tests.factories import (
    make_edition,
    make_organiser,
    make_participation,
    make_pavilions,
    make_release,
    make_request,
    make_slots,
    make_user,
)
from tests.portal.fairs import address, list_exhibitor, page, statements
from tests.portal.stored import everything


@pytest.fixture
def organiser(edition: Any, signed_in: Any) -> Client:
    return signed_in(make_organiser(edition))


def table(*rows: Any) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


def send(
    client: Client, edition: Any, data: bytes, name: str = "list.csv", **told: str
) -> tuple[Any, ListDraft | None]:
    """Send a list through the page; return the response and the draft, if one was kept."""
    response = client.post(
        address("portal:imports", edition),
        {"subject": "exhibitors", **told, "file": SimpleUploadedFile(name, data)},
        follow=True,
    )
    response = worked(client, response)
    return response, ListDraft.objects.order_by("-pk").first()


def do(client: Client, edition: Any, draft: Any, act: str, **told: str) -> Any:
    where = address("portal:list", edition, draft.public_id)
    return worked(client, client.post(where, {"act": act, **told}, follow=True))


def worked(client: Client, response: Any) -> Any:
    """Let the worker do what waits, then ask for the page that waited for it again."""
    waiting = list(jobs.JobRecord.objects.filter(state="waiting"))
    for job in waiting:
        jobs.perform(job.public_id)
    return client.get(response.request["PATH_INFO"], follow=True) if waiting else response


def undo(client: Client, edition: Any, **told: str) -> Any:
    batch = ImportBatch.objects.latest("pk")
    where = address("portal:batch", edition, batch.public_id)
    return worked(client, client.post(where, {"act": "undo", **told}, follow=True))


def test_real_list_is_looked_at_taken_in_and_undone_without_a_trace(
    shared: Path, edition: Any, organiser: Client
) -> None:
    data = (shared / "data" / "ces-2026-exhibitors" / "exhibitors.csv").read_bytes()
    before = everything()
    response, draft = send(organiser, edition, data, "exhibitors.csv", source="ces")
    assert response.status_code == 200 and draft is not None
    assert everything() == before
    assert draft.report["counts"] == {"new": 2088, "changed": 0, "unchanged": 0, "vanished": 0}
    assert "Take in 2,088 rows" in response.content.decode()
    assert draft.columns["stand"] == "Booth_Number"
    done = do(organiser, edition, draft, "take")
    assert done.status_code == 200 and "What it did" in done.content.decode()
    assert Participation.objects.count() == 2088
    _again, second = send(organiser, edition, data, "exhibitors.csv", source="ces")
    assert second is not None
    assert second.report["counts"] == {"new": 0, "changed": 0, "unchanged": 2088, "vanished": 0}
    assert second.report["doubles"] == draft.report["doubles"] != []
    assert page(undo(organiser, edition)).select_one(".lead .mark").get_text(strip=True) == "undone"
    assert everything() == before


def test_chinese_list_in_its_own_encoding_is_read(edition: Any, organiser: Client) -> None:
    data = "参展商名称,国家,展位\n杭州云帆科技有限公司,中国,A 101\n绿茶贸易公司,芬兰,A 102\n"
    response, draft = send(organiser, edition, data.encode("gb18030"), "展商.csv")
    assert draft is not None and draft.report["how"]["encoding"] == "gb18030"
    assert draft.columns == {"name": "参展商名称", "country": "国家", "stand": "展位"}
    assert "展商.csv" in response.content.decode()
    before = everything()
    do(organiser, edition, draft, "take")
    found = Participation.objects.order_by("stand").values_list("country", "display_name")
    assert [(c, n.data) for c, n in found] == [
        ("CN", {"zh-hans": "杭州云帆科技有限公司"}),
        ("FI", {"zh-hans": "绿茶贸易公司"}),
    ]
    undo(organiser, edition)
    assert everything() == before


def test_workbook_with_a_title_row_is_read(edition: Any, organiser: Client) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Buyers"
    for row in (
        ["Registered buyers, as of 3 May"],
        [],
        ["Company name", "Country", "Contact person", "E-mail"],
        ["Himal Digital", "Nepal", "Sita Gurung", "sita@example.org"],
    ):
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    response, draft = send(organiser, edition, out.getvalue(), "buyers.xlsx", subject="buyers")
    assert draft is not None
    assert draft.report["how"]["sheet"] == "Buyers"
    assert draft.report["how"]["header_line"] == 3
    assert "Registered buyers, as of 3 May" in response.content.decode()
    before = everything()
    do(organiser, edition, draft, "take")
    assert Person.objects.get().email == "sita@example.org"
    undo(organiser, edition)
    assert everything() == before


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("broken.csv", b'Name,Country\n"Open,Finland\nNext,Nepal\n', "quotation mark is opened"),
        ("empty.csv", b"  \n", "The file is empty"),
        ("nothing.csv", b"", "The file is empty"),
        ("list.pdf", b"%PDF-1.7", "is of the type .pdf; CSV"),
        ("list", b"Name\nX", "is of the type none"),
        ("book.xlsx", b"Name,Country\nX,FI\n", "is not a workbook"),
        ("zero.csv", b"Name,Country\nX\0,FI\n", "zero bytes"),
        ("half.xlsx", b"PK\3\4 and nothing that follows", "The workbook is damaged"),
    ],
)
def test_file_that_cannot_be_read_ends_with_a_clear_page(
    edition: Any, organiser: Client, name: str, data: bytes, told: str
) -> None:
    before = everything()
    response, draft = send(organiser, edition, data, name)
    shown = page(response)
    assert response.status_code == 200 and draft is None
    assert told in shown.select_one(".form-errors").get_text()
    assert everything() == before


def test_list_of_an_encoding_that_cannot_be_told_is_read_when_it_is_said(
    edition: Any, organiser: Client
) -> None:
    data = "Name,Country\nMueller & Söhne,DE\n".encode("cp1252")
    response, draft = send(organiser, edition, data)
    assert draft is None
    assert "Say in which encoding" in page(response).select_one(".form-errors").get_text()
    response, draft = send(organiser, edition, data, encoding="utf-8")
    assert draft is None
    assert "The bytes here are not utf-8" in page(response).select_one(".form-errors").get_text()
    response, draft = send(organiser, edition, data, encoding="cp1252")
    assert draft is not None and draft.encoding == "cp1252"
    do(organiser, edition, draft, "take")
    assert [str(one.display_name) for one in Participation.objects.all()] == ["Mueller & Söhne"]


def test_list_read_in_a_wrong_encoding_is_read_again_in_the_right_one(
    edition: Any, organiser: Client
) -> None:
    data = "Name,Città\nPerché Caffè,Forlì\n".encode("cp1252")
    _response, draft = send(organiser, edition, data, encoding="cp1251")
    assert draft is not None and draft.report["header"] == ["Name", "Cittа"]
    refused = do(organiser, edition, draft, "encoding", encoding="utf-8")
    assert refused.status_code == 409 and "The bytes here are not utf-8" in refused.content.decode()
    kept = ListDraft.objects.get()
    assert (kept.encoding, kept.report) == (draft.encoding, draft.report)
    do(organiser, edition, draft, "encoding", encoding="cp1252")
    read = ListDraft.objects.get()
    assert (read.encoding, read.report["header"]) == ("cp1252", ["Name", "Città"])
    do(organiser, edition, draft, "take")
    assert [str(one.display_name) for one in Participation.objects.all()] == ["Perché Caffè"]


def test_workbook_has_no_encoding_to_choose(edition: Any, organiser: Client) -> None:
    book, kept = openpyxl.Workbook(), io.BytesIO()
    book.active.append(["Name"])
    book.active.append(["One"])
    book.save(kept)
    response, _draft = send(organiser, edition, kept.getvalue(), "list.xlsx")
    assert page(response).select_one("button[value=encoding]") is None


def test_too_long_file_is_refused(edition: Any, organiser: Client, monkeypatch: Any) -> None:
    monkeypatch.setattr("emporion.edition.domain.drafts.MAX_BYTES", 10)
    response, draft = send(organiser, edition, b"Name\n" + b"x" * 20)
    assert "is longer than" in response.content.decode() and draft is None


def test_failing_rows_are_shown_beside_their_cells_and_can_be_left_out(
    edition: Any, organiser: Client
) -> None:
    data = table(
        ["Id", "Name", "Tables"], ["1", "Good", "2"], ["2", "Many", "lots"], ["3", "", "1"]
    )
    response, draft = send(organiser, edition, data)
    assert draft is not None
    rows = [
        [cell.get_text(" ", strip=True) for cell in row.select("th,td")]
        for row in page(response).select(".desk-wrong tbody tr")
    ]
    assert [row[:3] for row in rows] == [
        ["Line 3 Many", "Tables", "lots"],
        ["Line 4", "Name", "empty"],
    ]
    assert page(response).select_one("button[value=take]") is None
    refused = do(organiser, edition, draft, "take")
    assert refused.status_code == 409 and "2 rows fail" in refused.content.decode()
    assert Participation.objects.count() == ImportBatch.objects.count() == 0
    do(organiser, edition, draft, "bad", leave_out="1")
    do(organiser, edition, draft, "take")
    assert [str(p) for p in Participation.objects.all()] == ["Good"]


def test_columns_can_be_corrected(edition: Any, organiser: Client) -> None:
    data = table(["Bezeichnung", "Land"], ["Aava", "Finland"])
    response, draft = send(organiser, edition, data)
    assert draft is not None and draft.report["missing"] == ["name"]
    assert "A column is missing" in response.content.decode()
    wrong = do(organiser, edition, draft, "columns", **{"column-0": "name", "column-1": "name"})
    assert "“Bezeichnung” feeds Name already." in wrong.content.decode()
    none = do(organiser, edition, draft, "columns", **{"column-0": "", "column-1": "country"})
    assert "Choose the column for: Name." in none.content.decode()
    do(organiser, edition, draft, "columns", **{"column-0": "name", "column-1": "country"})
    draft.refresh_from_db()
    assert draft.columns == {"name": "Bezeichnung", "country": "Land"}
    do(organiser, edition, draft, "take")
    assert Participation.objects.get().country == "FI"


def test_unknown_words_can_be_told(edition: Any, organiser: Client) -> None:
    data = table(["Name", "Country", "Categories"], ["Aava", "Suomi-land", "gizmos"])
    _response, draft = send(organiser, edition, data)
    assert draft is not None
    assert draft.report["words"] == {"country": [["Suomi-land", 1]], "offers": [["gizmos", 1]]}
    wrong = do(organiser, edition, draft, "words", **{"country-0": "Nowhere"})
    assert "No country is called “Nowhere”." in wrong.content.decode()
    do(organiser, edition, draft, "words", **{"country-0": "Finland", "offers-0": "ai"})
    draft.refresh_from_db()
    assert draft.values == {"country": {"Suomi-land": "FI"}, "offers": {"gizmos": "ai"}}
    assert draft.report["words"] == {}
    do(organiser, edition, draft, "take")
    made = Participation.objects.get()
    assert (made.country, made.offers.get().code) == ("FI", "ai")


def test_doubles_are_merged_into_who_is_there_or_kept_apart(
    edition: Any, organiser: Client
) -> None:
    name = "Shenzhen Huion Trend Co., Ltd"
    key = sort_key(name)
    there = list_exhibitor(edition, name, stand="A 1", sort_key=key)
    Organisation.objects.update(sort_key=key)
    data = table(
        ["Name", "City", "Stand"],
        ["Shenzhen Huion Trend Limited", "Shenzhen", ""],
        ["Aava Wellbeing Oy", "", "B 2"],
        ["Aava Wellbeing", "Helsinki", "B 9"],
    )
    response, draft = send(organiser, edition, data)
    assert draft is not None and draft.report["counts"]["new"] == 3
    pairs = {pair["key"]: place for place, pair in enumerate(draft.report["doubles"])}
    assert set(pairs) == {f"2|{there.public_id}", "3|4"}
    assert len(page(response).select(".desk-pair")) == 2
    before = everything()
    told = {f"pair-{place}": "merge" for place in pairs.values()}
    do(organiser, edition, draft, "doubles", **told)
    draft.refresh_from_db()
    assert draft.report["counts"] == {"new": 1, "changed": 1, "unchanged": 0, "vanished": 0}
    do(organiser, edition, draft, "take")
    there.refresh_from_db()
    # The empty cell took nothing away; the later row filled what the earlier one left empty.
    assert there.stand == "A 1" and there.organisation.city == "Shenzhen"
    made = Participation.objects.exclude(pk=there.pk).get()
    assert (str(made), made.stand, made.organisation.city) == (
        "Aava Wellbeing Oy",
        "B 2",
        "Helsinki",
    )
    undo(organiser, edition)
    assert everything() == before


def test_two_rows_cannot_stand_for_one_participant(edition: Any, organiser: Client) -> None:
    there = make_participation(edition, "exhibitor", "Nordic Sauna Works")
    data = table(["Name", "Country"], ["Nordic Sauna Works Oy", "FI"], ["Nordic Sauna Works", "SE"])
    _response, draft = send(organiser, edition, data)
    assert draft is not None
    draft.decisions = {f"{line}|{there.public_id}": "merge" for line in (2, 3)}
    draft.save()
    refused = do(organiser, edition, draft, "take")
    assert "2 rows fail" not in refused.content.decode()
    assert "1 row fails, so nothing was written" in refused.content.decode()
    assert Participation.objects.count() == 1


def test_requests_are_taken_in_and_undone(edition: Any, organiser: Client) -> None:
    seller = make_participation(edition, "exhibitor", source="s", external_id="e1")
    buyer = make_participation(edition, "buyer", source="s", external_id="b1")
    data = table(["Asker", "Counterpart", "Message"], ["b1", "e1", "Sauna"], ["b1", "nobody", ""])
    response, draft = send(organiser, edition, data, subject="requests")
    assert draft is not None and draft.report["failed"] == 1
    assert "Nobody in this edition has this id" in response.content.decode()
    before = everything()
    do(organiser, edition, draft, "bad", leave_out="1")
    do(organiser, edition, draft, "take")
    made = MeetingRequest.objects.get()
    assert (made.asker, made.counterpart, made.message) == (buyer, seller, "Sauna")
    undo(organiser, edition)
    assert everything() == before


def test_undo_asks_about_requests_and_spares_what_is_public(
    edition: Any, organiser: Client
) -> None:
    _response, draft = send(organiser, edition, table(["Id", "Name"], ["1", "Aava"]))
    do(organiser, edition, draft, "take")
    seller, buyer = Participation.objects.get(), make_participation(edition, "buyer")
    asked = make_request(buyer, seller, "accepted")
    refused = undo(organiser, edition)
    assert refused.status_code == 409 and "1 meeting request hangs" in refused.content.decode()
    assert Participation.objects.count() == 2
    (slot,) = make_slots(edition, 1)[:1]
    release = make_release(edition, [(asked, slot)], state="published")
    kept = undo(organiser, edition, with_requests="1")
    assert kept.status_code == 409 and "This import stays" in kept.content.decode()
    assert Participation.objects.count() == 2
    release.delete()
    assert undo(organiser, edition, with_requests="1").status_code == 200
    assert list(Participation.objects.all()) == [buyer]


def long_ones(monkeypatch: Any) -> None:
    """Let every list be too long to be looked at while the reader waits."""
    for name in ("SHORT_BYTES", "SHORT_ROWS"):
        monkeypatch.setattr(f"emporion.portal.interfaces.desk.looking.{name}", 0)


def test_long_list_is_looked_at_by_the_worker(
    edition: Any, organiser: Client, monkeypatch: Any
) -> None:
    long_ones(monkeypatch)
    data = table(["Name", "Country"], ["Aava", "Suomi-land"], ["Aava Oy", "FI"])
    sent = organiser.post(
        address("portal:imports", edition),
        {"subject": "exhibitors", "file": SimpleUploadedFile("long.csv", data)},
        follow=True,
    )
    draft = ListDraft.objects.get()
    where = address("portal:list", edition, draft.public_id)
    assert page(sent).select_one("noscript meta[http-equiv=refresh]") and draft.report == {}
    listed = page(organiser.get(address("portal:imports", edition)))
    assert (
        listed.select_one("[aria-labelledby=drafts] .mark").get_text(strip=True)
        == "being looked at"
    )
    # Nothing can be done with it meanwhile.
    for act in ("take", "discard", "columns"):
        assert page(organiser.post(where, {"act": act})).select_one(".job")
    assert jobs.JobRecord.objects.count() == 1
    shown = worked(organiser, sent)
    assert "Take in 2 rows" in shown.content.decode()
    assert [p.get_text(strip=True) for p in page(shown).select(".desk-pair")] != []
    told = do(organiser, edition, draft, "words", **{"country-0": "Finland"})
    assert "Suomi-land" not in str(page(told).select_one("[aria-labelledby=words]"))
    draft.refresh_from_db()
    assert len(draft.report["doubles"]) == 1
    do(organiser, edition, draft, "columns", **{"column-0": "name", "column-1": "country"})
    do(organiser, edition, draft, "doubles", **{"pair-0": "merge"})
    do(organiser, edition, draft, "take")
    assert [(str(p), p.country) for p in Participation.objects.all()] == [("Aava", "FI")]
    kinds = jobs.JobRecord.objects.order_by("pk").values_list("kind", "state")
    assert list(kinds) == [*[("list.look", "done")] * 4, ("list.take", "done")]


def test_long_file_that_cannot_be_read_says_why_and_can_be_thrown_away(
    edition: Any, organiser: Client, monkeypatch: Any
) -> None:
    long_ones(monkeypatch)
    before = everything()
    response, draft = send(organiser, edition, b'Name,Country\n"Open,Finland\nNext,Nepal\n')
    assert response.status_code == 409 and draft is not None
    assert "quotation mark is opened" in page(response).select_one(".problem").get_text()
    listed = page(organiser.get(address("portal:imports", edition)))
    assert listed.select_one("[aria-labelledby=drafts] .mark")["class"] == ["mark", "mark-needs"]
    refused = do(organiser, edition, draft, "take")
    assert refused.status_code == 409 and ImportBatch.objects.count() == 0
    do(organiser, edition, draft, "discard")
    assert ListDraft.objects.count() == 0 and everything() == before


def test_page_waits_for_the_worker_and_then_leads_to_the_import(
    edition: Any, organiser: Client
) -> None:
    _response, draft = send(organiser, edition, table(["Id", "Name"], ["1", "Aava"]))
    assert draft is not None
    where = address("portal:list", edition, draft.public_id)
    waits = organiser.post(where, {"act": "take"}, follow=True)
    assert page(waits).select_one("noscript meta[http-equiv=refresh]")
    live = address("portal:list_live", edition, draft.public_id)
    assert page(organiser.get(live)).select_one(".job")
    organiser.post(where, {"act": "take"})
    (job,) = jobs.JobRecord.objects.all()
    jobs.perform(job.public_id)
    ended = organiser.get(live)
    assert (ended.status_code, ended["HX-Refresh"]) == (204, "true")
    assert "What it did" in organiser.get(where, follow=True).content.decode()
    assert Participation.objects.count() == 1


def test_list_of_a_worker_that_died_is_taken_in_by_the_next(
    edition: Any, organiser: Client
) -> None:
    _response, draft = send(organiser, edition, table(["Id", "Name"], ["1", "Aava"]))
    assert draft is not None
    where = address("portal:list", edition, draft.public_id)
    organiser.post(where, {"act": "take"})
    jobs.JobRecord.objects.update(state="running", process="")
    told = "The program that did it has ended"
    jobs.JobRecord.objects.update(started_at="2020-01-01T00:00Z", seen_at="2020-01-01T00:00Z")
    assert told in organiser.get(where).content.decode()
    assert jobs.reclaim() == 0
    assert told in organiser.get(where).content.decode()
    jobs.JobRecord.objects.update(lease_until="2020-01-01T00:00Z")
    assert jobs.reclaim() == 1
    (job,) = jobs.JobRecord.objects.all()
    jobs.perform(job.public_id)
    assert Participation.objects.count() == 1
    job.refresh_from_db()
    assert (job.state, list(job.result)) == ("done", ["batch"])


def test_list_is_taken_in_once(edition: Any, organiser: Client) -> None:
    _response, draft = send(organiser, edition, table(["Id", "Name"], ["1", "Aava"]))
    do(organiser, edition, draft, "take")
    again = do(organiser, edition, draft, "take")
    assert "What it did" in again.content.decode() and ImportBatch.objects.count() == 1


def test_while_another_import_writes_nothing_is_taken_in(edition: Any, organiser: Client) -> None:
    from emporion.edition.domain import batches

    _response, draft = send(organiser, edition, table(["Id", "Name"], ["1", "Aava"]))
    batches.claim(edition, "buyers", "x", "other.csv", "d")
    refused = do(organiser, edition, draft, "take")
    assert "is still writing" in refused.content.decode()
    assert Participation.objects.count() == 0


def test_hostile_text_is_shown_as_text(edition: Any, organiser: Client) -> None:
    name = "<script>alert(1)</script>" + "x" * 5000
    data = table(["Name", "<img src=x>"], [name, "\u202eevil"], ["Fine", "=1+1"])
    response, draft = send(organiser, edition, data, "\u202egpj.<b>.csv")
    assert draft is not None and response.status_code == 200
    shown = response.content.decode()
    assert "<script>alert" not in shown and "<img src=x>" not in shown
    assert "\u202e" not in draft.file_name and draft.report["failed"] == 1


def test_moments_are_those_of_the_fair(edition: Any, organiser: Client) -> None:
    edition.zone = "Asia/Shanghai"
    edition.save()
    _response, draft = send(organiser, edition, table(["Name"], ["Aava"]))
    assert draft is not None
    # 20:30 in London's winter is the next day in Hangzhou.
    ListDraft.objects.update(sent_at=dt.datetime(2023, 11, 9, 20, 30, tzinfo=dt.UTC))
    shown = page(organiser.get(address("portal:imports", edition)))
    row = shown.select_one("[aria-labelledby=drafts] .small").get_text(" ", strip=True)
    assert row == "Exhibitors · sent Fri 10 Nov, 04:30"


def test_draft_can_be_thrown_away(edition: Any, organiser: Client) -> None:
    _response, draft = send(organiser, edition, table(["Name"], ["Aava"]))
    do(organiser, edition, draft, "discard")
    assert ListDraft.objects.count() == 0 and Participation.objects.count() == 0


def test_only_organisers_of_the_expo_open_the_desk(edition: Any, signed_in: Any) -> None:
    _response, draft = send(signed_in(make_organiser(edition)), edition, table(["Name"], ["Aava"]))
    assert draft is not None
    exhibitor, stranger = make_user(), make_organiser(make_edition())
    make_participation(edition, user=exhibitor)
    for name, *words in (
        ("imports",),
        ("list", draft.public_id),
        ("participants",),
        ("find_people",),
        ("journal",),
        ("setup",),
        ("setup_basics",),
        ("setup_pavilions",),
        ("setup_slots",),
        ("new_edition",),
    ):
        where = address(f"portal:{name}", edition, *words)
        assert signed_in(exhibitor).get(where).status_code == 403, name
        assert signed_in(stranger).get(where).status_code == 403, name
        assert Client().get(where).status_code == 302, name
    own = make_edition()
    other = signed_in(make_organiser(own))
    assert other.get(address("portal:list", own, draft.public_id)).status_code == 404


def test_pages_take_as_many_statements_for_many_rows(edition: Any, organiser: Client) -> None:
    make_pavilions(edition)
    few = table(["Name", "Tables"], ["A1", "1"], ["B2", "x"])
    many = table(["Name", "Tables"], *([f"Firm {n} {n * 7919}", "x"] for n in range(40)))
    taken = []
    for data in (few, many):
        _response, draft = send(organiser, edition, data)
        assert draft is not None
        taken.append(statements(organiser, address("portal:list", edition, draft.public_id)))
    assert taken == [taken[0]] * 2 and taken[0] <= 7
