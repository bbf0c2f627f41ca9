"""How what a list says is laid over what is stored: texts in languages, needs and offers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from emporion.core.translated import best
from emporion.edition.domain.enrolment import Interest

# A text column without a language (None: the list has none), and those that name one.
Texts = tuple[str | None, Mapping[str, str]]

_HAN, _KANA = re.compile(r"[㐀-䶿一-鿿]"), re.compile(r"[぀-ヿ]")
_HANGUL, _ARABIC = re.compile(r"[가-힣]"), re.compile(r"[؀-ۿ]")
_LETTER = re.compile(r"[^\W\d_]")


def language_of(text: str) -> str:
    """Return the language under which a text of unknown language is kept, told by its script.

    Two in five letters decide. Latin and all other scripts count as English, the language that
    readers fall back to.
    """
    letters = len(_LETTER.findall(text)) or 1
    if _KANA.search(text):
        return "ja"
    for language, script in (("zh-hans", _HAN), ("ar", _ARABIC), ("ko", _HANGUL)):
        if len(script.findall(text)) * 5 >= letters * 2:
            return language
    return "en"


def new_texts(before: Mapping[str, str], given: Texts) -> dict[str, str]:
    """Return the texts after `given` is laid over `before`.

    A text without a language that says what is shown already changes nothing; otherwise it
    replaces the text in its language. An empty one takes the shown text away.
    """
    plain, languages = given
    after = {**before, **languages}
    shown_in, shown = best(before, "en")
    if plain is not None and plain != shown:
        language = language_of(plain) if plain else shown_in
        if shown and plain and language_of(shown) == language:
            language = shown_in
        if language not in languages:
            after[language] = plain
    return {language: text for language, text in after.items() if text}


def texts_of(values: Mapping[str, Any], name: str) -> dict[str, str]:
    """Return the texts of a new entry."""
    return new_texts({}, values[name]) if name in values else {}


def new_interests(
    before: Sequence[Interest], codes: Sequence[str] | None, text: str | None
) -> list[Interest]:
    """Return needs or offers after a list named other `codes` or another `text`; None: as before.

    What has a code that is still named keeps its own text. A new text stands as one interest of
    its own, without a code, and replaces all texts.
    """
    after = list(before)
    if codes is not None:
        after = [i for i in before if not i.code or i.code in codes]
        there = {i.code for i in before}
        after += [Interest(code) for code in dict.fromkeys(codes) if code not in there]
    if text is not None:
        after = [i._replace(text={}) for i in after if i.code]
        if text:
            after.append(Interest("", {language_of(text): text}))
    return after
