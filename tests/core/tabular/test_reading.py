import io
import os
import threading
import zipfile

import pytest
from openpyxl import Workbook

from emporion.core.tabular import reading
from emporion.core.tabular.reading import read_table
from emporion.core.tabular.report import TableError
from emporion.core.tabular.rows import Row

CES = "data/ces-2026-exhibitors/exhibitors.csv"


def _cells(table):
    return [row.cells for row in table.rows]


def _book(rows, **sheets):
    book = Workbook()
    page = book.active
    for row in rows:
        page.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_csv_delimiter_is_found(delimiter):
    lines = [["Name", "Country", "Text"], ["Sauna, Oy", "FI", "a; b | c"], ["Nepal", "NP", "x"]]
    text = "\n".join(delimiter.join(f'"{c}"' for c in line) for line in lines)
    table = read_table(text.encode())
    assert table.delimiter == delimiter
    assert table.header == ("Name", "Country", "Text")
    assert _cells(table) == [tuple(lines[1]), tuple(lines[2])]


def test_csv_says_its_separator_as_excel_does():
    table = read_table(b"sep=;\r\nname;text\r\na,b;c\r\n")
    assert table.header == ("name", "text")
    assert table.rows == (Row(3, ("a,b", "c")),)


@pytest.mark.parametrize(
    ("encoding", "text", "found"),
    [
        ("utf-8", "公司,国家\n杭州软件,中国\n", "utf-8"),
        ("utf-8-sig", "公司,国家\n杭州软件,中国\n", "utf-8-sig"),
        ("utf-16", "公司,国家\n杭州软件,中国\n", "utf-16"),
        ("utf-16-le", "name,country\n杭州软件,中国\nNokia,FI\n", "utf-16-le"),
        ("utf-16-be", "name,country\n杭州软件,中国\nNokia,FI\n", "utf-16-be"),
        ("gb18030", "name,country\n" + "Plain,FI\n" * 500 + "杭州软件有限公司,中国\n", "gb18030"),
        ("gb18030", "公司名称,国家\n深圳市大疆创新科技有限公司,中国\n", "gb18030"),
        ("big5", "公司名稱,國家\n台灣積體電路製造股份有限公司,台灣\n鴻海精密工業,台灣\n", "big5"),
        ("big5", "name,country\n聯發科技,台灣\n", "big5"),
        ("gb18030", "name,country\n华为,中国\n", "gb18030"),
        ("euc_kr", "name,country\n주식회사 삼성테스트,서울\n", "euc_kr"),
        ("euc_jp", "name,country\n株式会社テスト,日本\n", "euc_jp"),
        ("shift_jis", "name,country\nソニーグループ,日本\n", "shift_jis"),
        ("cp1256", "الاسم,البلد\nشركة الابتكار للتجارة,الإمارات\nمؤسسة النور,مصر\n", "cp1256"),
    ],
)
def test_csv_encoding_is_found(encoding, text, found):
    table = read_table(text.encode(encoding))
    assert table.encoding == found
    assert [
        ",".join(table.header),
        *(",".join(row.cells) for row in table.rows),
    ] == text.split() or (
        "\n".join([",".join(table.header), *(",".join(r.cells) for r in table.rows)]) + "\n" == text
    )


@pytest.mark.parametrize(
    "name", ["Müller Söhne", "Göteborg", "Ångström Åse", "Größe & Maß", "Söhne", "ÖBB", "Élan"]
)
def test_csv_in_a_western_encoding_is_never_taken_for_another(name):
    with pytest.raises(TableError, match="This is not UTF-8"):
        read_table(f"name,country\n{name},DE\n".encode("cp1252"))


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("cp1251", "Яндекс"), ("cp1251", "Сбербанк"), ("cp1253", "Αθήνα"), ("cp1255", "חברה"),
        ("cp874", "บริษัท ไทย"), ("cp1254", "Çırağan Şirketi"), ("gb18030", "深圳"),
        ("euc_kr", "(주)네이버,한국"), ("euc_jp", "株式会社日立製作所"),
    ],
)  # fmt: skip
def test_csv_of_which_too_little_is_known_is_asked_about(encoding, name):
    with pytest.raises(TableError, match="no other encoding that could be told"):
        read_table(f"name,country\n{name},X\n".encode(encoding))


