"""Reading cells: from what a list writes to what is stored, cell by cell.

A reader returns the value. It raises `Bad` for what no row may have (the row fails), and `Unclear`
for what cannot be told (the row is taken in without it, and it is listed).
"""

from __future__ import annotations

import datetime as dt
import html
import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from emporion.core.text.clean import BadText, clean_text
from emporion.core.text.fold import fold
from emporion.edition.domain.lists.columns import Column
from emporion.registry import taxonomy
from emporion.registry.countries import country_code
from emporion.registry.domain.links import LinkError, checked_link
from emporion.registry.markets import REGIONS

_SEPARATORS = re.compile(r"\s*[;；|、\n]\s*")
_COMMAS = re.compile(r"\s*[,，/]\s*")
_ENTITY = re.compile(r"&(?:#\d+|#x[0-9a-fA-F]+|[a-zA-Z][a-zA-Z0-9]*);")
_TRUE = frozenset({"1", "yes", "y", "true", "x", "是", "نعم"})
_FALSE = frozenset({"", "0", "no", "n", "false", "否", "لا"})
_SIZES = {
    "micro": "micro",
    "small": "small",
    "medium": "medium",
    "large": "large",
    "微型": "micro",
    "小型": "small",
    "中型": "medium",
    "大型": "large",
}
_LANGUAGES = {
    "english": "en",
    "英语": "en",
    "英文": "en",
    "chinese": "zh-hans",
    "mandarin": "zh-hans",
    "zh": "zh-hans",
    "中文": "zh-hans",
    "汉语": "zh-hans",
    "arabic": "ar",
    "阿拉伯语": "ar",
    "french": "fr",
    "法语": "fr",
    "german": "de",
    "德语": "de",
    "spanish": "es",
    "西班牙语": "es",
    "russian": "ru",
    "俄语": "ru",
    "japanese": "ja",
    "日语": "ja",
    "korean": "ko",
    "韩语": "ko",
    "portuguese": "pt",
    "italian": "it",
    "finnish": "fi",
    "hindi": "hi",
    "nepali": "ne",
    "turkish": "tr",
    "vietnamese": "vi",
    "thai": "th",
    "indonesian": "id",
    "malay": "ms",
}
_TAG = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*\Z")


class Bad(ValueError):
    """A cell for which the row fails: what is wrong, and what was expected."""

    def __init__(self, what: str, expected: str) -> None:
        self.what, self.expected = what, expected
        super().__init__(what)


class Unclear(ValueError):
    """Something in a cell that is left out and listed; `value` is what could be read."""

    def __init__(self, what: str, expected: str, words: list[str], value: Any = None) -> None:
        self.what, self.expected, self.words, self.value = what, expected, words, value
        super().__init__(what)


def read(column: Column, cell: str, translations: Mapping[str, str]) -> Any:
    """Return the value of `cell`. Raises Bad and Unclear."""
    if "&" in cell and _ENTITY.search(cell):
        # Lists copied from web pages are full of &amp; and &mdash;.
        cell = html.unescape(cell)
    try:
        text = clean_text(cell, max_length=column.longest, multiline=column.kind == "long")
    except BadText as error:
        if error.position is None:
            raise Bad(error.what, error.expected) from error
        words = {"what": error.what, "position": error.position}
        raise Bad(_("%(what)s at character %(position)d") % words, error.expected) from error
    text = translations.get(text) or text
    reader = _READERS.get(column.kind)
    return text if reader is None else reader(text, translations)


def split(text: str) -> list[str]:
    """Return the words of a cell that holds several, without repeats."""
    return list(dict.fromkeys(word for word in _SEPARATORS.split(text) if word))


def _categories(text: str, translations: Mapping[str, str]) -> list[str]:
    codes: list[str] = []
    unknown: list[str] = []
    for word in _words(text, _code):
        code = _code(translations.get(word) or word)
        if code is None:
            unknown.append(word)
        elif code not in codes:
            codes.append(code)
    if unknown:
        raise Unclear(
            _("No category of the taxonomy is called so"),
            _("Name a category in the mapping file under values."),
            unknown,
            codes,
        )
    return codes


def _code(word: str) -> str | None:
    return word if word in _CODES else taxonomy.guess(word)


_CODES = frozenset(taxonomy.codes())


def _words(text: str, known: Callable[[str], Any]) -> list[str]:
    """Split at commas only what is not a word as a whole: "Film, television and video"."""
    found: list[str] = []
    for word in split(text):
        parts = [word] if known(word) is not None else [p for p in _COMMAS.split(word) if p]
        found += parts if len(parts) > 1 and any(known(p) is not None for p in parts) else [word]
    return list(dict.fromkeys(found))


def _country(text: str, translations: Mapping[str, str]) -> str:
    code = country_code(text) if text else ""
    if code is None:
        raise Unclear(
            _("This country is not known"),
            _(
                "Write its ISO code or its English, Chinese or Arabic name, or translate it "
                "in the mapping file under values."
            ),
            [text],
        )
    return code


