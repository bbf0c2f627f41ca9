"""Terms of a text vector as words that people read.

A number says nothing by itself and a lone character little, so neither is named. Scripts written
without spaces are read as n-grams of 2 to 4 characters, halves of words among them: a named one is
grown to the word it is part of, character by character, as long as it hardly ever stands without
the next one.
"""

from __future__ import annotations

from collections import defaultdict

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
        self.shorter: list[int] = []
        self._members: list[list[int]] = []
        self._inside: list[list[int]] = []
        self._of_term: dict[int, int] = {}
        self._number: dict[str, int] = {}
        self._longer: dict[str, int] = {}
        self._after: defaultdict[str, list[int]] = defaultdict(list)
        self._before: defaultdict[str, list[int]] = defaultdict(list)
        for term in np.flatnonzero(self._texts_with > 1).tolist():
            name = self._names[term]
            if len(name) > 1 and starts_unspaced(name):
                self._number[name] = term
        for name, term in self._number.items():
            if len(name) == GRAM:
                self._after[name[:-1]].append(term)
                self._before[name[1:]].append(term)
            for part in {name[1:], name[:-1]}:
                best = self._longer.get(part)
                if best is None or self._rank(term) > self._rank(best):
                    self._longer[part] = term

    def of(self, terms: Ints) -> Ints:
        """Return the longest word of each term."""
        unique, inverse = np.unique(terms, return_inverse=True)
        found = [self._word(term) for term in unique.tolist()]
        return np.asarray(found, dtype=np.int64)[inverse]

    def tables(self) -> tuple[Ints, Ints, Ints]:
        """Return `members`, `inside` and `shorter` of all words so far, as arrays."""
        return (
            np.asarray(self._members, dtype=np.int64).reshape(-1, MEMBERS),
            np.asarray(self._inside, dtype=np.int64).reshape(-1, INSIDE),
            np.asarray(self.shorter, dtype=np.int64),
        )

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
        self.strings.append(string)
        self.shorter.append(shorter)
        self._members.append(members + [-1] * (MEMBERS - len(members)))
        self._inside.append(inside + [-1] * (INSIDE - len(inside)))
        return len(self.strings) - 1

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
            term = self._longer.get(name)
            if term is None or not self._cling(self._number[name], term):
                return None
            return self._names[term]
        first, last = self._number[name[:GRAM]], self._number[name[-GRAM:]]
        ways = [
            (self._rank(term), name + self._names[term][-1])
            for term in self._after.get(name[1 - GRAM :], ())
            if self._cling(last, term) and self._cling(term, last)
        ] + [
            (self._rank(term), self._names[term][0] + name)
            for term in self._before.get(name[: GRAM - 1], ())
            if self._cling(first, term) and self._cling(term, first)
        ]
        ways = [(rank, longer) for rank, longer in ways if self._stands(longer)]
        return max(ways)[1] if ways else None

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
