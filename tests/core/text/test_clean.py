import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emporion.core.text.clean import BadText, clean_text


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("a\0", 2), ("\x1b[31m", 1), ("x\x7f", 2), ("x\x80y", 2), ("ab\ud800", 3), ("\udfff", 1),
        ("a\u202eb", 2), ("a\u202d", 2), ("\ufffe", 1), ("x\x0bz", 2),
    ],
)  # fmt: skip
def test_clean_refuses_and_says_where(text, position):
    with pytest.raises(BadText) as caught:
        clean_text(text)
    assert caught.value.position == position
    assert f"character {position}" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  a  ", "a"),
        ("a\tb\r\nc", "a b c"),
        ("e\u0301", "é"),
        ("\ufeffa", "a"),
        ("\u202a+358 40\u202c", "+358 40"),
        ("👩\u200d💻 可\u200c", "👩\u200d💻 可\u200c"),
        ("السَّاونا", "السَّاونا"),
        ("", ""),
    ],
)
def test_clean_line(text, expected):
    assert clean_text(text) == expected


def test_clean_keeps_lines_where_there_may_be_several():
    assert clean_text("a\r\nb\rc\u2028d\n", multiline=True) == "a\nb\nc\nd"


def test_clean_counts_characters_after_composition():
    assert clean_text("e\u0301" * 5, max_length=5) == "é" * 5
    with pytest.raises(BadText) as caught:
        clean_text("a" * 6, max_length=5)
    assert caught.value.position is None
    assert str(caught.value) == ("The text has 6 characters. At most 5 are possible: shorten it.")


@given(st.text(), st.booleans())
def test_clean_is_idempotent_and_fit_for_every_database(text, multiline):
    try:
        once = clean_text(text, multiline=multiline)
    except BadText as error:
        assert 1 <= error.position <= len(text)
        return
    assert clean_text(once, multiline=multiline) == once
    assert unicodedata.is_normalized("NFC", once)
    once.encode("utf-8")
    assert not any(unicodedata.category(c) == "Cc" and c != "\n" for c in once)
    assert multiline or "\n" not in once
