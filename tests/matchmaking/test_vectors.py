"""Texts are read once, in a job, and runs compare by meaning once they are."""

import numpy as np
import pytest

from emporion.core import jobs
from emporion.core.models import JobRecord
from emporion.core.tenancy import scope
from emporion.edition.domain.enrolment import Interest
from emporion.edition.domain.profile import add_interests, set_profile
from emporion.engines.matching import Category, EncodingError, encoders
from emporion.matchmaking import queries
from emporion.matchmaking.domain import market, proposals, reading_texts, runs, vectors
from emporion.matchmaking.domain.absence import why_absent
from emporion.matchmaking.domain.first_list import make_first_list
from emporion.matchmaking.domain.market import market_of
from emporion.matchmaking.domain.reading_texts import ReadingError, read_edition
from emporion.matchmaking.domain.runs import MatchError, run_match
from emporion.matchmaking.models import FirstList, TextVector
from tests import factories
from tests.engines.matching.test_meaning import Words

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(monkeypatch, settings):
    settings.TEXT_READERS = ["universal"]
    made = Words()
    monkeypatch.setattr(vectors, "readers", lambda: (made,))
    # What people write is counted here; names of categories have a test of their own.
    for module in (runs, reading_texts):
        monkeypatch.setattr(module, "category_names", list)
    return made


@pytest.fixture
def fair():
    edition = factories.make_edition()
    with scope(expo=edition.expo):
        hosts = [factories.make_participation(edition, "exhibitor", offers=["xr"]) for _ in "ab"]
        guest = factories.make_participation(edition, "buyer", needs=["xr"])
        for who, text in ((hosts[0], "pump"), (hosts[1], "drone")):
            who.offers.update(text={"en": text})
        guest.needs.update(text={"zh-hans": "无人机"})
        yield edition, hosts, guest


def test_texts_are_read_once_and_kept_by_content(fair, reader):
    edition, hosts, guest = fair
    assert read_edition(edition) == 3
    assert sorted(text for text, _ in reader.asked) == ["drone", "pump", "无人机"]
    assert read_edition(edition) == 0
    guest.needs.update(text={"zh-hans": "水泵"})
    assert read_edition(edition) == 1
    assert len(reader.asked) == 4
    assert {row.model for row in TextVector.objects.all()} == {reader.model}


def test_a_run_compares_by_meaning_what_was_read(fair, reader):
    edition, hosts, guest = fair
    run = run_match(edition)
    assert run.figures["models"] == ["by hand 1"]
    assert run.policy == (
        "facets-text-meaning/10 priced 0 varied 0.05 drawn 0.1 near 0.9 by hand 1"
    )
    assert [one.participation for one in queries.suggestions(guest)] == [hosts[1], hosts[0]]
    assert {row.model for row in TextVector.objects.all()} == {reader.model}


def test_a_run_does_not_wait_for_many_unread_texts(fair, reader, monkeypatch):
    edition, hosts, guest = fair
    monkeypatch.setattr(vectors.ready, "__defaults__", (2,))
    run = run_match(edition)
    assert run.figures["models"] == []
    [waiting] = jobs.latest(edition.expo.public_id, vectors.READ)
    assert waiting.arguments == {"edition": edition.slug, "participation": ""}
    jobs.perform(waiting.public_id)
    assert JobRecord.objects.get().result == {"read": 3}
    assert run_match(edition).figures["models"] == ["by hand 1"]


def test_an_edit_is_read_in_a_job_which_makes_the_list_again(fair, reader):
    edition, hosts, guest = fair
    make_first_list(guest)
    assert reader.asked == []
    first = [entry["reasons"][-1]["code"] for entry in FirstList.objects.get().entries]
    assert "meaning" not in first
    make_first_list(guest)
    [waiting] = jobs.latest(edition.expo.public_id, vectors.READ, limit=5)
    # Who fits by no code is on the list among everybody, and not among the few.
    odd = factories.make_participation(edition, "exhibitor", offers=["logistics"])
    jobs.perform(waiting.public_id)
    made = FirstList.objects.get()
    assert [entry["id"] for entry in made.entries] == [hosts[1].pk, hosts[0].pk, odd.pk]
    assert "meaning" in [reason["code"] for reason in made.entries[0]["reasons"]]
    assert made.policy == "facets-text-meaning/10 frozen"


