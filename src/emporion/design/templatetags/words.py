"""Numbers, days and hours in templates: {% load words %}.

In right-to-left pages each comes inside an isolate of its own, so that neighbours keep their
order. Inside an attribute, add `|striptags`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language_bidi, pgettext

from emporion.core.text.shorten import shortened
from emporion.design import formats

register = template.Library()


def isolated(text: str, direction: str = "ltr") -> str | SafeString:
    """The text in <bdi> where the page runs from right to left, and bare elsewhere."""
    if not get_language_bidi() or not text:
        return text
    return format_html('<bdi dir="{}">{}</bdi>', direction, text)


@register.filter
def shorten(text: str, most: int) -> str:
    """The beginning of a text, cut between words: {{ about|shorten:110 }}."""
    return shortened(str(text), most)


@register.filter
def unbroken(text: str) -> SafeString:
    """A short name whose words with a hyphen stay on one line: E-commerce."""
    return format_html_join(
        " ",
        "{}",
        (
            (
                format_html('<span class="nowrap">{}</span>', word)
                if 0 < word.find("-") < 20
                else word,
            )
            for word in str(text).split(" ")
        ),
    )


@register.filter
def num(value: Any, decimals: int | None = None) -> str | SafeString:
    """100,000; what is no number is shown as it is, None as nothing."""
    if value is None:
        return ""
    if not isinstance(value, int | float | Decimal) or isinstance(value, bool):
        return str(value)
    return isolated(formats.number(value, decimals))


@register.filter
def pct(value: Any, decimals: int = 1) -> str | SafeString:
    return "" if value is None else isolated(formats.percent(value, decimals))


@register.filter
def clock(value: dt.time | dt.datetime | str | None) -> str | SafeString:
    return "" if value is None else isolated(formats.clock(value))


@register.filter
def clocks(start: dt.time, end: dt.time) -> str | SafeString:
    return isolated(formats.clocks(start, end))


@register.filter
def day(value: dt.date | None, style: str = "long") -> str | SafeString:
    # Words and digits together run as the language runs.
    return "" if value is None else isolated(formats.day(value, style), "auto")


@register.filter
def span(start: dt.date, end: dt.date) -> str | SafeString:
    return isolated(formats.span(start, end), "auto")


@register.filter
def money(amount: Any, currency: str) -> str | SafeString:
    return "" if amount is None else isolated(formats.money(amount, currency))


@register.filter
def mins(count: int | None) -> str:
    return "" if count is None else formats.minutes(count)


@register.filter
def listed(words: Iterable[str]) -> str:
    """Words with the comma of the reader's language between them."""
    return pgettext("between words of a list", ", ").join(words)


@register.simple_tag
def no_break() -> SafeString:
    return mark_safe("&nbsp;")
