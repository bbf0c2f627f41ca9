"""Lists of buyers: firms and people on their own, with needs in codes and in words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from emporion.core.models import ImportBatch
from emporion.core.translated import as_dict
from emporion.edition.models import Participation
from emporion.portal.interfaces.commands import give_out, take_in
from emporion.registry.models import Organisation, Person
from tests import factories
from tests.portal.stored import everything

HEADER = "Id,Company,Country,Contact person,Title,Phone,Needs,Requirements,Target markets,Languages"
ROWS = """\
b1,Himal Trading,Nepal,Sita Sharma,Head of purchasing,+977 1 4123456,Artificial intelligence; VR,We explore AI systems,Nepal; India,"English, Nepali"
b2,,Kenya,Wanjiru Kamau,,,软件,,,
b3,上海采购有限公司,中国,王伟,经理,+86 21 5555 0000,跨境电商,寻找芬兰桑拿产品,FI,中文
"""


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str], edition: Any, settings: Any) -> Any:
    settings.DATA_DIR = tmp_path

    def run(rows: str | bytes, *words: str, header: str = HEADER, name: str = "l.csv") -> str:
        path = tmp_path / name
        path.write_bytes(rows if isinstance(rows, bytes) else f"{header}\n{rows}".encode())
        take_in(["buyers", str(path), "--edition", edition.slug, *words])
        said = capsys.readouterr()
        return said.out + said.err

    return run


def test_import_buyers_writes_firms_people_and_needs(run: Any) -> None:
    assert "3 new" in run(ROWS)
    first, second, third = Participation.objects.order_by("external_id")
    assert {p.role for p in (first, second, third)} == {"buyer"}
    assert [(n.code, as_dict(n.text)) for n in first.needs.order_by("pk")] == [
        ("ai", {}),
        ("vr", {}),
        ("", {"en": "We explore AI systems"}),
    ]
    assert (first.markets, first.languages) == (["NP", "IN"], ["en", "ne"])
    assert first.person is None
    assert first.delegates.get().person.job_title == "Head of purchasing"
    assert second.organisation is None
    assert (second.person.name, str(second.display_name)) == ("Wanjiru Kamau", "Wanjiru Kamau")
    assert second.delegates.get().person == second.person
    assert as_dict(third.needs.get(code="").text) == {"zh-hans": "寻找芬兰桑拿产品"}
    assert (Organisation.objects.count(), Person.objects.count()) == (2, 3)


def test_import_buyers_again_and_from_the_export_changes_nothing(
    run: Any, edition: Any, tmp_path: Path
) -> None:
    run(ROWS)
    factories.make_participation(edition, "buyer", needs=["ai", "ai"])
    before = everything()
    assert "0 new, 0 changed, 3 unchanged, 0 vanished" in run(ROWS)
    give_out(["buyers", "--edition", edition.slug, "-o", str(tmp_path / "o.xlsx")])
    said = run((tmp_path / "o.xlsx").read_bytes(), name="o2.xlsx")
    assert "0 new, 0 changed, 4 unchanged, 0 vanished" in said
    assert everything() == before


def test_person_gets_a_firm_later_and_undo_takes_it_away(run: Any) -> None:
    run(ROWS)
    before = everything()
    said = run(ROWS.replace("b2,,Kenya", "b2,Kamau Imports,Kenya"))
    assert "0 new, 1 changed, 2 unchanged" in said
    second = Participation.objects.get(external_id="b2")
    assert (str(second.organisation), str(second.display_name)) == ("Kamau Imports",) * 2
    assert "0 changed, 3 unchanged" in run(ROWS.replace("b2,,Kenya", "b2,Kamau Imports,Kenya"))
    last = ImportBatch.objects.order_by("-pk")[1]
    take_in(["undo", last.public_id])
    assert everything() == before


def test_new_text_of_a_need_replaces_the_old_one(run: Any) -> None:
    run(ROWS)
    run(ROWS.replace("We explore AI systems", "We look for robots").replace("; VR", "; Robotics"))
    first = Participation.objects.get(external_id="b1")
    assert [(n.code, as_dict(n.text)) for n in first.needs.order_by("pk")] == [
        ("ai", {}),
        ("robotics", {}),
        ("", {"en": "We look for robots"}),
    ]


def test_derived_ids_tell_two_people_of_one_firm_apart(run: Any) -> None:
    header = "Company,Country,Contact"
    said = run("Himal,Nepal,Sita\nHimal,Nepal,Ram\n", header=header)
    assert "2 new" in said
    assert "0 new, 0 changed, 2 unchanged" in run("Himal,NP,Ram\nHimal,NP,Sita\n", header=header)


def test_row_without_firm_and_contact_fails(run: Any) -> None:
    assert "The name is missing - lines 2" in run("b1,,Nepal,,,,,,,\n")
    assert Participation.objects.count() == 0


def test_blank_cells_take_away_what_was_there(run: Any) -> None:
    run(ROWS)
    said = run("b1,Himal Trading,Nepal,Sita Sharma,,,,,,\n")
    assert "1 changed" in said
    first = Participation.objects.get(external_id="b1")
    assert (first.needs.count(), first.markets, first.languages) == (0, [], [])
    person = first.delegates.get().person
    assert (person.job_title, person.phone) == ("", None)


def test_columns_that_are_not_there_leave_everything_as_it_is(run: Any) -> None:
    run(ROWS)
    before = everything()
    said = run("b1,Himal Trading\n", header="Id,Company")
    assert "0 changed, 1 unchanged, 2 vanished" in said
    assert everything() == before


def test_numbers_out_of_range_and_no_truth_fail(run: Any) -> None:
    said = run("b1,A,-1,maybe\nb2,B,x,yes\nb3,C,,\n", header="Id,Company,Most meetings,Made up")
    assert "No whole number in range - lines 2, 3 (“-1”, “x”)" in said
    assert "Neither yes nor no - lines 2 (“maybe”)" in said
    assert "2 rows fail" in said
