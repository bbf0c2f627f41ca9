"""Numbers, days, hours and minutes as the reader's language writes them. Plain text, no markup.

English: 24 November 2023, 10:42, 100,000, 83.2 %. Chinese: 2023年11月24日, 100,000, 83.2%.
Arabic: ٢٤ نوفمبر ٢٠٢٣, ١٠:٤٢, ١٠٠٬٠٠٠, ٨٣٫٢٪, with Arabic-Indic digits in text. Stand numbers and
codes never pass through here: they keep the digits that hang on the stand.
"""

from __future__ import annotations

import datetime as dt
from contextvars import ContextVar
from decimal import ROUND_HALF_EVEN, Decimal
from typing import TypeVar

from babel.dates import format_date
from babel.numbers import format_decimal
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

NO_BREAK = "\N{NO-BREAK SPACE}"
ARABIC_INDIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
# The mark that Babel puts before Arabic signs is left out: numbers stand in isolates of their own.
ARABIC_LETTER_MARK = "\N{ARABIC LETTER MARK}"
ARABIC_THOUSANDS = "\N{ARABIC THOUSANDS SEPARATOR}"
LOCALES = {"en": "en_GB", "zh": "zh_Hans", "ar": "ar"}
PATTERNS = {
    # style: (English, Chinese, Arabic)
    "long": ("d MMMM y", "y年M月d日", "d MMMM y"),
    "full": ("EEEE d MMMM y", "y年M月d日EEEE", "EEEE d MMMM y"),
    "weekday": ("EEEE d MMMM", "M月d日EEEE", "EEEE d MMMM"),
    "short": ("EEE d MMM", "M月d日EEE", "EEEE d MMMM"),
    "month": ("MMMM y", "y年M月", "MMMM y"),
    "number": ("d", "d", "d"),
    "name": ("EEE", "EEE", "EEEE"),
}

# Whether the reader of this request wants Latin digits in Arabic text too.
latin_digits: ContextVar[bool] = ContextVar("latin_digits", default=False)

Number = int | float | Decimal
Moment = TypeVar("Moment", dt.date, dt.time | dt.datetime)


def _language() -> str:
    """en, zh or ar: the language of the reader, English where we have no other."""
    language = (get_language() or "en").split("-")[0]
    return language if language in LOCALES else "en"


def _arabic_digits() -> bool:
    return _language() == "ar" and not latin_digits.get()


def in_digits(text: str) -> str:
    """The same text in the digits of the reader's language, or in Latin ones by choice."""
    return text.translate(ARABIC_INDIC) if _arabic_digits() else text


def number(value: Number, decimals: int | None = None) -> str:
    """100,000. `decimals` fixes the places; without it, at most three are shown."""
    language = _language()
    if isinstance(value, int) and not decimals:
        # Counts are most of what pages show, and reading a pattern costs fifty times as much.
        text = f"{value:,}"
        return in_digits(text.replace(",", ARABIC_THOUSANDS)) if _arabic_digits() else text
    pattern = "#,##0.###" if decimals is None else "#,##0" + "." * (decimals > 0) + "0" * decimals
    text = format_decimal(
        value,
        format=pattern,
        locale=LOCALES[language],
        numbering_system="arab" if _arabic_digits() else "latn",
    )
    # The numbering system brings the signs ٬ and ٫, the digits are ours to turn.
    return in_digits(text.replace(ARABIC_LETTER_MARK, ""))


def percent(value: Number, decimals: int = 1) -> str:
    """83.2 %. The value is already in percent."""
    space = NO_BREAK if _language() == "en" else ""
    return number(value, decimals) + space + percent_sign()


def percent_sign() -> str:
    """The sign alone, for figures whose unit stands apart."""
    return "٪" if _arabic_digits() else "%"


def clock(value: dt.time | dt.datetime | str) -> str:
    """10:42, the clock of the fair. A string is taken as it is, in the reader's digits.

    A moment with a zone is turned to the zone that is active: on an edition's pages the fair's.
    """
    if isinstance(value, str):
        return in_digits(value)
    return in_digits(_at_the_fair(value).strftime("%H:%M"))


def clocks(start: dt.time | dt.datetime, end: dt.time | dt.datetime) -> str:
    """13:30–14:00; the order of the two does not turn in right-to-left text."""
    return f"{clock(start)}–{clock(end)}"


def day(value: dt.date, style: str = "long") -> str:
    """A date, or that of a moment; `style` is one of PATTERNS. Raises KeyError for another style.

    The date of a moment with a zone is that of the zone that is active, like its `clock`.
    """
    language = _language()
    pattern = PATTERNS[style][list(LOCALES).index(language)]
    return in_digits(format_date(_at_the_fair(value), pattern, locale=LOCALES[language]))


def _at_the_fair(value: Moment) -> Moment:
    if isinstance(value, dt.datetime) and timezone.is_aware(value):
        return timezone.localtime(value)
    return value


def span(start: dt.date, end: dt.date) -> str:
    """23–27 November 2023, as short as the two dates allow."""
    if start == end:
        return day(start)
    if (start.year, start.month) != (end.year, end.month):
        return f"{day(start)} – {day(end)}"
    if _language() == "zh":
        return f"{day(start, 'month')}{start.day}–{end.day}日"
    return f"{in_digits(str(start.day))}–{day(end)}"


def money(amount: Number, currency: str) -> str:
    """CNY 1,240: the ISO code first, whole units without places, otherwise two."""
    exact = Decimal(str(amount)).quantize(Decimal("0.01"), rounding=ROUND_HALF_EVEN)
    return f"{currency}{NO_BREAK}{number(exact, 0 if exact == exact.to_integral() else 2)}"


def minutes(count: int) -> str:
    """7 min; Arabic has a dual and plurals of its own."""
    return ngettext("%(count)s min", "%(count)s min", count) % {"count": number(count)}


def walk_words(walk: int, gap: int | None = None) -> str:
    """7 min walk, 3 to spare. Without a gap only the minutes."""
    if gap is None:
        return minutes(walk)
    walking = (
        ngettext("%(count)s min walk", "%(count)s min walk", walk) % {"count": number(walk)}
        if walk
        else _("no walk")
    )
    if walk > gap:
        given = ngettext("%(count)s min gap", "%(count)s min gap", gap) % {"count": number(gap)}
        short = ngettext("%(count)s short", "%(count)s short", walk - gap) % {
            "count": number(walk - gap)
        }
        return _("%(walk)s, %(gap)s: %(short)s") % {"walk": walking, "gap": given, "short": short}
    if walk == gap:
        rest = _("nothing to spare")
    else:
        rest = ngettext("%(count)s to spare", "%(count)s to spare", gap - walk) % {
            "count": number(gap - walk)
        }
    return _("%(walk)s, %(rest)s") % {"walk": walking, "rest": rest}
