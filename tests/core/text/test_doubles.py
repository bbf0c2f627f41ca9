import csv

import pytest

from emporion.core.text.doubles import likely_doubles, name_words

CES = "data/ces-2026-exhibitors/exhibitors.csv"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Shenzhen Huion Trend Co., Ltd", ("shenzhen", "huion", "trend")),
        ("Ynvisible, S.A.", ("ynvisible",)),
        ("EYE-TECH s.r.l.", ("eye", "tech")),
        ("ACME Sp. z o.o.", ("acme",)),
        ("Compertum Microsystems lnc.", ("compertum", "microsystems")),
        ("Tata Consulting Pvt. Ltd.", ("tata", "consulting")),
        ("深圳市大疆创新科技有限公司", ("shenzhen", "dajiang", "innovation", "technology")),
        ("株式會社ソニー", ("ソニー",)),
        ("鴻海精密工業股份有限公司", ("honghaijingmi", "industrial")),
        ("شركة الابتكار للتجارة ذ.م.م", ("ابتكار", "تجاره")),
        ("Co", ("co",)),
        ("", ()),
    ],
)
def test_name_words(name, expected):
    assert name_words(name) == expected


def _pairs(names, **more):
    entries = [(str(n), name) for n, name in enumerate(names)]
    return {(d.first_name, d.second_name): d.why for d in likely_doubles(entries, **more)}


def test_legal_forms_case_and_punctuation_make_no_difference():
    assert _pairs(["Nokia Oyj", "NOKIA", "Sony Corp.", "Motorola"]) == {
        ("Nokia Oyj", "NOKIA"): "same"
    }


def test_three_spellings_and_two_scripts():
    found = _pairs(
        ["Huawei Technologies Co., Ltd.", "华为技术有限公司", "HUAWEI TECHNOLOGY", "Xiaomi Inc."]
    )
    assert set(found) == {
        ("Huawei Technologies Co., Ltd.", "华为技术有限公司"),
        ("Huawei Technologies Co., Ltd.", "HUAWEI TECHNOLOGY"),
        ("华为技术有限公司", "HUAWEI TECHNOLOGY"),
    }


def test_misspelt_and_split_words():
    found = _pairs(
        ["Müller Maschinenbau GmbH", "Mueller Maschinenbau", "Li-Ion Power", "Liion Power Ltd"]
    )
    assert set(found) == {
        ("Müller Maschinenbau GmbH", "Mueller Maschinenbau"),
        ("Li-Ion Power", "Liion Power Ltd"),
    }


def test_common_words_do_not_make_a_double():
    assert (
        _pairs(
            [
                f"Shenzhen {word} Technology Co., Ltd."
                for word in ("Kenvox", "Pecron", "Huion", "LVSUN", "Keytok")
            ]
        )
        == {}
    )
    assert _pairs(["Hall 1 Systems", "Hall 2 Systems"]) == {}


def test_one_key_with_several_names_is_no_pair():
    pairs = likely_doubles(
        [("a", "Huawei Technology"), ("a", "华为技术"), ("b", "HUAWEI Technology Ltd")]
    )
    assert [(d.first, d.second, d.score) for d in pairs] == [("a", "b", 1.0)]


def test_stored_names_are_not_compared_with_each_other():
    pairs = likely_doubles([("new", "Nokia")], [("x", "Nokia Oyj"), ("y", "NOKIA Ltd")])
    assert [(d.first, d.second) for d in pairs] == [("new", "x"), ("new", "y")]


def test_real_list_of_exhibitors_names_few_pairs(shared):
    with (shared / CES).open(encoding="utf-8", newline="") as lines:
        names = [(row["Exh_id"], row["Name"]) for row in csv.DictReader(lines)]
    pairs = likely_doubles(names)
    assert {"Samsung", "Samsung Electronics, Inc."} in [
        {d.first_name, d.second_name} for d in pairs
    ]
    assert len(pairs) < 20
