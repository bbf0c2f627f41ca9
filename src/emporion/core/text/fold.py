"""Folding: the form in which two spellings of the same word are equal.

Used for search terms, headings, sort keys and names. It is one-way: never show a folded text.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from emporion.core.text.hanforms import TO_SIMPLIFIED

# Marks that only decorate a letter: Latin, Greek and Cyrillic accents, Hebrew points, Arabic vowel
# signs and hamzas. Marks of Indic scripts, Thai and kana carry the sound itself and stay.
_MARKS = re.compile(
    "[\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"
    "\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u08d3-\u08ff"
    "\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f"
    "\u00ad\u0640\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]"
)

_LETTERS = str.maketrans(
    {
        "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ħ": "h",
        "ı": "i", "ŧ": "t", "ŋ": "n", "ß": "ss", "ƒ": "f",
        # Arabic letters that are typed one for another; Persian and Urdu forms of the same letters.
        "ٱ": "ا", "ى": "ي", "ة": "ه", "ی": "ي", "ې": "ي", "ک": "ك", "ڪ": "ك", "ہ": "ه", "ھ": "ه",
        "ە": "ه", "ۃ": "ه", "ء": None,
        "’": "'", "‘": "'", "ʼ": "'", "＇": "'", "`": "'", "´": "'",
        "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "−": "-",
    }
) | TO_SIMPLIFIED  # fmt: skip


def fold(text: str) -> str:
    """Return the folded form: no case, no accents, one form of each Arabic letter, plain digits.

    NFKD and casefold, decorating marks dropped, letters that Unicode does not decompose replaced
    (ø, ł, đ, ß, أ إ آ ٱ, ى, ة), traditional Han as simplified, tatweel and zero-width characters
    dropped, every script's decimal digits as 0-9. Idempotent. O(length).
    """
    if text.isascii():
        return text.lower()
    return _fold(text)


@lru_cache(maxsize=65536)
def _fold_short(text: str) -> str:
    return _fold_slowly(text)


def _fold(text: str) -> str:
    return _fold_short(text) if len(text) <= 40 else _fold_slowly(text)


def _fold_slowly(text: str) -> str:
    text = unicodedata.normalize("NFKD", text).casefold()
    # Casefolding can bring new compositions (ŉ, ΐ): decompose once more.
    text = unicodedata.normalize("NFKD", text)
    text = _MARKS.sub("", text).translate(_LETTERS)
    text = _DIGITS.sub(_plain_digit, text)
    # Hangul and kana come back together.
    return unicodedata.normalize("NFC", text)


_DIGITS = re.compile(r"[^\D0-9]")


def _plain_digit(match: re.Match[str]) -> str:
    return str(unicodedata.decimal(match.group()))
