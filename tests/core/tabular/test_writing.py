from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.utils.escape import unescape

from emporion.core.tabular import writing
from emporion.core.tabular.formulas import neutralised, restored
from emporion.core.tabular.reading import read_table
from emporion.core.tabular.report import TableError
from emporion.core.tabular.sheet import letters, workbook
from emporion.core.tabular.writing import write_table

TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)
CODED = st.text(st.sampled_from("__xxX0045FfaA&"), max_size=24)
WILD = st.text(st.sampled_from("=+-@|'\t\r\n\",;a1 桑ساé"), max_size=8)


@given(st.one_of(TEXT, WILD))
def test_neutralised_is_restored(text):
    assert restored(neutralised(text)) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("=SUM(A1)", "'=SUM(A1)"),
        ("+358 40 123", "'+358 40 123"),
        ("@x", "'@x"),
        ("|cmd", "'|cmd"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("-x", "'-x"),
        ("-5", "-5"),
        ("-5.25", "-5.25"),
        ("-5+cmd|' /C calc'!A0", "'-5+cmd|' /C calc'!A0"),
        ("'=x", "''=x"),
        ("it's", "it's"),
        ("", ""),
    ],
)
def test_neutralised(text, expected):
    assert neutralised(text) == expected


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.one_of(TEXT, WILD), min_size=3, max_size=3), min_size=1, max_size=6))
def test_csv_round_trip(tmp_path_factory, rows):
    # A row of white space is no row.
    rows = [["x" + row[0], *row[1:]] for row in rows]
    path = tmp_path_factory.mktemp("csv") / "list.csv"
    assert write_table(path, ["name", "country", "text"], rows) == len(rows)
    table = read_table(path, delimiter=",")
    assert table.header == ("name", "country", "text")
    assert [list(row.cells) for row in table.rows] == rows
    assert table.encoding == "utf-8-sig"


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(TEXT, min_size=2, max_size=2), min_size=1, max_size=6))
def test_xlsx_round_trip(tmp_path_factory, rows):
    rows = [["x" + row[0], row[1]] for row in rows]
    path = tmp_path_factory.mktemp("xlsx") / "list.xlsx"
    assert write_table(path, ["name", "text"], rows) == len(rows)
    table = read_table(path)
    assert [list(row.cells) for row in table.rows] == rows


def test_numbers_and_dates_stay_what_they_are(tmp_path):
    row = ["a", -5, 2.5, Decimal("1.10"), date(2023, 11, 23), None, True]
    header = ["name", "b", "c", "d", "e", "f", "g"]
    for ending, last in ((".csv", "TRUE"), (".xlsx", "TRUE")):
        write_table(tmp_path / f"l{ending}", header, [row])
        cells = read_table(tmp_path / f"l{ending}").rows[0].cells
        assert (cells[:3], float(cells[3]), cells[4:]) == (
            ("a", "-5", "2.5"),
            1.1,
            ("2023-11-23", "", last),
        )


def test_xlsx_holds_no_formula(tmp_path):
    write_table(tmp_path / "l.xlsx", ["=name"], [["=1+1"], ["+1"], ["@a"]])
    page = load_workbook(tmp_path / "l.xlsx").active
    assert [(c.value, c.data_type) for (c,) in page.iter_rows()] == [
        ("'=name", "s"),
        ("'=1+1", "s"),
        ("'+1", "s"),
        ("'@a", "s"),
    ]


def test_nothing_is_left_when_a_row_fails(tmp_path):
    path = tmp_path / "l.csv"
    with pytest.raises(TableError, match="1 cells"):
        write_table(path, ["a", "b"], [["x", "y"], ["z"]])
    assert list(tmp_path.iterdir()) == []


def test_other_endings_are_refused(tmp_path):
    with pytest.raises(TableError, match=r"\.pdf"):
        write_table(tmp_path / "l.pdf", ["a"], [])


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_file_that_is_beside_stays(tmp_path, ending):
    beside = tmp_path / f"list.{ending}.part"
    beside.write_text("mine")
    assert write_table(tmp_path / f"list.{ending}", ["a"], [["1"]]) == 1
    assert beside.read_text() == "mine"
    assert len(list(tmp_path.iterdir())) == 2