def test_without_readers_nothing_is_read_and_the_list_among_everybody_is_made(fair):
    edition, hosts, guest = fair
    assert run_match(edition).figures["models"] == []
    assert JobRecord.objects.count() == 0
    make_first_list(guest)
    jobs.perform(JobRecord.objects.get().public_id)
    assert [*FirstList.objects.values_list("policy", flat=True)] == [
        "facets-text-meaning/10 frozen"
    ]
    assert TextVector.objects.count() == 0
    assert read_edition(edition) == 0


@pytest.mark.parametrize(
    ("change", "asked"),
    [
        ({"markets": ["FI"]}, 1),
        ({"languages": ["fi"]}, 1),
        ({"max_meetings": 3}, 1),
        ({"max_meetings_per_day": 2}, 0),
        ({"about": {"en": "We buy."}}, 0),
        ({}, 0),
    ],
)
def test_a_profile_that_weighs_otherwise_has_its_list_made_anew_once(fair, change, asked):
    edition, hosts, guest = fair
    values = {
        "about": {}, "markets": [], "languages": [], "max_meetings": None,
        "max_meetings_per_day": None,
    }  # fmt: skip
    for _ in range(2):
        set_profile(guest, **{**values, **change})
    assert JobRecord.objects.count() == asked
    for waiting in JobRecord.objects.all():
        jobs.perform(waiting.public_id)
    assert FirstList.objects.filter(participation=guest).count() == asked


def test_a_reader_that_fails_is_named_and_what_was_read_stays(fair, reader, monkeypatch):
    edition, hosts, guest = fair
    whole = reader.embed

    def failing(texts, role):
        if role == "passage":
            raise EncodingError("the server does not answer")
        return whole(texts, role)

    monkeypatch.setattr(reader, "embed", failing)
    with pytest.raises(ReadingError, match="the server does not answer"):
        read_edition(edition)
    assert TextVector.objects.count() == 1
    with pytest.raises(MatchError, match="the server does not answer"):
        run_match(edition)
    vectors.ask_to_read(edition)
    [waiting] = jobs.latest(edition.expo.public_id, vectors.READ)
    jobs.perform(waiting.public_id)
    assert JobRecord.objects.get().reason.endswith("the server does not answer")


def test_who_edits_while_nothing_can_be_read_has_a_list_by_words(fair, reader, monkeypatch):
    edition, hosts, guest = fair
    hosts.append(factories.make_participation(edition, "exhibitor", offers=["logistics"]))
    run_match(edition)

    def failing(texts, role):
        raise EncodingError("the server does not answer")

    monkeypatch.setattr(reader, "embed", failing)
    guest.needs.all().delete()
    add_interests(guest, "needs", [Interest("logistics", {"en": "cold trucks"})])
    waiting = JobRecord.objects.get()
    jobs.perform(waiting.public_id)
    waiting.refresh_from_db()
    assert waiting.state == JobRecord.State.FAILED
    assert waiting.reason.endswith("the server does not answer")
    [best, *_] = queries.suggestions(guest)
    assert (best.participation, best.origin.run) == (hosts[2], 0)
    assert "meaning" not in [reason["code"] for reason in best.reasons]
    assert why_absent(guest, hosts[2]).code == "listed"


def test_reading_stops_when_asked_and_goes_on_later(fair, reader, monkeypatch):
    edition, hosts, guest = fair
    monkeypatch.setattr(vectors, "BATCH", 1)
    assert read_edition(edition, on_progress=lambda done, total: done < 2) == 2
    assert read_edition(edition) == 1


