"""Parts of the generator: dice, grammar, stands, near-duplicates, word lists."""

import itertools

import numpy as np
import pytest

from emporion.demo.generator.dice import Dice, Weights
from emporion.demo.generator.grammar import expand
from emporion.demo.generator.names import respelled, slug
from emporion.demo.generator.near_duplicates import grams, near_duplicates
from emporion.demo.generator.stands import Stands
from emporion.demo.generator.texts import trade_words
from emporion.demo.generator.word_lists import words
from emporion.registry import taxonomy

KNOWN = [678, 198, 558, 193, 5, 380]


def test_dice_of_another_name_is_another_stream() -> None:
    first = [Dice(1, "a").unit() for _ in range(3)]
    assert len(set(first)) == 1
    assert Dice(1, "a").unit() != Dice(1, "b").unit()
    assert Dice(1, "a").unit() != Dice(2, "a").unit()


def test_dice_draws_the_known_sequence() -> None:
    # Guards against a silent change: a demonstration must stay the same over releases.
    dice = Dice(20231123, "known")
    assert [dice.below(1000) for _ in range(6)] == KNOWN


def test_weighted_never_draws_a_zero_weight() -> None:
    dice, weights = Dice(3, "w"), Weights([0, 3, 0, 1, 0])
    drawn = [dice.weighted(weights) for _ in range(4000)]
    assert set(drawn) == {1, 3}
    assert 0.7 < drawn.count(1) / 4000 < 0.8


def test_weights_need_a_positive_sum() -> None:
    with pytest.raises(ValueError, match="positive sum"):
        Weights([0, 0])


def test_sample_holds_different_items() -> None:
    dice = Dice(4, "s")
    for count in range(8):
        drawn = dice.sample(range(5), count)
        assert len(drawn) == len(set(drawn)) == min(count, 5)


def test_expand_draws_every_choice() -> None:
    dice = Dice(5, "g")
    drawn = {expand(dice, "[a|b{x}|c[d|e]] {y}[|!]", str.upper) for _ in range(400)}
    assert drawn == {f"{a} Y{b}" for a, b in itertools.product(["a", "bX", "cd", "ce"], ["", "!"])}


@pytest.mark.parametrize("template", ["[a|b", "a [b"])
def test_expand_refuses_an_open_bracket(template: str) -> None:
    with pytest.raises(ValueError, match="unbalanced bracket"):
        expand(Dice(6, "g"), template, str)


def test_stands_leave_out_what_is_reserved() -> None:
    stands = Stands("F", 1, 30, {102, 104})
    assert [stands.next() for _ in range(3)] == ["F 101", "F 103", "F 105"]
    early = Stands("B", 0, 30, set())
    assert early.next() == "B 001"


def test_stands_refuse_more_than_a_pavilion_holds() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        Stands("F", 1, 900, set())


def test_slug_keeps_ascii_only() -> None:
    assert slug("Väisänen & Söhne, 北京") == "vaisanen-sohne"
    assert slug("北京") == ""


def test_respelled_is_never_the_same() -> None:
    for seed in range(40):
        for names in (
            {"zh-hans": "云谷数据", "en": "Yungu Data"}, {"zh-hans": "云谷数据有限公司"},
            {"en": "Havu Oy"}, {"en": "Al Noor LLC", "ar": "شركة النور"},
        ):  # fmt: skip
            spelled = respelled(Dice(seed, "r"), names, "Hangzhou")
            assert spelled
            assert spelled != names


def jaccard(a: str, b: str) -> float:
    left, right = ({t[i : i + 5] for i in range(max(1, len(t) - 4))} for t in (a, b))
    return len(left & right) / len(left | right)


def test_near_duplicates_agree_with_comparing_all_pairs() -> None:
    dice = Dice(8, "n")
    base = ["".join(dice.pick("abcdefg ") for _ in range(120)) for _ in range(25)]
    texts = list(base)
    for text in base[:12]:
        for changes in (1, 3, 6, 12):
            signs = list(text)
            for _ in range(changes):
                signs[dice.below(120)] = dice.pick("xyz")
            texts.append("".join(signs))
    pairs = [p for p in itertools.combinations(range(len(texts)), 2)
             if jaccard(texts[p[0]], texts[p[1]]) >= 0.8]  # fmt: skip
    found = near_duplicates(texts)
    assert found.pairs == len(pairs) > 10
    assert found.near == len({i for p in pairs for i in p})
    assert found.texts == len(texts)


def test_near_duplicates_of_nothing() -> None:
    assert near_duplicates([]).share == 0.0
    assert near_duplicates(["", "abc"]).near == 0
    assert len(grams("")) == 1


def test_grams_count_different_five_grams() -> None:
    assert len(grams("abcdefabcdef")) == 6
    assert np.array_equal(grams("数据交易所"), grams("数据交易所"))


def test_every_group_has_its_words() -> None:
    for group in taxonomy.groups():
        table = trade_words(group)
        assert {"firm-en", "firm-zh", "firm-ar", "en", "zh", "ar", "users-en", "users-zh",
                "users-ar", "fi", "fr", "es", "ru"} == set(table)  # fmt: skip


def test_every_deal_type_has_words_in_three_languages() -> None:
    for language in ("en", "zh-hans", "ar"):
        assert set(words(f"texts-{language}")["deals"]) == set(taxonomy.deal_types())


def test_pavilions_show_known_groups_only() -> None:
    for letter, row in words("pavilions").items():
        if letter != "minutes":
            assert set(row["groups"]) <= set(taxonomy.groups())
