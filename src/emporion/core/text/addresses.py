"""The one form of an e-mail address, by which it is stored, found and compared."""

from __future__ import annotations

import unicodedata


def as_email(text: str) -> str:
    """Return an address composed (NFC), in small letters and without white space round it.

    Two are one only if their forms are equal: databases disagree about large and small letters
    beyond ASCII (PostgreSQL writes both i and ı large as I). Returns "" for an address with a
    letter that is not ASCII and would become one, as the Kelvin sign would become k: whoever owns
    one of the two does not own the other. The form of a form is itself. O(length).
    """
    text = text.strip()
    if any(not one.isascii() and _small(one).isascii() for one in text):
        return ""
    return _small(text)


def _small(text: str) -> str:
    return unicodedata.normalize("NFC", text.lower())
