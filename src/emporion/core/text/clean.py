"""The one gate for text that comes from outside: forms, the API and imports all pass here.

SQLite stores characters that PostgreSQL refuses (NUL, lone surrogates), and bidirectional overrides
make a name read as another one. Both are refused in this one place, with a message that says what
stands where.
"""

from __future__ import annotations

import re
import unicodedata

from django.utils.translation import gettext as _

# Tab and line ends are white space, not errors; everything else below is refused.
_REFUSED = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u202d\u202e\ud800-\udfff\ufffe\uffff]"
)
# Windows puts embedding marks round telephone numbers and names it copies; they carry no text.
_DROPPED = re.compile("[\u202a\u202b\u202c\ufeff]")
_LINE_ENDS = re.compile("\r\n|[\r\x85\u2028\u2029]")
_WHITE = re.compile(r"[\t\n]+ *")


class BadText(ValueError):
    """A text that cannot be taken in.

    ``what`` says what is wrong, ``expected`` how to mend it, ``position`` is the 1-based character
    (None when the whole text is meant). ``str(error)`` is one sentence made of all three.
    """

    def __init__(self, what: str, position: int | None, expected: str) -> None:
        self.what = what
        self.position = position
        self.expected = expected
        words = {"what": what, "position": position, "expected": expected}
        super().__init__(
            _("%(what)s. %(expected)s") % words
            if position is None
            else _("%(what)s at character %(position)d. %(expected)s") % words
        )


def clean_text(text: str, *, max_length: int | None = None, multiline: bool = False) -> str:
    """Return ``text`` as it may be stored: NFC, line ends as ``\\n``, no white space at the ends.

    With ``multiline=False`` tabs and line ends become single spaces. ``max_length`` counts
    characters (code points) of the result. Byte order marks and bidirectional embedding marks are
    dropped, they carry no text. Raises `BadText` for NUL and other control characters, lone
    surrogates, bidirectional overrides, non-characters and for texts that are too long.
    O(length).
    """
    bad = _REFUSED.search(text)
    if bad is not None:
        raise _refusal(bad.group(), bad.start() + 1)
    text = _DROPPED.sub("", text)
    text = _LINE_ENDS.sub("\n", text)
    if not multiline:
        text = _WHITE.sub(" ", text)
    text = unicodedata.normalize("NFC", text).strip()
    if max_length is not None and len(text) > max_length:
        raise BadText(
            _("The text has %(length)d characters") % {"length": len(text)},
            None,
            _("At most %(limit)d are possible: shorten it.") % {"limit": max_length},
        )
    return text


def _refusal(character: str, position: int) -> BadText:
    code = ord(character)
    label = f"U+{code:04X}"
    if 0xD800 <= code <= 0xDFFF:
        return BadText(
            _("Half of a character (%(label)s)") % {"label": label},
            position,
            _("The text was cut or decoded wrongly: enter it again."),
        )
    if code in (0x202D, 0x202E):
        return BadText(
            _("A mark that turns the reading direction (%(label)s)") % {"label": label},
            position,
            _("Remove it: it makes a text read differently from what is stored."),
        )
    return BadText(
        _("An invisible control character (%(label)s)") % {"label": label},
        position,
        _("Remove it."),
    )
