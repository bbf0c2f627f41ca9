"""The A4 day sheets: what stands on them, in three scripts, and how a folder of them is filled."""

from __future__ import annotations

import datetime as dt
import io
import json
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from pypdf import PdfReader

from emporion.cli import main
from emporion.core.tenancy import scope, scopes_disabled
from emporion.design import paper
from emporion.edition.models import Participation
from emporion.meetings import queries
from emporion.meetings.domain.requests import withdraw
from emporion.meetings.interfaces.sheets import Paper
from emporion.meetings.models import Meeting, Release, Slot
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

pytestmark = pytest.mark.usefixtures("paper_fonts")
HOSTILE = '#panic("no") $x$ *b* `r` @a <l> \\ \\u{1F4A9} ] ) } #read("/etc/passwd") // /* "; --'
NAMES = ("灵境科技有限公司", "شركة أمواج للتجارة", HOSTILE)


def text(pdf: bytes) -> list[str]:
    """The text of each page, compatible characters folded, spaces and marks of direction out."""
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]
    return [
        "".join(
            c
            for c in unicodedata.normalize("NFKC", found)
            if not c.isspace() and unicodedata.category(c) not in {"Cf", "Cc"}
        )
        for found in pages
    ]


def bare(words: str) -> str:
    return "".join(words.split())


@pytest.fixture
def buyer(edition: Any) -> Any:
    return make_participation(edition, "buyer", name="Sita Gurung", user=make_user())


@pytest.fixture
def fair(edition: Any, buyer: Any) -> list[Any]:
    """Three meetings: two of the first day six minutes apart, one open request on the second."""
    halls = make_pavilions(edition, "AB", 6)
    slots = make_slots(edition)
    hosts = [
        make_participation(edition, name=name, pavilion=halls[letter], stand=f"{letter} 10{n}")
        for n, (letter, name) in enumerate(zip("ABA", NAMES, strict=True))
    ]
    states = ("accepted", "accepted", "open")
    held = [
        (make_request(buyer, host, state), slots[at])
        for host, at, state in zip(hosts, (0, 1, 4), states, strict=True)
    ]
    make_release(edition, held, state="published")
    return hosts


def of(response: Any) -> bytes:
    assert response["Content-Type"] == "application/pdf"
    return bytes(response.content)


def address(edition: Any, language: str = "en") -> str:
    with translation.override(language):
        return reverse("meetings:day_pdf", args=[edition.slug])


def mine(buyer: Any, signed_in: Any) -> Client:
    with scopes_disabled():
        return signed_in(buyer.delegates.get().person.user)


def test_only_for_those_who_take_part(edition, buyer, fair, signed_in):
    where = address(edition)
    assert Client().get(where).status_code == 302
    assert signed_in(make_user()).get(where).status_code == 403
    assert signed_in(make_organiser(edition)).get(where).status_code == 403
    elsewhere = make_participation(make_edition(), "buyer", user=make_user())
    assert mine(elsewhere, signed_in).get(where).status_code == 403
    answer = mine(buyer, signed_in).get(where)
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "private, no-store"


def test_a_sheet_a_day_tells_time_walk_place(edition, buyer, fair, signed_in):
    first, second = text(of(mine(buyer, signed_in).get(address(edition))))
    for words in ("Thursday 23 November", "Sita Gurung", "09:00", "to 09:30", NAMES[0], "أمواج"):
        assert bare(unicodedata.normalize("NFKC", words)) in first
    assert bare("6 min walk, 4 to spare") in first
    assert "A100" in first and "B101" in first
    assert bare("Friday 24 November") in second
    # What is not answered may still fall; the accepted ones bear no mark.
    assert bare("not answered yet") in second
    assert bare("not answered yet") not in first


def opens(pdf: bytes) -> list[str]:
    """Where the codes of a file lead, page by page; each is a link as well."""
    return [
        note.get_object()["/A"]["/URI"]
        for page in PdfReader(io.BytesIO(pdf)).pages
        for note in page.get("/Annots", [])
    ]


@pytest.mark.parametrize("language", ["en", "zh-hans", "ar"])
def test_own_sheet_bears_a_code_that_opens_its_day(edition, buyer, fair, signed_in, language):
    site = f"http://testserver/{language}/{edition.slug}/day/?date="
    found = opens(of(mine(buyer, signed_in).get(address(edition, language))))
    assert found == [f"{site}2023-11-23", f"{site}2023-11-24"]


def test_sheets_of_everybody_bear_a_code_where_the_site_is_named(edition, buyer, fair, tmp_path):
    assert command(edition, tmp_path / "a.pdf", "--site", "https://expo.example.org/") == 0
    found = opens((tmp_path / "a.pdf").read_bytes())
    assert len(found) == 5
    assert {one.rpartition("=")[0] for one in found} == {
        f"https://expo.example.org/en/{edition.slug}/day/?date"
    }
    assert command(edition, tmp_path / "b.pdf") == 0
    assert opens((tmp_path / "b.pdf").read_bytes()) == []


