"""The index against a model that reads every document in a loop."""

from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emporion.core.searchindex.index import Doc, index_documents
from emporion.core.searchindex.query import search
from emporion.core.text.doubles import edit_distance
from emporion.core.text.tokens import index_terms

WORDS = [
    "sauna",
    "saunas",
    "sand",
    "ai",
    "air",
    "well-being",
    "robot",
    "桑拿",
    "智能",
    "ساونا",
    "الساونا",
]
DOCS = st.lists(
    st.tuples(
        st.lists(st.sampled_from(WORDS), min_size=1, max_size=4),
        st.sampled_from(["exhibitor", "offer"]),
        st.sampled_from(["FI", "CN", ""]),
        st.sets(st.sampled_from("xyz")),
    ),
    min_size=1,
    max_size=12,
)
QUERY = st.lists(st.sampled_from([*WORDS, "sau", "rob", "智", "s"]), max_size=3)


def _meets(terms, word, vocabulary):
    """Whether a document with ``terms`` meets one typed word, by the rules as written."""
    if "-" in word:
        return "wellbeing" in terms or {"well", "being"} <= terms
    if not word[0].isascii() and index_terms(word)[0] != word:
        return set(index_terms(word)) <= terms
    bare = index_terms(word)[-1]
    if "\u0621" <= bare[0] <= "\u064a" or bare.isascii():
        if len(bare) <= 2 and bare in vocabulary:
            return bare in terms
        return any(term.startswith(bare) for term in terms)
    return bare in terms


@pytest.mark.django_db
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(DOCS, QUERY, st.sets(st.sampled_from(["FI", "CN"])), st.sets(st.sampled_from("xyz")))
def test_hits_and_counts_are_those_of_the_slow_model(db, rows, query, countries, groups):
    from emporion.core.searchindex.index import remove_scope

    docs = [
        Doc(kind, f"d{n}", " ".join(words), facets={"country": country, "group": sorted(values)})
        for n, (words, kind, country, values) in enumerate(rows)
    ]
    index_documents("m", docs)
    terms = {doc.object_id: set(index_terms(doc.title)) for doc in docs}
    vocabulary = set().union(*terms.values())
    result = search("m", " ".join(query), facets={"country": countries, "group": groups}, limit=100)

    met = [d for d in docs if all(_meets(terms[d.object_id], w, vocabulary) for w in query)]
    strict = bool(met)
    if strict:
        assert not result.relaxed

        def passes(doc, leave_out=None):
            own = {"country": {doc.facets["country"]}, "group": set(doc.facets["group"])}
            wanted = {"country": countries, "group": groups}
            return all(
                own[name] & values
                for name, values in wanted.items()
                if values and name != leave_out
            )

        kept = [doc for doc in met if passes(doc)]
        assert {hit.object_id for hit in result.hits} == {doc.object_id for doc in kept}
        assert result.total == len(kept)
        assert result.kinds == Counter(doc.kind for doc in kept)
        expected = {
            "country": Counter(d.facets["country"] for d in met if passes(d, "country")),
            "group": Counter(v for d in met if passes(d, "group") for v in d.facets["group"]),
        }
        expected["country"].pop("", None)
        assert result.facets == {name: values for name, values in expected.items() if values}
    remove_scope("m")


@settings(max_examples=200, deadline=None)
@given(st.text("abc", max_size=6), st.text("abc", max_size=6), st.integers(0, 3))
def test_edit_distance_is_the_recursive_one(first, second, limit):
    def slow(a, b):
        if not a or not b:
            return len(a) + len(b)
        best = min(slow(a[1:], b) + 1, slow(a, b[1:]) + 1, slow(a[1:], b[1:]) + (a[0] != b[0]))
        if len(a) > 1 and len(b) > 1 and a[0] == b[1] and a[1] == b[0]:
            best = min(best, slow(a[2:], b[2:]) + 1)
        return best

    expected = slow(first, second)
    assert edit_distance(first, second) == expected
    assert min(edit_distance(first, second, limit), limit + 1) == min(expected, limit + 1)
