"""N-grams of scripts without spaces: those of two texts and more, as a slow search finds them."""

from __future__ import annotations

import random
from collections import Counter

from emporion.engines.matching.signs import shared_grams
from emporion.engines.matching.text import read_texts


def test_shared_grams_are_those_of_an_obvious_search():
    draw = random.Random(4)
    runs = ["".join(draw.choices("云计算机冷链", k=draw.randint(1, 12))) for _ in range(60)]
    owner = sorted(draw.choices(range(25), k=60))
    cells: Counter[tuple[int, str]] = Counter()
    for run, text in zip(runs, owner, strict=True):
        lengths = (1,) if len(run) == 1 else (2, 3, 4)
        for length in lengths:
            for at in range(len(run) - length + 1):
                cells[text, run[at : at + length]] += 1
    texts_with = Counter(gram for _, gram in cells)
    expected = {cell: times for cell, times in cells.items() if texts_with[cell[1]] > 1}
    found = shared_grams(runs, owner)
    assert {
        (text, found.names[gram]): times
        for text, gram, times in zip(
            found.text.tolist(), found.gram.tolist(), found.times.tolist(), strict=True
        )
    } == expected
    assert len(set(found.names)) == len(found.names)


def test_no_runs_share_nothing():
    assert shared_grams([], []).names == []


def test_a_word_shared_by_long_texts_counts_however_long_the_rest_is():
    draw = random.Random(5)

    def rest():
        return "".join(chr(draw.randint(0x4E00, 0x9000)) for _ in range(200))

    vectors, _ = read_texts([[rest() + "冷链物流" + rest()], [rest() + "冷链物流"], [rest()]], None)
    near = (vectors.vectors @ vectors.vectors.T).toarray()
    assert near[0, 1] > 0.9
    assert near[0, 2] < 0.5
