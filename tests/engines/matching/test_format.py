"""Instance files: what is accepted, and what each mistake is told."""

import copy
import json

import numpy as np
import pytest

from emporion.engines.matching.format import parse_market, read_market
from emporion.engines.matching.market import (
    Category,
    Market,
    MarketError,
    Participant,
    Signal,
    check_market,
    unknown_codes,
)

INSTANCE = {
    "format": "emporion-match-instance/1",
    "taxonomy": [
        {"code": "ai", "labels": {"en": "AI", "zh-hans": "人工智能"}},
        {"code": "ai.vision", "parent": "ai"},
    ],
    "exhibitors": [
        {
            "id": "e1",
            "capacity": 20,
            "offers": ["ai.vision"],
            "needs": [],
            "texts": {"en": "cameras"},
            "country": "FI",
            "markets": ["CN"],
            "languages": ["en", "zh-hans"],
            "size": "small",
        },
        {"id": "e2", "capacity": 1},
    ],
    "buyers": [{"id": "b1", "capacity": 3, "needs": ["ai"], "x-hall": 4}],
    "signals": [
        {"from": "b1", "to": "e1", "kind": "rating", "value": 4, "at": "2026-11-23T09:00:00+08:00"}
    ],
    "exclusions": [["e2", "b1"]],
    "list_length": {"buyer": 5, "exhibitor": 9},
    "x-note": "ignored",
}


def test_a_whole_instance_is_read():
    market = parse_market(json.dumps(INSTANCE))
    assert market == Market(
        exhibitors=[
            Participant(
                "e1",
                20,
                ("ai.vision",),
                (),
                {"en": "cameras"},
                "FI",
                ("CN",),
                ("en", "zh-hans"),
                "small",
            ),
            Participant("e2"),
        ],
        buyers=[Participant("b1", 3, (), ("ai",))],
        taxonomy=[
            Category("ai", "", {"en": "AI", "zh-hans": "人工智能"}),
            Category("ai.vision", "ai"),
        ],
        signals=[Signal("b1", "e1", "rating", 4.0, 1795395600.0)],
        exclusions=[("e2", "b1")],
        buyer_list_length=5,
        exhibitor_list_length=9,
    )


def test_the_least_there_can_be():
    market = parse_market('{"format": "emporion-match-instance/1", "exhibitors": [], "buyers": []}')
    assert (market.buyer_list_length, market.exhibitor_list_length) == (20, 50)


def put(path, value):
    def change(data):
        for key in path[:-1]:
            data = data[key]
        data[path[-1]] = value

    return change


MISTAKES = [
    (put(["format"], "other/1"), "format: is 'other/1', expected 'emporion-match-instance/1'"),
    (put(["extra"], 1), "instance: unknown key 'extra'"),
    (put(["buyers", 0, "hall"], 1), "buyers[0]: unknown key 'hall'"),
    (put(["signals", 0, "weight"], 1), "signals[0]: unknown key 'weight'"),
    (put(["list_length", "visitor"], 1), "list_length: unknown key 'visitor'"),
    (put(["list_length", "buyer"], 0), "list_length.buyer: must be at least 1, not 0"),
    (put(["exhibitors", 1, "id"], "e1"), "exhibitors 'e1': the same id is given twice"),
    (put(["buyers", 0, "id"], "e1"), "buyers 'e1': also among the exhibitors"),
    (put(["buyers", 0, "id"], ""), "buyers[0].id: is empty"),
    (put(["buyers", 0, "id"], 7), "buyers[0].id: must be a text, not a number"),
    (put(["buyers", 0, "id"], "\ud800"), "buyers[0].id: holds half of a surrogate pair"),
    (put(["buyers", 0, "capacity"], 0), "buyers 'b1': capacity must be at least 1, not 0"),
    (put(["buyers", 0, "capacity"], 2.5), "buyers[0] 'b1'.capacity: must be a whole number"),
    (put(["buyers", 0, "capacity"], True), "buyers[0] 'b1'.capacity: must be a whole number"),
    (put(["buyers", 0, "needs"], "ai"), "buyers[0] 'b1'.needs: must be a list, not a text"),
    (put(["buyers", 0, "texts"], {"en": 1}), "buyers[0] 'b1'.texts.en: must be a text"),
    (put(["buyers", 0, "texts"], {"en": "\ud800"}), "buyers[0] 'b1'.texts.en: holds half of a"),
    (put(["signals", 0, "value"], 10**400), "signals[0].value: is no finite number"),
    (put(["buyers", 0, "country"], "fi"), "buyers[0] 'b1'.country: 'fi' is not two capital"),
    (put(["buyers", 0, "markets"], ["China"]), "buyers[0] 'b1'.markets: 'China' is not two"),
    (put(["buyers", 0, "languages"], ["e"]), "buyers[0] 'b1'.languages: 'e' is not a language"),
    (put(["buyers", 0, "size"], "huge"), "buyers 'b1': size 'huge' is none of micro"),
    (put(["signals", 0, "to"], "e9"), "signals[0]: unknown participant 'e9'"),
    (put(["signals", 0, "from"], "e2"), "signals[0]: 'e2' and 'e1' are both exhibitors"),
    (put(["signals", 0, "kind"], "like"), "signals[0]: kind 'like' is none of view"),
    (put(["signals", 0, "value"], None), "signals[0]: a rating needs a value"),
    (put(["signals", 0, "value"], "4"), "signals[0].value: must be a number, not a text"),
    (put(["signals", 0, "at"], "noon"), "signals[0].at: 'noon' is no ISO 8601 time"),
    (put(["exclusions", 0], ["b1", "e2"]), "exclusions[0]: 'b1' is not among the exhibitors"),
    (put(["exclusions", 0], ["e2", "b7"]), "exclusions[0]: 'b7' is not among the buyers"),
    (put(["exclusions", 0], ["e2"]), "exclusions[0]: must be a pair"),
    (put(["taxonomy", 1, "parent"], "xr"), "taxonomy 'ai.vision': unknown parent 'xr'"),
    (put(["taxonomy", 1, "code"], "ai"), "taxonomy 'ai': the same code is given twice"),
    (put(["taxonomy", 0, "parent"], "ai.vision"), "taxonomy 'ai': is its own ancestor"),
    (put(["taxonomy", 0, "labels"], ["AI"]), "taxonomy[0].labels: must be an object"),
]


