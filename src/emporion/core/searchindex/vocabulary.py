"""Which terms of a scope's vocabulary a typed word stands for."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from django.db import connection

from emporion.core.text.doubles import edit_distance

# Words that begin with what was typed: so many of the sorted vocabulary are taken.
MAX_PREFIXED = 60
# Below this length nearly every word has a neighbour at distance 1.
_MIN_CLOSE = 4
_MAX_CLOSE = 5
# From this length on two letters may be wrong.
_LONG = 7
_LAST = "\U0010ffff"


@dataclass
class Vocabulary:
    """Part of a scope's vocabulary: how many documents have each term, and what each word opens."""

    documents: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    prefixed: dict[str, list[str]] = field(default_factory=dict)

    def opens(self, word: str) -> bool:
        """Whether ``word`` is a term or the beginning of one."""
        return word in self.counts or bool(self.prefixed.get(word))


def look_up(scope_id: int, exact: Collection[str], prefixes: Iterable[str]) -> Vocabulary:
    """Counts of the ``exact`` terms and of the first terms under each of ``prefixes``.

    One statement. The empty term counts all documents.
    """
    words = sorted(set(prefixes))
    terms = sorted({"", *exact, *words})
    marks = ", ".join(["%s"] * len(terms))
    parts = [
        "SELECT -1 AS word, term, SUM(documents) AS n FROM searchindex_searchvocabulary "  # noqa: S608
        f"WHERE scope_id = %s AND term IN ({marks}) GROUP BY term HAVING SUM(documents) > 0"
    ]
    values: list[str | int] = [scope_id, *terms]
    for place, word in enumerate(words):
        parts.append(
            f"SELECT {place} AS word, term, n FROM (SELECT term, SUM(documents) AS n "  # noqa: S608
            "FROM searchindex_searchvocabulary WHERE scope_id = %s AND term > %s AND term < %s "
            f"GROUP BY term HAVING SUM(documents) > 0 ORDER BY term LIMIT {MAX_PREFIXED}) AS p"
        )
        values += [scope_id, word, word + _LAST]
    found = Vocabulary(prefixed={word: [] for word in words})
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), values)
        for place, term, n in cursor.fetchall():
            found.counts[term] = int(n)
            if place >= 0:
                found.prefixed[words[place]].append(term)
    for opened in found.prefixed.values():
        opened.sort()
    found.documents = found.counts.pop("", 0)
    return found


def close_words(scope_id: int, words: Collection[str]) -> dict[str, list[tuple[str, int]]]:
    """Terms one letter from each of ``words`` (two from `_LONG` letters on), nearest first.

    Returns ``{word: [(term, documents)]}``, at most `_MAX_CLOSE` each. Below `_LONG` letters the
    first letter stays: it is seldom mistyped, and another one makes another word. One statement
    reads the terms that share an untouched part with a word (of three parts of a word with one
    error at most two are hit, of four parts with two errors at most three, unless both are swaps
    across a cut); the distance is then computed here.
    """
    wanted = sorted({word for word in words if len(word) >= _MIN_CLOSE})
    if not wanted:
        return {}
    conditions: list[str] = []
    values: list[str | int] = [scope_id]
    for word in wanted:
        reach = _reach(word)
        shapes = _shapes(word)
        conditions.append(
            f"(LENGTH(term) BETWEEN {len(word) - reach} AND {len(word) + reach} AND ("
            + " OR ".join(["term LIKE %s"] * len(shapes))
            + "))"
        )
        values += shapes
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT term, SUM(documents) FROM searchindex_searchvocabulary "  # noqa: S608
            f"WHERE scope_id = %s AND ({' OR '.join(conditions)}) "
            "GROUP BY term HAVING SUM(documents) > 0",
            values,
        )
        candidates = [(term, int(n)) for term, n in cursor.fetchall()]
    return {word: near for word in wanted if (near := _nearest(word, candidates))}


def _reach(word: str) -> int:
    return 2 if len(word) >= _LONG else 1


def _shapes(word: str) -> list[str]:
    parts = _reach(word) + 2
    cuts = [len(word) * i // parts for i in range(parts + 1)]
    pieces = [word[a:b] for a, b in pairwise(cuts)]
    return [f"{pieces[0]}%", *(f"%{piece}%" for piece in pieces[1:-1]), f"%{pieces[-1]}"]


def _nearest(word: str, candidates: list[tuple[str, int]]) -> list[tuple[str, int]]:
    reach = _reach(word)
    letters = set(word)
    first = word[0] if len(word) < _LONG else ""
    near = []
    for term, n in candidates:
        if not term.startswith(first):
            continue
        # Each error changes at most two letters of the sets: most candidates end here.
        if abs(len(term) - len(word)) <= reach and len(letters ^ set(term)) <= 2 * reach:
            distance = edit_distance(word, term, reach)
            if distance <= reach:
                near.append((distance, -n, term))
    best = sorted(near)[:_MAX_CLOSE]
    # A word at distance 1 makes those at 2 improbable.
    return [(term, -n) for distance, n, term in best if distance == best[0][0]]
