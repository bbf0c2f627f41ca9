"""Words, n-grams and labels of three scripts."""

import numpy as np
import pytest

from emporion.engines.matching.market import MAX_TEXT
from emporion.engines.matching.text import TERMS_KEPT, Glossary, fold, read_texts, words_of
from tests.engines.matching.markets import TAXONOMY

NUMBER = {category.code: at for at, category in enumerate(TAXONOMY)}


def similarity(*texts):
    vectors, _ = read_texts([[text] for text in texts], None)
    return (vectors.vectors @ vectors.vectors.T).toarray()


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Äpfel CAFÉ", "apfel cafe"),
        ("ＡＩ　技术", "ai 技术"),
        ("الذَّكاءُ", "الذكاء"),
        ("أحمد إلى مدرسة", "احمد الي مدرسه"),
        ("한국어", "한국어"),
        ("ガラス", "ガラス"),
    ],
)
def test_fold_evens_out_variants(text, folded):
    assert fold(text) == folded


def test_words_of_mixed_scripts():
    assert words_of("ai技术 drones") == ["ai", "技术", "drone"]
    assert words_of("云计算") == ["云计", "计算", "云计算"]
    assert words_of("级") == ["级"]
    assert words_of("") == []
    assert words_of("والسيارات سيارات للسيارات") == ["سيارات"] * 3
    assert words_of("gas business glasses") == ["gas", "business", "glasse"]


def test_labels_are_found_in_every_language_and_in_the_plural():
    glossary = Glossary(TAXONOMY, NUMBER)

    def found(text):
        folded = fold(text)
        return [TAXONOMY[at].code for at in glossary.find(folded, words_of(folded))]

    assert found("We sell computer-vision systems") == ["ai.vision"]
    assert found("我们做计算机视觉和云计算") == ["ai.vision", "cloud"]
    assert found("حلول الذكاء الاصطناعي للمصانع") == ["ai"]
    assert found("للذكاء الاصطناعي وبالذكاء الاصطناعي") == ["ai"]
    assert found("VR headsets") == ["vr"]
    assert found("virtual realities, computers with vision") == []
    assert found("a cloud of edge cases in computing") == []


def test_a_label_links_two_languages():
    texts = [["Looking for computer vision"], ["提供计算机视觉方案"], ["虚拟现实头盔"]]
    _, found = read_texts(texts, Glossary(TAXONOMY, NUMBER))
    assert found[0] == found[1] == [NUMBER["ai.vision"]]
    assert found[2] == [NUMBER["vr"]]


def test_vectors_are_unit_rows_or_empty():
    vectors, _ = read_texts([["pump valve"], ["pump sensor"], [""], []], None)
    norms = np.sqrt(np.asarray(vectors.vectors.multiply(vectors.vectors).sum(axis=1)).ravel())
    assert norms.tolist() == pytest.approx([1, 1, 0, 0])


def test_inflections_and_compounds_come_near():
    s = similarity("robotics", "robotic arms", "cheese")
    assert s[0, 1] > 0
    assert s[0, 2] == 0


def test_identical_texts_are_alike_and_stay_lean():
    s = similarity(*["drone for crop inspection"] * 30, *["cheese"] * 3)
    assert np.allclose(s[:30, :30], 1)
    assert np.allclose(s[:30, 30:], 0)


def test_a_hundred_thousand_identical_texts_say_nothing_and_take_no_room():
    vectors, _ = read_texts([["cold chain for fruit"]] * 100_000, None)
    assert (vectors.vectors.shape[0], vectors.vectors.nnz) == (100_000, 0)


def test_a_text_of_a_megabyte_is_read_to_a_limit_and_keeps_few_terms():
    long = " ".join(f"word{at}" for at in range(120_000))
    assert len(long) > 10**6
    assert len(fold(long)) <= MAX_TEXT
    vectors, _ = read_texts([[long], [long], ["无" * 10**6], ["word1 word2"]], None)
    assert np.diff(vectors.vectors.indptr).max() <= TERMS_KEPT
    assert vectors.vectors.shape[0] == 4


def test_vectors_do_not_depend_on_the_hash_seed():
    import subprocess
    import sys

    program = (
        "from emporion.engines.matching.text import read_texts\n"
        "v, _ = read_texts([['robotic pump arms'], ['pumping robots'], ['云计算 云']], None)\n"
        "print(v.vectors.indices.tolist(), v.vectors.data.tolist())"
    )
    answers = {
        subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONPATH": "src", "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(answers) == 1
