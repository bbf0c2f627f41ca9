"""Sort keys: texts whose byte order is the order that a reader expects.

A database's collation differs from machine to machine, so people and firms are sorted by a stored
key. Han stands at its pinyin among the Latin letters, as in a Chinese telephone book; Arabic
follows without the article; numbers sort by value.
"""

from __future__ import annotations

import re
from functools import lru_cache

from emporion.core.text.fold import fold
from emporion.core.text.tokens import spacing_marks, without_article

MAX_SORT_KEY = 200

_HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff"
# Below every character of a primary key, so that a shorter name comes first.
_END = "\t"

# As a surname these are read otherwise than as a word.
_SURNAMES = {
    "单": "shan4", "解": "xie4", "仇": "qiu2", "任": "ren2", "曾": "zeng1", "查": "zha1",
    "朴": "piao2", "区": "ou1", "华": "hua4", "盖": "ge3", "翟": "zhai2", "缪": "miao4",
    "纪": "ji3", "员": "yun4", "乐": "yue4", "覃": "qin2", "尹": "yin3", "冼": "xian3",
    "召": "shao4", "种": "chong2", "繁": "po2", "秘": "bi4", "黑": "he4", "重": "chong2",
}  # fmt: skip


@lru_cache(maxsize=1)
def _primary() -> re.Pattern[str]:
    word = rf"(?:[^\W\d_{_HAN}]|[{spacing_marks()}])+"
    return re.compile(rf"(?P<han>[{_HAN}]+)|(?P<number>[0-9]+)|{word}")


def sort_key(text: str, *, person: bool = False) -> str:
    """Return the key for ``text``, at most `MAX_SORT_KEY` characters.

    Compare keys by code point (equal to comparing UTF-8 bytes; ``COLLATE "C"`` on PostgreSQL).
    First level: letters without case and accents, Han as pinyin, numbers by value, leading
    punctuation ignored. Second level, after a tab: tones and the casefolded text, so that different
    texts do not tie by chance. ``person=True`` reads a leading surname such as 单 as one.
    """
    folded = fold(text)
    first: list[str] = []
    second: list[str] = []
    for match in _primary().finditer(folded):
        piece = match.group()
        if match.lastgroup == "han":
            syllables = _pinyin(piece, person and not first)
            first.extend(s.rstrip("012345") for s in syllables)
            second.extend(syllables)
        elif match.lastgroup == "number":
            number = piece.lstrip("0") or "0"
            # The count of digits in front makes 9 come before 10. Two digits keep it comparable.
            first.append(f"{min(len(number), 99):02d}{number}")
        elif piece[0].isalnum():
            first.append(without_article(piece))
    key = " ".join(first)[: MAX_SORT_KEY * 3 // 4]
    rest = (" ".join(second) + _END if second else "") + " ".join(text.casefold().split())
    return (key + _END + rest)[:MAX_SORT_KEY]


@lru_cache(maxsize=20000)
def _pinyin(run: str, person: bool) -> tuple[str, ...]:
    from pypinyin import Style, lazy_pinyin

    read = lazy_pinyin(run, style=Style.TONE3, neutral_tone_with_five=True, errors="default")
    syllables = [str(s).replace("ü", "v") for s in read]
    if person and run[0] in _SURNAMES:
        syllables[0] = _SURNAMES[run[0]]
    return tuple(syllables)


def initial(key: str) -> str:
    """The heading letter for a list sorted by `sort_key`: ``A``-``Z``, ``0-9`` or the letter."""
    first = key[:1]
    if "0" <= first <= "9":
        return "0-9"
    return first.upper() if first.strip() else "#"
