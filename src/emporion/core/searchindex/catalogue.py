"""The facets of all documents of one scope as arrays, to count thousands of hits in a millisecond.

It is kept in the process as long as nothing is written to the scope. The vocabulary tells: every
write adds a row for the empty term, and summing up replaces those rows by one with a higher id; so
equal count and equal highest id mean that nothing has changed. Inside a transaction nothing is kept
and nothing kept is used, since what it sees may never be.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

# About 5 MB for 20,000 documents.
_KEPT = 8
Ints = NDArray[np.int64]
Counts = tuple[dict[str, int], dict[str, dict[str, int]]]
_cache: OrderedDict[tuple[str, int], tuple[tuple[int, int], Catalogue]] = OrderedDict()
_lock = Lock()


@dataclass(frozen=True)
class Catalogue:
    """Documents by place; a place is the rank in listing order (sort key, then id).

    ``ids[p]`` is the document, ``kind_of[p]`` indexes ``kinds``, and
    ``codes[starts[p]:starts[p + 1]]`` are its facet lines as indexes of ``lines``.
    """

    ids: Ints
    kinds: tuple[str, ...]
    kind_of: Ints
    lines: tuple[tuple[str, str], ...]
    starts: Ints
    codes: Ints

    @cached_property
    def by_id(self) -> Ints:
        """Places in the order of document ids."""
        return np.argsort(self.ids, kind="stable")

    @cached_property
    def holders(self) -> tuple[Ints, Ints]:
        """For each code the places that have it: ``(starts, places)``."""
        order = np.argsort(self.codes, kind="stable")
        places = np.repeat(np.arange(len(self.ids)), np.diff(self.starts))[order]
        starts = np.zeros(len(self.lines) + 1, dtype=np.int64)
        np.cumsum(np.bincount(self.codes, minlength=len(self.lines)), out=starts[1:])
        return starts, places

    def places(self, document_ids: Ints) -> tuple[Ints, NDArray[np.bool_]]:
        """Places of documents, and which of the documents are here at all."""
        ordered = self.ids[self.by_id]
        found = np.searchsorted(ordered, document_ids)
        there = found < len(ordered)
        there[there] = ordered[found[there]] == document_ids[there]
        return self.by_id[found[there]], there

    def having(self, name: str, values: Collection[str]) -> NDArray[np.bool_]:
        """Which places have one of ``values`` in facet ``name``."""
        mask = np.zeros(len(self.ids), dtype=bool)
        starts, places = self.holders
        for code, line in enumerate(self.lines):
            if line[0] == name and line[1] in values:
                mask[places[starts[code] : starts[code + 1]]] = True
        return mask

    def facets(self, place: int) -> dict[str, tuple[str, ...]]:
        """The facets of one document."""
        found: dict[str, list[str]] = {}
        for code in self.codes[self.starts[place] : self.starts[place + 1]]:
            name, value = self.lines[code]
            found.setdefault(name, []).append(value)
        return {name: tuple(values) for name, values in found.items()}

    def count(
        self,
        places: Ints,
        kinds: Collection[str] | None,
        filters: Mapping[str, Collection[str]],
    ) -> tuple[NDArray[np.bool_], Counts]:
        """Which of ``places`` pass all filters, and counts by kind and by facet.

        Kinds are counted under the facet filters only, a facet under all filters but its own.
        O(places * (1 + filters)).
        """
        right_kind = np.ones(len(places), dtype=bool)
        if kinds is not None:
            right_kind = np.array([kind in kinds for kind in self.kinds], bool)[
                self.kind_of[places]
            ]
        met = {name: self.having(name, values)[places] for name, values in filters.items()}
        failed = np.zeros(len(places), dtype=np.int64)
        for mask in met.values():
            failed += ~mask
        passing = failed == 0
        kept = passing & right_kind
        lines = self._line_counts(places[kept])
        for name, mask in met.items():
            own = np.array([line[0] == name for line in self.lines], bool)
            beside = self._line_counts(places[(failed == 1) & ~mask & right_kind])
            lines[own] += beside[own]
        by_kind = np.bincount(self.kind_of[places[passing]], minlength=len(self.kinds))
        return kept, (
            _ordered({kind: int(n) for kind, n in zip(self.kinds, by_kind, strict=True) if n}),
            self._by_name(lines),
        )

    def _line_counts(self, places: Ints) -> Ints:
        if len(places) == len(self.ids):
            return np.bincount(self.codes, minlength=len(self.lines))
        lengths = self.starts[places + 1] - self.starts[places]
        ends = np.cumsum(lengths)
        first = np.repeat(self.starts[places] - (ends - lengths), lengths)
        return np.bincount(self.codes[first + np.arange(len(first))], minlength=len(self.lines))

    def _by_name(self, counts: Ints) -> dict[str, dict[str, int]]:
        found: dict[str, dict[str, int]] = {}
        for code in np.flatnonzero(counts):
            name, value = self.lines[code]
            found.setdefault(name, {})[value] = int(counts[code])
        return {name: _ordered(found[name]) for name in sorted(found)}


def catalogue(scope: str) -> tuple[int, Catalogue] | None:
    """The scope's id and its catalogue, from memory where nothing has changed; None if unknown."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.id, COUNT(v.id), MAX(v.id) FROM searchindex_searchscope s "
            "LEFT JOIN searchindex_searchvocabulary v ON v.scope_id = s.id AND v.term = '' "
            "WHERE s.key = %s GROUP BY s.id",
            [scope],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    scope_id, version = int(row[0]), (int(row[1]), int(row[2] or 0))
    if connection.in_atomic_block:
        return scope_id, _read(scope_id)
    key = (str(connection.settings_dict["NAME"]), scope_id)
    with _lock:
        kept = _cache.get(key)
        if kept is not None and kept[0] == version:
            _cache.move_to_end(key)
            return scope_id, kept[1]
    made = _read(scope_id)
    with _lock:
        _cache[key] = (version, made)
        _cache.move_to_end(key)
        while len(_cache) > _KEPT:
            _cache.popitem(last=False)
    return scope_id, made


def _read(scope_id: int) -> Catalogue:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, kind, facets FROM searchindex_searchdocument WHERE scope_id = %s "
            "ORDER BY sort_key, id",
            [scope_id],
        )
        rows: list[Any] = cursor.fetchall()
    known: dict[str, int] = {}
    kinds: dict[str, int] = {}
    codes: list[int] = []
    starts = [0]
    kind_of: list[int] = []
    for _id, kind, text in rows:
        kind_of.append(kinds.setdefault(kind, len(kinds)))
        if text:
            for line in text.split("\n"):
                codes.append(known.setdefault(line, len(known)))
        starts.append(len(codes))
    lines = tuple(tuple(line.split("\t")) for line in known)
    return Catalogue(
        np.array([row[0] for row in rows], dtype=np.int64),
        tuple(kinds),
        np.array(kind_of, dtype=np.int64),
        lines,  # type: ignore[arg-type]
        np.array(starts, dtype=np.int64),
        np.array(codes, dtype=np.int64),
    )


def _ordered(counts: dict[str, int]) -> dict[str, int]:
    """Most frequent first, then by name."""
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
