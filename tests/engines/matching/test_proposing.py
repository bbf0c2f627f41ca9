"""Categories proposed from those who write alike."""

from emporion.engines.matching.proposing import Proposal, propose
from tests.engines.matching.test_meaning import Words

KNOWN = [{"en": "water pump"}, {"en": "steel pump"}, {"en": "drone camera"}, {"en": "drone map"}]
CODES = [["water"], ["water", "steel"], ["air"], ["air"]]


def codes(rows):
    return [[proposal.code for proposal in row] for row in rows]


def test_who_writes_alike_is_proposed_alike():
    found = propose([{"en": "a pump for deep wells"}, {"en": "drone"}], KNOWN, CODES)
    assert codes(found) == [["water", "steel"], ["air"]]


def test_meaning_finds_what_words_do_not():
    texts = [{"zh-hans": "水泵"}]
    assert codes(propose(texts, KNOWN, CODES)) == [[]]
    assert codes(propose(texts, KNOWN, CODES, readers=[Words()])) == [["water", "steel"]]


def test_of_two_named_alike_the_one_whose_name_is_nearer_comes_first():
    labels = {"one": {"en": "drone"}, "two": {"en": "pump"}}
    for order in (["one", "two"], ["two", "one"]):
        found = propose([KNOWN[0]], KNOWN[1:3], [order, order], readers=[Words()], labels=labels)
        assert codes(found) == [["two", "one"]]


def test_nobody_asks_themselves():
    found = propose(KNOWN, KNOWN, CODES, apart=True)
    assert codes(found) == [["steel", "water"], ["water"], ["air"], ["air"]]


def test_shares_are_those_of_the_voices():
    [[only]] = propose([{"en": "drone"}], KNOWN, CODES)
    assert only == Proposal("air", 1.0)


def test_nothing_known_or_nothing_written_proposes_nothing():
    assert propose([], KNOWN, CODES) == []
    assert propose([{"en": "pump"}], [], []) == [[]]
    assert propose([{}], KNOWN, CODES) == [[]]
    assert propose([{"en": "xyzzy"}], KNOWN, CODES) == [[]]
