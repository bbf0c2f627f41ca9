"""What belongs to somebody: collected by each capability, used by export and erasure alike."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet

from emporion.core.privacy.lines import Table

# Words that are too short to be looked for inside of other texts.
SHORTEST = 5


@dataclass
class Owner:
    """Somebody, as the tables know them.

    `keys` maps a kind of owner of the register to what its path is compared with; `objects` are
    (kind, public id) pairs of the journal and of imports; `words` name the person wherever they
    stand: names, addresses, numbers.
    """

    keys: dict[str, list[Any]] = field(default_factory=dict)
    objects: set[tuple[str, str]] = field(default_factory=set)
    words: set[str] = field(default_factory=set)
    # Public id of the expo whose rows an erasure may touch; those of its account are of none.
    tenant: str = ""

    def own(self, kind: str, keys: Iterable[Any]) -> None:
        """Add keys of one kind."""
        known = self.keys.setdefault(kind, [])
        known += [key for key in keys if key not in known]

    def name(self, *words: str | None) -> None:
        """Add words that name the person; empty ones and single letters are none."""
        self.words |= {word.strip() for word in words if word and len(word.strip()) > 1}

    def long_words(self) -> list[str]:
        """Return those words that may be looked for anywhere, longest first."""
        return sorted((w for w in self.words if len(w) >= SHORTEST), key=lambda w: (-len(w), w))


def names(said: Any, words: Iterable[str]) -> bool:
    """Whether a value of JSON says one of `words`: a long one as a word in it, a short one alone.

    What stands in keys is not said by anybody. Chinese has no spaces: a word of Chinese counts
    wherever it stands.
    """
    if isinstance(said, dict):
        return any(names(value, words) for value in said.values())
    if isinstance(said, list | tuple):
        return any(names(value, words) for value in said)
    return isinstance(said, str) and any(_says(said, word) for word in words)


def _says(text: str, word: str) -> bool:
    if word not in text:
        return False
    if len(word) < SHORTEST:
        return text.strip() == word
    before = r"(?<!\w)" if _spaced(word[0]) else ""
    after = r"(?!\w)" if _spaced(word[-1]) else ""
    return re.search(before + re.escape(word) + after, text) is not None


def _spaced(letter: str) -> bool:
    """Whether words of the script of a letter stand apart."""
    return letter.isalnum() and not "\u2e80" <= letter <= "\u9fff"


def rows_of(table: Table, owner: Owner) -> QuerySet[Any]:
    """Return the owner's rows of a table, none where it has none; not bound to a scope."""
    wanted = Q()
    for kind, path in table.whose.items():
        if owner.keys.get(kind):
            wanted |= Q(**{f"{path}__in": owner.keys[kind]})
    rows = table.model._base_manager.order_by("pk")
    return rows.filter(wanted) if wanted else rows.none()
