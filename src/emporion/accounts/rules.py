"""Small rules about who is who; no Django."""

from __future__ import annotations

import re


def as_phone(text: str) -> str | None:
    """Return a phone number as it is stored (+ and digits), or None if `text` is none."""
    plain = re.sub(r"[\s().\-/]", "", text)
    plain = "+" + plain[2:] if plain.startswith("00") else plain
    return plain if re.fullmatch(r"\+[0-9]{6,15}", plain) else None


def as_identifier(text: str) -> str:
    """Return the one form of what somebody typed to say who they are: two spellings, one count."""
    return as_phone(text) or text.strip().casefold()


# What a token may do, from least to most. A token never does more than its user may.
SCOPES = ("read", "write", "organise.read", "organise.write")
FIRST_LETTERS = "emp_"
# Calls of one token in a minute.
CALLS_A_MINUTE = 600
LONGEST_DAYS = 366
