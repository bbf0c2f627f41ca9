"""Terms of a text vector as words that people read.

A number says nothing by itself and a lone character little, so neither is named. Scripts written
without spaces are read as n-grams of 2 to 4 characters, halves of words among them: a named one is
grown to the word it is part of, character by character, as long as it hardly ever stands without
the next one.
"""

from __future__ import annotations

from bisect import bisect_left

import numpy as np
import numpy.typing as npt
from scipy import sparse

from emporion.engines.matching.text import TextVectors, starts_unspaced

Ints = npt.NDArray[np.int64]

# At least this share of the texts that hold the part hold the longer one as well.
COHESION = 0.7
LONGEST = 8
GRAM = 4
# How many n-grams of 2 to 4 characters, and of 4, lie inside of `LONGEST` characters.
INSIDE, MEMBERS = 18, 5


def is_shown(name: str) -> bool:
    """Whether a term is worth naming: no n-gram inside a word, no number, no lone character."""
    return len(name) > 1 and not name.isdecimal()


def overlap(one: str, other: str) -> bool:
    """Whether two words of a script without spaces may be pieces of one run of characters."""
    if not (starts_unspaced(one) and starts_unspaced(other)):
        return one == other
    if one in other or other in one:
        return True
    return any(
        one[-length:] == other[:length] or other[-length:] == one[:length]
        for length in range(1, min(len(one), len(other)))
    )


class Words:
    """The words that terms grow to, numbered as they are asked for.

    Of word w: `strings[w]`; `members[w]` are terms that are all in a text if the word is, and
    `inside[w]` all terms that go when it is taken away (both filled up with -1); `shorter[w]` is
    the word before it grew by its last character, -1 if it is a term as it stands.
    """

    def __init__(self, text: TextVectors) -> None:
        """O(terms)."""
        self._names, self._texts_with, self._folded = text.names, text.texts_with, text.folded
        self._columns = sparse.csc_array(text.vectors)
        self.strings: list[str] = []
        # Rows of members, inside and shorter; as long as the strings and some room.
        self._tables = tuple(np.full((64, width), -1) for width in (MEMBERS, INSIDE, 1))
        self._of_term: dict[int, int] = {}
        self._number: dict[str, int] = {}
        by_length: list[list[str]] = [[] for _ in range(GRAM + 1)]
        for term in np.flatnonzero(self._texts_with > 1).tolist():
            name = self._names[term]
            if len(name) > 1 and starts_unspaced(name):
                self._number[name] = term
                by_length[len(name)].append(name)
        # Names sorted by how they begin; and reversed, by how they end.
        self._begin = [sorted(names) for names in by_length]
        self._end = [sorted(name[::-1] for name in names) for names in by_length]

    def of(self, terms: Ints) -> Ints:
        """Return the longest word of each term."""
        unique, inverse = np.unique(terms, return_inverse=True)
        found = [self._word(term) for term in unique.tolist()]
        return np.asarray(found, dtype=np.int64)[inverse]

    def tables(self) -> tuple[Ints, Ints, Ints]:
        """Return `members`, `inside` and `shorter` of all words so far, as arrays."""
        members, inside, shorter = (table[: len(self.strings)] for table in self._tables)
        return members, inside, shorter[:, 0]

    def _word(self, term: int) -> int:
        if term not in self._of_term:
            word = self._add(self._names[term], [term], [term], -1)
            for grown in self._stages(self._names[term]):
                grams = self._grams(grown)
                whole = [at for at in grams if len(self._names[at]) == min(len(grown), GRAM)]
                word = self._add(grown, whole, grams, word)
            self._of_term[term] = word
        return self._of_term[term]

    def _add(self, string: str, members: list[int], inside: list[int], shorter: int) -> int:
        number = len(self.strings)
        self.strings.append(string)
        if number == len(self._tables[0]):
            self._tables = tuple(
                np.concatenate([table, np.full_like(table, -1)]) for table in self._tables
            )
        for table, row in zip(self._tables, (members, inside, [shorter]), strict=True):
            table[number, : len(row)] = row
        return number

    def _stages(self, name: str) -> list[str]:
        stages: list[str] = []
        if name not in self._number:
            return stages
        while len(name) < LONGEST:
            longer = self._grow(name)
            if longer is None:
                break
            name = longer
            stages.append(name)
        return stages

    def _grow(self, name: str) -> str | None:
        if len(name) < GRAM:
            longer = [*self._beginning(name), *self._ending(name)]
            term = max(longer, key=self._rank) if longer else None
            if term is None or not self._cling(self._number[name], term):
                return None
            return self._names[term]
        first, last = self._number[name[:GRAM]], self._number[name[-GRAM:]]
        ways = [
            (self._rank(term), name + self._names[term][-1])
            for term in self._beginning(name[1 - GRAM :])
            if self._cling(last, term) and self._cling(term, last)
        ] + [
            (self._rank(term), self._names[term][0] + name)
            for term in self._ending(name[: GRAM - 1])
            if self._cling(first, term) and self._cling(term, first)
        ]
        ways = [(rank, longer) for rank, longer in ways if self._stands(longer)]
        return max(ways)[1] if ways else None

    def _beginning(self, part: str) -> list[int]:
        """Terms that are `part` and one more sign. O(log terms + found)."""
        return [self._number[name] for name in _starting(self._begin[len(part) + 1], part)]

    def _ending(self, part: str) -> list[int]:
        """Terms that are one sign and `part`."""
        found = _starting(self._end[len(part) + 1], part[::-1])
        return [self._number[name[::-1]] for name in found]

    def _stands(self, string: str) -> bool:
        """Whether every text that holds the n-grams of `string` holds it in one piece."""
        rows: set[int] | None = None
        for at in range(len(string) - GRAM + 1):
            term = self._number[string[at : at + GRAM]]
            begin, end = self._columns.indptr[term : term + 2].tolist()
            holding = set(self._columns.indices[begin:end].tolist())
            rows = holding if rows is None else rows & holding
        return bool(rows) and all(string in self._folded[row] for row in rows or ())

    def _cling(self, part: int, other: int) -> bool:
        return bool(self._texts_with[other] >= COHESION * self._texts_with[part])

    def _rank(self, term: int) -> tuple[int, int]:
        """In most texts first; of equals the one that was read first."""
        return int(self._texts_with[term]), -term

    def _grams(self, string: str) -> list[int]:
        grams = {
            string[at : at + length]
            for length in (2, 3, GRAM)
            for at in range(len(string) - length + 1)
        }
        return sorted(self._number[gram] for gram in grams if gram in self._number)


def _starting(names: list[str], part: str) -> list[str]:
    begin = bisect_left(names, part)
    # No sign comes after this one.
    return names[begin : bisect_left(names, part + chr(0x10FFFF), begin)]
