"""Match runs and wishes, on a small fair."""

import json
import os
import subprocess
import sys

import pytest

from emporion.core.models import JournalEntry
from emporion.core.tenancy import scope
from emporion.engines import matching
from emporion.engines.matching import thinning
from emporion.matchmaking import queries
from emporion.matchmaking.domain import market as markets
from emporion.matchmaking.domain import runs, storing
from emporion.matchmaking.domain.runs import MatchError, run_match
from emporion.matchmaking.domain.wishes import WishError, take_back, wish
from emporion.matchmaking.models import MatchRun, RankedList, Wish
from emporion.matchmaking.queries.words import KNOWN, readable
from tests import factories
from tests.engines.matching.markets import made_up
from tests.machine import ROOT

pytestmark = pytest.mark.django_db


@pytest.fixture
def fair():
    edition = factories.make_edition()
    with scope(expo=edition.expo):
        hosts = [
            factories.make_participation(edition, "exhibitor", offers=[code], country="FI")
            for code in ("xr", "ai", "logistics")
        ]
        guests = [
            factories.make_participation(edition, "buyer", needs=[code], country="NP")
            for code in ("ai", "xr")
        ]
        yield edition, hosts, guests


def test_run_puts_what_is_needed_first_for_both_sides(fair):
    edition, hosts, guests = fair
    run = run_match(edition)
    assert queries.current_run(edition) == run
    assert queries.suggestions(guests[0])[0].participation == hosts[1]
    assert queries.suggestions(guests[1])[0].participation == hosts[0]
    assert queries.suggestions(hosts[0])[0].participation == guests[1]
    assert RankedList.objects.filter(run=run).count() == 5


def test_second_run_replaces_the_first_and_keeps_one_earlier(fair):
    edition, _, _ = fair
    first, second, third = (run_match(edition) for _ in range(3))
    assert [(r.number, r.state) for r in MatchRun.objects.order_by("number")] == [
        (2, "earlier"),
        (3, "current"),
    ]
    assert first.digest == second.digest == third.digest


def test_run_that_keeps_only_pairs_near_a_list_gives_the_same_lists(monkeypatch):
    edition = factories.make_edition()
    codes = ("xr", "ai", "logistics", "cloud", "health.sleep")
    monkeypatch.setattr(markets, "LIST_OF_A_GUEST", 2)
    monkeypatch.setattr(markets, "LIST_OF_A_HOST", 2)
    with scope(expo=edition.expo):
        # Twenty of 25 are kept. Equals go by public id, which is drawn: with one place a list they
        # would decide who can make room for whom.
        for n in range(25):
            offers, needs = [codes[n % 5], codes[n % 3]], [codes[n % 4], codes[n % 5]]
            factories.make_participation(edition, "exhibitor", offers=offers, needs=needs[:1])
            factories.make_participation(edition, "buyer", needs=needs, offers=offers[:1])
        whole = run_match(edition)
        lists = dict(RankedList.objects.filter(run=whole).values_list("participation", "entries"))
        monkeypatch.setattr(thinning, "MOST_PAIRS", 0)
        thin = run_match(edition)
        assert thin.digest == whole.digest
        assert lists == dict(
            RankedList.objects.filter(run=thin).values_list("participation", "entries")
        )


def test_run_killed_while_writing_shows_nothing_and_is_removed_by_the_next(fair, monkeypatch):
    edition, _, guests = fair
    run_match(edition)
    shown = [s.participation.pk for s in queries.suggestions(guests[0])]
    calls = []

    def die(*args):
        calls.append(args)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return original(*args)

    original = runs.bulk.load_rows
    monkeypatch.setattr(runs, "LISTS", 2)
    monkeypatch.setattr(runs.bulk, "load_rows", die)
    with pytest.raises(KeyboardInterrupt):
        run_match(edition)
    monkeypatch.undo()
    assert MatchRun.objects.filter(state="writing").count() == 1
    assert [s.participation.pk for s in queries.suggestions(guests[0])] == shown
    MatchRun.objects.filter(state="writing").update(process=dead_process())
    run_match(edition)
    assert MatchRun.objects.filter(state="writing").count() == 0


def dead_process():
    """The name of a process that has ended."""
    said = subprocess.run(
        [sys.executable, "-c", "from emporion.core.processes import *; print(this_process())"],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    )
    return said.stdout.strip()


def test_run_is_refused_while_another_is_being_written(fair):
    edition, _, _ = fair
    run = run_match(edition)
    MatchRun.objects.filter(pk=run.pk).update(state="writing")
    with pytest.raises(MatchError, match=f"Another matching of {edition.slug} is running"):
        run_match(edition)
    assert MatchRun.objects.count() == 1


def test_run_without_buyers_says_what_to_do():
    edition = factories.make_edition()
    with scope(expo=edition.expo):
        factories.make_participation(edition, "exhibitor")
        with pytest.raises(MatchError, match=f"{edition.slug} has no buyers yet"):
            run_match(edition)


def test_vetoed_pair_is_on_neither_list(fair):
    edition, hosts, guests = fair
    wish(guests[0], hosts[1], "veto", "wrong_product")
    run_match(edition)
    assert hosts[1] not in [s.participation for s in queries.suggestions(guests[0])]
    assert guests[0] not in [s.participation for s in queries.suggestions(hosts[1])]


