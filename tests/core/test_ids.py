from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from emporion.core.ids import ALPHABET, LENGTH, derived_id, new_id


def test_alphabet_has_no_look_alikes() -> None:
    assert set(ALPHABET) & set("01iouvIOUVlL") == set()
    assert len(set(ALPHABET)) == len(ALPHABET) == 29


def test_new_ids_differ_and_use_the_whole_alphabet() -> None:
    made = [new_id() for _ in range(2000)]
    assert len(set(made)) == 2000
    assert {len(one) for one in made} == {LENGTH}
    assert set("".join(made)) == set(ALPHABET)


@given(st.lists(st.text(), max_size=4))
def test_derived_id_is_a_function_of_its_parts(parts: list[str]) -> None:
    made = derived_id(*parts)
    assert made == derived_id(*parts)
    assert len(made) == LENGTH and set(made) <= set(ALPHABET)


def test_derived_id_keeps_parts_apart() -> None:
    assert derived_id("ab", "c") != derived_id("a", "bc")
    # What is published under an id must stay under it in every version.
    assert derived_id("model", "exhibitor", "1") == "t9fkyb6y7z"
