from dataclasses import replace

import pytest

from emporion.core.tabular.headings import (
    Mapping,
    guess_mapping,
    read_mapping,
    with_new_columns,
    write_mapping,
)
from emporion.core.tabular.report import TableError

FIELDS = {
    "name": ["Company", "Company name", "Exhibitor", "公司名称", "公司", "企业名称"],
    "external_id": ["id", "Exh_id", "编号"],
    "country": ["Country", "国家", "国家/地区"],
    "website": ["URL", "Homepage", "网址", "网站"],
    "category": ["Product categories", "Categories", "产品类别", "类别"],
}


def test_english_headings():
    header = ["Name", "Exh_id", "Detail_URL", "Website", "Product_Categories", "Country"]
    mapping = guess_mapping(header, FIELDS)
    assert mapping.columns == {
        "name": "Name",
        "external_id": "Exh_id",
        "country": "Country",
        "website": "Website",
        "category": "Product_Categories",
    }
    assert mapping.unmapped == ["Detail_URL"]
    assert mapping.missing(FIELDS) == []


def test_chinese_and_bilingual_headings():
    header = ["编号", "公司名称 / Company name", "国家（地区）", "网址 Website", "备注"]
    mapping = guess_mapping(header, FIELDS)
    assert mapping.columns == {
        "name": header[1],
        "external_id": "编号",
        "country": header[2],
        "website": header[3],
    }
    assert mapping.unmapped == ["备注"]
    assert mapping.missing(FIELDS) == ["category"]


def test_whole_heading_wins_over_part_and_near_miss():
    mapping = guess_mapping(["Company (legal)", "Company", "Countrys"], FIELDS)
    assert mapping.columns == {"name": "Company", "country": "Countrys"}
    assert mapping.unmapped == ["Company (legal)"]


def test_first_column_wins_a_tie():
    assert guess_mapping(["URL", "Homepage"], FIELDS).columns == {"website": "URL"}


def test_mapping_round_trip(tmp_path):
    mapping = Mapping(
        {"name": "公司名称", "country": "Land: ja"},
        ["x"],
        {"category": {"IoT/Sensors": "iot", "智能": "ai"}},
    )
    path = tmp_path / "mapping.yaml"
    write_mapping(path, mapping)
    assert read_mapping(path, FIELDS, ["公司名称", "Land: ja", "x"]) == replace(
        mapping, seen=("公司名称", "Land: ja", "x")
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("version: 1\ncolumns: {name: Nome}", "column that the list does not have"),
        ("version: 1\ncolumns: {nam: Name}", "unknown field “nam”"),
        ("version: 1\ncolums: {}", "unknown key “colums”"),
        ("version: 2\ncolumns: {}", "version 2"),
        ("version: 1\ncolumns: [a]", "does not map texts to texts"),
        ("version: 1\ncolumns: {name: Name}\nvalues: 3", "values"),
        ("version: [1", "Line 1"),
        ("", "empty"),
    ],
)
def test_bad_mapping(tmp_path, text, message):
    path = tmp_path / "mapping.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(TableError, match=message):
        read_mapping(path, FIELDS, ["Name"])


def test_own_keys_are_ignored(tmp_path):
    path = tmp_path / "mapping.yaml"
    path.write_text("version: 1\nx-note: by hand\ncolumns: {name: Name}\n", encoding="utf-8")
    assert read_mapping(path, FIELDS, ["Name"]).columns == {"name": "Name"}


def test_new_headings_are_guessed_where_the_mapping_was(tmp_path):
    fields = {"id": ("Id",), "name": ("Name",), "country": ("Country",), "stand": ("Stand",)}
    path = tmp_path / "m.yaml"
    write_mapping(path, guess_mapping(["Id", "Name", "Stand", "Odd"], fields))
    # Somebody takes a line out: that column stays out.
    path.write_text(path.read_text().replace("  stand: Stand\n", ""))
    header = ["Country", "Id", "Name", "Stand", "Odd", "Odder"]
    made = with_new_columns(read_mapping(path, fields, header), header, fields)
    assert made.columns == {"id": "Id", "name": "Name", "country": "Country"}
    assert made.unmapped == ["Stand", "Odd", "Odder"]
    path.write_text("version: 1\ncolumns: {id: Id}\n")
    by_hand = read_mapping(path, fields, header)
    assert with_new_columns(by_hand, header, fields) == by_hand
    path.write_text("version: 1\ncolumns: {id: Id}\nheadings: 3\n")
    with pytest.raises(TableError, match="not a list"):
        read_mapping(path, fields, header)
