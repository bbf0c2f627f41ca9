import pytest
from hypothesis import given
from hypothesis import strategies as st

from emporion.core.text.tokens import MAX_TERM, chunks, index_terms, without_article, words
from emporion.core.text.underline import underlined


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sauna Oy", ["sauna", "oy"]),
        ("well-being", ["well", "being", "wellbeing"]),
        ("R&D, A.I.", ["r", "d", "rd", "a", "i", "ai"]),
        ("l'Oréal", ["l", "oreal", "loreal"]),
        ("a-b-c-d-e", ["a", "b", "c", "d", "e"]),
        ("桑拿", ["桑", "桑拿", "拿"]),
        ("5G智能", ["5g", "智", "智能", "能"]),
        ("カタ", ["カ", "カタ", "タ"]),
        ("السَّاونا", ["الساونا", "ساونا"]),
        ("والتكنولوجيا للتجارة", ["والتكنولوجيا", "تكنولوجيا", "للتجاره", "تجاره"]),
        ("الم", ["الم"]),
        ("हिन्दी한국", ["हिन्दी한국"]),
        ("N115; N116", ["n115", "n116"]),
        ("_a_b", ["a", "b"]),
        ("", []),
        ("-.'&!", []),
    ],
)
def test_index_terms(text, expected):
    assert index_terms(text) == expected


def test_long_words_are_cut():
    assert index_terms("x" * 100) == ["x" * MAX_TERM]
    assert index_terms("é" * 100) == ["e" * MAX_TERM]


def test_words_are_plain():
    assert words("Well-being 跨境电商, السَّاونا") == ["well", "being", "跨境电商", "الساونا"]


def test_articles():
    assert [without_article(w) for w in ("الساونا", "وال", "للبيت", "sauna", "ا")] == [
        "ساونا", "وال", "بيت", "sauna", "ا",
    ]  # fmt: skip


@given(st.text(st.characters(max_codepoint=127)))
def test_the_fast_path_for_ascii_is_the_general_one(text):
    # One character of another script beside it takes the general path.
    assert [*index_terms(text), "桑"] == index_terms(text + " 桑")


@given(st.text())
def test_terms_are_short_and_hold_no_separators(text):
    terms = index_terms(text)
    assert all(0 < len(term) <= MAX_TERM for term in terms)
    assert not any(c.isspace() or c in "%_\0" for term in terms for c in term)
    assert [c for _, chunk in chunks(text) for c in chunk if c in "\0% "] == []


@pytest.mark.parametrize(
    ("text", "terms", "expected"),
    [
        ("The Sauna, here", {"sauna"}, "The [Sauna], here"),
        ("(Café)", {"cafe"}, "([Café])"),
        ("跨境电子商务", {"跨境", "电子"}, "[跨境电子]商务"),
        ("新 SAUNA桑拿x", {"桑拿"}, "新 SAUNA[桑拿]x"),
        ("السَّاونا، x", {"ساونا"}, "[السَّاونا]، x"),
        ("well-being", {"wellbeing"}, "[well-being]"),
        ("nothing", set(), "nothing"),
        ("", {"a"}, ""),
    ],
)
def test_underlined(text, terms, expected):
    parts = underlined(text, terms)
    assert "".join(f"[{part}]" if hit else part for part, hit in parts) == expected


@given(st.text(), st.sets(st.sampled_from(["a", "b", "桑", "桑拿"])))
def test_underlined_parts_are_the_text_again(text, terms):
    assert "".join(part for part, _ in underlined(text, terms)) == text
