import threading

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from emporion.core.searchindex import catalogue
from emporion.core.searchindex.index import (
    Doc,
    compact_vocabulary,
    index_documents,
    remove_documents,
    remove_scope,
)
from emporion.core.searchindex.models import (
    SearchDocument,
    SearchScope,
    SearchTerm,
    SearchVocabulary,
)
from emporion.core.searchindex.query import search


def _counted():
    """The vocabulary as it is kept, and as it would be counted from the postings."""
    kept = {}
    for term, n in SearchVocabulary.objects.values_list("term", "documents"):
        kept[term] = kept.get(term, 0) + n
    counted = {}
    for term in SearchTerm.objects.values_list("term", flat=True):
        counted[term] = counted.get(term, 0) + 1
    return {term: n for term, n in kept.items() if n}, counted


@pytest.mark.django_db
def test_documents_are_replaced_and_keep_their_row():
    assert index_documents(7, [Doc("offer", "a", "sauna"), Doc("offer", "b", "robot")]) == 2
    row = SearchDocument.objects.get(object_id="a").id
    assert index_documents(7, [Doc("offer", "a", "oven"), Doc("offer", "b", "robot")]) == 1
    assert SearchDocument.objects.get(object_id="a").id == row
    assert search(7, "sauna").total == 0
    assert search("7", "oven").total == 1
    kept, counted = _counted()
    assert kept == counted == {"": 2, "oven": 1, "robot": 1}


@pytest.mark.django_db
def test_unchanged_documents_cost_no_write(django_assert_num_queries):
    docs = [Doc("offer", f"o{n}", f"sauna {n}", facets={"g": ["b", "a"]}) for n in range(30)]
    assert index_documents("s", docs) == 30
    with django_assert_num_queries(2):
        assert index_documents("s", docs) == 0
    again = [Doc("offer", "o1", "sauna 1", facets={"g": ["a", "b"]})]
    assert index_documents("s", again) == 0
    changed = [Doc("offer", "o1", "sauna 1", facets={"g": ["a"]})]
    assert index_documents("s", changed) == 1


@pytest.mark.django_db
def test_the_last_of_two_documents_for_one_object_counts():
    assert index_documents("s", [Doc("offer", "a", "x1"), Doc("offer", "a", "x2")]) == 1
    assert search("s", "x2").total == 1


@pytest.mark.django_db
def test_removal():
    index_documents("s", [Doc("offer", f"o{n}", "sauna") for n in range(5)])
    index_documents("s", [Doc("exhibitor", "o1", "sauna")])
    assert remove_documents("s", "offer", ["o1", "o9"]) == 1
    assert search("s", "sauna").kinds == {"offer": 4, "exhibitor": 1}
    assert remove_documents("s", "offer") == 4
    assert remove_documents("s", "offer") == 0
    kept, counted = _counted()
    assert kept == counted == {"": 1, "sauna": 1}
    remove_scope("s")
    assert [
        m.objects.count() for m in (SearchScope, SearchDocument, SearchTerm, SearchVocabulary)
    ] == [0] * 4


@pytest.mark.django_db
def test_vocabulary_is_summed_up():
    for n in range(5):
        index_documents("s", [Doc("offer", "a", f"sauna x{n}")])
    before = _counted()
    compact_vocabulary("s")
    assert _counted() == before
    assert sorted(SearchVocabulary.objects.values_list("term", "documents")) == [
        ("", 1),
        ("sauna", 1),
        ("x4", 1),
    ]


@pytest.mark.django_db
def test_the_index_is_written_with_its_object_or_not_at_all():
    with pytest.raises(RuntimeError), transaction.atomic():
        index_documents("s", [Doc("offer", "a", "sauna")])
        assert search("s", "sauna").total == 1
        raise RuntimeError
    assert search("s", "sauna").total == 0


@pytest.mark.django_db
def test_facets_hold_no_separators():
    with pytest.raises(ValueError, match="tabs"):
        index_documents("s", [Doc("offer", "a", "x", facets={"g": "a\tb"})])


@pytest.mark.django_db
def test_batches_bound_the_postings_of_a_transaction(monkeypatch):
    from emporion.core.searchindex import index

    monkeypatch.setattr(index, "POSTINGS", 10)
    monkeypatch.setattr(index, "CHUNK", 3)
    docs = [Doc("offer", f"o{n}", " ".join(f"w{n + i}" for i in range(7))) for n in range(9)]
    assert index_documents("s", docs) == 9
    assert search("s", "w8").total == 7
    kept, counted = _counted()
    assert kept == counted


@pytest.mark.django_db(transaction=True)
def test_what_is_kept_in_memory_follows_every_change():
    catalogue._cache.clear()
    index_documents("s", [Doc("offer", "a", "sauna", facets={"c": "FI"})])
    assert search("s", "").facets == {"c": {"FI": 1}}
    assert len(catalogue._cache) == 1
    # Facets alone change no term.
    index_documents("s", [Doc("offer", "a", "sauna", facets={"c": "CN"})])
    assert search("s", "").facets == {"c": {"CN": 1}}
    compact_vocabulary("s")
    index_documents("s", [Doc("offer", "b", "sauna", facets={"c": "CN"})])
    assert search("s", "").facets == {"c": {"CN": 2}}
    remove_documents("s", "offer", ["a"])
    assert search("s", "").facets == {"c": {"CN": 1}}
    with pytest.raises(RuntimeError), transaction.atomic():
        index_documents("s", [Doc("offer", "c", "sauna", facets={"c": "CN"})])
        assert search("s", "").facets == {"c": {"CN": 2}}
        raise RuntimeError
    index_documents("s", [Doc("offer", "d", "sauna", facets={"c": "FI"})])
    assert search("s", "").facets == {"c": {"CN": 1, "FI": 1}}


@pytest.mark.django_db(transaction=True)
def test_two_that_save_the_same_object_at_once_leave_one_document():
    index_documents("s", [Doc("offer", "z", "old")])
    start = threading.Barrier(4)
    errors = []

    def save(number):
        try:
            start.wait()
            for turn in range(5):
                index_documents(
                    "s",
                    [Doc("offer", "a", f"sauna{number} t{turn}"), Doc("offer", f"b{number}", "x")],
                )
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=save, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert SearchDocument.objects.filter(object_id="a").count() == 1
    kept, counted = _counted()
    assert kept == counted
    assert counted[""] == 6


@pytest.mark.django_db
def test_migrations_are_complete():
    call_command(
        "makemigrations", "searchindex", check=True, dry_run=True, skip_checks=True, verbosity=0
    )
