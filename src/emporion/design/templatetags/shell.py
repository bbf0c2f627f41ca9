"""What the shell of a page needs: languages, appearance, scripts. {% load shell %}"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django import template
from django.conf import settings
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from emporion.design import titles
from emporion.design.appearance import chosen_theme
from emporion.design.formats import latin_digits

register = template.Library()
PARTS = "design/parts/"


@register.inclusion_tag("design/languages.html", takes_context=True)
def language_links(context: Mapping[str, Any]) -> dict[str, Any]:
    """The same page in each language; the language stands first in every path."""
    request: HttpRequest | None = context.get("request")
    here = get_language() or settings.LANGUAGE_CODE
    path = request.get_full_path() if request else "/"
    rest = path[len(here) + 1 :] if path.startswith(f"/{here}/") else "/"
    return {
        "languages": [
            {"code": code, "name": name, "href": f"/{code}{rest}", "current": code == here}
            for code, name in settings.LANGUAGES
        ]
    }


@register.simple_tag(takes_context=True)
def theme(context: Mapping[str, Any]) -> str:
    """light or dark where the reader chose one, else nothing."""
    return chosen_theme(context.get("request"))


@register.inclusion_tag("design/appearance.html", takes_context=True)
def appearance_links(context: Mapping[str, Any]) -> dict[str, Any]:
    """Light, dark, or as the device says, and the digits; links that work without scripts."""
    request: HttpRequest | None = context.get("request")
    return {
        "chosen": chosen_theme(request) or "device",
        "cookie": settings.THEME_COOKIE_NAME,
        "digits_differ": (get_language() or "").startswith("ar"),
        "latin": latin_digits.get(),
        "back": urlencode({"next": request.get_full_path()}) if request else "",
    }


@register.inclusion_tag(PARTS + "pager.html")
def pager(number: int, pages: int, query: str = "") -> dict[str, Any]:
    """Earlier and later page; `query` holds the other GET parameters, encoded."""
    return {
        "number": number, "pages": pages, "before": number - 1, "after": number + 1,
        "query": f"&{query}" if query else "",
    }  # fmt: skip


@register.inclusion_tag("design/htmx.html")
def htmx_script() -> dict[str, Any]:
    """htmx, only on pages that use it."""
    return {}


@register.filter
def breakable(text: str) -> SafeString:
    """A title with its break points: `|`, and in Chinese the places between words.

    In Arabic and Latin titles only `|` counts; their spaces break by themselves.
    """
    found = [piece for part in str(text).split("|") for piece in titles.pieces(part)]
    return format_html_join(mark_safe("<wbr>"), "{}", ((piece,) for piece in found))
