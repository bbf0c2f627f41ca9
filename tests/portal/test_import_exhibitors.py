"""Lists of exhibitors: taken in, changed, taken in again, undone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from emporion.core.models import ImportBatch, ImportChange, JournalEntry
from emporion.core.searchindex.query import search
from emporion.core.tabular.reading import read_table
from emporion.core.tabular.writing import write_table
from emporion.core.translated import as_dict
from emporion.edition.domain import batches
from emporion.edition.models import Delegate, Edition, Participation, Pavilion
from emporion.edition.queries import search_scope
from emporion.meetings.models import Meeting, MeetingRequest, Slot
from emporion.portal.interfaces.commands import give_out, take_in
from emporion.registry.models import Expo, Organisation, Person
from tests import factories
from tests.portal.stored import everything

HEADER = "Id,Name,Country,Website,Hall,Booth,Description,Categories,Contact,Email"
ROWS = """\
1,Löyly Oy,Finland,loyly.example,Sauna Hall,S-1,Portable saunas,Health; Robotics,Aino Virtanen,aino@loyly.example
2,杭州云图科技有限公司,中国,https://yuntu.example,Tech Hall,T-2,云计算服务,Artificial Intelligence,,
3,Gamma GmbH,Germany,,Tech Hall,T-3,,,,
"""


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str], edition: Any, settings: Any) -> Any:
    """A function: write a list, import it, return (exit status, what was said)."""
    settings.DATA_DIR = tmp_path

    def run(
        rows: str | bytes,
        *words: str,
        header: str = HEADER,
        name: str = "list.csv",
        subject: str = "exhibitors",
    ) -> tuple[int, str]:
        path = tmp_path / name
        if isinstance(rows, str):
            rows = f"{header}\n{rows}".encode()
        path.write_bytes(rows)
        status = take_in([subject, str(path), "--edition", edition.slug, *words])
        said = capsys.readouterr()
        return status, said.out + said.err

    return run


def found(edition: Any, query: str) -> list[str]:
    return [hit.title for hit in search(search_scope(edition), query, kinds=["exhibitor"]).hits]


def test_import_writes_every_field(run: Any, edition: Any) -> None:
    status, said = run(ROWS)
    assert status == 0
    assert "3 new, 0 changed, 0 unchanged, 0 vanished" in said
    first, second, third = Participation.objects.order_by("external_id")
    assert [p.external_id for p in (first, second, third)] == ["1", "2", "3"]
    assert as_dict(first.display_name) == {"en": "Löyly Oy"}
    assert as_dict(second.display_name) == {"zh-hans": "杭州云图科技有限公司"}
    assert (first.country, first.stand, first.pavilion.letter) == ("FI", "S-1", "A")
    assert (second.country, second.pavilion.letter) == ("CN", "B")
    assert as_dict(first.about) == {"en": "Portable saunas"}
    assert as_dict(second.about) == {"zh-hans": "云计算服务"}
    assert first.organisation.website == "https://loyly.example"
    assert [o.code for o in first.offers.order_by("pk")] == ["health", "robotics"]
    assert third.offers.count() == 0
    (delegate,) = first.delegates.all()
    assert (delegate.person.name, delegate.person.email) == ("Aino Virtanen", "aino@loyly.example")
    assert second.delegates.count() == 0
    assert [(p.letter, str(p.name)) for p in Pavilion.objects.all()] == [
        ("A", "Sauna Hall"),
        ("B", "Tech Hall"),
    ]
    assert found(edition, "sauna") == ["Löyly Oy"]
    assert found(edition, "云图") == ["杭州云图科技有限公司"]


def test_import_again_changes_nothing(run: Any) -> None:
    run(ROWS)
    before = everything()
    status, said = run(ROWS)
    assert status == 0
    assert "0 new, 0 changed, 3 unchanged, 0 vanished" in said
    assert everything() == before


def test_import_delta_counts_and_undo_restores_row_by_row(
    run: Any, edition: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    run(ROWS)
    before = everything()
    delta = """\
