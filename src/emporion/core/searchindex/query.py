"""Searching: the same hits in the same order on every database, with counts."""

from __future__ import annotations

import heapq
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from django.db import connection

from emporion.core.searchindex import matching
from emporion.core.searchindex.facets import Row, count, facet_values
from emporion.core.searchindex.querytext import Phrase, phrases
from emporion.core.searchindex.vocabulary import Vocabulary, close_words, look_up


@dataclass(frozen=True)
class Hit:
    """One object that was found. ``matched`` are its terms that met the query, for `underlined`."""

    kind: str
    object_id: str
    title: str
    language: str
    score: int
    facets: Mapping[str, Sequence[str]]
    matched: frozenset[str]


@dataclass(frozen=True)
class Result:
    """A page of hits with counts.

    ``total`` counts all hits under all filters. ``kinds`` and each of ``facets`` count what there
    would be without the filter on themselves, so that several values can be chosen; most frequent
    first. ``corrections`` names for a typed word that nothing bears the words used instead,
    ``ignored`` the words that nearly everything bears; ``relaxed`` is true when nothing meets the
    whole query and the hits meet most of it.
    """

    hits: list[Hit] = field(default_factory=list)
    total: int = 0
    kinds: dict[str, int] = field(default_factory=dict)
    facets: dict[str, dict[str, int]] = field(default_factory=dict)
    corrections: dict[str, tuple[str, ...]] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)
    relaxed: bool = False


def search(
    scope: str | int,
    query: str,
    kinds: Collection[str] | None = None,
    facets: Mapping[str, Collection[str]] | None = None,
    language: str | None = None,
    limit: int = 20,
    offset: int = 0,
) -> Result:
    """Find objects of ``scope`` that have all words of ``query``.

    A word stands for itself, for what begins with it and, if nothing does, for close words; Han is
    met by pairs of characters; registered synonyms count as well. Without any word everything is
    listed by sort key. ``facets`` keeps objects with one of the given values in each named facet,
    ``kinds`` likewise; ``language`` only chooses the title that is shown. Any text is a possible
    query. At most 7 statements, whatever the number of objects.
    """
    scope_id = _scope_id(scope)
    if scope_id is None:
        return Result()
    filters = {name: frozenset(values) for name, values in (facets or {}).items() if values}
    wanted_kinds = frozenset(kinds) if kinds else None
    page = slice(max(offset, 0), max(offset, 0) + max(limit, 0))
    asked = phrases(query)
    if not asked:
        rows = _everything(scope_id)
        kept, counts = count(rows, wanted_kinds, filters)
        listed = _listed(scope_id, kept, page)
        return Result(_hits(scope_id, listed, frozenset(), language), len(kept), *counts)

    exact, openers = matching.needed_terms(asked)
    vocabulary = look_up(scope_id, exact, openers)
    close = close_words(scope_id, _unknown(asked, vocabulary))
    corrections = {word: tuple(term for term, _ in near) for word, near in close.items()}
    tried = None
    for relaxed in (False, True):
        match = matching.build(asked, vocabulary, close, relaxed=relaxed)
        if not matching.is_possible(match) or match == tried:
            continue
        tried = match
        rows = _ask(match, scope_id)
        if rows:
            kept, counts = count(rows, wanted_kinds, filters)
            best = heapq.nsmallest(page.stop, kept, key=lambda row: (-row[1], row[0]))
            return Result(
                _hits(scope_id, best[page], match.terms, language),
                len(kept),
                *counts,
                corrections=corrections,
                ignored=match.ignored,
                relaxed=relaxed,
            )
    return Result(corrections=corrections)


def _unknown(asked: Sequence[Phrase], vocabulary: Vocabulary) -> list[str]:
    """Typed words that are no term and open none; of a chain only if it is unknown joined, too."""
    return [
        word
        for phrase in asked
        for piece in phrase.pieces
        if not piece.is_han and not vocabulary.opens(piece.text)
        for word in piece.parts
        if not vocabulary.opens(word)
    ]


def _scope_id(scope: str | int) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM searchindex_searchscope WHERE key = %s", [str(scope)])
        row = cursor.fetchone()
    return None if row is None else int(row[0])


def _ask(match: matching.Match, scope_id: int) -> list[Row]:
    sql, values = matching.statement(match, scope_id)
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def _everything(scope_id: int) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, 0, kind, facets FROM searchindex_searchdocument WHERE scope_id = %s",
            [scope_id],
        )
        return list(cursor.fetchall())


def _listed(scope_id: int, kept: Sequence[Row], page: slice) -> list[Row]:
    """The rows of ``page`` when ``kept`` is sorted by sort key; the index alone gives the order."""
    wanted = {row[0]: row for row in kept}
    found: list[Row] = []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM searchindex_searchdocument WHERE scope_id = %s ORDER BY sort_key, id",
            [scope_id],
        )
        while len(found) < page.stop and (part := cursor.fetchmany(500)):
            found.extend(wanted[row[0]] for row in part if row[0] in wanted)
    return found[page]


def _hits(
    scope_id: int, rows: Sequence[Row], terms: frozenset[str], language: str | None
) -> list[Hit]:
    if not rows:
        return []
    ids = [row[0] for row in rows]
    marks = ", ".join(["%s"] * len(ids))
    matched: dict[int, set[str]] = {}
    with connection.cursor() as cursor:
        if terms:
            term_marks = ", ".join(["%s"] * len(terms))
            cursor.execute(
                "SELECT document_id, term FROM searchindex_searchterm "  # noqa: S608
                f"WHERE document_id IN ({marks}) AND term IN ({term_marks}) AND scope_id = %s",
                [*ids, *sorted(terms), scope_id],
            )
            for document_id, term in cursor.fetchall():
                matched.setdefault(document_id, set()).add(term)
        cursor.execute(
            "SELECT id, object_id, title, language, titles "  # noqa: S608
            f"FROM searchindex_searchdocument WHERE id IN ({marks})",
            ids,
        )
        shown = {row[0]: row[1:] for row in cursor.fetchall()}
    hits: list[Hit] = []
    for document_id, score, kind, text in rows:
        # Gone since the statement before: leave it out.
        if document_id in shown:
            object_id, title, own, titles = shown[document_id]
            chosen, chosen_language = _title(title, own, titles, language)
            hits.append(
                Hit(
                    kind, object_id, chosen, chosen_language, int(score), facet_values(text),
                    frozenset(matched.get(document_id, ())),
                )
            )  # fmt: skip
    return hits


def _title(title: str, own: str, titles: str, language: str | None) -> tuple[str, str]:
    """The title in ``language``, or in its base language (zh for zh-hans), or the main title."""
    if language and language != own and titles != "{}":
        there: dict[str, str] = json.loads(titles)
        base = language.split("-")[0]
        for code in (language, base, *(c for c in sorted(there) if c.split("-")[0] == base)):
            if there.get(code):
                return there[code], code
    return title, own
