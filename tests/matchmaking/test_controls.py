"""What people can see, correct and turn off; and the true reason why somebody is not suggested."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from django.utils import timezone

from emporion.core import jobs
from emporion.core.models import JobRecord, JournalEntry
from emporion.edition.domain import profile
from emporion.edition.domain.enrolment import Interest
from emporion.edition.models import Offer
from emporion.matchmaking import queries
from emporion.matchmaking.domain import market as markets
from emporion.matchmaking.domain import quiet, wishes
from emporion.matchmaking.domain.absence import why_absent
from emporion.matchmaking.domain.first_list import make_whole_list
from emporion.matchmaking.domain.known import known_of
from emporion.matchmaking.domain.market import market_of, read_counterparts
from emporion.matchmaking.domain.proposals import proposals
from emporion.matchmaking.domain.runs import run_match
from emporion.matchmaking.models import FirstList, RankedList
from emporion.meetings.models import MeetingRequest
from emporion.registry.markets import countries_of
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def fair(edition):
    hosts = [
        factories.make_participation(edition, "exhibitor", offers=[code])
        for code in ("ai", "ai", "xr", "logistics")
    ]
    guest = factories.make_participation(edition, "buyer", needs=["ai"])
    return edition, hosts, guest


def names(participation):
    return [row.participation.pk for row in queries.suggestions(participation)]


def ask(edition, asker, counterpart, state):
    low, high = sorted((asker.pk, counterpart.pk))
    now = timezone.now()
    MeetingRequest.objects.create(
        edition=edition, asker=asker, counterpart=counterpart, low=low, high=high, state=state,
        asked_at=now, answered_at=now,
    )  # fmt: skip


def test_suggestions_turned_off_are_off_both_ways_at_once_and_in_the_next_run(fair):
    edition, hosts, guest = fair
    run_match(edition)
    assert quiet.turn_off(hosts[0])
    assert not quiet.turn_off(hosts[0])
    assert (hosts[0].pk in names(guest), names(hosts[0])) == (False, [])
    run = run_match(edition)
    assert not RankedList.objects.filter(run=run, participation=hosts[0]).exists()
    assert quiet.turn_on(hosts[0])
    run_match(edition)
    assert hosts[0].pk in names(guest)
    told = JournalEntry.objects.filter(action__startswith="suggestions.").order_by("pk")
    assert [entry.action for entry in told] == ["suggestions.off", "suggestions.on"]


@pytest.mark.parametrize("listed", [False, True])
def test_what_was_changed_while_suggestions_were_off_is_known_once_they_are_on_again(fair, listed):
    edition, hosts, guest = fair
    run_match(edition)
    if listed:
        make_whole_list(guest)
    quiet.turn_off(guest)
    guest.needs.all().delete()
    profile.add_interests(guest, "needs", [Interest("logistics")])
    assert JobRecord.objects.count() == 0
    quiet.turn_on(guest)
    jobs.perform(JobRecord.objects.get().public_id)
    assert names(guest)[0] == hosts[3].pk


def test_who_is_hidden_by_a_host_leaves_the_list_that_is_shown(fair):
    edition, hosts, guest = fair
    run_match(edition)
    wishes.wish(hosts[0], guest, "veto")
    assert hosts[0].pk not in names(guest)


def test_filters_are_told_first_and_what_the_other_keeps_quiet_is_not_told(fair):
    edition, hosts, guest = fair
    assert why_absent(guest, guest).code == "oneself"
    assert why_absent(hosts[0], hosts[1]).code == "same_side"
    assert why_absent(guest, hosts[0]).code == "no_list"
    run_match(edition)
    wishes.wish(guest, hosts[0], "veto")
    assert why_absent(guest, hosts[0]).code == "your_veto"
    wishes.take_back(guest, hosts[0])
    quiet.turn_off(hosts[1])
    assert why_absent(guest, hosts[1]).code == "set_aside"
    ask(edition, guest, hosts[2], "declined")
    assert why_absent(guest, hosts[2]).code == "declined"
    quiet.turn_off(guest)
    assert why_absent(guest, hosts[3]).code == "you_off"


def test_a_veto_is_not_told_apart_from_a_place_that_others_got(fair, monkeypatch):
    edition, hosts, guest = fair
    monkeypatch.setattr(markets, "LIST_OF_A_GUEST", 3)
    run_match(edition)
    behind = next(host for host in hosts if host.pk not in queries.listed(guest))
    before = why_absent(guest, behind)
    assert before.code == "beside"
    wishes.wish(behind, guest, "veto")
    assert why_absent(guest, behind) == before
    for host in hosts[:2]:
        wishes.wish(host, guest, "veto")
    # Nothing but the veto keeps them off: what is told is true of many others.
    assert why_absent(guest, hosts[0]).code == "crowded"
    run_match(edition)
    assert why_absent(guest, hosts[0]).code == "crowded"
    ask(edition, guest, hosts[0], "declined")
    assert why_absent(guest, hosts[0]).code == "declined"


def test_a_place_on_the_list_and_a_run_without_them_are_told(fair):
    edition, hosts, guest = fair
    run = run_match(edition)
    listed = queries.listed(guest)
    found = why_absent(guest, hosts[0])
    assert (found.code, found.detail) == ("listed", {"rank": listed.index(hosts[0].pk) + 1})
    late = factories.make_participation(edition, "exhibitor", offers=["ai"])
    assert why_absent(guest, late) == queries.Absence("not_in_run", {"run": run.number})
    # Who was off while the run was made did not come later: the same is told of both.
    quiet.turn_off(hosts[1])
    run = run_match(edition)
    quiet.turn_on(hosts[1])
    assert why_absent(guest, hosts[1]) == queries.Absence("not_in_run", {"run": run.number})


def test_a_lower_fit_names_what_is_lacking_and_mending_it_brings_them_onto_the_list(
    fair, monkeypatch
):
    edition, hosts, guest = fair
    monkeypatch.setattr(markets, "LIST_OF_A_GUEST", 2)
    run_match(edition)
    assert set(queries.listed(guest)) == {hosts[0].pk, hosts[1].pk}
    found = why_absent(guest, hosts[3])
    assert found.code == "fits_less"
    assert found.detail["lacks"] == ["your_needs"]
    assert found.detail["you"] < found.detail["you_last"]
    # What is named is what decides: with it the pair is on the list.
    Offer.objects.filter(participation=hosts[3]).update(code="ai")
    Offer.objects.filter(participation=hosts[1]).update(code="logistics")
    assert why_absent(guest, hosts[3]).code == "next_run"
    run_match(edition)
    assert hosts[3].pk in queries.listed(guest)


def test_who_vetoed_the_reader_is_not_named_as_the_last_of_their_list_nor_counted(
    fair, monkeypatch
):
    edition, hosts, guest = fair
    monkeypatch.setattr(markets, "LIST_OF_A_GUEST", 2)
    run_match(edition)
    first, last = queries.listed(guest)
    assert why_absent(guest, hosts[3]).detail["last"] == last
    wishes.wish(next(host for host in hosts if host.pk == last), guest, "veto")
    assert why_absent(guest, hosts[3]).detail["last"] == first == names(guest)[-1]
    assert known_of(guest).list_length == 1
    wishes.wish(next(host for host in hosts if host.pk == first), guest, "veto")
    assert why_absent(guest, hosts[3]) == queries.Absence("next_run")


def test_a_save_moves_no_figure_that_the_other_side_sees_now_or_after_the_next_run(
    fair, monkeypatch
):
    edition, hosts, guest = fair
    monkeypatch.setattr(markets, "LIST_OF_A_GUEST", 2)
    run_match(edition, explore=False)

    def seen():
        lists = {row.participation_id: row.entries for row in RankedList.objects.filter(
            run__state="current", participation__in=[guest, *hosts]
        )}  # fmt: skip
        return lists, why_absent(guest, hosts[3])

    before = seen()
    last = next(host for host in hosts if host.pk == before[1].detail["last"])
    wishes.wish(last, guest, "save")
    wishes.wish(guest, hosts[3], "save")
    assert seen() == before
    assert {one.only_teaches for one in read_counterparts(guest).market.signals} == {True}
    run_match(edition, explore=False)
    assert seen() == before


def test_a_veto_takes_the_fit_from_the_page_at_once(fair):
    edition, hosts, guest = fair
    run_match(edition)
    assert queries.fit(guest, hosts[0]) is not None
    wishes.wish(hosts[0], guest, "veto")
    assert queries.fit(guest, hosts[0]) is None


def test_who_wants_no_meeting_is_no_part_of_the_market(fair):
    edition, hosts, guest = fair
    type(guest).objects.filter(pk=hosts[0].pk).update(max_meetings=0)
    run_match(edition)
    assert queries.listed(hosts[0]) == []
    assert set(queries.listed(guest)) == {host.pk for host in hosts[1:]}


def test_a_price_is_told_where_it_decides(fair, monkeypatch):
    edition, hosts, guest = fair
    monkeypatch.setattr(markets, "LIST_OF_A_GUEST", 1)
    run = run_match(edition)
    shown = queries.listed(guest)[0]
    missed = next(host for host in hosts[:2] if host.pk != shown)
    RankedList.objects.filter(run=run, participation=missed).update(price=0.5)
    assert why_absent(guest, missed).code == "crowded"


def test_who_fits_less_than_a_contested_last_and_stands_above_them_is_told_so(fair, monkeypatch):
    edition, hosts, guest = fair
    monkeypatch.setattr(markets, "LIST_OF_A_GUEST", 2)
    run = run_match(edition)
    assert why_absent(guest, hosts[3]).code == "fits_less"
    # The calendars of all on the list are asked for far more than they hold.
    shown = queries.listed(guest)
    RankedList.objects.filter(run=run, participation__in=shown).update(price=0.0001)
    assert why_absent(guest, hosts[3]).code == "next_run"


def test_that_all_on_the_list_fit_better_is_only_said_where_they_do(fair):
    edition, hosts, guest = fair
    run = run_match(edition, explore=False)
    row = RankedList.objects.get(run=run, participation=guest)
    listed = [hosts[0].pk, hosts[3].pk]
    row.entries = [entry for entry in row.entries if entry["id"] in listed]
    row.save()
    # On the list: one who fits well and is asked for by many, one who fits as little as who is
    # missed and is asked for by nobody.
    for host, price in ((hosts[0], 0.001), (hosts[2], 0.0001)):
        RankedList.objects.filter(run=run, participation=host).update(price=price)
    found = why_absent(guest, hosts[2])
    assert (found.code, found.detail["last"]) == ("crowded", hosts[3].pk)


def test_first_list_follows_rules_and_prices_of_the_run(fair, monkeypatch):
    from emporion.matchmaking.domain.first_list import make_first_list

    edition, hosts, guest = fair
    monkeypatch.setattr(markets, "LIST_OF_A_GUEST", 1)
    run = run_match(edition, explore=False)
    RankedList.objects.filter(run=run, participation=hosts[0]).update(price=0.01)
    make_first_list(guest)
    made = FirstList.objects.get(participation=guest)
    assert [entry["id"] for entry in made.entries] == [hosts[1].pk]
    assert made.policy == f"{run.policy} one"
    assert {entry["propensity"] for entry in made.entries} == {1.0}
    quiet.turn_off(guest)
    assert make_first_list(guest) == 0


def test_reads_ask_as_many_queries_as_their_docstrings_say(
    fair, monkeypatch, django_assert_num_queries
):
    edition, hosts, guest = fair
    monkeypatch.setattr(markets, "LIST_OF_A_GUEST", 2)
    run_match(edition)
    # The fair was in 2023: who met whom, and what they said of it, is asked as well.
    with django_assert_num_queries(29):
        assert why_absent(guest, hosts[3]).code == "fits_less"
    with django_assert_num_queries(14):
        known_of(guest)
    with django_assert_num_queries(3):
        proposals(guest, "needs")


def test_known_is_what_was_said_read_and_done(fair):
    edition, hosts, guest = fair
    guest.needs.create(text={"en": "robots for warehouses", "zh-hans": "虚拟现实"})
    ask(edition, guest, hosts[0], "accepted")
    found = known_of(guest)
    assert found.stated == {"needs": ["ai"], "offers": []}
    assert found.written == ["en", "zh-hans"]
    assert found.deeds == {"request": 1}
    assert "ai" not in found.read
    assert not found.off


@pytest.mark.parametrize(
    ("own", "stated", "used"),
    [
        (["FI"], [], ["FI"]),
        (["FI"], [[]], ["FI"]),
        (["FI"], [["BR"]], ["BR"]),
        (["FI"], [["BR"], []], ["BR", "FI"]),
        ([], [["BR"], ["nordic"]], ["BR", "nordic"]),
        # A need for all markets is for all, whatever another is for.
        ([], [["BR"], []], []),
        ([], [], []),
    ],
)
def test_markets_are_those_of_needs_and_offers_or_else_of_the_profile(edition, own, stated, used):
    guest = factories.make_participation(edition, "buyer", markets=own)
    factories.make_participation(edition, "exhibitor", country="BR")
    for markets_of_need in stated:
        guest.needs.create(code="ai", markets=markets_of_need)
    assert known_of(guest).markets == used
    (read,) = market_of(edition)[0].buyers
    assert read.markets == countries_of(used)


def test_a_market_named_at_a_need_is_for_and_against(edition):
    guest = factories.make_participation(edition, "buyer", markets=["FI"])
    guest.needs.create(code="ai", markets=["BR"])
    there, elsewhere = (
        factories.make_participation(edition, "exhibitor", offers=["ai"], country=country)
        for country in ("BR", "FI")
    )
    run_match(edition)
    first, second = queries.suggestions(guest)
    assert (first.participation, second.participation) == (there, elsewhere)
    assert {"code": "market", "detail": {"country": "BR"}} in first.reasons
    assert "market_outside" in [reason["code"] for reason in second.reasons]


def test_known_counts_those_of_the_list_who_are_shown(fair):
    edition, hosts, guest = fair
    run_match(edition)
    assert known_of(guest).list_length == 4
    ask(edition, guest, hosts[0], "accepted")
    wishes.wish(hosts[1], guest, "veto")
    assert known_of(guest).list_length == 2


def test_proposals_come_from_words_name_and_those_who_write_alike(edition):
    for number in range(6):
        host = factories.make_participation(edition, "exhibitor")
        host.offers.create(code="logistics", text={"en": f"frozen parcels by night ship {number}"})
        other = factories.make_participation(edition, "exhibitor")
        other.offers.create(code="xr", text={"en": f"glasses to look through walls {number}"})
    mute = factories.make_participation(edition, "exhibitor", name="Helsinki Blockchain Oy")
    mute.offers.create(text={"en": "frozen parcels and VR"})
    found = {one.code: one.ground for one in proposals(mute, "offers")}
    assert found["vr"] == "text"
    assert found["blockchain"] == "name"
    assert found["logistics"] == "alike"
    assert Offer.objects.filter(participation=mute, code="logistics").count() == 0


@pytest.mark.parametrize("name", [{"zh-hans": "西湖雲計算公司"}, {"en": "West Lake 雲計算"}])
def test_proposals_read_a_name_and_a_text_in_traditional_characters(edition, name):
    firm = factories.make_participation(
        edition, "exhibitor", "Nameless", about={"zh-hant": "區塊鏈"}
    )
    firm.display_name = name
    firm.save()
    found = {one.code: one.ground for one in proposals(firm, "offers")}
    assert found["cloud"] == "name"
    assert found["blockchain"] == "text"


def test_who_is_passed_because_their_kind_is_on_the_list_already_is_told_so(fair, monkeypatch):
    edition, hosts, guest = fair
    for code in ("xr", "logistics"):
        guest.needs.create(code=code)
    more = [factories.make_participation(edition, "exhibitor", offers=["ai"]) for _ in range(4)]
    monkeypatch.setattr(markets, "LIST_OF_A_GUEST", 5)
    run_match(edition)
    listed = queries.listed(guest)
    assert {hosts[2].pk, hosts[3].pk} < set(listed)
    missed = next(each for each in (*hosts[:2], *more) if each.pk not in listed)
    assert why_absent(guest, missed).code == "alike"


WORDS = "valve hoist kiln loom mast oven pulley rivet saddle turbine umbrella winch".split()


@pytest.fixture
def wordy(edition, monkeypatch):
    """A fair in which words decide, some of which are usual and some are not."""
    draw = random.Random(4)
    monkeypatch.setattr(markets, "LIST_OF_A_GUEST", 5)
    sides = {"exhibitor": [], "buyer": []}
    for role, people in sides.items():
        for _ in range(24):
            one = factories.make_participation(edition, role)
            # The first of the words are in nearly every text.
            said = draw.choices(WORDS, weights=range(30, 6, -2), k=6)
            rows = one.offers if role == "exhibitor" else one.needs
            rows.create(text={"en": " ".join(said)})
            people.append(one)
    return edition, *sides.values()


@pytest.mark.parametrize("explore", [True, False])
def test_with_nothing_changed_nobody_is_said_to_belong_on_the_list(wordy, explore):
    edition, hosts, guests = wordy
    run_match(edition, explore=explore)
    codes = Counter()
    for guest in guests[:6]:
        entries = {entry["id"]: entry for entry in queries.entries(guest)}
        for host in [host for host in hosts if host.pk not in entries][::3]:
            found = why_absent(guest, host)
            codes[found.code] += 1
            # What is told of the last is what the list says of them.
            last = entries[found.detail["last"]]
            assert found.detail["you_last"] == pytest.approx(last["p"], abs=2e-4)
            assert found.detail["they_last"] == pytest.approx(last["q"], abs=2e-4)
            assert last["score"] == pytest.approx(min(e["score"] for e in entries.values()))
            if found.code == "fits_less":
                fit = found.detail["you"] * found.detail["they"]
                assert fit <= last["score"] + 1e-5
    assert "next_run" not in codes
    assert codes["fits_less"] > 0


def test_at_the_end_of_the_knob_places_are_told_to_be_shared_out_evenly(wordy):
    edition, hosts, guests = wordy
    run = run_match(edition, equality=1.0, explore=False)
    assert queries.rule_of(run) == "tu"
    levels = RankedList.objects.filter(run=run, participation__in=hosts)
    assert len(set(levels.values_list("level", flat=True))) > len(hosts) / 2
    codes = Counter()
    for guest in guests[:8]:
        listed = queries.listed(guest)
        for host in [host for host in hosts if host.pk not in listed][::3]:
            found = why_absent(guest, host)
            codes[found.code] += 1
            fits = found.detail["you"] * found.detail["they"]
            last = found.detail["you_last"] * found.detail["they_last"]
            if found.code != "fits_less":
                assert fits >= last * 0.98
    assert codes["evenly"] > 0
    assert {"next_run", "crowded"}.isdisjoint(codes)


def test_a_level_of_exposure_is_not_told_as_a_full_calendar(wordy):
    edition, hosts, guests = wordy
    run_match(edition, explore=False)
    full = {host.pk for host in hosts if known_of(host).contested}
    assert not any(known_of(one).evenly for one in (hosts[0], guests[0]))
    run = run_match(edition, explore=False, equality=0.5)
    lowered = RankedList.objects.filter(run=run, participation__in=hosts, price__lt=0.98)
    assert lowered.count() > len(full)
    assert {host.pk for host in hosts if known_of(host).contested} == full
    assert all(known_of(one).evenly for one in (hosts[0], guests[0]))
