"""What the search of an edition answers, for the page and for programs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from emporion.core.searchindex.query import Result, search
from emporion.core.text.tokens import words
from emporion.edition import queries as editions
from emporion.edition.queries import Edition

FACETS = ("pavilion", "country", "group")
KINDS = ("exhibitor", "offer", "organisation")
LONGEST = 200
# The sign of a pavilion and the number of a stand, written as one word.
STAND = re.compile(r"([A-Za-z])(\d{1,4}[A-Za-z]?)")


def asked(typed: str) -> str:
    """Return what somebody typed without what cannot be seen, at most `LONGEST` characters."""
    return "".join(c for c in typed if c.isprintable()).strip()[:LONGEST]


def answer(
    edition: Edition,
    query: str,
    *,
    kind: str = "",
    facets: Mapping[str, Sequence[str]],
    language: str,
    limit: int,
    offset: int = 0,
    each: int | None = None,
) -> Result:
    """Return the hits of one kind, or of all that are found; nothing for signs without a word.

    `query` is what `asked` returns; `each` as in `core.searchindex.query.search`. At most sixteen
    statements, whatever the number of objects.
    """
    if query and not words(query):
        return Result()

    def found(typed: str) -> Result:
        return search(
            editions.search_scope(edition),
            typed,
            kinds=[kind] if kind else list(KINDS),
            facets=facets,
            language=language,
            limit=limit,
            offset=offset,
            each=each,
        )

    result = found(query)
    if not result.total and (stand := STAND.fullmatch(query)):
        # People leave out the space: F214.
        result = found(f"{stand[1]} {stand[2]}")
    return result
