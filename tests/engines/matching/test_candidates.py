"""The weightiest reasons of each pair, against sorting them one by one."""

from __future__ import annotations

import numpy as np
import pytest

from emporion.engines.matching.candidates import Found

NUMBER = {"one": 0, "two": 1, "three": 2}


def test_found_keeps_the_weightiest_of_each_pair_and_of_equals_the_lower_code_and_detail() -> None:
    rng = np.random.default_rng(1)
    pairs, most = 50, 3
    found = Found(pairs, NUMBER, most)
    added: list[list[tuple[float, int, int]]] = [[] for _ in range(pairs)]
    # Few weights and details, so that many are equal; some codes come twice, as text does.
    for code in ("two", "three", "one", "three", "two"):
        some = np.flatnonzero(rng.random(pairs) < 0.6)
        detail = rng.integers(0, 4, len(some))
        weight = rng.integers(1, 4, len(some)).astype(np.float32) / 8
        found.add(some, code, detail, weight)
        for pair, said, heavy in zip(some.tolist(), detail.tolist(), weight.tolist(), strict=True):
            added[pair].append((-heavy, NUMBER[code], said))
    kept = [sorted(one)[:most] for one in added]
    last = [-one[-1][0] if len(one) == most else 0.0 for one in kept]
    assert found.least().tolist() == last
    shown: list[list[tuple[int, int]]] = [[] for _ in range(pairs)]
    for there, codes, details in found.weightiest():
        for pair in np.flatnonzero(there).tolist():
            shown[pair].append((int(codes[pair]), int(details[pair])))
    assert shown == [[(code, detail) for _, code, detail in one] for one in kept]


def test_found_takes_the_largest_detail_that_has_a_place_and_refuses_the_next() -> None:
    found = Found(1, NUMBER, 1)
    found.add(np.array([0]), "three", 2**24 - 1, np.array([0.5], dtype=np.float32))
    [(there, code, detail)] = found.weightiest()
    assert (there.tolist(), code.tolist(), detail.tolist()) == ([True], [2], [2**24 - 1])
    with pytest.raises(ValueError, match="has no place"):
        found.add(np.array([0]), "three", 2**24, np.array([0.5], dtype=np.float32))
