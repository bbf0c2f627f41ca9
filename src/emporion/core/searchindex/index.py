"""Writing the search index: in the same transaction as the object it describes."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from django.db import connection, transaction
from django.db.models import QuerySet

from emporion.core.bulk import chunks, load_rows
from emporion.core.searchindex.facets import facet_text
from emporion.core.searchindex.models import (
    SearchDocument,
    SearchScope,
    SearchTerm,
    SearchVocabulary,
)
from emporion.core.text.sortkey import sort_key
from emporion.core.text.tokens import index_terms

# Documents a look-up, and postings a transaction: 50 ms of write lock.
CHUNK = 500
POSTINGS = 8_000
# After so many batches the vocabulary is summed up.
_WRITES = 60
# Part of every fingerprint: raise it when terms or weights are made otherwise.
_RULES = 1
TITLE, KEYWORD, TEXT = 8, 3, 1
# Saturation and length normalisation of BM25 with a fixed mean length, so that a document's weights
# depend on nothing but itself.
_K1, _B, _MEAN_LENGTH = 1.2, 0.4, 80

_Prepared = tuple[SearchDocument, dict[str, int]]


@dataclass(frozen=True)
class Doc:
    """What is to be found: one per object, with the texts of all its languages.

    ``titles`` maps further languages to titles; ``keywords`` are short labels (categories, brands,
    stand numbers) that weigh more than ``texts``; ``facets`` maps a name to a value or to values.
    """

    kind: str
    object_id: str
    title: str
    language: str = ""
    titles: Mapping[str, str] = field(default_factory=dict)
    keywords: Sequence[str] = ()
    texts: Sequence[str] = ()
    facets: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    person: bool = False


def index_documents(scope: str | int, docs: Iterable[Doc]) -> int:
    """Store ``docs``, replacing those of the same kind and object id; return how many changed.

    Unchanged documents are neither cut into terms nor written. Works in batches of about
    `POSTINGS`, each in one transaction (or all in the caller's). Of two documents for one object in
    ``docs`` the last counts.
    """
    scope_id = _scope_id(scope)
    wanted = list({(doc.kind, doc.object_id): doc for doc in docs}.values())
    # One order everywhere: two transactions that index the same objects cannot deadlock.
    wanted.sort(key=lambda doc: (doc.kind, doc.object_id))
    changed = [doc for part in chunks(wanted, CHUNK) for doc in _changed(scope_id, part)]
    for batch in _batches(scope_id, changed):
        _store(scope_id, batch)
    if len(changed) > CHUNK:
        writes = SearchVocabulary.objects.filter(scope=scope_id, term="").count()
        if writes > _WRITES:
            compact_vocabulary(scope)
    return len(changed)


def remove_documents(scope: str | int, kind: str, object_ids: Iterable[str] | None = None) -> int:
    """Forget objects of ``kind`` (without ids all of them); return how many there were."""
    rows = SearchDocument.objects.filter(scope__key=str(scope), kind=kind).order_by("object_id")
    if object_ids is None:
        ids = list(rows.values_list("id", flat=True))
    else:
        ids = [
            found
            for part in chunks(sorted(set(object_ids)), CHUNK)
            for found in rows.filter(object_id__in=part).values_list("id", flat=True)
        ]
    for part in chunks(ids, CHUNK):
        with transaction.atomic():
            # Locked first: a second removal of the same object must not count it twice.
            held = list(_locked(SearchDocument.objects.filter(id__in=part)))
            if held:
                gone = Counter[str]()
                _forget_terms([doc.id for doc in held], gone)
                _delete_rows([doc.id for doc in held])
                _count(held[0].scope_id, gone)
    return len(ids)


def remove_scope(scope: str | int) -> None:
    """Forget a whole collection, for example when an edition is deleted."""
    for kind in (
        SearchDocument.objects.filter(scope__key=str(scope))
        .values_list("kind", flat=True)
        .distinct()
    ):
        remove_documents(scope, kind)
    with transaction.atomic():
        SearchVocabulary.objects.filter(scope__key=str(scope)).delete()
        SearchScope.objects.filter(key=str(scope)).delete()


def compact_vocabulary(scope: str | int) -> None:
    """Sum up the added rows of the vocabulary. Bulk indexing does it by itself; a nightly job may.

    Works through the alphabet in transactions of `POSTINGS` rows. Nobody waits for it: rows that
    others are adding meanwhile stay as they are.
    """
    scope_id = _scope_id(scope)
    terms = SearchVocabulary.objects.filter(scope=scope_id).order_by("term")
    every = list(terms.values_list("term", flat=True))
    starts = sorted({"", *every[::POSTINGS]})
    for start, end in pairwise([*starts, None]):
        limit = "" if end is None else "AND term < %s "
        _sum_up(scope_id, f"term >= %s {limit}", [str(start), *([] if end is None else [end])])


def forget_words(scope: str | int, terms: Iterable[str]) -> None:
    """Sum up the rows of some terms: those that no document has any more are gone at once."""
    scope_id = _scope_id(scope)
    for part in chunks(sorted({term for term in terms if term}), CHUNK):
        _sum_up(scope_id, f"term IN ({', '.join(['%s'] * len(part))}) ", part)


def terms_of(scope: str | int, kind: str, object_ids: Iterable[str]) -> set[str]:
    """Return the terms under which objects of ``kind`` can be found."""
    documents = SearchDocument.objects.filter(
        scope__key=str(scope), kind=kind, object_id__in=list(object_ids)
    )
    found = SearchTerm.objects.filter(document__in=documents.values("pk"))
    return {str(term) for term in found.values_list("term", flat=True)}


def _sum_up(scope_id: int, which: str, values: Sequence[str]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM searchindex_searchvocabulary WHERE scope_id = %s "  # noqa: S608
            f"AND {which}RETURNING term, documents",
            [scope_id, *values],
        )
        total = Counter[str]()
        for term, documents in cursor.fetchall():
            total[term] += documents
        if total:
            _count(scope_id, total)


def _scope_id(scope: str | int) -> int:
    return SearchScope.objects.get_or_create(key=str(scope))[0].id


def _changed(scope_id: int, docs: Sequence[Doc]) -> list[Doc]:
    """Those of ``docs`` that are not stored as they are."""
    known = {
        (kind, object_id): fingerprint
        for kind in sorted({doc.kind for doc in docs})
        for object_id, fingerprint in SearchDocument.objects.filter(
            scope=scope_id,
            kind=kind,
            object_id__in=[doc.object_id for doc in docs if doc.kind == kind],
        ).values_list("object_id", "fingerprint")
    }
    return [doc for doc in docs if known.get((doc.kind, doc.object_id)) != _fingerprint(doc)]


def _batches(scope_id: int, docs: Iterable[Doc]) -> Iterator[list[_Prepared]]:
    """Prepared documents in batches of about `POSTINGS`."""
    batch: list[_Prepared] = []
    size = 0
    for doc in docs:
        row, terms = _prepare(scope_id, doc)
        if batch and size + len(terms) > POSTINGS:
            yield batch
            batch, size = [], 0
        batch.append((row, terms))
        size += len(terms)
    if batch:
        yield batch


def _store(scope_id: int, batch: Sequence[_Prepared]) -> None:
    with transaction.atomic():
        # Two that store one object at the same moment: the second waits here for the first, and
        # reads its terms afterwards.
        stored = SearchDocument.objects.bulk_create(
            [row for row, _ in batch],
            update_conflicts=True,
            unique_fields=["scope", "kind", "object_id"],
            update_fields=[
                "language", "title", "titles", "sort_key", "facets", "length", "fingerprint",
            ],
        )  # fmt: skip
        ids = [row.id for row in stored]
        difference = Counter[str]()
        _forget_terms(ids, difference)
        rows = [
            (scope_id, term, document_id, weight)
            for document_id, (_, terms) in zip(ids, batch, strict=True)
            for term, weight in terms.items()
        ]
        rows.sort()
        load_rows(SearchTerm, ("scope", "term", "document", "weight"), rows)
        for _, terms in batch:
            difference.update(terms.keys())
        _count(scope_id, difference)


def _locked(rows: QuerySet[SearchDocument]) -> QuerySet[SearchDocument]:
    return (
        rows.select_for_update()
        .order_by("kind", "object_id")
        .only("id", "scope_id", "kind", "object_id", "fingerprint")
    )


def _delete_rows(document_ids: Sequence[int]) -> None:
    # Not QuerySet.delete: it would look for postings one more time.
    marks = ", ".join(["%s"] * len(document_ids))
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM searchindex_searchdocument WHERE id IN ({marks})",  # noqa: S608
            list(document_ids),
        )


def _forget_terms(document_ids: Sequence[int], difference: Counter[str]) -> None:
    """Delete the postings of ``document_ids`` and take them off ``difference``."""
    marks = ", ".join(["%s"] * len(document_ids))
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM searchindex_searchterm WHERE document_id IN ({marks}) "  # noqa: S608
            "RETURNING term",
            list(document_ids),
        )
        difference.subtract(row[0] for row in cursor.fetchall())


def _count(scope_id: int, difference: Mapping[str, int]) -> None:
    # The row of the empty term is written in any case: it tells readers that something changed.
    rows = [
        (scope_id, term, n) for term, n in sorted({"": 0, **difference}.items()) if n or not term
    ]
    load_rows(SearchVocabulary, ("scope", "term", "documents"), rows)


def _fingerprint(doc: Doc) -> str:
    """Of all that a document is made of, and of the rules by which it is made."""
    content = _canonical(
        [
            _RULES, doc.title, doc.language, dict(doc.titles), list(doc.keywords), list(doc.texts),
            facet_text(doc.facets), doc.person,
        ]
    )  # fmt: skip
    return hashlib.blake2b(content.encode(), digest_size=8).hexdigest()


def _prepare(scope_id: int, doc: Doc) -> tuple[SearchDocument, dict[str, int]]:
    """The row of ``doc`` and the weight of each of its terms."""
    counts: dict[str, int] = {}
    length = 0
    for weight, texts in (
        (TITLE, [doc.title, *(t for t in doc.titles.values() if t != doc.title)]),
        (KEYWORD, doc.keywords),
        (TEXT, doc.texts),
    ):
        for text in texts:
            found = index_terms(text)
            length += len(found)
            for term in found:
                counts[term] = counts.get(term, 0) + weight
    scale = _K1 * (1 - _B + _B * length / _MEAN_LENGTH)
    terms = {term: round(100 * n * (_K1 + 1) / (n + scale)) for term, n in counts.items()}
    terms[""] = 0
    row = SearchDocument(
        scope_id=scope_id,
        kind=doc.kind,
        object_id=doc.object_id,
        language=doc.language,
        title=doc.title,
        titles=_canonical(dict(doc.titles)),
        sort_key=sort_key(doc.title, person=doc.person),
        facets=facet_text(doc.facets),
        length=length,
        fingerprint=_fingerprint(doc),
    )
    return row, terms


def _canonical(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