def test_one_day_can_be_asked_for(edition, buyer, fair, signed_in):
    client = mine(buyer, signed_in)
    (only,) = text(of(client.get(address(edition), {"date": "2023-11-24"})))
    assert bare("Friday 24 November") in only
    assert len(text(of(client.get(address(edition), {"date": "\x00"})))) == 2


def test_names_are_data_and_never_markup(edition, buyer, fair, signed_in):
    (only,) = text(of(mine(buyer, signed_in).get(address(edition), {"date": "2023-11-24"})))
    assert bare(HOSTILE) in only
    assert "root:" not in only


@pytest.mark.parametrize(
    ("language", "words"),
    [("zh-hans", ("11月23日星期四", NAMES[0], "步行")), ("ar", ("الخميس", "أمواج", "نوفمبر"))],
)
def test_words_are_in_the_language_of_the_reader(edition, buyer, fair, signed_in, language, words):
    pdf = of(mine(buyer, signed_in).get(address(edition, language)))
    first = text(pdf)[0]
    for word in words:
        assert bare(word) in first
    fonts = {
        str(font.get_object()["/BaseFont"])
        for page in PdfReader(io.BytesIO(pdf)).pages
        for font in page["/Resources"]["/Font"].values()
    }
    wanted = {"zh-hans": "NotoSansCJK", "ar": "NotoSansArabic"}[language]
    assert any(wanted in name for name in fonts)


def test_empty_huge_and_turned_names_fit_the_sheet(edition, buyer, fair, signed_in):
    with scopes_disabled():
        for host, name in zip(fair, ("x" * 5000, "\u202etxt.exe" * 40, "–"), strict=True):
            Participation.objects.filter(pk=host.pk).update(display_name={"en": name})
    pages = text(of(mine(buyer, signed_in).get(address(edition))))
    assert len(pages) == 2
    assert "x" * (paper.LONGEST_TEXT - 1) + "..." in pages[0]


def test_many_meetings_run_over_and_say_whose_they_are(edition, buyer, signed_in):
    halls = make_pavilions(edition, "A", 6)
    slots = make_slots(edition, 24, minutes=20, gap=5)[:24]
    hosts = [make_participation(edition, pavilion=halls["A"]) for _ in slots]
    held = [
        (make_request(buyer, host, "accepted"), slot)
        for host, slot in zip(hosts, slots, strict=True)
    ]
    make_release(edition, held, state="published")
    pages = text(of(mine(buyer, signed_in).get(address(edition))))
    assert len(pages) > 1
    assert all(bare("Sita Gurung") in page for page in pages)


def test_queries_do_not_grow_with_people(edition, buyer, fair):
    with scopes_disabled():
        sheets = Paper.of(edition)
        everybody = [buyer, *fair]
        counts = []
        for people in (everybody[:2], everybody):
            with CaptureQueriesContext(connection) as asked:
                found = sheets.sheets_of(people)
            counts.append(len(asked))
            assert len(found) == len(people)
    assert counts == [4, 4]


def test_agendas_of_many_are_those_of_each(edition, buyer, fair):
    with scopes_disabled():
        everybody = [buyer, *fair]
        release = queries.published_release(edition)
        found = queries.agendas(edition, everybody, release)
        assert found == queries.agendas(edition, everybody)
        assert found == {one.pk: queries.agenda(one) for one in everybody}
        assert set(queries.with_meetings(release)) == {one.pk for one in everybody}


def test_the_same_day_gives_the_same_bytes(edition, buyer, fair):
    with scopes_disabled():
        sheets = Paper.of(edition)
        sheets.at = dt.datetime(2023, 11, 20, 8, tzinfo=dt.UTC)
        made = [sheets.pdf([s for each in sheets.sheets_of([buyer]) for s in each]) for _ in "12"]
    assert made[0] == made[1]


def test_missing_fonts_are_named_before_anything_is_printed(
    edition, buyer, fair, signed_in, monkeypatch, tmp_path, capsys
):
    monkeypatch.setattr(paper, "missing_fonts", lambda: ("Noto Sans CJK SC",))
    answer = mine(buyer, signed_in).get(address(edition))
    assert answer.status_code == 503
    assert "fonts-noto-cjk" in answer.content.decode()
    assert main(["day-sheets", "--edition", edition.slug, "-o", str(tmp_path / "s")]) == 1
    assert "apt-get install fonts-noto-cjk" in capsys.readouterr().err
    assert list((tmp_path / "s").iterdir()) == []


def command(edition: Any, output: Path, *words: str) -> int:
    with scopes_disabled():
        return main(["day-sheets", "--edition", edition.slug, "-o", str(output), *words])


def test_a_folder_is_filled_in_parts_and_goes_on_where_it_stopped(edition, buyer, fair, tmp_path):
    folder = tmp_path / "sheets"
    assert command(edition, folder, "--people", "1") == 0
    parts = sorted(folder.glob("*.pdf"))
    assert [part.name for part in parts] == [f"day-sheets-000{n}.pdf" for n in (1, 2, 3, 4)]
    listed = json.loads((folder / "day-sheets.json").read_text())["parts"]
    assert {name: part["sheets"] for name, part in listed.items()} == {
        part.name: len(PdfReader(part).pages) for part in parts
    }
    kept = {part: part.stat().st_mtime_ns for part in parts}
    # A part is missing, as after a stop; another is cut off, as after a full disk.
    parts[1].unlink()
    parts[2].write_bytes(parts[2].read_bytes()[:100])
    assert command(edition, folder, "--people", "1") == 0
    again = {part: part.stat().st_mtime_ns for part in sorted(folder.glob("*.pdf"))}
    assert [again[part] == kept[part] for part in parts] == [True, False, False, True]