def test_one_zero_byte_is_a_fault_and_not_utf16():
    with pytest.raises(TableError, match="zero"):
        read_table(b"Name,Country\nX\0 Ltd,FI\nY Ltd,FI\n")


def test_arabic_list_with_latin_words_is_found():
    text = "الاسم,البلد\nشركة Kestrel للتجارة,الإمارات\nتقنيات الـIT,مصر\n"
    table = read_table(text.encode("cp1256"))
    assert (table.encoding, table.rows[0].cells[0]) == ("cp1256", "شركة Kestrel للتجارة")


def test_csv_in_a_western_encoding_is_asked_about():
    data = "name,country\nMüller Söhne,DE\nÉlan,FR\n".encode("cp1252")
    with pytest.raises(TableError) as caught:
        read_table(data)
    assert caught.value.line == 2
    assert "cp1252" in caught.value.expected
    assert read_table(data, encoding="cp1252").rows[0].cells == ("Müller Söhne", "DE")


def test_csv_in_another_encoding_than_said():
    with pytest.raises(TableError) as caught:
        read_table("a,b\nx,y\n桑拿,z\n".encode("gb18030"), encoding="utf-8")
    assert (caught.value.line, "utf-8" in caught.value.what) == (3, True)
    with pytest.raises(TableError, match="no encoding named"):
        read_table(b"a,b\n", encoding="klingon")


def test_lines_are_those_of_the_file():
    table = read_table(b'name,text\n"a","one\ntwo\nthree"\n\nb,c\n')
    assert [row.line for row in table.rows] == [2, 6]


def test_title_rows_above_the_header():
    text = (
        "Global list of exhibitors,,,\n,,,\nStand 2023-11-01,,,\nName,Country,Hall,Text\na,FI,1,x\n"
    )
    table = read_table(text.encode())
    assert table.header == ("Name", "Country", "Hall", "Text")
    assert table.header_line == 4
    assert [row.line for row in table.rows] == [5]
    assert table.skipped == ("Global list of exhibitors", "Stand 2023-11-01")


def test_known_headings_find_the_header():
    text = "made by,hall office,x\nName,Country,2023\na,FI,3\n"
    assert read_table(text.encode(), known=["name", "country"]).header_line == 2


def test_open_quotation_mark():
    with pytest.raises(TableError) as caught:
        read_table(b'name,text\na,b\n"open,c\nd,e\n')
    assert caught.value.line == 3
    assert "quotation mark" in caught.value.what


def test_text_behind_a_quotation_mark():
    with pytest.raises(TableError) as caught:
        read_table(b'name,text\n"a" b,c\n')
    assert caught.value.line == 2


def test_ragged_rows_are_problems_not_rows():
    table = read_table(b"name,country,text\na,FI,x\nb,FI\nc,FI,x,more\nd,FI,x,,\n")
    assert [row.cells[0] for row in table.rows] == ["a", "d"]
    assert [(p.line, p.what) for p in table.problems] == [
        (3, "The row has 2 cells"),
        (4, "The row has 4 cells"),
    ]


@pytest.mark.parametrize("data", [b"", b"  \n \n", b",,\n,,\n"])
def test_empty_file(data):
    with pytest.raises(TableError, match="empty"):
        read_table(data)


def test_duplicate_headings():
    with pytest.raises(TableError) as caught:
        read_table(b"Name,Country,name\na,b,c\n")
    assert (caught.value.line, caught.value.column) == (1, "name")


def test_too_many_rows_are_refused(monkeypatch):
    monkeypatch.setattr(reading, "MAX_ROWS", 3)
    read_table(b"name,b\n" + b"a,b\n" * 3)
    with pytest.raises(TableError, match="more than 3 rows"):
        read_table(b"name,b\n" + b"a,b\n" * 4)