def test_the_store_gives_back_what_it_was_given(fair):
    store = vectors.DatabaseStore(fair[0])
    rows = {bytes([at] * 32): np.arange(at, at + 3, dtype=np.float32) for at in range(3)}
    store.put(rows, "m")
    store.put(rows, "m")
    found = store.get([*rows, b"\xff" * 32])
    assert {key: row.tolist() for key, row in found.items()} == {
        key: row.tolist() for key, row in rows.items()
    }


def test_what_a_store_has_found_is_not_asked_for_again(fair, django_assert_num_queries):
    store = vectors.DatabaseStore(fair[0])
    row = {b"\x01" * 32: np.ones(3, dtype=np.float32)}
    store.put(row, "m")
    with django_assert_num_queries(1):
        assert [*store.get([*row])] == [*row]
    with django_assert_num_queries(0):
        assert [*store.get([*row])] == [*row]


def test_vectors_of_one_expo_are_not_read_for_another(fair):
    ours, theirs = fair[0], factories.make_edition()
    row = {b"\x01" * 32: np.ones(3, dtype=np.float32)}
    vectors.DatabaseStore(ours).put(row, "m")
    with scope(expo=theirs.expo):
        store = vectors.DatabaseStore(theirs)
        assert store.get([*row]) == {}
        store.put(row, "m")
        assert [*store.get([*row])] == [*row]


def test_an_endpoint_needs_its_settings(settings):
    settings.TEXT_READERS = ["endpoint"]
    with pytest.raises(EncodingError, match="EMPORION_EMBEDDINGS_URL"):
        vectors.readers()
    settings.EMBEDDINGS = {
        "url": "http://127.0.0.1:9/v1/embeddings", "name": "m", "dimension": 3, "key": "",
        "private": True, "prefixes": ("q: ", "p: "),
    }  # fmt: skip
    [found] = vectors.readers()
    assert found.model.startswith("m@127.0.0.1#3/")


def test_market_texts_are_needs_and_offers_alone(fair):
    edition, hosts, guest = fair
    market, _ = market_of(edition)
    assert sorted(tuple(one.texts.items()) for one in (*market.exhibitors, *market.buyers)) == [
        (("en", "drone"),), (("en", "pump"),), (("zh-hans", "无人机"),),
    ]  # fmt: skip


def test_a_page_that_says_why_reads_no_text(fair, reader, monkeypatch):
    edition, hosts, guest = fair
    monkeypatch.setattr(market, "LIST_OF_A_GUEST", 1)
    read_edition(edition)
    run_match(edition)
    missed = next(host for host in hosts if host.pk not in queries.listed(guest))
    asked = len(reader.asked)
    assert why_absent(guest, missed).code == "fits_less"
    missed.offers.update(text={"en": "something that nobody has read yet"})
    assert why_absent(guest, missed).code == "fits_less"
    assert len(reader.asked) == asked


@pytest.mark.parametrize(
    ("role", "side"), [("exhibitor", "offers"), ("buyer", "needs")], ids=["hosts", "guests"]
)
def test_proposals_compare_by_meaning_and_by_the_names_of_categories(
    edition, reader, monkeypatch, role, side
):
    # By words alone nothing is near: nobody shares a word with who writes Chinese.
    for text, codes in (("pump", ("xr", "ai")), ("school", ("education",))):
        one = factories.make_participation(edition, role)
        for code in codes:
            getattr(one, side).create(code=code, text={"en": text})
    asks = factories.make_participation(edition, role, name="Nameless")
    getattr(asks, side).create(text={"zh-hans": "水泵"})

    def proposed():
        return [(one.code, one.ground) for one in proposals.proposals(asks, side)]

    assert proposed() == []
    monkeypatch.setattr(reading_texts, "category_names", lambda: NAMES)
    read_edition(edition)
    asked = list(reader.asked)
    assert {(name, "passage") for name in NAMES} < set(asked)
    monkeypatch.setattr(proposals, "categories", lambda: called("valve", "pump"))
    assert proposed() == [("ai", "alike"), ("xr", "alike")]
    monkeypatch.setattr(proposals, "categories", lambda: called("pump", "valve"))
    assert proposed() == [("xr", "alike"), ("ai", "alike")]
    # What nobody has read is left out; the page reads nothing.
    getattr(asks, side).update(text={"zh-hans": "水泵 水泵"})
    assert proposed() == []
    assert reader.asked == asked