1,Löyly Group Oy,FI,https://loyly.example/en,Tech Hall,S-1,Portable and smoke saunas,Health; Drones,Aino Koski,koski@loyly.example
3,Gamma GmbH,Germany,,Tech Hall,T-3,,,Max Muster,
4,Delta SA,France,,Sauna Hall,S-9,,Robotics,,
"""
    status, said = run(delta)
    assert status == 0
    assert "1 new, 2 changed, 0 unchanged, 1 vanished" in said
    assert "Vanished (1; they stay as they are):\n  2  杭州云图科技有限公司" in said
    first = Participation.objects.get(external_id="1")
    assert (as_dict(first.display_name), first.pavilion.letter) == ({"en": "Löyly Group Oy"}, "B")
    assert as_dict(first.organisation.name) == {"en": "Löyly Group Oy"}
    assert [o.code for o in first.offers.order_by("pk")] == ["health", "robotics.drones"]
    assert first.delegates.get().person.name == "Aino Koski"
    assert found(edition, "smoke") == ["Löyly Group Oy"]
    assert Participation.objects.get(external_id="3").delegates.get().person.name == "Max Muster"
    batch = ImportBatch.objects.order_by("-pk")[0]
    assert take_in(["undo", batch.public_id]) == 0
    assert everything() == before
    assert found(edition, "smoke") == []
    batch.refresh_from_db()
    assert batch.state == "undone"
    assert ImportChange.objects.filter(batch=batch).count() == 0
    assert take_in(["undo", batch.public_id]) == 1
    assert "is undone already" in capsys.readouterr().err


def test_undo_of_the_first_import_leaves_an_empty_edition(run: Any, edition: Any) -> None:
    before = everything()
    run(ROWS)
    assert take_in(["undo", ImportBatch.objects.get().public_id]) == 0
    assert everything() == before


def test_undo_under_a_later_import_is_refused_by_name(
    run: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    run(ROWS)
    run(ROWS.replace("S-1", "S-2"))
    later, first = ImportBatch.objects.order_by("-pk")
    assert take_in(["undo", first.public_id]) == 1
    assert f"undo them first: {later.public_id}" in capsys.readouterr().err
    assert take_in(["undo", later.public_id]) == 0
    assert take_in(["undo", first.public_id]) == 0


def test_undo_with_requests_on_it_needs_a_word(
    run: Any, edition: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    run(ROWS)
    buyer = factories.make_participation(edition, "buyer")
    factories.make_request(buyer, Participation.objects.get(external_id="1"))
    batch = ImportBatch.objects.get()
    assert take_in(["undo", batch.public_id]) == 1
    assert "1 meeting requests hang on" in capsys.readouterr().err
    assert Participation.objects.filter(role="exhibitor").count() == 3
    assert take_in(["undo", batch.public_id, "--with-requests"]) == 0
    assert Participation.objects.filter(role="exhibitor").count() == 0


def test_failing_row_keeps_everything_out_unless_skipped(run: Any) -> None:
    before = everything()
    bad = ROWS + "5,,France,,,,,,,\n1,Again,France,,,,,,,\n,No id,France,,,,,,,\n"
    status, said = run(bad)
    assert status == 1
    assert "Column “Name”: The name is missing - lines 5" in said
    assert "Column “Id”: Line 2 has the same id - lines 6 (“1”). Every id may stand once." in said
    assert "Column “Id”: The id is missing - lines 7" in said
    assert "3 rows fail, so nothing is written" in said
    assert everything() == before
    assert ImportBatch.objects.count() == 0
    status, said = run(bad, "--skip-bad")
    assert status == 0
    assert "3 new" in said
    # The row that was left out is not vanished the next time it fails.
    status, said = run(bad, "--skip-bad")
    assert "0 new, 0 changed, 3 unchanged, 0 vanished" in said


def test_dry_run_writes_nothing(run: Any, tmp_path: Path) -> None:
    before, journal = everything(), JournalEntry.objects.count()
    status, said = run(ROWS, "--dry-run")
    assert status == 0
    assert "Would be of 3 rows: 3 new" in said
    assert "nothing is written" in said
    assert (everything(), JournalEntry.objects.count()) == (before, journal)
    assert ImportBatch.objects.count() == 0
    assert [path.name for path in tmp_path.iterdir()] == ["list.csv"]


def test_dry_run_with_create_edition_makes_none(
    tmp_path: Path, db: None, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.DATA_DIR = tmp_path
    (tmp_path / "l.csv").write_text(f"{HEADER}\n{ROWS}")
    words = ["exhibitors", str(tmp_path / "l.csv"), "--edition", "new-2026", "--create-edition"]
    assert take_in([*words, "--dry-run"]) == 0
    assert (Edition._base_manager.count(), Expo.objects.count()) == (0, 0)
    assert "The edition 'new-2026' is made" in capsys.readouterr().out


def test_create_edition_takes_options_then_mapping_then_defaults(
    tmp_path: Path, db: None, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.DATA_DIR = tmp_path
    (tmp_path / "l.csv").write_text(f"{HEADER}\n{ROWS}")
    (tmp_path / "m.yaml").write_text(
        "version: 1\ncolumns: {id: Id, name: Name, country: Country}\n"
        "x-edition: {starts: 2026-01-06, ends: 2026-01-09, zone: America/New_York}\n"
    )
    words = [
        "exhibitors",
        str(tmp_path / "l.csv"),
        "--edition",
        "ces-2026",
        "--create-edition",
        "--mapping",
        str(tmp_path / "m.yaml"),
        "--zone",
        "America/Los_Angeles",
    ]
    assert take_in(words) == 0
    said = capsys.readouterr().out
    edition = Edition._base_manager.get()
    assert (edition.slug, str(edition.title), edition.expo.slug) == ("ces-2026", "CES 2026", "ces")
    assert (f"{edition.starts} {edition.ends}", edition.zone) == (
        "2026-01-06 2026-01-09",
        "America/Los_Angeles",
    )
    assert "expo: ces  (from the edition's name; --expo)" in said
    assert Slot._base_manager.filter(edition=edition).count() == 44
    assert Organisation._base_manager.filter(country="FI").count() == 1


def test_create_edition_with_a_failing_row_makes_none(
    tmp_path: Path, db: None, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.DATA_DIR = tmp_path
    (tmp_path / "l.csv").write_text(f"{HEADER}\n1,,,,,,,,,\n")
    words = ["exhibitors", str(tmp_path / "l.csv"), "--edition", "new-2026", "--create-edition"]
    assert take_in(words) == 1
    (tmp_path / "l.csv").write_text(f"{HEADER}\n{ROWS}")
    assert take_in([*words, "--zone", "Mars/Base"]) == 1
    assert take_in([*words, "--edition", "../New 2026", "--dry-run"]) == 1
    for ends in ("2026-01-05", "2062-01-06"):
        assert take_in([*words, "--starts", "2026-01-06", "--ends", ends]) == 1
    assert (Edition._base_manager.count(), Expo.objects.count()) == (0, 0)


def test_unknown_edition_is_refused(
    tmp_path: Path, db: None, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "l.csv").write_text(f"{HEADER}\n{ROWS}")
    assert take_in(["exhibitors", str(tmp_path / "l.csv"), "--edition", "nowhere"]) == 1
    assert "There is no edition 'nowhere'. Add --create-edition" in capsys.readouterr().err


def test_unclear_cells_are_listed_and_left_out(run: Any) -> None:
    rows = """\
