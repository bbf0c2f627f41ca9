import pytest
from hypothesis import given
from hypothesis import strategies as st

from emporion.core.text.fold import fold


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CAFÉ", "cafe"), ("Łódź", "lodz"), ("Ørsted", "orsted"), ("Đorđe", "dorde"),
        ("Straße", "strasse"), ("Æther Œuvre", "aether oeuvre"), ("İstanbul ılık", "istanbul ilik"),
        ("ﬁn ＡＢＣ", "fin abc"), ("Ελλάδα", "ελλαδα"), ("Ёлка Йод", "елка иод"),
        ("أحمد إيمان آل ٱسم", "احمد ايمان ال اسم"), ("مستشفى مكتبة", "مستشفي مكتبه"),
        ("مؤسسة رئيس", "موسسه رييس"), ("مـــرحبا", "مرحبا"), ("السَّاونا", "الساونا"),
        ("٢٠٢٣ ۲۰۲۳ २०२३", "2023 2023 2023"), ("کتاب ایران", "كتاب ايران"),
        ("がぎ ガ", "がぎ ガ"), ("한국", "한국"), ("हिन्दी", "हिन्दी"), ("桑拿", "桑拿"), ("電子商務 臺灣", "电子商务 台湾"),
        ("co\u00adop\u200b", "coop"), ("O’Neil – x", "o'neil - x"), ("", ""),
    ],
)  # fmt: skip
def test_fold(text, expected):
    assert fold(text) == expected


@given(st.text())
def test_fold_is_idempotent(text):
    once = fold(text)
    assert fold(once) == once


@given(st.text(st.characters(categories=["L", "N"])))
def test_case_makes_no_difference(text):
    assert fold(fold(text).upper()) == fold(text.casefold().upper())
