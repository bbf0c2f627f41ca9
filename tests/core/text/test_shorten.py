"""Texts are cut between words, in every script."""

import pytest

from emporion.core.text.shorten import shortened


@pytest.mark.parametrize(
    ("text", "most", "shown"),
    [
        ("Sleep at home", 13, "Sleep at home"),
        ("Since 2021 Aalto roams in a hundred halls", 34, "Since 2021 Aalto roams in a…"),
        ("Since 2021, Aalto", 12, "Since 2021…"),
        ("Since 2021 Aalto", 11, "Since 2021…"),
        ("x" * 50, 10, "x" * 9 + "…"),
        ("A " + "x" * 50, 10, "A " + "x" * 7 + "…"),
        ("在家中和养老机构测量睡眠", 7, "在家中和养老…"),
        ("在家中，和养老机构", 5, "在家中…"),
        ("قياس النوم في دور الرعاية", 14, "قياس النوم في…"),
    ],
)
def test_text_is_cut_between_words(text: str, most: int, shown: str) -> None:
    assert shortened(text, most) == shown
    assert len(shown) <= most