NAMES = ["pump", "valve"]


def called(xr, ai):
    return [Category("xr", labels={"en": xr}), Category("ai", labels={"en": ai})]


def test_names_of_categories_are_asked_to_be_read_by_the_first_run(fair, reader, monkeypatch):
    edition = fair[0]
    for module in (runs, reading_texts):
        monkeypatch.setattr(module, "category_names", lambda: NAMES)
    run_match(edition)
    [waiting] = jobs.latest(edition.expo.public_id, vectors.READ)
    jobs.perform(waiting.public_id)
    assert [one for one in reader.asked if one[0] in NAMES] == [
        ("pump", "passage"), ("valve", "passage"),
    ]  # fmt: skip
    run_match(edition)
    assert [job.pk for job in jobs.latest(edition.expo.public_id, vectors.READ)] == [waiting.pk]


def test_proposals_go_by_words_where_an_encoder_is_missing(fair, monkeypatch):
    edition = fair[0]

    def missing():
        raise EncodingError("the encoder 'e5' cannot be loaded")

    monkeypatch.setattr(vectors, "readers", missing)
    asks = factories.make_participation(edition, "exhibitor", name="Nameless")
    asks.offers.create(text={"en": "pump"})
    assert [one.code for one in proposals.proposals(asks, "offers")] == ["xr"]


def test_a_page_says_why_by_words_where_an_encoder_cannot_be_had(fair, settings, monkeypatch):
    edition, hosts, guest = fair
    monkeypatch.setattr(market, "LIST_OF_A_GUEST", 1)
    run_match(edition)
    missed = next(host for host in hosts if host.pk not in queries.listed(guest))
    before = why_absent(guest, missed)
    settings.TEXT_READERS = ["endpoint"]
    assert why_absent(guest, missed) == before


def test_naming_an_encoder_loads_no_weights(monkeypatch):
    monkeypatch.setattr(encoders, "version", lambda package: "1")
    monkeypatch.setattr(encoders, "_made", {})
    loaded = []
    monkeypatch.setattr(encoders, "_loaded", loaded.append)
    assert encoders.encoder("universal").model == "universal 1 content"
    assert encoders.encoder("e5").model == "e5 1"
    assert loaded == []


@pytest.mark.parametrize("readers", [[], ["universal"]])
def test_chinese_in_either_characters_is_matched_alike(fair, reader, monkeypatch, readers):
    if not readers:
        monkeypatch.setattr(vectors, "readers", lambda: ())
    edition, hosts, guest = fair
    hosts[1].offers.update(text={"zh-hans": "跨境电子商务与物流"})
    guest.needs.update(text={"zh-hant": "跨境電子商務與物流"})
    found, _keys = market_of(edition)
    (asked,) = (one.texts for one in found.buyers)
    assert asked == {"zh-hant": "跨境电子商务与物流"}
    read_edition(edition)
    run_match(edition)
    assert queries.listed(guest)[0] == hosts[1].pk


@pytest.mark.parametrize("value", [b"\x00" * 5, np.full(8, np.nan, "<f4").tobytes()])
def test_a_damaged_vector_is_read_again_and_replaced(fair, reader, value):
    edition, _hosts, _guest = fair
    assert read_edition(edition) == 3
    kept = {row.key: bytes(row.value) for row in TextVector.objects.all()}
    TextVector.objects.update(value=value)
    assert read_edition(edition) == 3
    assert {row.key: bytes(row.value) for row in TextVector.objects.all()} == kept
    assert read_edition(edition) == 0
