"""Numbers, days and minutes in three languages."""

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from emporion.design import formats
from emporion.design.templatetags import words

DAY = dt.date(2023, 11, 24)
OPENS, CLOSES = dt.date(2023, 11, 23), dt.date(2023, 11, 27)


@pytest.fixture(params=["en", "zh-hans", "ar"])
def language(request):
    with translation.override(request.param):
        yield request.param


def expect(language: str, english: str, chinese: str, arabic: str) -> str:
    return {"en": english, "zh-hans": chinese, "ar": arabic}[language]


def test_numbers_are_written_as_the_language_writes_them(language):
    assert formats.number(100000) == expect(language, "100,000", "100,000", "١٠٠٬٠٠٠")
    assert formats.number(0) == expect(language, "0", "0", "٠")
    assert formats.number(Decimal("2.50"), 2) == expect(language, "2.50", "2.50", "٢٫٥٠")
    assert formats.number(1234.5678) == expect(language, "1,234.568", "1,234.568", "١٬٢٣٤٫٥٦٨")
    assert formats.number(0.4, 0) == expect(language, "0", "0", "٠")


def test_words_of_a_list_stand_between_the_commas_of_the_language(language):
    assert words.listed(["A", "B", "C"]) == expect(language, "A, B, C", "A、B、C", "A، B، C")
    assert words.listed(["A"]) == "A" and words.listed([]) == ""


@given(st.integers(-(10**12), 10**12))
def test_counts_are_written_as_babel_writes_them(value):
    for language in ("en", "zh-hans", "ar"):
        with translation.override(language):
            assert formats.number(value) == formats.number(Decimal(value))


def test_percent_is_already_in_percent(language):
    assert formats.percent(83.2) == expect(language, "83.2\u00a0%", "83.2%", "٨٣٫٢٪")
    assert formats.percent(99.805, 2) == expect(language, "99.80\u00a0%", "99.80%", "٩٩٫٨٠٪")


def test_clock_keeps_its_order(language):
    assert formats.clock(dt.time(9, 5)) == expect(language, "09:05", "09:05", "٠٩:٠٥")
    assert formats.clock("10:42") == expect(language, "10:42", "10:42", "١٠:٤٢")
    assert formats.clocks(dt.time(13, 30), dt.time(14)) == expect(
        language, "13:30–14:00", "13:30–14:00", "١٣:٣٠–١٤:٠٠"
    )


@pytest.mark.parametrize(("style", "english", "chinese", "arabic"), [
    ("long", "24 November 2023", "2023年11月24日", "٢٤ نوفمبر ٢٠٢٣"),
    ("short", "Fri 24 Nov", "11月24日周五", "الجمعة ٢٤ نوفمبر"),
    ("weekday", "Friday 24 November", "11月24日星期五", "الجمعة ٢٤ نوفمبر"),
    ("full", "Friday 24 November 2023", "2023年11月24日星期五", "الجمعة ٢٤ نوفمبر ٢٠٢٣"),
    ("number", "24", "24", "٢٤"),
    ("name", "Fri", "周五", "الجمعة"),
])  # fmt: skip
def test_days_are_written_as_the_language_writes_them(language, style, english, chinese, arabic):
    assert formats.day(DAY, style) == expect(language, english, chinese, arabic)


def test_an_unknown_style_of_a_day_is_refused():
    with pytest.raises(KeyError):
        formats.day(DAY, "loud")


def test_a_span_is_as_short_as_its_dates_allow(language):
    assert formats.span(OPENS, CLOSES) == expect(
        language, "23–27 November 2023", "2023年11月23–27日", "٢٣–٢٧ نوفمبر ٢٠٢٣"
    )
    assert formats.span(DAY, DAY) == formats.day(DAY)
    later = dt.date(2023, 12, 1)
    assert formats.span(OPENS, later) == f"{formats.day(OPENS)} – {formats.day(later)}"


def test_money_shows_the_code_and_cents_only_where_there_are_some(language):
    assert formats.money(1240, "CNY") == expect(
        language, "CNY\u00a01,240", "CNY\u00a01,240", "CNY\u00a0١٬٢٤٠"
    )
    assert formats.money(Decimal("0.5"), "CNY") == expect(
        language, "CNY\u00a00.50", "CNY\u00a00.50", "CNY\u00a0٠٫٥٠"
    )


@pytest.mark.parametrize(("walk", "gap", "said"), [
    (7, None, "7 min"),
    (7, 10, "7 min walk, 3 to spare"),
    (10, 10, "10 min walk, nothing to spare"),
    (8, 5, "8 min walk, 5 min gap: 3 short"),
    (0, 5, "no walk, 5 to spare"),
    (0, 0, "no walk, nothing to spare"),
    (0, None, "0 min"),
])  # fmt: skip
def test_walks_are_told_in_words(walk, gap, said):
    with translation.override("en"):
        assert formats.walk_words(walk, gap) == said


def test_isolates_stand_only_in_pages_that_run_from_the_other_side(language):
    expected = expect(language, "826", "826", '<bdi dir="ltr">٨٢٦</bdi>')
    assert words.num(826) == expected
    assert words.num(None) == ""
    assert words.num("<b>") == "<b>"
    assert words.day(DAY) == expect(
        language, "24 November 2023", "2023年11月24日", '<bdi dir="auto">٢٤ نوفمبر ٢٠٢٣</bdi>'
    )


def test_another_language_is_written_as_english():
    with translation.override("fi"):
        assert formats.number(100000) == "100,000"


def test_a_moment_is_told_on_the_clock_that_is_active():
    late = dt.datetime(2023, 11, 24, 16, 33, tzinfo=dt.UTC)
    told = []
    for zone in ("UTC", "Asia/Shanghai", "America/Los_Angeles"):
        with timezone.override(zone):
            told.append((formats.day(late, "weekday"), formats.clock(late)))
    assert told == [
        ("Friday 24 November", "16:33"),
        ("Saturday 25 November", "00:33"),
        ("Friday 24 November", "08:33"),
    ]
    naive = dt.datetime(2023, 11, 24, 16, 33)
    assert (formats.day(naive, "weekday"), formats.clock(naive)) == told[0]
