"""In which encoding a text file is written.

Guessing libraries take 500 ASCII rows with one Chinese line for Western European. So: byte order
mark, UTF-16 by its zero bytes, strict UTF-8, then the encodings of the lists that fairs get
(GB18030, Big5, Windows Arabic), each only when what comes out reads like that language. Else a
person is asked.
"""

from __future__ import annotations

import codecs
import re
import string
from collections.abc import Callable

from django.utils.translation import gettext as _

from emporion.core.tabular.report import TableError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# A text reads like a language when so many of its non-ASCII characters are that language's common
# ones. Right guesses reach 0.9 and more, wrong ones stay below 0.6.
_READS_LIKE = 0.75
_SAMPLE = 200_000
_LATIN = string.ascii_letters
# What is not ASCII, with the Latin letters that touch it.
_FOREIGN = re.compile(r"[A-Za-z]?[^\x00-\x7f]+[A-Za-z]?")


def decode(data: bytes, encoding: str | None = None) -> tuple[str, str]:
    """Return ``(text, name of the encoding)``.

    With ``encoding`` only that one is tried. Raises `TableError` with the line where decoding
    fails, or, when no encoding fits, with the question which one it is.
    """
    if encoding is not None:
        return _decode_as(data, encoding), encoding
    for mark, name in _MARKS:
        if data.startswith(mark):
            return _decode_as(data, name), name
    if (unmarked := _utf16_without_mark(data)) is not None:
        return _decode_as(data, unmarked), unmarked
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        problem = error
    likely: list[tuple[float, str, str]] = []
    for name, likeness in _CANDIDATES:
        try:
            text = data.decode(name)
        except UnicodeDecodeError:
            continue
        share = likeness(text[:_SAMPLE])
        if share >= _READS_LIKE:
            likely.append((share, name, text))
    if likely:
        _share, name, text = max(likely, key=lambda found: found[0])
        return text, name
    raise TableError(
        _("This is not UTF-8, and not a Chinese or Arabic encoding either"),
        _("Say in which encoding the file was saved (for example cp1252), or save it as UTF-8."),
        line=data.count(b"\n", 0, problem.start) + 1,
    )


def _decode_as(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except LookupError:
        raise TableError(
            _("There is no encoding named “%(name)s”") % {"name": encoding},
            _("Possible are utf-8, utf-16, gb18030, big5, cp1256, cp1252 and others."),
        ) from None
    except UnicodeDecodeError as error:
        raise TableError(
            _("The bytes here are not %(name)s") % {"name": encoding},
            _("Say in which encoding the file was saved, or save it as UTF-8."),
            line=data.count(b"\n", 0, error.start) + 1,
        ) from None


def _utf16_without_mark(data: bytes) -> str | None:
    """A table has digits, separators and line ends: in UTF-16 every one of them has a zero byte."""
    sample = data[: _SAMPLE - _SAMPLE % 2]
    if len(sample) < 4 or len(data) % 2:
        return None
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if max(even, odd) < len(sample) * 0.02 or min(even, odd) > max(even, odd) * 0.05:
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _share(text: str, common: Callable[[str], bool]) -> float:
    foreign = [c for c in text if c > "\x7f"]
    return sum(map(common, foreign)) / len(foreign) if foreign else 0.0


def _gb_common(character: str) -> bool:
    """In the first level of GB 2312 (3,755 characters in everyday use), or Chinese punctuation."""
    try:
        pair = character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return len(pair) == 2 and (0xB0 <= pair[0] <= 0xD7 or pair[0] in (0xA1, 0xA3))


def _big5_common(character: str) -> bool:
    """In the first level of Big5 (5,401 characters in everyday use), or Chinese punctuation."""
    try:
        pair = character.encode("big5")
    except UnicodeEncodeError:
        return False
    return len(pair) == 2 and 0xA1 <= pair[0] <= 0xC6


def _arabic_common(character: str) -> bool:
    return "\u0621" <= character <= "\u0652" or character in "،؛؟\u200c\u200d\xa0«»"


def _reads_arabic(text: str) -> float:
    """Return the share of common Arabic characters in words that hold no Latin letter.

    Read as Windows-1256, the "ö" of "Söhne" is a vowel sign and the "Å" of "Åse" a letter.
    """
    runs = _FOREIGN.findall(text)
    good = sum(
        sum(map(_arabic_common, run)) for run in runs if not (run[0] < "\x7f" or run[-1] < "\x7f")
    )
    return good / (sum(len(run.strip(_LATIN)) for run in runs) or 1)


_CANDIDATES: tuple[tuple[str, Callable[[str], float]], ...] = (
    ("gb18030", lambda text: _share(text, _gb_common)),
    ("big5", lambda text: _share(text, _big5_common)),
    ("cp1256", _reads_arabic),
)