MOMENT = datetime(2023, 11, 23, 9, 30, 15)


def test_xlsx_read_by_another_program_holds_what_was_written(tmp_path):
    texts = ['a & b <c> "d" ]]>', " at both ends ", "two\nlines", "three\r\nmore", "桑ساé", "1.5"]
    values = [7, -2.5, 2**40, Decimal("1.10"), True, date(2023, 11, 23), MOMENT, None, ""]
    row = [*texts, *values, *[None] * 20, "last"]
    header = [f"h{place}" for place in range(len(row))]
    write_table(tmp_path / "l.xlsx", header, [row, row], sheet="A & B", notes=["first", "second"])
    page = load_workbook(tmp_path / "l.xlsx").active
    assert (page.title, page.freeze_panes, page.max_row) == ("A & B", "A4", 5)
    told, *same = page.iter_rows(min_row=4, values_only=True)
    assert same == [told]
    assert told == (
        *texts, 7, -2.5, 2**40, 1.1, True, datetime(2023, 11, 23), MOMENT, None, None,
        *[None] * 20, "last",
    )  # fmt: skip
    assert [page.cell(1, 1).value, page.cell(2, 1).value, page.cell(3, 36).value] == [
        "first", "second", "h35",
    ]  # fmt: skip
    formats = [cell.number_format for cell in page[4][11:13]]
    assert formats == ["yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss"]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(CODED, st.sampled_from(["_x0041_x0042_", "_x005F_x005f_", "__x000D_"]))))
def test_text_that_looks_like_the_number_of_a_sign_stays_what_it_is(tmp_path_factory, texts):
    path = tmp_path_factory.mktemp("xlsx") / "list.xlsx"
    written = ["x", *texts]
    write_table(path, ["_x0041_"], [["x" + text] for text in written])
    table = read_table(path)
    assert (table.header, [row.cells[0] for row in table.rows]) == (
        ("_x0041_",), ["x" + text for text in written],
    )  # fmt: skip
    # openpyxl gives a cell as it stands in the file, and leaves this to the caller.
    cells = [unescape(cell) for (cell,) in load_workbook(path).active.iter_rows(values_only=True)]
    assert cells == ["_x0041_", *("x" + text for text in written)]


def test_number_of_a_sign_is_read_as_a_spreadsheet_shows_it(tmp_path):
    # As Excel writes them, in the strings that cells of a workbook share.
    book = Workbook()
    for cell in ("name", "_x0041_b", "_x005F_x0041_", "_x41_", "_X0041_"):
        book.active.append([cell])
    book.save(tmp_path / "l.xlsx")
    rows = read_table(tmp_path / "l.xlsx").rows
    assert [row.cells[0] for row in rows] == ["Ab", "_x0041_", "_x41_", "_X0041_"]


def test_sign_that_no_workbook_holds_is_replaced(tmp_path):
    write_table(tmp_path / "l.xlsx", ["a"], [["x\x00\x1f\uffff\ud800y"]])
    page = load_workbook(tmp_path / "l.xlsx").active
    assert page["A2"].value == "x\ufffd\ufffd\ufffd\ufffdy"


@pytest.mark.parametrize(
    ("place", "name"),
    [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (701, "ZZ"), (702, "AAA"),
     (16_383, "XFD")],
)  # fmt: skip
def test_letters_of_a_column(place, name):
    assert letters(place) == name


@pytest.mark.parametrize("name", ["", "a/b", "a:b", "[a]", "what?", "x" * 32])
def test_name_that_no_sheet_can_have_is_refused(tmp_path, name):
    with (
        (tmp_path / "l.xlsx").open("wb") as file,
        pytest.raises(ValueError, match="cannot be called"),
        workbook(file, name, width=1, still=1),
    ):
        pass


def test_workbook_that_could_not_be_read_again_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(writing, "MAX_UNPACKED", 3_000_000)
    rows = [["x" * 1000]] * 3000
    with pytest.raises(TableError, match="3 MB"):
        write_table(tmp_path / "l.xlsx", ["a"], rows)
    assert list(tmp_path.iterdir()) == []
    assert write_table(tmp_path / "l.csv", ["a"], rows) == 3000