def test_parts_that_are_out_of_date_are_made_anew_and_counted(
    edition, buyer, fair, tmp_path, capsys
):
    # Somebody with a meeting that stays and one that falls: who has sheets does not change.
    with scopes_disabled():
        slots = list(Slot.objects.filter(edition=edition))
        other = make_participation(edition, "buyer", name="Zu Bin")
        held = [(m.request, m.slot) for m in Meeting.objects.select_related("request", "slot")]
        fallen = make_request(other, fair[0], "accepted")
        held += [(fallen, slots[2]), (make_request(other, fair[1], "accepted"), slots[3])]
        Release.objects.update(state="superseded")
        make_release(edition, held, state="published")
    assert command(edition, tmp_path, "--people", "1") == 0
    kept = {part.name: part.read_bytes() for part in tmp_path.glob("*.pdf")}
    assert (len(kept), "anew" in capsys.readouterr().out) == (5, False)
    with scope(expo=edition.expo):
        withdraw(fallen, other)
    assert command(edition, tmp_path, "--people", "1") == 0
    assert "5 parts" in (said := capsys.readouterr().out)
    assert said.endswith("; 2 of them out of date and made anew\n")
    again = {part.name: part.read_bytes() for part in tmp_path.glob("*.pdf")}
    # The sheets of the two sides of that meeting, and of nobody else.
    listed = json.loads((tmp_path / "day-sheets.json").read_text())["parts"]
    assert {listed[name]["first"] for name in kept if kept[name] != again[name]} == {
        "Zu Bin",
        NAMES[0],
    }
    assert command(edition, tmp_path, "--people", "1") == 0
    assert "anew" not in capsys.readouterr().out


@pytest.mark.parametrize("output", ["folder", "all.pdf"])
def test_a_release_published_meanwhile_is_not_mixed_in(
    edition, buyer, fair, tmp_path, capsys, monkeypatch, output
):
    printed = Paper.pdf
    agendas: list[list[Any]] = []

    def publishing(self: Paper, sheets: Any, **more: Any) -> bytes:
        agendas.append([entry["name"] for sheet in sheets for entry in sheet["entries"]])
        if len(agendas) == 1:
            Release.objects.filter(edition=edition).update(state="superseded")
            make_release(edition, [], state="published")
        return printed(self, sheets, **more)

    monkeypatch.setattr(Paper, "pdf", publishing)
    assert command(edition, tmp_path / output, "--people", "1") == 1
    assert "Release 1 is no longer the public one" in capsys.readouterr().err
    assert [*tmp_path.glob("**/*.pdf"), *tmp_path.glob("**/*.json")] == []


def test_sheets_of_a_paper_are_of_its_release_whatever_is_published(edition, buyer, fair):
    with scopes_disabled():
        sheets = Paper.of(edition)
        before = sheets.sheets_of([buyer])
        Release.objects.filter(edition=edition).update(state="superseded")
        make_release(edition, [], state="published")
        assert (len(before[0]), sheets.sheets_of([buyer])) == (2, before)


def test_a_folder_of_other_sheets_is_not_mixed(edition, buyer, fair, tmp_path, capsys):
    assert command(edition, tmp_path) == 0
    assert command(edition, tmp_path, "--people", "2") == 1
    assert "--anew" in capsys.readouterr().err
    assert [part.name for part in tmp_path.glob("*.pdf")] == ["day-sheets-0001.pdf"]
    assert command(edition, tmp_path, "--people", "2", "--anew") == 0
    assert len(list(tmp_path.glob("*.pdf"))) == 2


def test_one_file_holds_everybody_by_name(edition, buyer, fair, tmp_path):
    assert command(edition, tmp_path / "all.pdf", "--untagged") == 0
    assert len(PdfReader(tmp_path / "all.pdf").pages) == 5
    assert [path.name for path in tmp_path.iterdir()] == ["all.pdf"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--edition", "nowhere"], "There is no edition 'nowhere'."),
        (["--people", "0"], "--people 0: a part holds 1 to 2,000 people."),
        (["--site", "expo.org"], "--site expo.org: write it with https:// in front."),
    ],
)
def test_what_cannot_be_printed_is_said(edition, buyer, fair, tmp_path, capsys, words, said):
    assert command(edition, tmp_path / "a.pdf", *words) == 1
    assert capsys.readouterr().err == f"emporion day-sheets: {said}\n"


def test_without_a_release_nothing_is_printed(edition, buyer, signed_in, tmp_path, capsys):
    assert command(edition, tmp_path / "a.pdf") == 1
    assert "No schedule is published yet" in capsys.readouterr().err
    assert mine(buyer, signed_in).get(address(edition)).status_code == 404
