"""Searching: the same hits in the same order on every database, with counts."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from django.db import connection

from emporion.core.searchindex import matching
from emporion.core.searchindex.catalogue import Catalogue, Ints, catalogue
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
    each: int | None = None,
) -> Result:
    """Find objects of ``scope`` that have all words of ``query``.

    A word stands for itself, for what begins with it and, if nothing does, for close words; Han is
    met by pairs of characters; registered synonyms count as well. Without any word everything is
    listed by sort key. ``facets`` keeps objects with one of the given values in each named facet,
    ``kinds`` likewise; ``language`` only chooses the title that is shown. Best score first, equal
    scores by sort key; with ``each`` the first so many of every kind instead of a page. Any text is
    a possible query. At most 8 statements, whatever the number of objects.
    """
    known = catalogue(str(scope))
    if known is None:
        return Result()
    scope_id, documents = known
    filters = {name: frozenset(values) for name, values in (facets or {}).items() if values}
    wanted_kinds = frozenset(kinds) if kinds else None

    def answer(places: Ints, scores: Ints, match: matching.Match, **more: Any) -> Result:
        kept, counts = documents.count(places, wanted_kinds, filters)
        page = _page(documents, places[kept], scores[kept], max(limit, 0), max(offset, 0), each)
        hits = _hits(scope_id, documents, page, match.terms, language)
        return Result(hits, int(kept.sum()), *counts, ignored=match.ignored, **more)

    asked = phrases(query)
    if not asked:
        everything = np.arange(len(documents.ids))
        return answer(everything, np.zeros_like(everything), matching.Match())

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
        places, there = documents.places(rows[:, 0])
        if len(places):
            return answer(places, rows[there, 1], match, corrections=corrections, relaxed=relaxed)
    return Result(corrections=corrections)


def _page(
    documents: Catalogue, places: Ints, scores: Ints, limit: int, offset: int, each: int | None
) -> list[tuple[int, int]]:
    """Places and scores of the hits to show: best score first; equal ones in listing order."""
    if each is None:
        # All that can be on the page are found in one pass before they are put in order.
        end = offset + limit
        if 0 < end < len(scores):
            least = np.partition(scores, len(scores) - end)[len(scores) - end]
            places, scores = places[scores >= least], scores[scores >= least]
        order = np.lexsort((places, -scores))[offset:end]
    else:
        order = np.lexsort((places, -scores))
        kind_of = documents.kind_of[places[order]]
        order = np.concatenate(
            [order[kind_of == kind][:each] for kind in range(len(documents.kinds))] or [order]
        )
    return [(int(places[n]), int(scores[n])) for n in order]


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


def _ask(match: matching.Match, scope_id: int) -> Ints:
    """Document ids and scores, one row each."""
    sql, values = matching.statement(match, scope_id)
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return np.array(cursor.fetchall(), dtype=np.int64).reshape(-1, 2)


def _hits(
    scope_id: int,
    documents: Catalogue,
    page: Sequence[tuple[int, int]],
    terms: frozenset[str],
    language: str | None,
) -> list[Hit]:
    if not page:
        return []
    ids = [int(documents.ids[place]) for place, _ in page]
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
    for document_id, (place, score) in zip(ids, page, strict=True):
        # Gone since the statement before: leave it out.
        if document_id in shown:
            object_id, title, own, titles = shown[document_id]
            hits.append(
                Hit(
                    documents.kinds[documents.kind_of[place]], object_id,
                    *_title(title, own, titles, language), score, documents.facets(place),
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
