"""Countries: from what a list says to two letters, and from two letters to a name.

Names in English, Chinese and Arabic are those of Unicode's CLDR (through Babel); `countries.toml`
holds the ISO codes of three letters and aliases kept by hand. Nothing is guessed: a word that is
none of these is None, and so is a word that could mean two countries.

    >>> country_code("Korea, Republic of"), country_code("芬兰"), country_code("Korea")
    ('KR', 'FI', None)
    >>> country_name("FI", "zh-hans")
    '芬兰'
"""

from __future__ import annotations

import re
import tomllib
from functools import cache, lru_cache
from importlib.resources import files

from babel import Locale

from emporion.core.text.fold import fold

# Language of the interface to locale of CLDR; the first three are read from lists.
LOCALES = {"en": "en", "zh-hans": "zh_Hans", "ar": "ar", "zh-hant": "zh_Hant"}
_TRADITIONAL = "zh_Hant"
# Regions of CLDR that are no country: unions, pseudo-locales and exceptional reservations.
_NO_COUNTRY = frozenset(
    {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"}
)
_SAINT = re.compile(r"\bst\b")
_BRACKETS = re.compile(r"\s*[(（].*[)）]")
_ARTICLE = re.compile(r"^the | the$")


def country_codes() -> tuple[str, ...]:
    """Return every code that is known: ISO 3166-1, two letters, and XK."""
    return _codes()


def country_code(text: str) -> str | None:
    """Return the code of the country that `text` names, None if it names none or two."""
    if text in _codes_set():
        return text
    return _words().get(_plain(text))


@lru_cache(maxsize=4096)
def country_name(code: str, language: str) -> str:
    """Return the name of a country in `language` ("en", "zh-hans", "ar"), English for others.

    An unknown code comes back as it is, so that a page shows what the list said.
    """
    locale = LOCALES.get(language.lower()) or LOCALES.get(language.lower().split("-")[0], "en")
    return str(Locale.parse(locale).territories.get(code, code))


@cache
def _codes() -> tuple[str, ...]:
    return tuple(
        sorted(
            code
            for code in map(str, Locale.parse("en").territories)
            if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRY
        )
    )


@cache
def _codes_set() -> frozenset[str]:
    return frozenset(_codes())


@cache
def _words() -> dict[str, str]:
    told = tomllib.loads(files(__package__).joinpath("countries.toml").read_text(encoding="utf-8"))
    pairs = [tuple(pair.split("=")) for pair in told["alpha3"].split()]
    for table in ("aliases", "united_nations"):
        pairs += [(word, code) for code, words in told[table].items() for word in words]
    for locale in {*LOCALES.values(), _TRADITIONAL}:
        names = Locale.parse(locale).territories
        for code in _codes():
            # "Myanmar (Burma)": known without the brackets, too.
            pairs += [(word, code) for word in {names[code], _BRACKETS.sub("", names[code])}]
    pairs += [(code, code) for code in _codes()]
    found: dict[str, str] = {}
    unclear: set[str] = set()
    for word, code in pairs:
        key = _plain(word)
        if found.setdefault(key, code) != code:
            unclear.add(key)
    return {key: code for key, code in found.items() if key not in unclear}


def _plain(text: str) -> str:
    """The form in which two words for a country are compared."""
    text = fold(text).replace("&", " and ").replace(".", "")
    text = " ".join("".join(c if c.isalnum() else " " for c in text).split())
    return _ARTICLE.sub("", _SAINT.sub("saint", text))