@pytest.mark.parametrize(("change", "message"), MISTAKES)
def test_a_mistake_is_named_with_its_place(change, message):
    data = copy.deepcopy(INSTANCE)
    change(data)
    with pytest.raises(MarketError) as caught:
        parse_market(json.dumps(data))
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[]", "instance: must be an object, not a list"),
        ('{"format": }', "line 1 column 12: Expecting value"),
        ('{"format": 1, "format": 2}', "key 'format': stands twice in one object"),
        ('{"format": NaN}', "instance: contains NaN; numbers must be finite"),
        ("[" + "1" * 5000 + "]", "instance: holds a number of thousands of digits"),
        ("[" * 100_000, "instance: is nested too deeply"),
        ('{"format": "emporion-match-instance/1", "buyers": []}', "exhibitors: is missing"),
    ],
)
def test_text_that_is_no_instance(text, message):
    with pytest.raises(MarketError) as caught:
        parse_market(text)
    assert str(caught.value).startswith(message)


def test_infinite_values_are_refused():
    text = json.dumps(INSTANCE).replace('"value": 4', '"value": 1e999')
    with pytest.raises(MarketError, match="no finite number"):
        parse_market(text)


def test_a_file_in_another_encoding_is_named(tmp_path):
    path = tmp_path / "instance.json"
    path.write_bytes('{"format": "é"}'.encode("latin-1"))
    with pytest.raises(MarketError, match="byte 12: not UTF-8"):
        read_market(path)
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(INSTANCE).encode())
    assert len(read_market(path).exhibitors) == 2


def test_markets_in_memory_are_checked_alike():
    with pytest.raises(MarketError, match="buyers 'b': capacity"):
        check_market(Market([], [Participant("b", 0)]))
    with pytest.raises(MarketError, match="empty id"):
        check_market(Market([], [Participant("")]))


@pytest.mark.parametrize("value", [float("nan"), 2.5, 3.0, "3", None, True, 10**400])
def test_numbers_in_memory_that_cannot_be_counted_with_are_refused(value):
    people = [Participant("b")]
    for market, where in (
        (Market([], [Participant("b", value)]), "buyers 'b'.capacity: "),
        (Market([Participant("e", agreed=value)], []), "exhibitors 'e'.agreed: "),
        (Market([], [Participant("b", markets_named=value)]), "buyers 'b'.markets_named: "),
        (Market([], people, buyer_list_length=value), "list_length.buyer: "),
        (Market([], people, exhibitor_list_length=value), "list_length.exhibitor: "),
    ):
        with pytest.raises(MarketError) as caught:
            check_market(market)
        assert str(caught.value).startswith(where)


def test_whole_numbers_of_numpy_are_counted_with():
    check_market(Market([], [Participant("b", np.int64(3))], buyer_list_length=np.int32(5)))


def test_codes_outside_the_taxonomy_are_listed():
    people = [Participant("b", needs=["ai", "zz"], offers=["aa"])]
    assert unknown_codes(Market([], people, [Category("ai")])) == ["aa", "zz"]
    assert unknown_codes(Market([], people)) == []
