"""Words that reasons name: whole ones, no numbers, and true when taken out of the text."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest

from emporion.engines.matching.features import Features
from emporion.engines.matching.market import Market, Participant
from emporion.engines.matching.pipeline import match
from emporion.engines.matching.score import Weights, judged, probabilities
from emporion.engines.matching.text import fold, read_texts, starts_unspaced, words_of
from emporion.engines.matching.words import COHESION, LONGEST, Words, overlap

NOUNS = ["尼泊尔", "哈萨克斯坦", "机器人", "农村电商", "卫星", "支付", "冷链", "培训", "传感器"]
LINKS = ["的", "和", "在", "为", "向", "有", "与", "，", "。"]


def chinese(seed: int, exhibitors: int = 8, buyers: int = 24) -> Market:
    """A market that says everything in Chinese, and a number now and then."""
    draw = random.Random(seed)

    def one(name: str) -> Participant:
        text = "".join(draw.choice(NOUNS) + draw.choice(LINKS) for _ in range(draw.randint(3, 7)))
        return Participant(id=name, capacity=4, texts={"zh-hans": text + draw.choice(["", " 200"])})

    return Market(
        [one(f"e{at}") for at in range(exhibitors)], [one(f"b{at}") for at in range(buyers)], []
    )


def named(market: Market) -> list[tuple[str, str, list[str]]]:
    """Return (exhibitor, buyer, words) of every reason that names words."""
    result = match(market, readers=())
    return [
        (owner if side else entry.id, entry.id if side else owner, detail["words"])
        for side, lists in enumerate((result.buyers, result.exhibitors))
        for owner, entries in lists
        for entry in entries
        for code, detail in entry.reasons
        if code == "text" and "words" in detail
    ]


def both(market: Market, exhibitor: str, buyer: str) -> float:
    features = Features(market, market.exhibitors, market.buyers)
    p, q = probabilities(features, *judged(Weights()))
    i = [one.id for one in market.buyers].index(buyer)
    j = [one.id for one in market.exhibitors].index(exhibitor)
    return float(p[i, j] * q[i, j])


def stripped(one: Participant, words: list[str]) -> Participant:
    """The participant with the words cut out of the text itself."""
    texts = {}
    for language, text in one.texts.items():
        for word in sorted(words, key=len, reverse=True):
            text = text.replace(word, " ")
        texts[language] = text
    return replace(one, texts=texts)


def pair(left: str, right: str, *others: str) -> set[str]:
    """Words named between two texts, among others."""
    market = Market(
        [Participant(id="e", capacity=2, texts={"en": left})],
        [Participant(id="b", capacity=2, texts={"en": right})]
        + [Participant(id=f"o{at}", capacity=2, texts={"en": t}) for at, t in enumerate(others)],
        [],
    )
    return {word for _, buyer, words in named(market) if buyer == "b" for word in words}


def test_number_is_not_named() -> None:
    assert pair("vr headset 200 2023", "200 vr 2023", "tea", "salt") == {"vr"}
    assert pair("200 litres ٢٠٠", "200 tables ٢٠٠", "tea", "salt") == set()
    assert pair("5g masts", "5g phones", "tea", "salt") == {"5g"}


def test_halves_of_a_word_are_named_as_the_word() -> None:
    assert pair("来自尼泊尔的茶", "到尼泊尔去", "茶叶", "咖啡") == {"尼泊尔"}
    assert pair("在哈萨克斯坦有仓库", "去哈萨克斯坦吗", "茶叶", "咖啡") == {"哈萨克斯坦"}
    # What the texts share is named, not the longer word of one of them.
    assert pair("人工智能", "人工授粉", "人工智能", "人工智能", "茶叶", "咖啡") == {"人工"}


@pytest.mark.parametrize("seed", range(4))
def test_words_are_whole_stand_in_both_texts_and_carry_them(seed: int) -> None:
    market = chinese(seed)
    people = {one.id: one for one in (*market.exhibitors, *market.buyers)}
    found = named(market)
    assert found
    for exhibitor, buyer, words in found[:40]:
        assert not any(word.isdecimal() for word in words)
        assert not any(overlap(*words) for words in [words] if len(words) == 2)
        for one in (exhibitor, buyer):
            assert all(word in fold("".join(people[one].texts.values())) for word in words)
    before = {}
    for exhibitor, buyer, words in found[:25]:
        before.setdefault((exhibitor, buyer), both(market, exhibitor, buyer))
        for name in (exhibitor, buyer):
            without = replace(
                market,
                exhibitors=[stripped(o, words) if o.id == name else o for o in market.exhibitors],
                buyers=[stripped(o, words) if o.id == name else o for o in market.buyers],
            )
            assert both(without, exhibitor, buyer) < before[exhibitor, buyer], (name, words)


def test_grown_words_are_those_of_a_slow_model() -> None:
    texts = [[next(iter(o.texts.values()))] for o in chinese(9, 20, 60).buyers]
    vectors, _ = read_texts(texts, None)
    words = Words(vectors)
    runs = [set(words_of(fold(text))) for (text,) in texts]
    for term in np.flatnonzero(vectors.texts_with > 1).tolist():
        name = vectors.names[term]
        if not starts_unspaced(name):
            continue
        assert vectors.texts_with[term] == sum(name in run for run in runs)
        string = words.strings[int(words.of(np.asarray([term]))[0])]
        assert name in string and len(string) <= LONGEST
        steps = len(string) - len(name)
        if len(string) <= 4:
            holding = sum(string in run for run in runs)
            assert holding >= COHESION**steps * vectors.texts_with[term]
        else:
            assert any(string in text for (text,) in texts)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("尼泊", "泊尔", True),
        ("尼泊尔", "泊", True),
        ("尼泊", "支付", False),
        ("robot", "robotic", False),
        ("robot", "机器人", False),
        ("vr", "vr", True),
    ],
)
def test_pieces_of_one_run_overlap(one: str, other: str, expected: bool) -> None:
    assert overlap(one, other) == overlap(other, one) == expected