def test_reading_a_list_takes_the_same_queries_whatever_its_length(fair, django_assert_num_queries):
    edition, _, guests = fair
    run_match(edition)
    with django_assert_num_queries(5):
        queries.suggestions(guests[0], 1)
    with django_assert_num_queries(5):
        assert len(queries.suggestions(guests[0], 20)) == 3


def test_fit_seen_from_the_other_side_swaps_the_two_chances(fair):
    edition, hosts, guests = fair
    run_match(edition)
    mine, theirs = queries.fit(guests[0], hosts[1]), queries.fit(hosts[1], guests[0])
    assert (mine.p, mine.q) == (theirs.q, theirs.p)


def test_later_wish_replaces_the_earlier_and_undo_forgets_it(fair):
    _, hosts, guests = fair
    wish(guests[0], hosts[0], "save")
    wish(guests[0], hosts[0], "veto")
    assert queries.wishes_of(guests[0], [hosts[0].pk]) == {hosts[0].pk: "veto"}
    assert queries.wishes_of(guests[0], [hosts[1].pk]) == {}
    assert take_back(guests[0], hosts[0]) is True
    assert take_back(guests[0], hosts[0]) is False
    assert Wish.objects.count() == 0
    assert list(JournalEntry.objects.order_by("pk").values_list("action", flat=True))[-3:] == [
        "wish.save",
        "wish.veto",
        "wish.undo",
    ]


@pytest.mark.parametrize(
    ("kind", "reason", "message"),
    [("like", "", "one of save, veto"), ("veto", "ugly", "one of wrong_product")],
)
def test_wish_of_unknown_kind_or_reason_is_refused(fair, kind, reason, message):
    _, hosts, guests = fair
    with pytest.raises(WishError, match=message):
        wish(guests[0], hosts[0], kind, reason)


def test_wish_about_oneself_or_another_edition_is_refused(fair):
    _, _, guests = fair
    with pytest.raises(WishError, match="themselves"):
        wish(guests[0], guests[0], "save")
    other = factories.make_edition()
    with scope(expo=other.expo):
        stranger = factories.make_participation(other, "exhibitor")
    with pytest.raises(WishError, match="same edition"):
        wish(guests[0], stranger, "save")


def test_every_reason_of_the_engine_has_words_in_three_languages():
    from emporion.engines import matching

    assert {*matching.FOR, *matching.AGAINST} == KNOWN
    detail = {
        "code": "ai",
        "wanted": "xr",
        "country": "FI",
        "languages": ["en", "zh"],
        "deals": ["distribution"],
        "size": "small",
        "kind": "request",
        "people": 4,
        "at_least": 3,
        "meetings": 9,
    }
    for language in ("en", "zh-hans", "ar"):
        rows = readable([{"code": code, "detail": detail} for code in KNOWN], language)
        assert len(rows) == len(KNOWN)
        assert all(row.key and row.value for row in rows)


def test_reasons_put_facts_first_and_leave_out_words_in_a_script_one_does_not_read():
    reasons = [
        {"code": "text", "detail": {"words": ["尼泊尔", "vr"]}},
        {"code": "market_outside", "detail": {"country": "FI"}},
        {"code": "need_offer", "detail": {"code": "ai"}},
        {"code": "text", "detail": {"words": ["套餐"]}},
    ]
    assert [(row.value, row.kind) for row in readable(reasons, "en")] == [
        ("Artificial intelligence", ""),
        ("vr", ""),
        ("Finland is not among your markets", "against"),
    ]
    assert len(readable(reasons, "zh-hans")) == 4


def test_lists_are_written_as_they_are_stored_one_by_one():
    market = made_up(6, exhibitors=30, buyer_list_length=10, exhibitor_list_length=20)
    found = matching.match(market, readers=(), explore=True, floor=8)
    assert found.buyers.held.any() and found.buyers.beyond.any()
    keys = {one.id: at for at, one in enumerate((*market.exhibitors, *market.buyers), 7)}
    for lists, of_buyers in ((found.buyers, True), (found.exhibitors, False)):
        several = list(storing.written(lists, keys, of_buyers=of_buyers))
        assert [owner for owner, _, _ in several] == lists.owner_ids
        for (owner, entries), (_, ids, text) in zip(lists, several, strict=True):
            assert ids == [entry.id for entry in entries], owner
            one = storing.stored(entries, keys, of_buyers=of_buyers)
            assert text == json.dumps(one, ensure_ascii=False, separators=(",", ":"))


def test_run_takes_the_rule_it_is_told_and_refuses_another(fair):
    edition, _, _ = fair
    run = run_match(edition, rule="tu")
    assert f"{matching.POLICY} tu 0" in run.policy
    # A dual of the equilibrium is no price: lists made between runs go without.
    assert set(RankedList.objects.filter(run=run).values_list("price", flat=True)) == {1.0}
    assert f"{matching.POLICY} priced 0" in run_match(edition).policy
    with pytest.raises(MatchError, match="priced or tu, not best"):
        run_match(edition, rule="best")
