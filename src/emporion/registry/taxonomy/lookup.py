"""From a word to codes: exact labels, synonyms and curated headings, never a fuzzy guess."""

import tomllib
import unicodedata
from functools import cache
from importlib.resources import files

from emporion.registry.taxonomy.words import codes, get, terms

_ARABIC = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ة": "ه", "ـ": None})


def normalised(text: str) -> str:
    """The form in which words are compared.

    Width and case are folded, accents and Arabic vowel marks dropped, Arabic letter variants
    joined, "&" reads as "and", every other sign as a space, spaces run together.
    """
    text = unicodedata.normalize("NFKD", text).casefold().translate(_ARABIC)
    text = text.replace("&", " and ")
    letters = (
        sign if sign.isalnum() else "" if unicodedata.combining(sign) else " " for sign in text
    )
    return " ".join("".join(letters).split())


@cache
def _words() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for code in codes():
        found.setdefault(normalised(code), []).append(code)
        for words in terms(code).values():
            for word in words:
                entry = found.setdefault(normalised(word), [])
                if code not in entry:
                    entry.append(code)
    return {word: tuple(entry) for word, entry in found.items()}


@cache
def _aliases() -> dict[str, str]:
    text = files(__package__).joinpath("aliases.toml").read_text(encoding="utf-8")
    found: dict[str, str] = {}
    for table in tomllib.loads(text).values():
        for heading, code in table.items():
            get(code)
            found[normalised(heading)] = code
    return found


def find(text: str) -> tuple[str, ...]:
    """Codes that have `text` as label, synonym or code, in any language; () when none has.

    Several codes may share a word; the order is that of `codes()`.
    """
    return _words().get(normalised(text), ())


def guess(heading: str) -> str | None:
    """The one code that a heading of a foreign list means, or None.

    A curated heading (`aliases.toml`) goes first, then a label or synonym that is the word of one
    code only. A heading that two codes share is None: it is for a person to decide.
    """
    alias = _aliases().get(normalised(heading))
    if alias is not None:
        return alias
    candidates = find(heading)
    return candidates[0] if len(candidates) == 1 else None
