"""The taxonomy: complete in three languages, unambiguous, tied to codes that exist."""

import csv
import re
from collections import Counter
from pathlib import Path

import pytest

from emporion.registry import taxonomy

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"


def rows(path: str) -> list[dict[str, str]]:
    file = DATA / path
    if not file.exists():
        pytest.skip(f"needs ../shared/data/{path}")
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def test_codes_are_lower_case_dotted_on_two_levels() -> None:
    assert [c for c in taxonomy.codes() if not re.fullmatch(r"[a-z]+(\.[a-z0-9]+)?", c)] == []
    assert 140 <= len(taxonomy.codes()) <= 190
    assert len(set(taxonomy.codes())) == len(taxonomy.codes())


def test_parent_and_children_agree() -> None:
    for group in taxonomy.groups():
        assert taxonomy.parent(group) is None
        assert taxonomy.ancestors(group) == (group,)
        for leaf in taxonomy.children(group):
            assert taxonomy.parent(leaf) == group
            assert taxonomy.ancestors(leaf) == (leaf, group)
            assert taxonomy.children(leaf) == ()
    leaves = sum(len(taxonomy.children(group)) for group in taxonomy.groups())
    assert leaves + len(taxonomy.groups()) == len(taxonomy.codes())


@pytest.mark.parametrize("lang", taxonomy.LANGUAGES)
def test_labels_unique_in_each_language(lang: str) -> None:
    labels = Counter(taxonomy.normalised(taxonomy.label(c, lang)) for c in taxonomy.codes())
    assert [word for word, times in labels.items() if times > 1] == []


def test_labels_in_their_own_script() -> None:
    for code in taxonomy.codes():
        assert re.search("[\u4e00-\u9fff]", taxonomy.label(code, "zh-hans")), code
        assert re.search("[\u0600-\u06ff]", taxonomy.label(code, "ar")), code


def test_every_word_leads_back_to_one_code() -> None:
    ambiguous = {
        word: taxonomy.find(word)
        for code in taxonomy.codes()
        for words in taxonomy.terms(code).values()
        for word in words
        if taxonomy.find(word) != (code,)
    }
    assert ambiguous == {}


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("跨境电商", "ecommerce.crossborder"),
        ("跨境电子商务", "ecommerce.crossborder"),
        ("well-being", "health.wellbeing"),
        ("Wellbeing", "health.wellbeing"),
        ("WELLNESS", "health.wellbeing"),
        ("ＡＩ", "ai"),
        ("التجارة الالكترونية", "ecommerce"),
        ("ai.vision", "ai.vision"),
    ],
)
def test_find_folds_case_width_and_letter_variants(word: str, code: str) -> None:
    assert taxonomy.find(word) == (code,)


def test_find_unknown_word_finds_nothing() -> None:
    assert taxonomy.find("steam locomotives") == ()
    assert taxonomy.find("") == ()


def test_guess_unknown_heading_is_none() -> None:
    assert taxonomy.guess("Vision of artificial things") is None
    assert taxonomy.guess("") is None


def test_label_unknown_language_falls_back_to_english() -> None:
    assert taxonomy.label("ai", "fi") == "Artificial intelligence"
    assert taxonomy.label("ai", "ar-eg") == "الذكاء الاصطناعي"


def test_get_unknown_code_is_named() -> None:
    with pytest.raises(KeyError, match="no taxonomy code 'ai.nothing'"):
        taxonomy.get("ai.nothing")


def test_every_code_has_a_hint() -> None:
    assert [c for c in taxonomy.codes() if not (taxonomy.get(c).hs or taxonomy.get(c).ebops)] == []


def test_hs_hints_are_headings_of_hs_2022() -> None:
    headings = {r["hscode"] for r in rows("hs2022/harmonized-system.csv") if r["level"] == "4"}
    assert {h for c in taxonomy.codes() for h in taxonomy.get(c).hs} - headings == set()


def test_ebops_hints_are_items_of_ebops_2010() -> None:
    items = {r["code"] for r in rows("ebops2010/ebops2010-codes.csv")}
    assert {taxonomy.get(c).ebops for c in taxonomy.codes()} - {""} - items == set()


def test_guess_maps_every_ces_2026_category() -> None:
    listed = rows("ces-2026-exhibitors/exhibitors.csv")
    headings = {h.strip() for r in listed for h in r["Product_Categories"].split(";")} - {""}
    assert len(headings) == 49
    assert sorted(h for h in headings if taxonomy.guess(h) is None) == []


def test_deal_types_have_labels_in_three_languages() -> None:
    for key in taxonomy.deal_types():
        labels = [taxonomy.deal_type_label(key, lang) for lang in taxonomy.LANGUAGES]
        assert len(set(labels)) == 3
        assert [taxonomy.find_deal_type(word) for word in labels] == [key] * 3


def test_deal_type_unknown_is_named() -> None:
    assert taxonomy.find_deal_type("barter") is None
    with pytest.raises(KeyError, match="no deal type 'barter'"):
        taxonomy.deal_type_label("barter", "en")
