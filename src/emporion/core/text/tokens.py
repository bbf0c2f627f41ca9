"""Words of a text, in the form in which the search index keeps them.

Three kinds of script are equals here. Latin, Cyrillic, Arabic, Hangul and all others with spaces
give words. Chinese and Japanese give every pair of neighbouring characters and every single one.
Arabic words count with and without the article, so that السَّاونا and ساونا meet.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from emporion.core.text.fold import fold

# Han with its extensions, kana, the iteration mark.
CJK = "\u3005\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_JOINERS = "-'.&"
MAX_TERM = 40
# A chain such as well-being is also one word; longer chains are addresses, not words.
_MAX_CHAIN = 4

# The article alone, after "and", "with", "as", "so", and contracted after "for".
_ARTICLES = ("وال", "بال", "كال", "فال", "ال", "لل")
_MIN_STEM = 3


def spacing_marks() -> str:
    """Marks that stay after folding (Indic, Thai) belong to their word though isalnum denies it."""
    marks = [c for c in range(0x0900, 0x1CF9) if unicodedata.category(chr(c))[0] == "M"]
    return "".join(map(re.escape, map(chr, marks)))


@lru_cache(maxsize=1)
def _pattern() -> re.Pattern[str]:
    word = rf"(?:[^\W_{CJK}]|[{spacing_marks()}])+"
    return re.compile(rf"(?P<cjk>[{CJK}]+)|{word}(?:[{_JOINERS}]{word})*")


# What the pattern is for texts that fold to ASCII: most of them, and three times as fast.
_ASCII_CHAIN = re.compile(f"[a-z0-9]+(?:[{_JOINERS}][a-z0-9]+)*")
_SPLIT = re.compile(f"[{_JOINERS}]")


def chunks(text: str) -> Iterator[tuple[bool, str]]:
    """Yield ``(is_cjk, chunk)`` of a folded text: a run of Han and kana, or a chain of words."""
    for match in _pattern().finditer(text):
        yield match.lastgroup == "cjk", match.group()


def words(text: str) -> list[str]:
    """Plain words of ``text`` in order, folded; a Han run is one word. For names and headings."""
    found: list[str] = []
    for is_cjk, chunk in chunks(fold(text)):
        found.extend([chunk] if is_cjk else _SPLIT.split(chunk))
    return found


def index_terms(text: str) -> list[str]:
    """All terms under which ``text`` can be found, in order of appearance, with repetitions.

    >>> index_terms("Well-being, 桑拿")
    ['well', 'being', 'wellbeing', '桑', '桑拿', '拿']
    """
    folded = fold(text)
    if folded.isascii():
        found = _ASCII_CHAIN.findall(folded)
        if len(folded) <= MAX_TERM and all(map(str.isalnum, found)):
            return found
        return [term for chunk in found for term in _chain_terms(chunk)]
    terms: list[str] = []
    for is_cjk, chunk in chunks(folded):
        if is_cjk:
            terms.append(chunk[0])
            for place in range(1, len(chunk)):
                terms.append(chunk[place - 1 : place + 1])
                terms.append(chunk[place])
        else:
            terms.extend(_chain_terms(chunk))
    return terms


def _chain_terms(chunk: str) -> list[str]:
    terms: list[str] = []
    parts = [chunk] if chunk.isalnum() else _SPLIT.split(chunk)
    for part in parts:
        terms.append(part[:MAX_TERM])
        bare = without_article(part)
        if bare != part:
            terms.append(bare[:MAX_TERM])
    if 1 < len(parts) <= _MAX_CHAIN:
        terms.append("".join(parts)[:MAX_TERM])
    return terms


def without_article(word: str) -> str:
    """A folded Arabic word without its article (ال, وال, بال, كال, فال, لل); others unchanged."""
    if "\u0621" <= word[:1] <= "\u064a":
        for article in _ARTICLES:
            if word.startswith(article) and len(word) - len(article) >= _MIN_STEM:
                return word[len(article) :]
    return word


def bigrams(run: str) -> list[str]:
    """Pairs of neighbouring characters of a Han run; the run itself when it is one character."""
    return [run[i : i + 2] for i in range(len(run) - 1)] or [run]


def split_chain(chunk: str) -> list[str]:
    """Parts of a chain such as ``well-being``."""
    return _SPLIT.split(chunk)
