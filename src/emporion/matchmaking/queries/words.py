"""Reasons in the reader's language: a key and a value for each, ready for a chip."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from babel import Locale, UnknownLocaleError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from emporion.registry import taxonomy
from emporion.registry.countries import country_name

Detail = Mapping[str, Any]


@dataclass(frozen=True)
class Reason:
    """What a chip shows; `kind` is "", "both" or "against"."""

    key: str
    value: str
    kind: str = ""


def readable(reasons: Iterable[Mapping[str, Any]], language: str) -> list[Reason]:
    """Return stored reasons ({"code", "detail"}) as words, facts first.

    Left out: a code we do not know, and shared words in a script that the reader does not read.
    """
    shown: list[tuple[int, Reason]] = []
    for reason in reasons:
        make, detail = _WORDS.get(reason["code"]), reason["detail"]
        if make is None:
            continue
        if "words" in detail:
            detail = {**detail, "words": [w for w in detail["words"] if _reads(w, language)]}
            if not detail["words"]:
                continue
        made = make(detail, language)
        # Facts first: a shared word says least, and what speaks against stands last.
        weak = "words" in detail or reason["code"] == "meaning"
        shown.append((2 if made.kind == "against" else int(weak), made))
    return [made for _, made in sorted(shown, key=lambda pair: pair[0])]


def _reads(word: str, language: str) -> bool:
    """Whether a reader of `language` can read the script of `word`; all read Latin letters."""
    if any("\u4e00" <= sign <= "\u9fff" for sign in word):
        return language.startswith("zh")
    if any("\u0600" <= sign <= "\u06ff" for sign in word):
        return language == "ar"
    return True


def _label(code: str, language: str) -> str:
    try:
        return taxonomy.label(code, language)
    except KeyError:
        return code


def _near(detail: Detail, language: str) -> str:
    """A neighbour in the taxonomy: what is offered, beside what was wanted."""
    return _("%(offered)s, near %(wanted)s") % {
        "offered": _label(detail["code"], language),
        "wanted": _label(detail["wanted"], language),
    }


def _text(detail: Detail, language: str) -> str:
    if "code" in detail:
        return _label(detail["code"], language)
    return _joined(detail["words"])


def _joined(words: Iterable[str]) -> str:
    return _(", ").join(words)


def _languages(detail: Detail, language: str) -> str:
    try:
        locale = Locale.parse(language.replace("-hans", "_Hans").replace("-", "_"))
    except (ValueError, UnknownLocaleError):
        locale = Locale("en")
    names = (locale.languages.get(code.split("-")[0], code) for code in detail["languages"])
    return _joined(names)


def _deals(detail: Detail, language: str) -> str:
    return _joined(taxonomy.deal_type_label(code, language) for code in detail["deals"])


def _size(detail: Detail, language: str) -> str:
    return {
        "micro": _("very small firm"),
        "small": _("small firm"),
        "medium": _("medium-sized firm"),
        "large": _("large firm"),
    }.get(detail["size"], str(detail["size"]))


def _signal(detail: Detail, language: str) -> str:
    return {
        "view": _("looked at the profile"),
        "bookmark": _("saved"),
        "request": _("asked for a meeting"),
        "accept": _("accepted a meeting"),
        "rating": _("rated a meeting well"),
    }.get(detail["kind"], str(detail["kind"]))


def _country(detail: Detail, language: str) -> str:
    return country_name(detail["country"], language) or detail["country"]


def _reason(
    key: Callable[[], str], value: Callable[[Detail, str], str], kind: str = ""
) -> Callable[[Detail, str], Reason]:
    return lambda detail, language: Reason(key(), value(detail, language), kind)


def _code(detail: Detail, language: str) -> str:
    return _label(detail["code"], language)


_WORDS: dict[str, Callable[[Detail, str], Reason]] = {
    "need_offer": _reason(lambda: _("You need"), _code),
    "near": _reason(lambda: _("Close to your need"), _near),
    "their_need": _reason(lambda: _("They look for"), _code),
    "their_need_near": _reason(lambda: _("Close to theirs"), _near),
    "text": _reason(lambda: _("Same words"), _text),
    "meaning": _reason(
        lambda: _("Alike in meaning"),
        lambda detail, language: (
            _("their text in %(languages)s") % {"languages": _languages(detail, language)}
        ),
    ),
    "market": _reason(lambda: _("Your market"), _country),
    "their_market": _reason(lambda: _("Their market"), _country),
    "language": _reason(lambda: _("Both"), _languages, "both"),
    "deal": _reason(lambda: _("Both"), _deals, "both"),
    "size": _reason(lambda: _("Size"), _size),
    "your_signal": _reason(lambda: _("You"), _signal),
    "their_signal": _reason(lambda: _("They"), _signal),
    "popular_signal": _reason(
        lambda: _("Others"),
        lambda detail, language: (
            ngettext("%(n)d person is interested", "%(n)d people are interested", detail["people"])
            % {"n": detail["people"]}
        ),
    ),
    "exposure_floor": _reason(
        lambda: _("Fair share"),
        lambda detail, language: _("they would be on too few lists otherwise"),
    ),
    "open_calendar": _reason(
        lambda: _("Open"), lambda detail, language: _("free for more meetings")
    ),
    "market_outside": _reason(
        lambda: _("Against"),
        lambda detail, language: (
            _("%(country)s is not among your markets") % {"country": _country(detail, language)}
        ),
        "against",
    ),
    "their_market_outside": _reason(
        lambda: _("Against"),
        lambda detail, language: (
            _("%(country)s is not among their markets") % {"country": _country(detail, language)}
        ),
        "against",
    ),
    "no_common_language": _reason(
        lambda: _("Against"),
        lambda detail, language: (
            _("no common language: they speak %(languages)s")
            % {"languages": _languages(detail, language)}
        ),
        "against",
    ),
    "deal_differs": _reason(
        lambda: _("Against"),
        lambda detail, language: _("they look for %(deals)s") % {"deals": _deals(detail, language)},
        "against",
    ),
    "size_gap": _reason(
        lambda: _("Against"),
        lambda detail, language: _("size: %(size)s") % {"size": _size(detail, language)},
        "against",
    ),
    "you_declined": _reason(
        lambda: _("Against"), lambda detail, language: _("you declined them"), "against"
    ),
    "you_rated_low": _reason(
        lambda: _("Against"), lambda detail, language: _("you rated a meeting low"), "against"
    ),
    "little_known": _reason(
        lambda: _("Against"), lambda detail, language: _("their profile says little"), "against"
    ),
}
KNOWN = frozenset(_WORDS)