1,A,Atlantis,javascript:alert(1),,,,Gadgetry; Robotics,,no address
2,B,Korea,http://10.0.0.1/x,,,,Gadgetry,,
3,C,,www.c.example,,,,,,
4,D,,data:text/html;x,,,,,,
"""
    status, said = run(rows)
    assert status == 0
    assert "Column “Country”: This country is not known - lines 2, 3 (“Atlantis”, “Korea”)" in said
    assert (
        "Column “Categories”: No category of the taxonomy is called so - lines 2, 3 (“Gadgetry”)"
    ) in said
    assert "an address of the kind javascript: - lines 2" in said
    assert "an address of the kind data: - lines 5" in said
    assert "a number instead of a name - lines 3" in said
    assert "The address has no https://, it was put in front - lines 4" in said
    assert "This is no e-mail address - lines 2 (“no address”)" in said
    assert [o.website for o in Organisation.objects.order_by("external_id")] == [
        "",
        "",
        "https://www.c.example",
        "",
    ]
    assert [p.country for p in Participation.objects.all()] == [""] * 4
    assert [o.code for p in Participation.objects.all() for o in p.offers.all()] == ["robotics"]


def test_unclear_cell_does_not_overwrite_what_is_known(run: Any) -> None:
    run(ROWS)
    status, said = run(ROWS.replace("Finland", "Suomenmaa").replace("loyly.example,", "file:x,"))
    assert status == 0
    assert "0 changed, 3 unchanged" in said
    assert Participation.objects.get(external_id="1").country == "FI"


def test_mapping_is_written_and_used_the_next_time(run: Any, tmp_path: Path, edition: Any) -> None:
    run("1,A,Atlantis,,,,,Gadgetry,,\n")
    path = tmp_path / "mappings" / f"{edition.slug}-exhibitors.yaml"
    assert "country: Country" in path.read_text()
    with path.open("a") as file:
        file.write("values:\n  country: {Atlantis: Greece}\n  offers: {Gadgetry: robotics}\n")
    status, said = run("1,A,Atlantis,,,,,Gadgetry,,\n")
    assert f"Columns as written down the last time in {path}" in said
    assert "1 changed" in said
    participation = Participation.objects.get()
    assert (participation.country, participation.offers.get().code) == ("GR", "robotics")


def test_mapping_that_does_not_fit_is_told_and_not_lost(
    run: Any, tmp_path: Path, edition: Any
) -> None:
    run(ROWS)
    status, said = run("1,Löyly Oy\n", header="编号,公司名称")
    assert status == 0
    assert "The mapping kept from the last time does not fit" in said
    names = sorted(path.name for path in (tmp_path / "mappings").iterdir())
    assert names == [f"{edition.slug}-exhibitors.new.yaml", f"{edition.slug}-exhibitors.yaml"]


def test_gb18030_with_chinese_headings(run: Any) -> None:
    text = (
        "展商编号;公司名称;国家;展位号;所属行业;公司简介\n"
        "C1;深圳市大疆创新科技有限公司;中国;1A01;无人机;全球领先的无人飞行器控制系统研发商，服务用户遍布世界各地。\n"
        "C2;阿里巴巴集团;中国;1A02;跨境电商;让天下没有难做的生意。\n"
    )
    status, said = run(text.encode("gb18030"))
    assert status == 0, said
    assert "gb18030, separated by ';'" in said
    first = Participation.objects.get(external_id="C1")
    assert as_dict(first.display_name) == {"zh-hans": "深圳市大疆创新科技有限公司"}
    assert (first.country, first.stand) == ("CN", "1A01")
    assert [
        o.code for p in Participation.objects.order_by("external_id") for o in p.offers.all()
    ] == ["robotics.drones", "ecommerce.crossborder"]


def test_wrong_encoding_is_refused_with_the_line(run: Any) -> None:
    status, said = run("1,Köln Messe,Germany,,,,,,,\n".encode("cp1252"), "--encoding", "utf-8")
    assert status == 1
    assert "Line 1: The bytes here are not utf-8" in said
    assert Participation.objects.count() == 0


@pytest.mark.parametrize(
    ("rows", "what"),
    [
        ('1,"Open,Finland,,,,,,,\n2,B,,,,,,,,\n', "A quotation mark is opened in this row"),
        ("1,A,Finland\n", "1 rows fail, so nothing is written"),
        ("", "Taken in of 0 rows"),
        ("1,A\x00B,,,,,,,,\n", "zero bytes"),
    ],
)
def test_broken_csv_says_what_is_wrong(run: Any, rows: str, what: str) -> None:
    _status, said = run(rows)
    assert what in said
    assert Participation.objects.count() == 0


def test_xlsx_with_title_rows_and_numbers_as_ids(run: Any, tmp_path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    page = book.active
    page.append(["Exhibitors 2026"])
    page.append(["as of 1 January"])
    page.append([])
    page.append(["Exhibitor ID", "Company name", "Country/Region", "Booth No"])
    page.append([17, "Alpha Oy", "Finland", 1203])
    book.save(tmp_path / "book.xlsx")
    status, said = run((tmp_path / "book.xlsx").read_bytes(), name="list.xlsx")
    assert status == 0, said
    assert "above the headings: Exhibitors 2026; as of 1 January" in said
    participation = Participation.objects.get()
    assert (participation.external_id, participation.stand) == ("17", "1203")


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_export_and_import_change_nothing(
    run: Any, edition: Any, tmp_path: Path, ending: str
) -> None:
    run(ROWS + '6,"=HYPERLINK(""http://x"",""y"")",France,,Tech Hall,-1,+49 call,,,\n')
    factories.make_participation(edition, "exhibitor", "By hand", offers=["ai", "ai.vision"])
    out = tmp_path / f"out.{ending}"
    assert give_out(["exhibitors", "--edition", edition.slug, "-o", str(out)]) == 0
    before = everything()
    status, said = run(out.read_bytes(), name=f"again.{ending}")
    assert status == 0, said
    assert "0 new, 0 changed, 5 unchanged, 0 vanished" in said
    assert everything() == before


def test_export_neutralises_formulas(run: Any, edition: Any, tmp_path: Path) -> None:
    run("1,=cmd|' /C calc'!A0,France,,,@x,-2+3,,,\n")
    out = tmp_path / "out.csv"
    give_out(["exhibitors", "--edition", edition.slug, "-o", str(out)])
    text = out.read_text(encoding="utf-8-sig")
    assert "'=cmd|' /C calc'!A0" in text and "'@x" in text and "'-2+3" in text
    (row,) = read_table(out).rows
    assert "=cmd|' /C calc'!A0" in row.cells


def test_export_of_a_demonstration_says_so(tmp_path: Path, run: Any, edition: Any) -> None:
    edition.is_demonstration = True
    edition.save()
    factories.make_participation(edition, name="Invented", is_made_up=True)
    for ending in ("csv", "xlsx"):
        give_out(["exhibitors", "--edition", edition.slug, "-o", str(tmp_path / f"o.{ending}")])
    table = read_table(tmp_path / "o.csv")
    row = dict(zip(table.header, table.rows[0].cells, strict=True))
    assert (row["Name"], row["Made up"], row["Note"][:14]) == ("Invented", "yes", "Demonstration:")
    book = read_table(tmp_path / "o.xlsx")
    assert book.skipped[0].startswith("Demonstration: a model edition.")
    status, said = run((tmp_path / "o.xlsx").read_bytes(), name="again.xlsx")
    assert "0 new, 0 changed, 1 unchanged" in said


def test_without_ids_they_are_derived_and_told(run: Any) -> None:
    header = "Company,Country"
    status, said = run("Alpha,Finland\nBeta,Finland\nAlpha,France\n", header=header)
    assert status == 0
    assert "The list has no column of ids" in said
    status, said = run("Beta,FI\nALPHA,France\nGamma,FR\n", header=header)
    assert "1 new, 1 changed, 1 unchanged, 1 vanished" in said
    status, said = run("Beta,FI\nBéta,FI\n", header=header)
    assert status == 1
    assert "Line 2 has the same name and country" in said


def test_co_exhibitors_stand_with_their_main_exhibitor(
    run: Any, edition: Any, tmp_path: Path
) -> None:
    header = "Id,Name,Main exhibitor"
    status, said = run("1,Co,2\n2,Main,\n3,Other,\n", header=header)
    assert status == 0, said
    co, main, _ = Participation.objects.order_by("external_id")
    assert (co.role, co.main_exhibitor, main.role) == ("co_exhibitor", main, "exhibitor")
    out = tmp_path / "out.csv"
    give_out(["exhibitors", "--edition", edition.slug, "-o", str(out)])
    before = everything()
    _status, said = run(out.read_bytes(), name="again.csv")
    assert "0 new, 0 changed, 3 unchanged" in said
    _status, said = run("1,Co,3\n2,Main,\n3,Other,\n", header=header)
    assert "0 new, 1 changed, 2 unchanged" in said
    co.refresh_from_db()
    assert co.main_exhibitor.external_id == "3"
    take_in(["undo", ImportBatch.objects.order_by("-pk")[0].public_id])
    assert everything() == before
    status, said = run("1,Co,9\n2,Main,1\n", header=header)
    assert status == 1
    assert "No main exhibitor has this id - lines 2, 3 (“9”, “1”)" in said


def test_likely_doubles_are_reported_as_pairs(run: Any) -> None:
    rows = (
        "1,Seco-Larm Inc.,,,,,,,,\n2,SECO LARM,,,,,,,,\n3,Secolarm Ltd.,,,,,,,,\n4,Nokia,,,,,,,,\n"
    )
    _status, said = run(rows)
    assert "Likely doubles (3 pairs" in said
    assert "line 2 'Seco-Larm Inc.' - line 3 'SECO LARM' (1.00)" in said
    assert "Nokia" not in said.split("Likely doubles")[1].split("Taken in")[0]
    assert Participation.objects.count() == 4


def test_same_source_in_the_next_edition_reuses_the_firm(
    run: Any, edition: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(ROWS)
    nextyear = factories.make_edition(edition.expo)
    (tmp_path / "n.csv").write_text(f"{HEADER}\n{ROWS.replace('loyly.example,', 'new.example,')}")
    words = ["exhibitors", str(tmp_path / "n.csv"), "--edition", nextyear.slug]
    before = everything()
    assert take_in(words) == 0
    assert (Organisation.objects.count(), Person.objects.count()) == (3, 1)
    assert Organisation.objects.get(external_id="1").website == "https://new.example"
    assert take_in(words) == 0
    assert "0 new, 0 changed, 3 unchanged" in capsys.readouterr().out
    first = ImportBatch.objects.filter(place=nextyear.slug).order_by("pk")[0]
    assert take_in(["undo", first.public_id]) == 0
    assert everything() == before


def test_hostile_text_is_kept_as_text_or_refused(run: Any) -> None:
    status, said = run("1,<script>alert(1)</script>,,,,,R&amp;D &mdash; labs,,,\n")
    assert status == 0
    participation = Participation.objects.get()
    assert str(participation.display_name) == "<script>alert(1)</script>"
    assert str(participation.about) == "R&D — labs"
    status, said = run("2,A\u202eB,,,,,,,,\n")
    assert status == 1
    assert "A mark that turns the reading direction (U+202E) at character 2" in said


def test_list_shows_batches_newest_first(run: Any, edition: Any, capsys: Any) -> None:
    run(ROWS)
    run(ROWS)
    assert take_in(["list", "--edition", edition.slug]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert ["unchanged" in lines[0], "3 new" in lines[1], len(lines)] == [True, True, 2]


def test_export_needs_a_known_ending_and_a_folder(
    edition: Any, capsys: Any, tmp_path: Path
) -> None:
    words = ["exhibitors", "--edition", edition.slug, "-o"]
    assert give_out([*words, str(tmp_path / "x.pdf")]) == 1
    assert give_out([*words, str(tmp_path / "no" / "x.csv")]) == 1
    said = capsys.readouterr().err
    assert "Possible are .csv and .xlsx." in said
    assert "cannot be written" in said


def test_write_table_notes_stand_above_the_header(tmp_path: Path) -> None:
    write_table(tmp_path / "x.xlsx", ["Name", "City"], [["A", "B"]], notes=["=Note"])
    table = read_table(tmp_path / "x.xlsx", known=["Name", "City"])
    assert (table.header, table.skipped) == (("Name", "City"), ("'=Note",))


def test_a_failing_import_keeps_requests_that_were_made_meanwhile(
    run: Any, edition: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    buyer = factories.make_participation(edition, "buyer")

    def fail(*words: Any) -> None:
        factories.make_request(buyer, Participation.objects.get(external_id="1"))
        raise OSError("no space left")

    monkeypatch.setattr(batches, "finish", fail)
    with pytest.raises(OSError, match="no space left"):
        run(ROWS)
    batch = ImportBatch.objects.get()
    said = capsys.readouterr().out
    assert "The import failed and is not undone. 1 meeting requests hang on" in said
    way_out = f"emporion import recover --edition {edition.slug} --with-requests"
    assert way_out in said
    assert MeetingRequest.objects.count() == 1
    ImportBatch.objects.update(process=batch.process.rpartition(":")[0] + ":1")
    monkeypatch.undo()
    status, said = run(ROWS)
    assert (status, way_out in said) == (1, True)
    assert take_in(["recover", "--edition", edition.slug, "--with-requests"]) == 0
    assert Participation.objects.filter(role="exhibitor").count() == 0


def test_a_request_made_while_an_import_is_undone_stays(
    run: Any, edition: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(ROWS)
    buyer = factories.make_participation(edition, "buyer")
    undo = batches.undo

    def late(*words: Any, **more: Any) -> int:
        factories.make_request(buyer, Participation.objects.get(external_id="1"))
        return undo(*words, **more)

    monkeypatch.setattr(batches, "undo", late)
    assert take_in(["undo", ImportBatch.objects.get().public_id]) == 1
    assert "recover --edition" in capsys.readouterr().err
    assert MeetingRequest.objects.count() == 1


def test_what_a_public_release_tells_of_is_not_undone(
    run: Any, edition: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    run(ROWS)
    buyer = factories.make_participation(edition, "buyer")
    request = factories.make_request(buyer, Participation.objects.get(external_id="1"))
    factories.make_release(
        edition, [(request, factories.make_slots(edition)[0])], state="published"
    )
    words = ["undo", ImportBatch.objects.get().public_id, "--with-requests"]
    assert take_in(words) == 1
    assert "stays: release 1 of the schedule" in capsys.readouterr().err
    assert Meeting.objects.count() == 1


def test_undo_of_a_delegate_leaves_their_other_delegations(run: Any, edition: Any) -> None:
    run(ROWS)
    run(ROWS.replace("Tech Hall,T-3,,,,", "Tech Hall,T-3,,,Max Muster,"))
    third, second = (Participation.objects.get(external_id=i) for i in "32")
    person = third.delegates.get().person
    Delegate.objects.create(participation=second, person=person)
    assert take_in(["undo", ImportBatch.objects.order_by("-pk")[0].public_id]) == 0
    assert (third.delegates.count(), second.delegates.get().person) == (0, person)


def test_a_richer_list_feeds_its_new_columns(run: Any) -> None:
    run("1,A\n", header="Id,Name")
    status, said = run("1,A,France,x\n", header="Id,Name,Country,Odd")
    assert status == 0
    assert "New columns, guessed by their headings: Country → country." in said
    assert Participation.objects.get().country == "FR"
