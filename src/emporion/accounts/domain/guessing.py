"""How long a password would stand against guessing, said in words that help (zxcvbn)."""

from __future__ import annotations

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from zxcvbn import zxcvbn

# Of 0 to 4: 3 stands against everything but somebody who has stolen the hashes.
ENOUGH = 3
# The time grows with the square of the length, and what is that long is never too easy.
READ = 72
# By the pattern that zxcvbn found in the longest part.
WHY: dict[str, Any] = {
    "dictionary": gettext_lazy(
        "It is a word, a name or a password that many use, or nearly one; such are tried first."
    ),
    "spatial": gettext_lazy("It follows the keys of the keyboard; such rows are tried early."),
    "repeat": gettext_lazy("It repeats the same; that is hardly harder to guess than once."),
    "sequence": gettext_lazy("It counts on, as abc or 6543 do; such rows are tried early."),
    "regex": gettext_lazy("It holds a year; years are tried early."),
    "date": gettext_lazy("It holds a date; dates are tried early."),
}


class GuessingValidator:
    """Refuses what is soon guessed: common words, keys in a row, dates, one's own name."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError with why, and what would help."""
        found = zxcvbn(password[:READ], user_inputs=_own(user))
        if found["score"] >= ENOUGH:
            return
        parts = found["sequence"]
        longest = max(parts, key=lambda part: len(part["token"])) if parts else {}
        if longest.get("dictionary_name") == "user_inputs":
            why = _("It is made of your own name or address, which others know.")
        else:
            why = str(WHY.get(longest.get("pattern", ""), ""))
        help_ = _(
            "Take four or five words that have nothing to do with each other; no signs or "
            "capitals are needed."
        )
        said = [_("This password would soon be guessed."), why, help_]
        raise ValidationError(" ".join(one for one in said if one), code="guessable")

    def get_help_text(self) -> str:
        """Say what is asked for."""
        return _("Ten letters at least; four or five words that do not belong together are best.")


def _own(user: Any) -> list[str]:
    """What others know of the user, and the name of the product."""
    told = [getattr(user, name, None) or "" for name in ("name", "email", "phone")]
    words = [part for text in told for part in re.split(r"[\s@.+_-]+", text) if len(part) > 2]
    return [*(text for text in told if text), *words, "emporion"]
