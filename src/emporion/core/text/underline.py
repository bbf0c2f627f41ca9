"""Which parts of a shown text a search has matched."""

from __future__ import annotations

import re
from collections.abc import Collection

from emporion.core.text.fold import fold
from emporion.core.text.tokens import CJK, index_terms

_PIECES = re.compile(rf"(?P<cjk>[{CJK}]+)|[^\s{CJK}]+")


def underlined(text: str, terms: Collection[str]) -> list[tuple[str, bool]]:
    """Cut ``text`` into ``(part, matched)``; joined together the parts are ``text`` again.

    ``terms`` are index terms as they stand in a search hit. A word is matched whole, also when only
    its beginning was asked for; in a Han run the matched characters are. O(length of text).
    """
    wanted = frozenset(terms)
    spans: list[tuple[int, int]] = []
    for match in _PIECES.finditer(text):
        if match.lastgroup == "cjk":
            spans.extend(_han_spans(match.group(), match.start(), wanted))
        elif not wanted.isdisjoint(index_terms(match.group())):
            start, end = _without_punctuation(match.group())
            spans.append((match.start() + start, match.start() + end))
    return _parts(text, spans)


def _han_spans(run: str, offset: int, wanted: frozenset[str]) -> list[tuple[int, int]]:
    folded = [fold(c) for c in run]
    spans: list[tuple[int, int]] = []
    for i, character in enumerate(folded):
        if i + 1 < len(folded) and character + folded[i + 1] in wanted:
            spans.append((offset + i, offset + i + 2))
        elif character in wanted:
            spans.append((offset + i, offset + i + 1))
    return spans


def _without_punctuation(word: str) -> tuple[int, int]:
    start, end = 0, len(word)
    while start < end and not word[start].isalnum():
        start += 1
    while end > start and fold(word[end - 1]) and not word[end - 1].isalnum():
        end -= 1
    return start, end


def _parts(text: str, spans: list[tuple[int, int]]) -> list[tuple[str, bool]]:
    parts: list[tuple[str, bool]] = []
    done = 0
    for start, end in _merged(spans):
        if start > done:
            parts.append((text[done:start], False))
        parts.append((text[start:end], True))
        done = end
    if done < len(text):
        parts.append((text[done:], False))
    return parts


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
