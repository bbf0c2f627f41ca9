"""Public identifiers: short, random, without look-alike letters; they leak no counts."""

from __future__ import annotations

import hashlib
import secrets

# No 0/o, 1/i/l, u/v: what is read aloud in a noisy hall must arrive as it was.
ALPHABET = "23456789abcdefghjkmnpqrstwxyz"
LENGTH = 10


def new_id() -> str:
    """Return a fresh public id: 10 letters, 48 bits of chance."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def derived_id(*parts: str) -> str:
    """Return the public id that always belongs to `parts`.

    For data that is made from a seed (the model edition), so that two builds carry the same ids
    and an exported schedule can be compared byte by byte. Never for secrets.
    """
    number = int.from_bytes(hashlib.sha256("\x1f".join(parts).encode()).digest(), "big")
    letters = []
    for _ in range(LENGTH):
        number, digit = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[digit])
    return "".join(letters)
