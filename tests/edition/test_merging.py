"""Laying a list over what is stored."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from emporion.edition.domain.enrolment import Interest
from emporion.edition.domain.merging import language_of, new_interests, new_texts
from emporion.edition.domain.records import interest_codes, interest_text, main_text


def test_language_of_is_told_by_script() -> None:
    texts = {
        "Nokia": "en",
        "Löyly": "en",
        "华为": "zh-hans",
        "华为 Huawei": "en",
        "华为技术 HW": "zh-hans",
        "شركة": "ar",
        "삼성전자": "ko",
        "ソニー株式会社": "ja",
        "123": "en",
        "": "en",
        "Газпром": "en",
    }
    assert {text: language_of(text) for text in texts} == texts


def test_new_texts_plain_text_that_is_shown_already_changes_nothing() -> None:
    assert new_texts({"fi": "Löyly"}, ("Löyly", {})) == {"fi": "Löyly"}


def test_new_texts_plain_text_replaces_the_shown_one_in_its_language() -> None:
    assert new_texts({"fi": "Löyly"}, ("Loyly", {})) == {"fi": "Loyly"}
    assert new_texts({"en": "A", "ar": "ا"}, ("B", {})) == {"en": "B", "ar": "ا"}
    assert new_texts({"en": "A"}, ("华为", {})) == {"en": "A", "zh-hans": "华为"}


def test_new_texts_empty_text_takes_the_shown_one_away() -> None:
    assert new_texts({"en": "A", "ar": "ا"}, ("", {})) == {"ar": "ا"}
    assert new_texts({"en": "A", "ar": "ا"}, (None, {"ar": ""})) == {"en": "A"}


def test_new_texts_column_of_a_language_wins() -> None:
    assert new_texts({}, ("华为", {"zh-hans": "华为技术"})) == {"zh-hans": "华为技术"}


TEXTS = st.dictionaries(
    st.sampled_from(["en", "zh-hans", "ar", "fi"]),
    st.sampled_from(["A", "B", "华为", "شركة"]),
    max_size=3,
)


@given(before=TEXTS)
def test_new_texts_of_what_an_export_shows_is_the_same(before: dict[str, str]) -> None:
    shown = (main_text(before), {k: before.get(k, "") for k in ("zh-hans", "ar")})
    assert new_texts(before, shown) == before


@given(before=TEXTS, plain=st.sampled_from(["", "A", "B", "华为", "شركة"]))
def test_new_texts_twice_is_once(before: dict[str, str], plain: str) -> None:
    once = new_texts(before, (plain, {}))
    if plain:
        # Taking away the shown text shows the next one; that alone may go on.
        assert new_texts(once, (plain, {})) == once


INTERESTS = st.lists(
    st.builds(
        Interest,
        st.sampled_from(["", "ai", "vr", "cloud"]),
        st.sampled_from([{}, {"en": "x"}, {"zh-hans": "云"}]),
    ),
    max_size=5,
)


@given(
    before=INTERESTS,
    codes=st.lists(st.sampled_from(["ai", "vr", "cloud"]), unique=True),
    text=st.sampled_from(["", "x", "new"]),
)
def test_new_interests_have_the_codes_and_the_text(
    before: list[Interest], codes: list[str], text: str
) -> None:
    after = new_interests(before, codes, text)
    assert sorted(interest_codes(after)) == sorted(codes)
    assert interest_text(after) == text
    kept = new_interests(before, codes, None)
    assert [i for i in kept if not i.code] == [i for i in before if not i.code]
    assert new_interests(before, None, None) == before


def test_new_interests_keep_the_text_of_a_code_that_stays() -> None:
    before = [Interest("ai", {"en": "own words"}, ["CN"], "sourcing"), Interest("vr")]
    assert new_interests(before, ["cloud", "ai"], None) == [before[0], Interest("cloud")]