def test_missing_file(tmp_path):
    with pytest.raises(TableError, match="cannot be read"):
        read_table(tmp_path / "none.csv")


def test_workbook_numbers_dates_and_titles():
    from datetime import date

    table = read_table(
        _book(
            [
                ["List of exhibitors"],
                [None, None, None],
                ["ID", "公司名称", "Founded"],
                [7.0, "杭州", date(2023, 11, 23)],
                [1.5, "'=1+1", None],
                [True, None, None],
            ]
        ),
        name="list.xlsx",
    )
    assert table.sheet == "Sheet"
    assert table.header == ("ID", "公司名称", "Founded")
    assert [(row.line, row.cells) for row in table.rows] == [
        (4, ("7", "杭州", "2023-11-23")),
        (5, ("1.5", "=1+1", "")),
        (6, ("TRUE", "", "")),
    ]


def test_workbook_rows_keep_their_numbers_below_an_empty_area():
    book = Workbook()
    book.active.cell(5, 3, "name")
    book.active.cell(5, 4, "country")
    book.active.cell(7, 3, "a")
    out = io.BytesIO()
    book.save(out)
    table = read_table(out.getvalue())
    assert table.header_line == 5
    assert [row.line for row in table.rows] == [7]


def test_broken_workbook():
    data = _book([["a", "b"], ["c", "d"]])
    with pytest.raises(TableError, match="damaged|cannot be read"):
        read_table(data[: len(data) // 2])
    with pytest.raises(TableError, match="not a workbook"):
        read_table(b"a,b\nc,d\n", name="list.xlsx")
    with pytest.raises(TableError, match="no sheet"):
        read_table(data, sheet="Other")


def test_zero_bytes_are_not_a_table():
    with pytest.raises(TableError, match="zero bytes"):
        read_table(b"a,b\nc\0,d\n" + b"plain,row\n" * 50)


def test_real_list_of_exhibitors(shared):
    table = read_table(shared / CES)
    assert (len(table.rows), table.problems) == (2088, ())
    assert (table.encoding, table.delimiter, table.header_line) == ("utf-8", ",", 1)
    assert table.header[:3] == ("Name", "Exh_id", "Detail_URL")


def test_a_file_that_is_too_long_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "MAX_BYTES", 1 << 20)
    path = tmp_path / "long.csv"
    with path.open("wb") as file:
        file.truncate((1 << 20) + 1)
    monkeypatch.setattr(reading, "decode", None)
    with pytest.raises(TableError, match=r"long\.csv is longer than 1 MB.* several lists"):
        read_table(path)
    path.write_bytes(b"a" * (1 << 20))
    assert len(reading.read_bytes(path)) == 1 << 20


def test_a_pipe_that_is_too_long_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "MAX_BYTES", 1000)
    path = tmp_path / "pipe.csv"
    os.mkfifo(path)
    writer = threading.Thread(target=lambda: path.write_bytes(b"a" * 2000))
    writer.start()
    with pytest.raises(TableError, match="is longer than"):
        reading.read_bytes(path)
    writer.join()


@pytest.mark.parametrize("kind", ["of a file", "of itself without end"])
def test_entities_of_a_workbook_are_not_resolved(tmp_path, kind):
    """Neither is a file of the machine read into a list, nor a text made of itself."""
    hidden = tmp_path / "hidden"
    hidden.write_text("what lies on the machine")
    entity = f'<!ENTITY a SYSTEM "{hidden.as_uri()}">'
    if kind != "of a file":
        more = [f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 9)]
        entity = '<!ENTITY a0 "what lies on the machine">' + "".join(more) + '<!ENTITY a "&a8;">'
    hostile = io.BytesIO()
    book = _book([["name", "note"], ["Aava", "REPLACED"]])
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(hostile, "w") as new:
        for part in old.namelist():
            text = old.read(part).decode()
            if "REPLACED" in text:
                text = f"<!DOCTYPE x [{entity}]>" + text.replace("REPLACED", "&a;")
            new.writestr(part, text)
    with pytest.raises(TableError, match="unrecognized entity"):
        read_table(hostile.getvalue())
