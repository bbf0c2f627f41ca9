"""Tables of the search index: what can be found, under which terms, and how common they are.

Written in the transaction of the object they describe, through `index`; read through `query`.
Other code does not touch them.
"""

from __future__ import annotations

from django.db import models

from emporion.core.searchindex.fields import BytesOrderField
from emporion.core.text.sortkey import MAX_SORT_KEY
from emporion.core.text.tokens import MAX_TERM


class SearchScope(models.Model):
    """One searchable collection, for example an edition. A query never sees a second one."""

    key = models.CharField(max_length=64, unique=True)

    def __str__(self) -> str:
        return self.key


class SearchDocument(models.Model):
    """One object that can be found, with the texts of all its languages."""

    scope = models.ForeignKey(SearchScope, on_delete=models.CASCADE)
    kind = models.CharField(max_length=32)
    object_id = models.CharField(max_length=64)
    # The language of `title`; `titles` (JSON by language) holds the others.
    language = models.CharField(max_length=16)
    title = models.TextField()
    titles = models.TextField(default="{}")
    sort_key = BytesOrderField(max_length=MAX_SORT_KEY)
    # One "name<tab>value" a line (see `facets`).
    facets = models.TextField()
    length = models.IntegerField()
    # Of everything above and the terms: an unchanged document is not written again.
    fingerprint = models.CharField(max_length=16)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["scope", "kind", "object_id"], name="searchdocument_object"
            )
        ]
        indexes = [models.Index(fields=["scope", "sort_key", "id"], name="searchdocument_order")]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}: {self.title}"


class SearchTerm(models.Model):
    """A posting: `document` can be found under `term`. Every document has one for the empty term.

    `weight` is an integer, because floats sum in different order on two databases. It depends on
    the document alone; how rare a term is comes in at query time from `SearchVocabulary`.
    """

    pk = models.CompositePrimaryKey("scope", "term", "document")
    scope = models.ForeignKey(
        SearchScope, on_delete=models.CASCADE, db_constraint=False, db_index=False
    )
    term = BytesOrderField(max_length=MAX_TERM)
    # No constraint: checking a million references doubles the time of a build.
    document = models.ForeignKey(SearchDocument, on_delete=models.CASCADE, db_constraint=False)
    weight = models.SmallIntegerField()

    def __str__(self) -> str:
        return str(self.term)


class SearchVocabulary(models.Model):
    """How many documents of a scope have a term: the sum of `documents` over its rows.

    Rows are only ever added (a change is +1 and -1), so that two people who save their profiles at
    the same moment never wait for each other; `compact_vocabulary` sums them up.
    """

    scope = models.ForeignKey(SearchScope, on_delete=models.CASCADE, db_index=False)
    term = BytesOrderField(max_length=MAX_TERM)
    documents = models.IntegerField()

    class Meta:
        indexes = [
            models.Index(
                fields=["scope", "term"], include=["documents"], name="searchvocabulary_term"
            )
        ]

    def __str__(self) -> str:
        return str(self.term)
