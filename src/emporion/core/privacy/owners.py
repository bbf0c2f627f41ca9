"""What belongs to somebody: collected by each capability, used by export and erasure alike."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model, Q, QuerySet

from emporion.core.privacy.lines import Table

# Words that are too short to be looked for inside of other texts.
SHORTEST = 5
# Kinds of owners that stand for an account, which may be known in several expos.
OF_ACCOUNT = frozenset({"user", "actor"})
# What people write between the digits of a number.
_BETWEEN = r"[\s().\-/]{0,3}"


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
    # The expo in which an account that stays open is forgotten; None: it goes, or all is given out.
    within: Any = None

    @property
    def account_goes(self) -> bool:
        """Whether the owner's account is theirs with all that it did, in whatever expo."""
        return bool(self.keys.get("user")) and self.within is None

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

    Letters are compared without case, numbers of phones by their digits. What stands in keys is
    not said by anybody. Chinese has no spaces: a word of Chinese counts wherever it stands.
    """
    if isinstance(said, dict):
        return any(names(value, words) for value in said.values())
    if isinstance(said, list | tuple):
        return any(names(value, words) for value in said)
    if not isinstance(said, str):
        return False
    text = _plain(said)
    return any(_says(text, _plain(word)) for word in words)


def spellings(word: str) -> set[str]:
    """Return the ways in which a word is usually written, for what cannot compare without case."""
    return {word, word.lower(), word.upper(), word.title(), word.casefold()}


def digits_of(word: str) -> str:
    """Return the digits of what is written as the number of a phone, "" for anything else."""
    digits = re.sub(r"\D", "", word)
    return digits if len(digits) >= SHORTEST and re.fullmatch(r"[+\d\s().\-/]+", word) else ""


def likely(column: str, words: Iterable[str]) -> Q:
    """Return the rows whose text or JSON in `column` may say one of `words`, whoever's they are.

    Databases compare without case, SQLite only plain letters: hence the usual spellings. It finds
    more: `names` looks closer.
    """
    wanted = Q(pk__in=[])
    for word in sorted(set(words)):
        digits = digits_of(word)
        if digits:
            wanted |= Q(**{f"{column}__regex": _BETWEEN.join(digits)})
            continue
        for one in [word] if word.isascii() else sorted(spellings(word)):
            for text in {one, json.dumps(one)[1:-1]}:
                inside = text if len(word) >= SHORTEST else f'"{text}"'
                wanted |= Q(**{f"{column}__icontains": inside})
    return wanted


def without(text: str, word: str, instead: str) -> str:
    """Return a text with `instead` where it says a word; all of it where it cannot be cut out."""
    cut = re.sub(_expression(word), instead, text, flags=re.IGNORECASE)
    return instead if names(cut, [word]) else cut


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _says(text: str, word: str) -> bool:
    if len(word) < SHORTEST:
        return text.strip() == word
    if not digits_of(word) and word not in text:
        return False
    return re.search(_expression(word), text) is not None


def _expression(word: str) -> str:
    digits = digits_of(word)
    if digits:
        return rf"(?<!\d)(?:\+|00)?{_BETWEEN.join(digits)}(?!\d)"
    before = r"(?<!\w)" if _spaced(word[0]) else ""
    after = r"(?!\w)" if _spaced(word[-1]) else ""
    return before + re.escape(word) + after


def _spaced(letter: str) -> bool:
    """Whether words of the script of a letter stand apart."""
    return letter.isalnum() and not "\u2e80" <= letter <= "\u9fff"


def rows_of(table: Table, owner: Owner) -> QuerySet[Any]:
    """Return the owner's rows of a table, none where it has none; not bound to a scope.

    Where the account stays open, its rows of the one expo and no others.
    """
    wanted = Q()
    for kind, path in table.whose.items():
        if not owner.keys.get(kind):
            continue
        mine = Q(**{f"{path}__in": owner.keys[kind]})
        if owner.within is not None and kind in OF_ACCOUNT:
            here = rows_of_expo(table.model, owner.within)
            mine &= Q(pk__in=[] if here is None else here.order_by().values("pk"))
        wanted |= mine
    rows = table.model._base_manager.order_by("pk")
    return rows.filter(wanted) if wanted else rows.none()


def rows_of_expo(model: type[Model], expo: Any) -> QuerySet[Any] | None:
    """Return the rows of an expo, None for a table that does not say whose its rows are."""
    guarded: Any = model._default_manager
    if hasattr(guarded, "with_scope"):
        rows: QuerySet[Any] = guarded.with_scope(expo=expo).all()
        return rows
    for path in ("tenant", "entry__tenant", "batch__tenant"):
        name = path.partition("__")[0]
        if any(column.name == name for column in model._meta.concrete_fields):
            return model._base_manager.filter(**{path: expo.public_id})
    return None