def _market(word: str) -> str | None:
    """A market is a country or one of the larger regions."""
    return country_code(word) or _REGIONS.get(fold(word).removeprefix("the "))


_REGIONS = {code: code for code in REGIONS} | {
    fold(name).removeprefix("the "): code
    for code, region in REGIONS.items()
    for name in region.names.values()
}


def _markets(text: str, translations: Mapping[str, str]) -> list[str]:
    codes: list[str] = []
    unknown: list[str] = []
    for word in _words(text, _market):
        code = _market(translations.get(word) or word)
        (codes if code else unknown).append(code or word)
    if unknown:
        raise Unclear(
            _("This market is not known"),
            _("Write ISO codes or names of countries, or a region such as east-asia."),
            unknown,
            list(dict.fromkeys(codes)),
        )
    return list(dict.fromkeys(codes))


def _language(text: str, translations: Mapping[str, str]) -> str:
    word = text.lower()
    found = _LANGUAGES.get(word, word)
    if found and not _TAG.match(found):
        raise Unclear(
            _("This language is not known"), _("Write a code such as en, zh-hans or ar."), [text]
        )
    return found


def _languages(text: str, translations: Mapping[str, str]) -> list[str]:
    found, unknown = [], []
    for word in dict.fromkeys(p for w in split(text) for p in _COMMAS.split(w) if p):
        try:
            found.append(_language(translations.get(word) or word, {}))
        except Unclear:
            unknown.append(word)
    if unknown:
        raise Unclear(
            _("This language is not known"),
            _("Write codes such as en, zh-hans or ar."),
            unknown,
            found,
        )
    return list(dict.fromkeys(found))


def _link(text: str, translations: Mapping[str, str]) -> str:
    if not text:
        return ""
    try:
        link = checked_link(text)
    except LinkError as error:
        raise Unclear(
            _("This is %(what)s") % {"what": error},
            _("Only public addresses with http or https are kept."),
            [text],
        ) from error
    if link.assumed:
        raise Unclear(
            _("The address has no https://, it was put in front"),
            _("Nothing to do if that is right."),
            [text],
            link.url,
        )
    return link.url


def _email(text: str, translations: Mapping[str, str]) -> str:
    if text:
        try:
            validate_email(text)
        except ValidationError as error:
            raise Unclear(
                _("This is no e-mail address"), _("Such as name@company.com."), [text]
            ) from error
    return text


def _phone(text: str, translations: Mapping[str, str]) -> str:
    if text and (len(text) > 20 or sum(c.isdigit() for c in text) < 5):
        raise Unclear(
            _("This is no phone number"),
            _("5 to 20 characters, such as +86 571 1234 5678."),
            [text],
        )
    return text


def _size(text: str, translations: Mapping[str, str]) -> str:
    found = _SIZES.get(text.lower()) if text else ""
    if found is None:
        raise Unclear(_("This size is not known"), _("micro, small, medium or large."), [text])
    return found


def _truth(text: str, translations: Mapping[str, str]) -> bool:
    word = text.lower()
    if word not in _TRUE | _FALSE:
        raise Bad(_("Neither yes nor no"), _("Write yes or no."))
    return word in _TRUE


def _number(text: str, least: int) -> int:
    if not text.isascii() or not text.isdigit() or not least <= int(text) <= 1000:
        raise Bad(
            _("No whole number in range"),
            _("Write a number from %(least)d to 1000.") % {"least": least},
        )
    return int(text)


def _count(text: str, translations: Mapping[str, str]) -> int:
    return _number(text, 1) if text else 1


def _limit(text: str, translations: Mapping[str, str]) -> int | None:
    return _number(text, 0) if text else None


def _hall(text: str, translations: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(split(text))


def _weight(text: str, translations: Mapping[str, str]) -> int:
    if not text:
        return 1000
    try:
        thousandths = Decimal(text) * 1000
    except InvalidOperation as error:
        raise Bad(_("No number"), _("Write a weight such as 1 or 2.5.")) from error
    if not thousandths.is_finite() or thousandths % 1 or not 0 < thousandths <= 1_000_000:
        raise Bad(_("No weight"), _("A number above 0, up to 1000, with at most three decimals."))
    return int(thousandths)


def _moment(text: str, translations: Mapping[str, str]) -> dt.datetime | None:
    if not text:
        return None
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError as error:
        raise Bad(
            _("No date and time"), _("Write ISO 8601, such as 2026-01-06T09:30:00Z.")
        ) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


_READERS: dict[str, Callable[[str, Mapping[str, str]], Any]] = {
    "categories": _categories,
    "count": _count,
    "country": _country,
    "email": _email,
    "hall": _hall,
    "language": _language,
    "languages": _languages,
    "limit": _limit,
    "link": _link,
    "markets": _markets,
    "moment": _moment,
    "phone": _phone,
    "size": _size,
    "truth": _truth,
    "weight": _weight,
}
