"""Where Chinese titles may break."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emporion.design.templatetags.shell import breakable
from emporion.design.templatetags.words import unbroken
from emporion.design.titles import pieces

CHINESE = st.text(alphabet="全球数字贸易博览会示范版（）《》、：A 1龘", max_size=30)


@pytest.mark.parametrize(
    ("title", "parts"),
    [
        ("全球数字贸易博览会（示范版）", "全球|数字|贸易|博览会|（示范版）"),
        ("《人工智能》：说明", "《人工智能》：|说明"),
        ("灵境科技有限公司", "灵境|科技|有限公司"),
        ("Global Digital Trade Expo", "Global Digital Trade Expo"),
        ("المعرض العالمي للتجارة", "المعرض العالمي للتجارة"),
        ("", ""),
    ],
)
def test_a_title_breaks_between_words(title: str, parts: str) -> None:
    assert pieces(title) == tuple(parts.split("|"))


@given(CHINESE)
def test_pieces_are_the_title_and_begin_and_end_well(title: str) -> None:
    found = pieces(title)
    assert "".join(found) == title
    assert [p for p in found[1:] if p[0] in "）》、："] == []
    assert [p for p in found[:-1] if p[-1] in "（《"] == []


def test_a_title_is_escaped() -> None:
    assert breakable("<b>|贸易<i>") == "&lt;b&gt;<wbr>贸易<wbr>&lt;i&gt;"


def test_a_word_with_a_hyphen_stays_on_one_line():
    shown = unbroken("Silk Road E-commerce <b>")
    assert shown == 'Silk Road <span class="nowrap">E-commerce</span> &lt;b&gt;'
    assert unbroken("x" * 30 + "-y") == "x" * 30 + "-y"
